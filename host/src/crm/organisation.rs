//! The organisation itself.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::entity::{Entity, Setting, links};
use super::field::{CREATED_AT, Field};
use super::id::Id;
use super::invalid::Invalid;
use super::kind::Kind;
use super::money::Currency;
use super::phone;
use super::record::Reference;
use super::text;

/// The organisation's settings. There is one record of this kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// BCP 47 tag: the language for those whose own is not known.
    #[serde(default = "english")]
    pub language: String,
    /// IANA time zone that schedules are read in.
    #[serde(default)]
    #[schema(value_type = String, example = "Europe/Berlin")]
    pub time_zone: Tz,
    /// The currency of amounts that name none.
    #[serde(default = "euro")]
    pub currency: Currency,
    /// ISO 3166-1 alpha-2 code of the country whose national phone numbers are understood.
    #[serde(default = "germany")]
    pub region: String,
    /// When people work, where their department does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_calendar: Option<Id>,
}

/// The region of an organisation that names none.
pub const DEFAULT_REGION: &str = "DE";

/// What holds as long as there is no record of the organisation.
impl Default for Organisation {
    fn default() -> Self {
        Self {
            name: "Organisation".to_owned(),
            language: english(),
            time_zone: Tz::default(),
            currency: euro(),
            region: germany(),
            work_calendar: None,
        }
    }
}

impl Entity for Organisation {
    const KIND: Kind = Kind::Organisation;
    const NAME: &'static str = "organisation";
    const PLURAL: &'static str = "organisations";
    const KEYED: bool = true;
    const FIELDS: &'static [Field] = &[CREATED_AT];

    fn admit(&mut self, _before: Option<&Self>, _setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.name, "/name", invalid);
        text::language(&self.language, "/language", invalid);
        let known = phone::is_region(&self.region);
        invalid.check(known, "/region", "must be an ISO 3166-1 alpha-2 country code, like DE");
    }

    /// One key for all of them: there is never a second record.
    fn keys(&self) -> Vec<(&'static str, String)> {
        vec![("organisation", "only".to_owned())]
    }

    fn links(&self) -> Vec<(&'static str, Reference)> {
        links([("/work_calendar", Kind::WorkCalendar, self.work_calendar)])
    }
}

fn english() -> String {
    "en".to_owned()
}

const fn euro() -> Currency {
    Currency::EUR
}

fn germany() -> String {
    DEFAULT_REGION.to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::crm::kind::Kind;
    use crate::crm::testing::{admitted, refused};

    #[test]
    fn defaults() {
        assert_eq!(
            admitted(Kind::Organisation, None, json!({"name": "ACME"})),
            json!({"name": "ACME", "language": "en", "time_zone": "UTC", "currency": "EUR", "region": "DE"})
        );
    }

    #[test]
    fn refusals_name_the_field() {
        for (field, value) in [("time_zone", "Mars/Olympus"), ("currency", "eur"), ("region", "de"), ("language", "")] {
            assert_eq!(refused(Kind::Organisation, None, json!({"name": "ACME", field: value})), [format!("/{field}")]);
        }
    }
}
