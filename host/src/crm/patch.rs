//! JSON merge patches (RFC 7396).

use serde_json::{Map, Value};

/// `target` with `patch` merged into it, as RFC 7396 section 2 says: `null` takes a member away, an object is merged
/// member by member, anything else takes the place of what was there.
#[must_use]
pub fn apply(target: Value, patch: &Value) -> Value {
    match patch {
        Value::Object(patch) => {
            let mut members = match target {
                Value::Object(members) => members,
                _ => Map::new(),
            };
            apply_members(&mut members, patch);
            Value::Object(members)
        }
        value => value.clone(),
    }
}

/// The same for the members of an object.
pub fn apply_members(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        if value.is_null() {
            target.shift_remove(name);
        } else {
            let old = target.get_mut(name).map(Value::take).unwrap_or_default();
            target.insert(name.clone(), apply(old, value));
        }
    }
}

/// The smallest patch that makes `target` of `source`.
///
/// A merge patch cannot write a `null` member: where `target` has one, applying the patch leaves the member out.
#[must_use]
pub fn diff(source: &Value, target: &Value) -> Value {
    let (Value::Object(source), Value::Object(target)) = (source, target) else {
        return target.clone();
    };
    let gone = source.keys().filter(|name| !target.contains_key(*name)).map(|name| (name.clone(), Value::Null));
    let changed = target.iter().filter_map(|(name, value)| match source.get(name) {
        Some(old) if old == value => None,
        Some(old) => Some((name.clone(), diff(old, value))),
        None => Some((name.clone(), value.clone())),
    });
    Value::Object(gone.chain(changed).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// RFC 7396, appendix A.
    #[test]
    fn examples_of_the_rfc() {
        for (target, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "b"}), json!(["c"]), json!(["c"])),
            (json!({"a": "foo"}), json!(null), json!(null)),
            (json!({"a": "foo"}), json!("bar"), json!("bar")),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            assert_eq!(apply(target.clone(), &patch), result, "{target} patched with {patch}");
        }
    }

    fn value(leaf: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
                prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    fn solid() -> BoxedStrategy<Value> {
        prop_oneof![any::<bool>().prop_map(Value::from), any::<i8>().prop_map(Value::from)].boxed()
    }

    fn any_leaf() -> BoxedStrategy<Value> {
        prop_oneof![1 => Just(Value::Null), 2 => solid()].boxed()
    }

    proptest! {
        #[test]
        fn applying_twice_is_applying_once(target in value(any_leaf()), patch in value(any_leaf())) {
            let once = apply(target, &patch);
            prop_assert_eq!(apply(once.clone(), &patch), once);
        }

        #[test]
        fn the_diff_makes_the_target(source in value(any_leaf()), target in value(solid())) {
            let patch = diff(&source, &target);
            prop_assert_eq!(apply(source, &patch), target);
        }

        #[test]
        fn nothing_changed_is_an_empty_patch(member in value(solid())) {
            let target = json!({"a": member});
            prop_assert_eq!(diff(&target, &target), json!({}));
        }
    }
}
