//! Words for people, each in the reader's language.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// How many characters the host takes as a title, or as the outcome of an offer.
pub const LINE: usize = 200;
/// How many characters the host takes as a body.
pub const BODY: usize = 10_000;

/// A language that the shipped texts are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// English; also what numbers and durations are written in for a language that is not here.
    En,
    /// Russian.
    Ru,
}

impl Lang {
    /// The language of a BCP 47 tag: `ru-RU` is Russian.
    pub fn of(tag: &str) -> Lang {
        if primary(tag).eq_ignore_ascii_case("ru") { Lang::Ru } else { Lang::En }
    }
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// The same words in several languages. Built by [`text!`](crate::text!) or [`Texts::say`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Localized(Vec<(String, String)>);

impl Localized {
    /// What people call a record: its number where it has one, and its title. Short enough to be part of a title.
    pub fn named(number: Option<u64>, title: &str) -> Localized {
        let number = number.map_or_else(String::new, |number| format!("{number} "));
        let words = |open, close| format!("{number}{open}{title}{close}");
        Localized::default().with("en", words('“', '”')).with("ru", words('«', '»')).clipped(120)
    }

    /// Adds the words of one language, by its BCP 47 tag.
    pub fn with(mut self, tag: impl Into<String>, words: impl Into<String>) -> Localized {
        self.0.push((tag.into(), words.into()));
        self
    }

    /// The words for a reader of that language, else the first there are.
    pub fn in_language(&self, tag: &str) -> &str {
        let find = |same: &dyn Fn(&str) -> bool| self.0.iter().find(|(have, _)| same(have));
        find(&|have| have.eq_ignore_ascii_case(tag))
            .or_else(|| find(&|have| primary(have).eq_ignore_ascii_case(primary(tag))))
            .or_else(|| self.0.first())
            .map_or("", |(_, words)| words)
    }

    /// The same, each cut to so many characters, the last of them an ellipsis where something was cut.
    pub fn clipped(mut self, most: usize) -> Localized {
        for (_, words) in &mut self.0 {
            if let Some((at, _)) = words.char_indices().nth(most) {
                let keep = words[..at].char_indices().next_back().map_or(0, |(last, _)| last);
                words.truncate(keep);
                words.push('…');
            }
        }
        self
    }

    /// The same with one line more; where that is not there in a language, in the first that it is there in.
    pub fn line(mut self, next: Localized) -> Localized {
        for (tag, words) in &mut self.0 {
            words.push('\n');
            words.push_str(next.in_language(tag));
        }
        self
    }

    /// The pairs of tag and words, as the contract takes them.
    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}

/// Words in any language, such as a name, stand for themselves.
impl From<&str> for Localized {
    fn from(words: &str) -> Self {
        Localized::default().with("en", words)
    }
}

/// Something that can be put into a text, in the text's language.
pub trait Say {
    /// The words for it.
    fn say(&self, lang: Lang) -> String;
}

impl<T: Say + ?Sized> Say for &T {
    fn say(&self, lang: Lang) -> String {
        (**self).say(lang)
    }
}

impl Say for str {
    fn say(&self, _: Lang) -> String {
        self.into()
    }
}

impl Say for String {
    fn say(&self, _: Lang) -> String {
        self.clone()
    }
}

impl Say for Localized {
    fn say(&self, lang: Lang) -> String {
        let tag = if lang == Lang::Ru { "ru" } else { "en" };
        self.in_language(tag).into()
    }
}

/// Nothing is written as a dash.
impl<T: Say> Say for Option<T> {
    fn say(&self, lang: Lang) -> String {
        self.as_ref().map_or_else(|| "—".into(), |value| value.say(lang))
    }
}

impl Say for u32 {
    fn say(&self, _: Lang) -> String {
        self.to_string()
    }
}

impl Say for u64 {
    fn say(&self, _: Lang) -> String {
        self.to_string()
    }
}

impl Say for Money {
    fn say(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.format(",", "."),
            Lang::Ru => self.format("\u{a0}", ","),
        }
    }
}

/// How long something took. Said in its two largest units: `2 hours 5 minutes`, in the nominative case, so write texts
/// as `Took: {time}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elapsed(u64);

impl Elapsed {
    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Elapsed {
        Elapsed(seconds)
    }

    /// How many seconds, rounded down.
    pub const fn as_seconds(self) -> u64 {
        self.0
    }
}

/// A unit's length in seconds, its two English forms, and its three Russian ones.
const UNITS: [(u64, [&str; 2], [&str; 3]); 4] = [
    (86_400, ["day", "days"], ["день", "дня", "дней"]),
    (3_600, ["hour", "hours"], ["час", "часа", "часов"]),
    (60, ["minute", "minutes"], ["минута", "минуты", "минут"]),
    (1, ["second", "seconds"], ["секунда", "секунды", "секунд"]),
];

impl Say for Elapsed {
    fn say(&self, lang: Lang) -> String {
        let largest = UNITS.iter().position(|unit| self.0 >= unit.0).unwrap_or(UNITS.len() - 1);
        let mut rest = self.0;
        let mut parts = Vec::new();
        for (at, (length, en, ru)) in UNITS.iter().enumerate().skip(largest).take(2) {
            let count = rest / length;
            rest %= length;
            // Seconds matter only where there is nothing larger.
            if at == largest || (count > 0 && *length > 1) {
                let unit = match lang {
                    Lang::En => en[usize::from(count != 1)],
                    Lang::Ru => plural_ru(count, *ru),
                };
                parts.push(format!("{count} {unit}"));
            }
        }
        parts.join(" ")
    }
}

/// The Russian form for a count: one of `["день", "дня", "дней"]`.
pub fn plural_ru(count: u64, [one, few, many]: [&str; 3]) -> &str {
    match (count % 10, count % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

/// A text that a plugin ships, with `{names}` to be filled in. Made by [`texts!`](crate::texts!).
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// The name by which an admin's configuration changes it.
    pub name: &'static str,
    /// In English.
    pub en: &'static str,
    /// In Russian.
    pub ru: &'static str,
}

/// The texts of a plugin as a field of its configuration: by name, then by BCP 47 tag. What an admin leaves out stays
/// as shipped; a language that is not shipped can be added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Texts(BTreeMap<String, BTreeMap<String, String>>);

impl Texts {
    /// The shipped texts: what the field defaults to, so that an admin sees what there is to change.
    pub fn shipped(templates: &[Template]) -> Texts {
        let words = |t: &Template| BTreeMap::from([("en".into(), t.en.into()), ("ru".into(), t.ru.into())]);
        Texts(templates.iter().map(|t| (t.name.into(), words(t))).collect())
    }

    /// Fills a text in. A `{name}` that is not among `values` stays as it is.
    pub fn say(&self, template: Template, values: &[(&str, &dyn Say)]) -> Localized {
        let mut words = BTreeMap::from([("en", template.en), ("ru", template.ru)]);
        for (tag, text) in self.0.get(template.name).into_iter().flatten() {
            words.insert(tag, text);
        }
        words
            .into_iter()
            .fold(Localized::default(), |all, (tag, text)| all.with(tag, fill(text, values, Lang::of(tag))))
    }
}

/// In one pass, so that a value with braces in it is left alone.
fn fill(text: &str, values: &[(&str, &dyn Say)], lang: Lang) -> String {
    let mut filled = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some((before, (name, after))) = rest.split_once('{').and_then(|(b, a)| Some((b, a.split_once('}')?))) {
        filled.push_str(before);
        match values.iter().find(|(have, _)| *have == name) {
            Some((_, value)) => filled.push_str(&value.say(lang)),
            None => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Declares the texts of a plugin as [`Template`] constants, and `SHIPPED`, all of them.
///
/// ```
/// takt_sdk::texts! {
///     /// To the head, when somebody took a lead.
///     TAKEN = { en: "{who} took it", ru: "Принято: {who}" }
/// }
/// let texts = takt_sdk::Texts::shipped(SHIPPED);
/// assert_eq!(texts.say(TAKEN, &[("who", &"Anna")]).in_language("ru"), "Принято: Anna");
/// ```
#[macro_export]
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = { en: $en:literal, ru: $ru:literal $(,)? })*) => {
        $($(#[$doc])*
        pub const $name: $crate::Template = $crate::Template { name: stringify!($name), en: $en, ru: $ru };)*
        /// Every text that the plugin ships.
        pub const SHIPPED: &[$crate::Template] = &[$($name),*];
    };
}

/// Words in English and Russian that no admin changes, filled in from the named values, each of which is [`Say`].
///
/// ```
/// use takt_sdk::text;
/// let words = text!(en: "for {amount}", ru: "на сумму {amount}", amount = takt_sdk::Money::new(150, "EUR"));
/// assert_eq!(words.in_language("en"), "for 1.50\u{a0}EUR");
/// ```
#[macro_export]
macro_rules! text {
    (en: $en:literal, ru: $ru:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        $(let $name = &$value;)*
        $crate::Localized::default()
            .with("en", format!($en $(, $name = $crate::Say::say($name, $crate::Lang::En))*))
            .with("ru", format!($ru $(, $name = $crate::Say::say($name, $crate::Lang::Ru))*))
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_right_plurals() {
        let said = |seconds, lang| Elapsed::seconds(seconds).say(lang);
        assert_eq!(said(0, Lang::En), "0 seconds");
        assert_eq!(said(1, Lang::Ru), "1 секунда");
        assert_eq!(said(61, Lang::En), "1 minute");
        assert_eq!(said(22 * 60, Lang::Ru), "22 минуты");
        assert_eq!(said(11 * 60, Lang::Ru), "11 минут");
        assert_eq!(said(7_500, Lang::En), "2 hours 5 minutes");
        assert_eq!(said(5 * 86_400 + 3_600 + 60, Lang::Ru), "5 дней 1 час");
        assert_eq!(said(86_400 + 60, Lang::En), "1 day");
    }

    #[test]
    fn the_reader_gets_their_language() {
        let words = text!(en: "{n} leads", ru: "лидов: {n}", n = 3_u32);
        assert_eq!(words.in_language("ru-RU"), "лидов: 3");
        assert_eq!(words.in_language("de"), "3 leads");
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let words = text!(en: "short", ru: "длинно").clipped(5);
        assert_eq!(words.in_language("en"), "short");
        assert_eq!(words.in_language("ru"), "длин…");
    }

    #[test]
    fn an_admin_changes_texts_and_adds_languages() {
        let hello = Template { name: "HELLO", en: "Hello {who}", ru: "Привет, {who}" };
        let texts: Texts = serde_json::from_str(r#"{"HELLO": {"en": "Hi {who} {x}", "de": "Hallo {who}"}}"#).unwrap();
        let words = texts.say(hello, &[("who", &"Ann")]);
        assert_eq!(words.in_language("en"), "Hi Ann {x}");
        assert_eq!(words.in_language("de"), "Hallo Ann");
        assert_eq!(words.in_language("ru"), "Привет, Ann");
    }
}
