//! Joining two records that are about the same person or company.

use serde_json::Value;

use super::invalid::Invalid;
use super::kind::Kind;
use super::record::Data;

/// What tells whether two records are about the same: no record has two of them.
const IDENTITY: &str = "tax_id";

/// Whether records of that kind can be merged.
#[must_use]
pub const fn can_merge(kind: Kind) -> bool {
    matches!(kind, Kind::Contact | Kind::Company)
}

/// The fields of a record that stays, with what another adds to them: a field that it has not is the other's, lists have
/// what either has, objects are joined member by member. Where both have a value, that of the record that stays holds.
#[must_use]
pub fn join(mut kept: Data, other: &Data) -> Data {
    for (name, value) in other {
        let joined = match kept.get_mut(name).map(Value::take) {
            None | Some(Value::Null) => value.clone(),
            Some(own) => join_values(own, value),
        };
        kept.insert(name.clone(), joined);
    }
    kept
}

fn join_values(own: Value, other: &Value) -> Value {
    match (own, other) {
        (Value::Object(own), Value::Object(other)) => Value::Object(join(own, other)),
        (Value::Array(mut own), Value::Array(other)) => {
            own.extend(other.iter().filter(|item| !own.contains(item)).cloned().collect::<Vec<_>>());
            Value::Array(own)
        }
        (own, _) => own,
    }
}

/// Notes where the records tell that they are not about the same: which holds must then be said in `decided`.
pub fn check(kept: &Data, other: &Data, decided: &Data, invalid: &mut Invalid) {
    let (own, others) = (kept.get(IDENTITY), other.get(IDENTITY));
    if let (Some(own), Some(others)) = (own, others)
        && own != others
        && !decided.contains_key(IDENTITY)
    {
        let message =
            format!("the records have {own} and {others}: they are about different ones, unless you say which holds");
        invalid.note(format!("/fields/{IDENTITY}"), message);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn data(value: Value) -> Data {
        let Value::Object(data) = value else { panic!("an object") };
        data
    }

    #[test]
    fn what_is_missing_is_the_others() {
        let kept = data(json!({"name": "Ann", "phones": ["1"], "billing": {"address": "A"}, "consent": ["mail"]}));
        let other = data(json!({
            "name": "Anne", "phones": ["2", "1"], "emails": ["a@b.de"], "billing": {"address": "B", "legal_name": "C"},
        }));
        assert_eq!(
            Value::Object(join(kept, &other)),
            json!({"name": "Ann", "phones": ["1", "2"], "billing": {"address": "A", "legal_name": "C"},
                "consent": ["mail"], "emails": ["a@b.de"]})
        );
    }

    #[test]
    fn different_tax_ids_are_different_companies() {
        let (one, two) = (data(json!({"tax_id": "DE1"})), data(json!({"tax_id": "DE2"})));
        let wrong = |kept: &Data, other: &Data, decided: Value| {
            let mut invalid = Invalid::default();
            check(kept, other, &data(decided), &mut invalid);
            invalid.0.into_iter().map(|error| error.field).collect::<Vec<_>>()
        };
        assert_eq!(wrong(&one, &two, json!({})), ["/fields/tax_id"]);
        assert!(wrong(&one, &two, json!({"tax_id": "DE2"})).is_empty());
        assert!(wrong(&one, &one, json!({})).is_empty());
        assert!(wrong(&one, &data(json!({})), json!({})).is_empty());
    }

    proptest! {
        /// Nothing that only one of them says is lost, and nothing is said that neither did.
        #[test]
        fn nothing_is_lost(kept in "[a-d]{0,4}", other in "[a-d]{0,4}") {
            let record = |text: &str| data(json!({"list": text.chars().map(String::from).collect::<Vec<_>>(), text: text}));
            let joined = join(record(&kept), &record(&other));
            for name in [&kept, &other] {
                prop_assert_eq!(&joined[name.as_str()], name);
            }
            let list: Vec<&str> = joined["list"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            prop_assert!(kept.chars().chain(other.chars()).all(|c| list.contains(&c.to_string().as_str())));
            prop_assert!(list.iter().all(|c| kept.contains(c) || other.contains(c)));
        }
    }
}
