//! People of the organisation.

use serde::{Deserialize, Serialize};

use super::contact::{admit_email, admit_phone};
use super::entity::{Entity, Setting};
use super::field::{CREATED_AT, Field, Shape, data, key, member};
use super::id::Id;
use super::instant::Instant;
use super::invalid::Invalid;
use super::kind::Kind;
use super::links::Link;
use super::text;

/// How many skills, languages and absences each a user may have.
const MANY: usize = 100;

/// A person of the organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Their name.
    pub name: String,
    /// Lower-cased; unique among users.
    pub email: String,
    /// E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What they may do.
    #[serde(default)]
    pub role: Role,
    /// Where they work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Id>,
    /// BCP 47 tag: the language to speak to them in.
    #[serde(default = "english")]
    pub language: String,
    /// What they are good at: kebab-case words that rules of distribution name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// How experienced they are, from 0 (new) to 10.
    #[serde(default)]
    #[schema(maximum = 10)]
    pub level: u8,
    /// BCP 47 tags: the languages that they speak with clients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// What share of work they take, beside others' shares.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 100)]
    pub weight: u8,
    /// What stands under the mail that they send to clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// When they are away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<Absence>,
    /// False: left the organisation.
    #[serde(default = "yes")]
    pub active: bool,
    /// False: absent now.
    #[serde(default = "yes")]
    pub present: bool,
}

/// A time of being away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// From when.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
    /// Why: `holiday`, `illness`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a user may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything: users, plugins, settings.
    Admin,
    /// What a member may, for the whole department.
    Head,
    /// Their own work.
    #[default]
    Member,
}

impl Entity for User {
    const KIND: Kind = Kind::User;
    const NAME: &'static str = "user";
    const PLURAL: &'static str = "users";
    const KEYED: bool = true;
    const TEXT: &'static [&'static str] = &["name", "email", "phone"];
    const LINKS: &'static [Link] = &[Link::refuse("department", Kind::Department)];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        data("name", &["name"], Shape::Text),
        data("role", &["role"], Shape::Text),
        data("department", &["department"], Shape::Id),
        data("active", &["active"], Shape::Bool),
        data("present", &["present"], Shape::Bool),
        key("email"),
        data("level", &["level"], Shape::Integer),
        member("skill", "skills"),
        member("language", "languages"),
    ];

    fn admit(&mut self, _before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.name, "/name", invalid);
        admit_email(&mut self.email, "/email", invalid);
        text::optional_line(&mut self.phone, "/phone", invalid);
        if let Some(phone) = &mut self.phone {
            admit_phone(phone, "/phone", setting, invalid);
        }
        text::language(&self.language, "/language", invalid);
        text::optional_body(&mut self.signature, "/signature", invalid);
        for (at, skill) in self.skills.iter().enumerate() {
            text::kebab_case(skill, &format!("/skills/{at}"), invalid);
        }
        for (at, language) in self.languages.iter().enumerate() {
            text::language(language, &format!("/languages/{at}"), invalid);
        }
        invalid.check(self.skills.len() <= MANY, "/skills", "there must not be more than 100");
        invalid.check(self.languages.len() <= MANY, "/languages", "there must not be more than 100");
        invalid.check(self.level <= 10, "/level", "must be 0 to 10");
        invalid.check((1..=100).contains(&self.weight), "/weight", "must be 1 to 100");
        invalid.check(self.absences.len() <= MANY, "/absences", "there must not be more than 100");
        for (at, absence) in self.absences.iter_mut().enumerate() {
            text::optional_line(&mut absence.reason, &format!("/absences/{at}/reason"), invalid);
            invalid.check(absence.to > absence.from, &format!("/absences/{at}/to"), "must come after from");
        }
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        vec![("email", self.email.clone())]
    }
}

fn english() -> String {
    "en".to_owned()
}

const fn one() -> u8 {
    1
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::crm::kind::Kind;
    use crate::crm::testing::{admitted, refused};

    #[test]
    fn defaults_and_cleaning() {
        let user = admitted(
            Kind::User,
            None,
            json!({"name": " Ann  Lee ", "email": "Ann@Example.com", "phone": "030 901820"}),
        );
        assert_eq!(
            user,
            json!({
                "name": "Ann Lee", "email": "ann@example.com", "phone": "+4930901820", "role": "member",
                "language": "en", "level": 0, "weight": 1, "active": true, "present": true,
            })
        );
    }

    #[test]
    fn refusals_name_the_field() {
        assert_eq!(
            refused(Kind::User, None, json!({"name": "", "email": "x", "phone": "1", "language": "?"})),
            ["/name", "/email", "/phone", "/language",]
        );
        assert_eq!(refused(Kind::User, None, json!({"name": "A", "email": "a@b.de", "role": "king"})), ["/role"]);
        assert_eq!(refused(Kind::User, None, json!({"name": "A", "email": "a@b.de", "admin": true})), ["/admin"]);
    }
}
