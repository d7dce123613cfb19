//! People of the organisation.

use serde::{Deserialize, Serialize};

use super::contact::{admit_email, admit_phone};
use super::entity::{Entity, Setting, links};
use super::field::{CREATED_AT, Field, Shape, data, key};
use super::id::Id;
use super::invalid::Invalid;
use super::kind::Kind;
use super::record::Reference;
use super::text;

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
    /// False: left the organisation.
    #[serde(default = "yes")]
    pub active: bool,
    /// False: absent now.
    #[serde(default = "yes")]
    pub present: bool,
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
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        data("name", &["name"], Shape::Text),
        data("role", &["role"], Shape::Text),
        data("department", &["department"], Shape::Id),
        data("active", &["active"], Shape::Bool),
        data("present", &["present"], Shape::Bool),
        key("email"),
    ];

    fn admit(&mut self, _before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.name, "/name", invalid);
        admit_email(&mut self.email, "/email", invalid);
        text::optional_line(&mut self.phone, "/phone", invalid);
        if let Some(phone) = &mut self.phone {
            admit_phone(phone, "/phone", setting, invalid);
        }
        text::language(&self.language, "/language", invalid);
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        vec![("email", self.email.clone())]
    }

    fn links(&self) -> Vec<(&'static str, Reference)> {
        links([("/department", Kind::Department, self.department)])
    }
}

fn english() -> String {
    "en".to_owned()
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
                "language": "en", "active": true, "present": true,
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
