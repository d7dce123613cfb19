//! Conditions in CEL over `before`, `after` and `config`: evaluated by the host before any instance is started.
//!
//! A condition is evaluated for every event of its kind, so it must end soon, whoever wrote it. The language has no
//! loops but its macros (`all`, `exists`, `exists_one`, `filter`, `map`), and these are kept apart: none stands in
//! another, so that the work grows with the record and not with a power of it. Additions and regular expressions are
//! counted for the same reason, and only functions of the list here are known.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::thread;

use cel::common::ast::{EntryExpr, Expr, IdedExpr};
use cel::{Context, Env, Program};
use serde_json::Value;

use crate::crm::text::cut;

/// The longest condition, in bytes.
const LONGEST: usize = 4 << 10;
/// How deep it may be nested.
const DEEPEST: usize = 48;
/// How often `+` may stand in it: it joins texts and lists.
const ADDITIONS: usize = 16;
/// How often `matches` may stand in it.
const PATTERNS: usize = 4;
/// The longest list that it may look at.
const LIST: usize = 1000;
/// What an error message may have at most, in bytes.
const MESSAGE: usize = 400;
/// The parser goes deep before the nesting is known, so it has a stack of its own.
const PARSER_STACK: usize = 16 << 20;

const VARIABLES: [&str; 3] = ["before", "after", "config"];
const FUNCTIONS: &[&str] = &[
    "_?_:_",
    "_&&_",
    "_||_",
    "!_",
    "-_",
    "_+_",
    "_-_",
    "_*_",
    "_/_",
    "_%_",
    "_==_",
    "_!=_",
    "_<_",
    "_<=_",
    "_>_",
    "_>=_",
    "_[_]",
    "@in",
    "@not_strictly_false",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "uint",
    "double",
    "string",
    "bool",
    "timestamp",
    "duration",
    "getFullYear",
    "getMonth",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
];

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A condition, ready to be evaluated. Cheap to clone.
#[derive(Clone)]
pub struct Condition(Arc<Inner>);

struct Inner {
    text: String,
    program: Program,
    /// Which of [`VARIABLES`] it looks at.
    reads: [bool; 3],
}

/// The text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadCondition(String);

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// Where it is no CEL, names other variables than `before`, `after` and `config` or an unknown function, or could
    /// take long.
    pub fn compile(text: &str) -> Result<Self, BadCondition> {
        if text.len() > LONGEST {
            return Err(BadCondition(format!("must not be longer than {LONGEST} bytes")));
        }
        let owned = text.to_owned();
        let parse = move || parse(owned);
        let parser = thread::Builder::new().name("cel".to_owned()).stack_size(PARSER_STACK).spawn(parse);
        match parser.map(thread::JoinHandle::join) {
            Ok(Ok(parsed)) => parsed.map(|inner| Self(Arc::new(inner))),
            Ok(Err(_)) => Err(BadCondition("cannot be read as CEL".to_owned())),
            Err(error) => Err(BadCondition(format!("could not be read: {error}"))),
        }
    }

    /// Whether it holds. `before` is null for a record that was made, `after` for one that was deleted.
    ///
    /// # Errors
    /// What went wrong: a field that is not there, values that do not compare, a result that is not true or false.
    pub fn eval(&self, before: &Value, after: &Value, config: &Value) -> Result<bool, String> {
        let mut context = Context::with_env(ENV.clone());
        for ((name, value), read) in VARIABLES.into_iter().zip([before, after, config]).zip(self.0.reads) {
            if read {
                context.add_variable_from_value(name, value_of(value).map_err(|error| format!("{name}: {error}"))?);
            }
        }
        match self.0.program.execute(&context) {
            Ok(cel::Value::Bool(holds)) => Ok(holds),
            Ok(other) => Err(format!("gives a value of type {}, not true or false", other.type_of())),
            Err(error) => Err(cut(error.to_string(), MESSAGE)),
        }
    }

    /// The text that it was made of.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Condition").field(&self.text()).finish()
    }
}

fn parse(text: String) -> Result<Inner, BadCondition> {
    let program = ENV.compile(&text).map_err(|errors| {
        let first = errors.errors.first();
        BadCondition(first.map_or_else(
            || "cannot be read as CEL".to_owned(),
            |error| cut(format!("line {}, column {}: {}", error.pos.0, error.pos.1, error.msg), MESSAGE),
        ))
    })?;
    let mut survey = Survey::default();
    survey.walk(program.expression())?;
    Ok(Inner { reads: survey.reads, program, text })
}

/// What was seen of an expression.
#[derive(Default)]
struct Survey {
    reads: [bool; 3],
    additions: usize,
    patterns: usize,
}

/// A place in an expression: how deep it is, and the names that the macro around it binds.
#[derive(Clone, Copy)]
struct Place<'a> {
    depth: usize,
    bound: Option<[&'a str; 3]>,
}

impl Survey {
    /// Looks at all of it, without going down the host's own stack.
    fn walk(&mut self, whole: &IdedExpr) -> Result<(), BadCondition> {
        let mut left = vec![(whole, Place { depth: 0, bound: None })];
        while let Some((expr, place)) = left.pop() {
            if place.depth > DEEPEST {
                return Err(BadCondition(format!("must not be nested deeper than {DEEPEST} levels")));
            }
            self.look(expr, place)?;
            children(expr, place, &mut left);
        }
        Ok(())
    }

    fn look(&mut self, expr: &IdedExpr, place: Place<'_>) -> Result<(), BadCondition> {
        match &expr.expr {
            Expr::Ident(name) if place.bound.is_some_and(|bound| bound.contains(&name.as_str())) => Ok(()),
            Expr::Ident(name) => match VARIABLES.iter().position(|variable| variable == name) {
                Some(at) => {
                    self.reads[at] = true;
                    Ok(())
                }
                None => Err(BadCondition(cut(
                    format!("there is no variable `{name}`: there are before, after, config"),
                    MESSAGE,
                ))),
            },
            Expr::Call(call) => self.call(&call.func_name, place),
            Expr::Comprehension(_) if place.bound.is_some() => {
                Err(BadCondition("all, exists, exists_one, filter and map must not stand in one another".to_owned()))
            }
            Expr::Struct(literal) => {
                Err(BadCondition(cut(format!("there is no type `{}`", literal.type_name), MESSAGE)))
            }
            _ => Ok(()),
        }
    }

    fn call(&mut self, function: &str, place: Place<'_>) -> Result<(), BadCondition> {
        if !FUNCTIONS.contains(&function) {
            return Err(BadCondition(cut(format!("there is no function `{function}`"), MESSAGE)));
        }
        self.additions += usize::from(function == "_+_");
        self.patterns += usize::from(function == "matches");
        if self.additions > ADDITIONS {
            return Err(BadCondition(format!("must not have more than {ADDITIONS} additions")));
        }
        if self.patterns > PATTERNS || function == "matches" && place.bound.is_some() {
            let message =
                format!("may have {PATTERNS} calls of `matches`, and none inside all, exists, filter and map");
            return Err(BadCondition(message));
        }
        Ok(())
    }
}

fn children<'a>(expr: &'a IdedExpr, place: Place<'a>, left: &mut Vec<(&'a IdedExpr, Place<'a>)>) {
    let inner = Place { depth: place.depth + 1, ..place };
    match &expr.expr {
        Expr::Call(call) => {
            left.extend(call.target.as_deref().into_iter().chain(&call.args).map(|child| (child, inner)))
        }
        Expr::Select(select) => left.push((&select.operand, inner)),
        Expr::List(list) => left.extend(list.elements.iter().map(|child| (child, inner))),
        Expr::Map(map) => {
            for entry in &map.entries {
                if let EntryExpr::MapEntry(entry) = &entry.expr {
                    left.extend([(&entry.key, inner), (&entry.value, inner)]);
                }
            }
        }
        Expr::Comprehension(each) => {
            let names = [each.iter_var.as_str(), each.iter_var2.as_deref().unwrap_or_default(), &each.accu_var];
            let bound = Place { bound: Some(names), ..inner };
            // The list gone through is outside of what is bound. A macro there would feed this one: no better than one
            // inside of it.
            let range = Place { bound: Some(["", "", ""]), ..inner };
            left.push((&each.iter_range, range));
            left.extend([&each.accu_init, &each.loop_cond, &each.loop_step, &each.result].map(|child| (child, bound)));
        }
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => {}
    }
}

/// JSON as CEL has it: whole numbers are `int`, so that they compare with those in the condition.
fn value_of(json: &Value) -> Result<cel::Value, String> {
    Ok(match json {
        Value::Null => cel::Value::Null,
        Value::Bool(value) => cel::Value::Bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => cel::Value::Int(whole),
            (None, Some(whole)) => cel::Value::UInt(whole),
            (None, None) => cel::Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => cel::Value::String(Arc::new(text.clone())),
        Value::Array(items) if items.len() > LIST => return Err(format!("a list has over {LIST} elements")),
        Value::Array(items) => cel::Value::List(Arc::new(items.iter().map(value_of).collect::<Result<_, _>>()?)),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| Ok((name.clone(), value_of(value)?));
            let members = members.iter().map(member).collect::<Result<std::collections::HashMap<_, _>, String>>()?;
            cel::Value::from(members)
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn eval(text: &str) -> Result<bool, String> {
        let before = json!({"stage": "new", "amount": {"minor": 1999, "currency": "EUR"}, "tags": ["a", "b"]});
        let after = json!({"stage": "won", "amount": {"minor": 5000, "currency": "EUR"}, "tags": ["b"], "rate": 0.5});
        let config = json!({"stages": ["won", "lost"], "least": 3000, "created_at": "2026-01-15T12:00:00.000000Z"});
        Condition::compile(text).unwrap().eval(&before, &after, &config)
    }

    #[track_caller]
    fn refusal(text: &str) -> String {
        Condition::compile(text).unwrap_err().to_string()
    }

    #[test]
    fn holds_or_not() {
        for (text, holds) in [
            ("before.stage != after.stage", true),
            ("after.stage in config.stages", true),
            ("after.amount.minor >= config.least && after.amount.currency == 'EUR'", true),
            ("after.amount.minor + 1 == 5001", true),
            ("has(after.owner)", false),
            ("has(after.owner) && after.owner == 'x'", false),
            ("size(after.tags) < size(before.tags)", true),
            ("before.tags.exists(t, !(t in after.tags))", true),
            ("config.stages.filter(s, s == after.stage).size() == 1", true),
            ("after.stage.matches('^w.n$')", true),
            ("timestamp(config.created_at).getFullYear() == 2026", true),
            ("after.rate > 0.25", true),
            ("true", true),
        ] {
            assert_eq!(eval(text), Ok(holds), "{text}");
        }
        let created = Condition::compile("before == null").unwrap();
        assert_eq!(created.eval(&Value::Null, &json!({}), &json!({})), Ok(true));
    }

    #[test]
    fn what_goes_wrong_is_told() {
        assert!(eval("after.owner == 'x'").unwrap_err().contains("owner"));
        assert!(eval("after.stage").unwrap_err().contains("string"));
        assert!(eval("after.stage > 1").is_err());
        let long = json!({"list": vec![0; LIST + 1]});
        let all = Condition::compile("after.list.all(x, x == 0)").unwrap();
        assert!(all.eval(&Value::Null, &long, &Value::Null).unwrap_err().contains("elements"));
    }

    #[test]
    fn what_is_unknown_or_dear_is_refused() {
        assert!(refusal("affter.stage == 'x'").contains("`affter`"));
        assert!(refusal("x").contains("`x`"));
        assert!(refusal("before.tags.exists(t, u == t)").contains("`u`"));
        assert!(refusal("before.tags.exists(t, true) && t == 1").contains("`t`"));
        assert!(refusal("shout(after.stage)").contains("`shout`"));
        assert!(refusal("after.stage ==").contains("line 1"));
        assert!(refusal("").contains("line 1"));
        assert!(refusal("a.tags.all(x, before.tags.all(y, x == y))").contains("one another"));
        assert!(refusal("['a'].map(x, x + x).map(x, x + x) == []").contains("one another"));
        assert!(refusal("[['a'].map(x, x + x)].exists(y, true)").contains("one another"));
        assert!(refusal(&format!("'a'{} == ''", " + after.stage".repeat(17))).contains("additions"));
        assert!(refusal("before.tags.all(x, x.matches('a'))").contains("matches"));
        assert!(refusal(&format!("true {}", " ".repeat(LONGEST))).contains("bytes"));
    }

    #[test]
    fn deep_texts_do_no_harm() {
        for deep in [
            "(".repeat(2000),
            "!".repeat(4000) + "true",
            "-".repeat(4000) + "1",
            "[".repeat(4000),
            "{1:".repeat(1300),
            format!("after{}", ".a".repeat(2000)),
            format!("after{}", "[0]".repeat(1300)),
            format!("1{}", "-1".repeat(2000)),
            format!("true{}", " ? true : true".repeat(290)),
            format!("true{}", "&&true".repeat(680)),
            format!("{}1{}", "size(".repeat(800), ")".repeat(80)),
        ] {
            let _ = Condition::compile(&deep);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            let _ = Condition::compile(&text);
        }

        #[test]
        fn any_near_cel_is_read_or_refused(words in prop::collection::vec(prop::sample::select(vec![
            "before", "after", ".", "stage", "tags", "(", ")", "[", "]", "{", "}", "==", "&&", "||", "!", "-", "+", "in",
            "1", "1.5", "0xff", "9223372036854775808", "'a'", "\"", "r'\\d'", "b'x'", "null", "true", ".exists(x, ", "has(", "size(",
            ".matches(", "?", ":", ",", "duration('1h')", "timestamp('2026')", "%", "/", "config.x",
        ]), 0..14)) {
            if let Ok(condition) = Condition::compile(&words.join(" ")) {
                let record = json!({"stage": "x", "tags": ["a", 1, null]});
                let _ = condition.eval(&record, &record, &json!({"x": "("}));
            }
        }
    }
}
