//! Which template a paper is made from: the one that it names, the organisation's default, or the one that ships.

use std::borrow::Cow;

use super::paper::{PaperError, Result};
use crate::crm::deal::DealKind;
use crate::crm::document::DocumentKind;
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::record::Reference;
use crate::crm::template::{Language, Template};
use crate::unit::{Unit, entity};

/// What a template is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose {
    /// What sort of paper.
    pub document_kind: DocumentKind,
    /// For what is sold.
    pub deal_kind: Option<DealKind>,
    /// The kind of record that it is filled from.
    pub fills_from: Kind,
    /// In which language.
    pub language: Language,
}

/// A template to make a paper from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Its record; none where it ships with the host.
    pub id: Option<Id>,
    /// The record's version.
    pub version: Option<u64>,
    /// Its language.
    pub language: Language,
    /// What sort of paper it makes.
    pub document_kind: DocumentKind,
    /// What is typeset.
    pub source: Cow<'static, str>,
}

/// A template that ships with the host.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// What sort of paper it makes.
    pub document_kind: DocumentKind,
    /// For what is sold; for either where absent.
    pub deal_kind: Option<DealKind>,
    /// Its language.
    pub language: Language,
    /// What is typeset.
    pub source: &'static str,
}

macro_rules! shipped {
    ($($kind:ident $(/ $deal_kind:ident)?: $file:literal,)*) => {
        /// The templates that ship with the host.
        pub const SHIPPED: &[Shipped] = &[$(
            Shipped {
                document_kind: DocumentKind::$kind,
                deal_kind: shipped!(@deal $($deal_kind)?),
                language: Language::En,
                source: include_str!(concat!("../../templates/", $file, ".en.typ")),
            },
            Shipped {
                document_kind: DocumentKind::$kind,
                deal_kind: shipped!(@deal $($deal_kind)?),
                language: Language::Ru,
                source: include_str!(concat!("../../templates/", $file, ".ru.typ")),
            },
        )*];
    };
    (@deal) => { None };
    (@deal $deal_kind:ident) => { Some(DealKind::$deal_kind) };
}

shipped! {
    Contract / Goods: "contract-goods",
    Contract / Service: "contract-service",
    Invoice: "invoice",
    Waybill: "waybill",
    Act: "act",
    Receipt: "receipt",
}

impl Chosen {
    /// A template as it stands in an admin's hands.
    #[must_use]
    pub fn unsaved(template: &Template) -> Self {
        Self {
            id: None,
            version: None,
            language: template.language,
            document_kind: template.document_kind,
            source: template.source.clone().into(),
        }
    }

    fn of_record(id: Id, version: u64, template: Template) -> Self {
        let Template { language, document_kind, source, .. } = template;
        Self { id: Some(id), version: Some(version), language, document_kind, source: source.into() }
    }
}

/// The template for this: the organisation's default before the one that ships, and one for just this sort of deal
/// before one for any.
///
/// # Errors
/// Where there is none, and the store's.
pub async fn choose(unit: &mut Unit, purpose: Purpose) -> Result<Chosen> {
    let Purpose { document_kind, deal_kind, fills_from, language } = purpose;
    let mut wanted = vec![deal_kind, None];
    wanted.dedup();
    for deal_kind in wanted {
        let key = Template::default_key(document_kind, deal_kind, fills_from, language);
        if let Some(record) = unit.by_key(Kind::Template, "default", &key).await? {
            return Ok(Chosen::of_record(record.id, record.version, entity(&record)?));
        }
    }
    let of_language = || SHIPPED.iter().filter(|it| (it.document_kind, it.language) == (document_kind, language));
    let fits = |it: &&Shipped| it.deal_kind.is_none() || deal_kind.is_none() || it.deal_kind == deal_kind;
    let found = of_language()
        .find(fits)
        .ok_or_else(|| PaperError::NoTemplate(Template::default_key(document_kind, deal_kind, fills_from, language)))?;
    Ok(Chosen { id: None, version: None, language, document_kind, source: found.source.into() })
}

/// The template that a paper names, as it was in that version, where the host still knows it.
///
/// # Errors
/// Where it is gone, and the store's.
pub async fn choose_named(unit: &mut Unit, id: Id, version: Option<u64>) -> Result<Chosen> {
    let now = unit.read(Reference { kind: Kind::Template, id }).await?;
    let record = match version {
        Some(version) if version != now.version => unit.read_version(&now, version).await?.unwrap_or(now),
        _ => now,
    };
    Ok(Chosen::of_record(id, record.version, entity(&record)?))
}
