//! Amounts of money in words, as contracts and invoices write them.
//!
//! English and Russian; the Russian numerals agree with the gender of what is counted, and what is counted with the
//! number. No crate at hand does that for Russian.

use super::money::{Currency, Money};

/// Why an amount cannot be put in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// There are no words for it in that language.
    #[error("amounts are put in words in English (en) and Russian (ru), not in `{0}`")]
    Language(String),
    /// The names of its units are not known.
    #[error("amounts in {0} are not put in words: EUR, RUB and USD are")]
    Currency(Currency),
    /// It is less than nothing.
    #[error("a negative amount is not put in words")]
    Negative,
    /// There are no words for so much.
    #[error("an amount of more than 10^15 is not put in words")]
    TooLarge,
}

/// The most that there are words for, in units of the currency.
const MOST: u64 = 1_000_000_000_000_000;

/// The amount in words, without a capital at its beginning: `two euros and one cent`, `два евро один цент`.
/// `language` is a BCP 47 tag, of which the primary subtag counts.
///
/// # Errors
/// Where there are no words for it.
pub fn in_words(amount: Money, language: &str) -> Result<String, WordsError> {
    let minor = u64::try_from(amount.minor).map_err(|_| WordsError::Negative)?;
    let (whole, cents) = (minor / 100, minor % 100);
    if whole > MOST || (whole == MOST && cents > 0) {
        return Err(WordsError::TooLarge);
    }
    let unknown = || WordsError::Currency(amount.currency);
    match language.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "en" => english(whole, cents, amount.currency).ok_or_else(unknown),
        "ru" => russian(whole, cents, amount.currency).ok_or_else(unknown),
        _ => Err(WordsError::Language(language.chars().take(35).collect())),
    }
}

fn english(whole: u64, cents: u64, currency: Currency) -> Option<String> {
    let (unit, cent) = match currency.code() {
        "EUR" => (["euro", "euros"], ["cent", "cents"]),
        "USD" => (["dollar", "dollars"], ["cent", "cents"]),
        "RUB" => (["ruble", "rubles"], ["kopeck", "kopecks"]),
        _ => return None,
    };
    let counted = |number: u64, [one, many]: [&str; 2]| {
        format!("{} {}", english_number(number), if number == 1 { one } else { many })
    };
    Some(format!("{} and {}", counted(whole, unit), counted(cents, cent)))
}

const ENGLISH: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const ENGLISH_TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ENGLISH_SCALES: [&str; 6] = ["", " thousand", " million", " billion", " trillion", " quadrillion"];

fn english_number(number: u64) -> String {
    if number == 0 {
        return ENGLISH[0].to_owned();
    }
    let groups = groups(number).map(|(scale, group)| format!("{}{}", english_group(group), ENGLISH_SCALES[scale]));
    groups.collect::<Vec<_>>().join(" ")
}

fn english_group(group: usize) -> String {
    let (hundreds, rest) = (group / 100, group % 100);
    let mut words = Vec::new();
    if hundreds > 0 {
        words.push(format!("{} hundred", ENGLISH[hundreds]));
    }
    match (rest / 10, rest % 10) {
        (0, 0) => {}
        (0 | 1, _) => words.push(ENGLISH[rest].to_owned()),
        (tens, 0) => words.push(ENGLISH_TENS[tens].to_owned()),
        (tens, ones) => words.push(format!("{}-{}", ENGLISH_TENS[tens], ENGLISH[ones])),
    }
    words.join(" ")
}

/// What is counted: after one, after two to four, and after all else; and whether it is feminine.
type Noun = ([&'static str; 3], bool);

fn russian(whole: u64, cents: u64, currency: Currency) -> Option<String> {
    const CENT: Noun = (["цент", "цента", "центов"], false);
    let (unit, cent): (Noun, Noun) = match currency.code() {
        "EUR" => ((["евро", "евро", "евро"], false), CENT),
        "USD" => ((["доллар", "доллара", "долларов"], false), CENT),
        "RUB" => ((["рубль", "рубля", "рублей"], false), (["копейка", "копейки", "копеек"], true)),
        _ => return None,
    };
    Some(format!("{} {}", russian_counted(whole, unit), russian_counted(cents, cent)))
}

const RUSSIAN: [&str; 20] = [
    "ноль",
    "один",
    "два",
    "три",
    "четыре",
    "пять",
    "шесть",
    "семь",
    "восемь",
    "девять",
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
];
const RUSSIAN_TENS: [&str; 10] =
    ["", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"];
const RUSSIAN_HUNDREDS: [&str; 10] =
    ["", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"];
const RUSSIAN_SCALES: [Noun; 5] = [
    (["тысяча", "тысячи", "тысяч"], true),
    (["миллион", "миллиона", "миллионов"], false),
    (["миллиард", "миллиарда", "миллиардов"], false),
    (["триллион", "триллиона", "триллионов"], false),
    (["квадриллион", "квадриллиона", "квадриллионов"], false),
];

fn russian_counted(number: u64, noun: Noun) -> String {
    let mut words = Vec::new();
    for (scale, group) in groups(number) {
        match scale.checked_sub(1).map(|scale| RUSSIAN_SCALES[scale]) {
            Some(scale) => {
                russian_group(group, scale.1, &mut words);
                words.push(form(group, scale));
            }
            None => russian_group(group, noun.1, &mut words),
        }
    }
    if number == 0 {
        words.push(RUSSIAN[0]);
    }
    // What stands after the last group's thousands or millions counts as after zero.
    words.push(form((number % 1_000) as usize, noun));
    words.join(" ")
}

fn russian_group(group: usize, feminine: bool, words: &mut Vec<&'static str>) {
    let (hundreds, rest) = (group / 100, group % 100);
    let (tens, ones) = if rest < 20 { (0, rest) } else { (rest / 10, rest % 10) };
    let ones = match (ones, feminine) {
        (0, _) => "",
        (1, true) => "одна",
        (2, true) => "две",
        _ => RUSSIAN[ones],
    };
    words.extend([RUSSIAN_HUNDREDS[hundreds], RUSSIAN_TENS[tens], ones].into_iter().filter(|word| !word.is_empty()));
}

const fn form(number: usize, ([one, few, many], _): Noun) -> &'static str {
    match (number % 100, number % 10) {
        (11..=14, _) => many,
        (_, 1) => one,
        (_, 2..=4) => few,
        _ => many,
    }
}

/// The number by thousands, the highest first, without those that are empty.
fn groups(number: u64) -> impl Iterator<Item = (usize, usize)> {
    (0..6u32)
        .rev()
        .map(move |scale| (scale as usize, (number / 1_000u64.pow(scale) % 1_000) as usize))
        .filter(|(_, group)| *group > 0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn words(minor: i64, code: &str, language: &str) -> Result<String, WordsError> {
        in_words(Money::new(minor, code.parse().unwrap()), language)
    }

    #[test]
    fn english() {
        for (minor, code, expected) in [
            (0, "EUR", "zero euros and zero cents"),
            (101, "EUR", "one euro and one cent"),
            (202, "USD", "two dollars and two cents"),
            (1_999, "USD", "nineteen dollars and ninety-nine cents"),
            (2_100, "RUB", "twenty-one rubles and zero kopecks"),
            (100_001, "RUB", "one thousand rubles and one kopeck"),
            (123_456, "EUR", "one thousand two hundred thirty-four euros and fifty-six cents"),
            (10_001_000_000, "USD", "one hundred million ten thousand dollars and zero cents"),
            (100_000_000_000_000_000, "EUR", "one quadrillion euros and zero cents"),
        ] {
            assert_eq!(words(minor, code, "en-GB").as_deref(), Ok(expected));
        }
    }

    #[test]
    fn russian() {
        for (minor, code, expected) in [
            (0, "RUB", "ноль рублей ноль копеек"),
            (101, "RUB", "один рубль одна копейка"),
            (202, "RUB", "два рубля две копейки"),
            (505, "RUB", "пять рублей пять копеек"),
            (1_111, "RUB", "одиннадцать рублей одиннадцать копеек"),
            (1_414, "RUB", "четырнадцать рублей четырнадцать копеек"),
            (2_121, "RUB", "двадцать один рубль двадцать одна копейка"),
            (4_242, "RUB", "сорок два рубля сорок две копейки"),
            (11_100, "RUB", "сто одиннадцать рублей ноль копеек"),
            (100_000, "RUB", "одна тысяча рублей ноль копеек"),
            (200_100, "RUB", "две тысячи один рубль ноль копеек"),
            (1_200_000, "RUB", "двенадцать тысяч рублей ноль копеек"),
            (2_100_000, "RUB", "двадцать одна тысяча рублей ноль копеек"),
            (
                123_456_789,
                "RUB",
                "один миллион двести тридцать четыре тысячи пятьсот шестьдесят семь рублей восемьдесят девять копеек",
            ),
            (200_000_000_000, "RUB", "два миллиарда рублей ноль копеек"),
            (500_000_000_000_001, "RUB", "пять триллионов рублей одна копейка"),
            (100_000_000_000_000_000, "RUB", "один квадриллион рублей ноль копеек"),
            (101, "EUR", "один евро один цент"),
            (202, "EUR", "два евро два цента"),
            (1_105, "EUR", "одиннадцать евро пять центов"),
            (102, "USD", "один доллар два цента"),
            (302, "USD", "три доллара два цента"),
            (100_025, "USD", "одна тысяча долларов двадцать пять центов"),
        ] {
            assert_eq!(words(minor, code, "ru").as_deref(), Ok(expected));
        }
    }

    #[test]
    fn refused() {
        assert_eq!(words(-1, "RUB", "ru"), Err(WordsError::Negative));
        assert_eq!(words(100_000_000_000_000_001, "RUB", "ru"), Err(WordsError::TooLarge));
        assert_eq!(words(i64::MAX, "EUR", "en"), Err(WordsError::TooLarge));
        assert_eq!(words(1, "EUR", "de"), Err(WordsError::Language("de".into())));
        assert_eq!(words(1, "JPY", "en"), Err(WordsError::Currency("JPY".parse().unwrap())));
    }

    /// No two amounts read the same.
    #[test]
    fn every_amount_has_words_of_its_own() {
        for language in ["en", "ru"] {
            let all: HashSet<_> = (0..200_000).map(|minor| words(minor, "RUB", language).unwrap()).collect();
            assert_eq!(all.len(), 200_000);
        }
    }

    proptest! {
        #[test]
        fn words_stand_one_space_apart(minor in 0..=100_000_000_000_000_000i64, code in prop::sample::select(vec!["RUB", "EUR", "USD"])) {
            for language in ["en", "ru"] {
                let text = words(minor, code, language).unwrap();
                prop_assert!(text.split(' ').all(|word| !word.is_empty()));
            }
        }
    }
}
