//! An example of each kind of record, for the API's description.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::kind::Kind;
use super::record::Data;

static ALL: LazyLock<BTreeMap<String, Data>> =
    LazyLock::new(|| serde_json::from_str(include_str!("examples.json")).unwrap_or_default());

/// The fields of a record of that kind, as somebody may make it.
#[must_use]
pub fn of(kind: Kind) -> Option<&'static Data> {
    ALL.get(kind.name())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::crm::patch;
    use crate::crm::testing::admit;

    /// What is shown is taken as it stands: what the host adds is not shown.
    #[test]
    fn each_kind_has_one_that_its_rules_admit() {
        let mut wrong = Vec::new();
        for kind in Kind::ALL {
            let Some(example) = of(kind) else {
                wrong.push(format!("{kind} has no example"));
                continue;
            };
            match admit(kind, None, Value::Object(example.clone())) {
                Err(invalid) => wrong.push(format!("{kind}: {invalid}")),
                Ok(admitted) => {
                    let kept = Value::Object(admitted.data);
                    if patch::apply(kept.clone(), &patch::diff(&kept, &Value::Object(example.clone()))) != kept {
                        let changed = patch::diff(&kept, &Value::Object(example.clone()));
                        wrong.extend(told(kind, &changed));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(ALL.len(), Kind::ALL.len());
    }

    /// What of an example the rules have changed, beside what they have added.
    fn told(kind: Kind, changed: &Value) -> Option<String> {
        let changed: Vec<_> = changed.as_object()?.iter().filter(|(_, value)| !value.is_null()).collect();
        let items = |(name, _): &&(&String, &Value)| !["items", "payments"].contains(&name.as_str());
        let changed: Vec<_> = changed.iter().filter(items).collect();
        (!changed.is_empty()).then(|| format!("{kind}: {changed:?}"))
    }
}
