//! From records to what is typeset: the one template that fits, and the data that it gets.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::choose::{Chosen, Purpose, choose, choose_named};
use super::fill::{Filling, PARTY, Setting, fill, totals_fields};
use super::job::Job;
use super::{sample, written};
use crate::crm::document::{Document, DocumentKind};
use crate::crm::instant::Instant;
use crate::crm::invoice::Payment;
use crate::crm::kind::Kind;
use crate::crm::line_item::{LineItem, Totals};
use crate::crm::organisation::Organisation;
use crate::crm::record::{Record, Reference};
use crate::crm::template::{Language, Template};
use crate::unit::{Unit, UnitError, entity};

/// A paper that is ready to be typeset.
#[derive(Debug, Clone)]
pub struct Paper {
    /// What to typeset.
    pub job: Job,
    /// The template that it is made from.
    pub template: Chosen,
    /// What the file is called.
    pub name: String,
}

/// Why no paper can be made of a record.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// There is neither a template of the organisation's nor one that ships.
    #[error("there is no template for this: an admin can make one ({0})")]
    NoTemplate(String),
    /// A record is not there, or damaged.
    #[error(transparent)]
    Unit(#[from] UnitError),
}

/// What came of it.
pub type Result<T> = std::result::Result<T, PaperError>;

/// Whose paper it is, and when.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// Whose paper it is.
    pub organisation: &'a Organisation,
    /// This moment.
    pub now: Instant,
    /// The language that the caller asks for.
    pub language: Option<Language>,
}

impl Desk<'_> {
    /// The language: what the caller asks for, what is known, the organisation's, English.
    fn language(&self, known: Option<Language>) -> Language {
        let own = || Language::of_tag(&self.organisation.language);
        self.language.or(known).or_else(own).unwrap_or_default()
    }

    fn setting(&self, language: Language) -> Setting<'_> {
        Setting { organisation: self.organisation, language, now: self.now }
    }
}

/// Fills a document's fields and items from the record that it is about. What people wrote stays, but for the names in
/// `reset`; items stay where `edited` names them.
///
/// # Errors
/// [`PaperError`].
pub async fn fill_document(unit: &mut Unit, record: &Record, desk: &Desk<'_>, reset: &[&str]) -> Result<Document> {
    let mut document: Document = entity(record)?;
    let chosen = of_document(unit, &document, desk, false).await?;
    let mut filling = fill(unit, document.about, &desk.setting(chosen.language)).await?;
    let number = record.number.map(|number| number.to_string()).unwrap_or_default();
    filling.fields.insert("number".to_owned(), number.into());
    document.refill(filling.fields, reset);
    if !document.edited.contains_key("items") {
        document.items = filling.items;
    }
    (document.template, document.template_version) = (chosen.id, chosen.version);
    Ok(document)
}

/// Whether a document was ever filled.
#[must_use]
pub fn is_filled(record: &Record) -> bool {
    record.data.get("fields").and_then(Value::as_object).is_some_and(|fields| !fields.is_empty())
}

/// A document as it stands. One whose fields were never filled is filled for this once.
///
/// # Errors
/// [`PaperError`].
pub async fn document(unit: &mut Unit, record: &Record, desk: &Desk<'_>) -> Result<Paper> {
    let filled = if is_filled(record) { entity(record)? } else { fill_document(unit, record, desk, &[]).await? };
    let chosen = of_document(unit, &filled, desk, true).await?;
    let mut fields = filled.fields.clone();
    let totals = Totals::of(&filled.items);
    if let Some(totals) = &totals {
        fields.extend(totals_fields(totals, chosen.language));
    }
    fields.extend(filled.edited.iter().map(|(name, edited)| (name.clone(), edited.value.clone())));
    let mut data = nested(fields);
    data["kind"] = filled.document_kind.name().into();
    data["title"] = filled.title.clone().into();
    data["status"] = json!(filled.status);
    put_items(&mut data, &filled.items, totals.as_ref(), chosen.language);
    put_payments(&mut data, &[], None, chosen.language);
    Ok(finish(data, chosen, desk, record.created_at, true, &filled.title))
}

/// An invoice as it stands.
///
/// # Errors
/// [`PaperError`].
pub async fn invoice(unit: &mut Unit, record: &Record, desk: &Desk<'_>) -> Result<Paper> {
    let language = desk.language(None);
    let filling = fill(unit, record.reference(), &desk.setting(language)).await?;
    let purpose = Purpose {
        document_kind: DocumentKind::Invoice,
        deal_kind: filling.deal_kind,
        fills_from: Kind::Invoice,
        language,
    };
    let chosen = choose(unit, purpose).await?;
    let status = record.data.get("status").cloned();
    Ok(from_filling(filling, chosen, desk, status, record.created_at))
}

/// What a template makes of a record.
///
/// # Errors
/// [`PaperError`].
pub async fn preview(unit: &mut Unit, template: &Template, from: Reference, desk: &Desk<'_>) -> Result<Paper> {
    let filling = fill(unit, from, &desk.setting(template.language)).await?;
    Ok(from_filling(filling, Chosen::unsaved(template), desk, None, desk.now))
}

/// What a template makes of the sample.
#[must_use]
pub fn preview_sample(template: &Template, lines: usize, desk: &Desk<'_>) -> Paper {
    let filling = sample::filling(template.language, lines, desk.now);
    from_filling(filling, Chosen::unsaved(template), desk, None, desk.now)
}

fn from_filling(filling: Filling, chosen: Chosen, desk: &Desk<'_>, status: Option<Value>, at: Instant) -> Paper {
    let mut data = nested(filling.fields);
    let (language, number) = (chosen.language, data["number"].as_str().unwrap_or_default().to_owned());
    data["kind"] = chosen.document_kind.name().into();
    data["title"] = data["subject"].clone();
    data["status"] = status.unwrap_or_else(|| "".into());
    put_items(&mut data, &filling.items, filling.totals.as_ref(), language);
    put_payments(&mut data, &filling.payments, filling.paid, language);
    let name = format!("{} {number}", chosen.document_kind.name());
    finish(data, chosen, desk, at, filling.own, &name)
}

/// The template that a document is made from: the one that it names, in the version that it was filled by where
/// `as_filled`; else the one for what it is.
async fn of_document(unit: &mut Unit, document: &Document, desk: &Desk<'_>, as_filled: bool) -> Result<Chosen> {
    if let Some(id) = document.template {
        let version = document.template_version.filter(|_| as_filled);
        return choose_named(unit, id, version).await;
    }
    let deal_kind = match document.about.kind {
        Kind::Deal => match unit.get::<crate::crm::deal::Deal>(document.about.id).await {
            Ok(deal) => Some(deal.deal_kind),
            Err(UnitError::NotFound(_)) => None,
            Err(other) => return Err(other.into()),
        },
        _ => None,
    };
    let known = document.value("language").and_then(Value::as_str).and_then(Language::of_tag);
    let language = if as_filled { known.unwrap_or_else(|| desk.language(None)) } else { desk.language(known) };
    let (document_kind, fills_from) = (document.document_kind, document.about.kind);
    choose(unit, Purpose { document_kind, deal_kind, fills_from, language }).await
}

fn finish(mut data: Value, chosen: Chosen, desk: &Desk<'_>, at: Instant, own: bool, name: &str) -> Paper {
    let mut files = BTreeMap::new();
    data["language"] = chosen.language.tag().into();
    if own {
        put_pictures(&mut data, &mut files, desk.organisation);
    } else {
        put_pictures(&mut data, &mut files, &Organisation::default());
    }
    let job = Job { source: chosen.source.to_string(), data, files, at };
    Paper { job, template: chosen, name: name.trim().to_owned() }
}

/// `{"buyer.name": x}` as `{"buyer": {"name": x}}`. What every template may count on is there.
fn nested(fields: Map<String, Value>) -> Value {
    let mut data = json!({"fields": fields.clone()});
    let known = ["seller", "buyer"].iter().flat_map(|party| PARTY.map(|name| format!("{party}.{name}")));
    let known = known.chain(super::fill::NAMES.map(str::to_owned)).map(|name| (name, Value::from("")));
    for (name, value) in known.chain(fields) {
        let mut at = &mut data;
        for part in name.split('.') {
            if !at.is_object() {
                *at = json!({});
            }
            at = &mut at[part];
        }
        *at = value;
    }
    data
}

fn put_items(data: &mut Value, items: &[LineItem], totals: Option<&Totals>, language: Language) {
    let lines = items.iter().enumerate().map(|(at, item)| {
        let figures = |money: Option<_>| money.map(|money| written::figures(money, language));
        json!({
            "position": at + 1,
            "title": item.title,
            "unit": item.unit.as_deref().unwrap_or_default(),
            "quantity": written::quantity(item.quantity, language),
            "price": written::figures(item.price, language),
            "price_includes_vat": item.price_includes_vat,
            "discount": Some(item.discount).filter(|rate| *rate > 0).map(|rate| written::rate(rate, language)),
            "vat_rate": item.vat_rate.map(|rate| written::rate(rate, language)),
            "net": figures(item.net),
            "vat": figures(item.vat),
            "gross": figures(item.gross),
            "raw": item,
        })
    });
    data["items"] = lines.collect();
    data["currency"] = items.first().map(|item| item.price.currency.code()).unwrap_or_default().into();
    let by_rate = totals.map(|totals| totals.by_rate.as_slice()).unwrap_or_default().iter().map(|of_rate| {
        json!({
            "vat_rate": of_rate.vat_rate.map(|rate| written::rate(rate, language)),
            "net": written::amount(of_rate.net, language),
            "vat": written::amount(of_rate.vat, language),
            "gross": written::amount(of_rate.gross, language),
        })
    });
    data["total"]["by_rate"] = by_rate.collect();
    data["total"]["raw"] = json!(totals);
}

fn put_payments(data: &mut Value, payments: &[Payment], paid: Option<crate::crm::money::Money>, language: Language) {
    let lines = payments.iter().map(|payment| {
        json!({
            "amount": written::amount(payment.amount, language),
            "date": written::date(payment.at.utc().date_naive(), language),
            "method": payment.method.as_deref().unwrap_or_default(),
            "reference": payment.reference,
        })
    });
    data["payments"] = lines.collect();
    data["paid"] = json!({
        "amount": paid.map(|paid| written::amount(paid, language)).unwrap_or_default(),
        "in_words": paid.map(|paid| written::words(paid, language)).unwrap_or_default(),
    });
}

/// The pictures as files, and their paths in the data; none where there is no such picture.
fn put_pictures(data: &mut Value, files: &mut BTreeMap<String, String>, organisation: &Organisation) {
    let mut paths = json!({"logo": null, "stamp": null, "signature": null});
    for (name, picture) in organisation.issuer.iter().flat_map(|issuer| issuer.pictures()) {
        let path = format!("/{name}.{}", picture.format.extension());
        paths[name] = path.clone().into();
        files.insert(path, picture.data.clone());
    }
    data["pictures"] = paths;
}
