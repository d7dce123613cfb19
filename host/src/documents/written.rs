//! Values as papers write them, by language: dates, amounts, quantities, rates.

use chrono::{Datelike as _, NaiveDate};

use crate::crm::line_item::Quantity;
use crate::crm::money::Money;
use crate::crm::template::Language;
use crate::crm::words::in_words;

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const RUSSIAN_MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

/// Keeps together what stands on both sides.
const NO_BREAK: char = '\u{a0}';

/// A date: `2 March 2026`, `2 марта 2026 г.`
#[must_use]
pub fn date(date: NaiveDate, language: Language) -> String {
    let month = date.month0() as usize;
    match language {
        Language::En => format!("{} {} {}", date.day(), ENGLISH_MONTHS[month], date.year()),
        Language::Ru => format!("{} {} {}{NO_BREAK}г.", date.day(), RUSSIAN_MONTHS[month], date.year()),
    }
}

/// An amount without its currency: `1,234.50`, `1 234,50`.
#[must_use]
pub fn figures(amount: Money, language: Language) -> String {
    decimal(&amount.decimal().to_string(), language)
}

/// An amount with its currency: `€1,234.50`, `1 234,50 €`.
#[must_use]
pub fn amount(amount: Money, language: Language) -> String {
    let figures = figures(amount, language);
    let code = amount.currency.code();
    let sign = match code {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "RUB" => "₽",
        other => other,
    };
    match language {
        Language::En if sign != code && code != "RUB" => match figures.strip_prefix('−') {
            Some(figures) => format!("−{sign}{figures}"),
            None => format!("{sign}{figures}"),
        },
        _ => format!("{figures}{NO_BREAK}{sign}"),
    }
}

/// An amount in words, with a capital at its beginning; empty where there are no words for it.
#[must_use]
pub fn words(amount: Money, language: Language) -> String {
    let words = in_words(amount, language.tag()).unwrap_or_default();
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// How many: `2.5`, `2,5`.
#[must_use]
pub fn quantity(quantity: Quantity, language: Language) -> String {
    decimal(&quantity.to_string(), language)
}

/// Basis points as per cent: `19%`, `19 %`.
#[must_use]
pub fn rate(basis_points: u16, language: Language) -> String {
    let (whole, part) = (basis_points / 100, basis_points % 100);
    let number = match part {
        0 => whole.to_string(),
        part => format!("{whole}.{part:02}").trim_end_matches('0').to_owned(),
    };
    match language {
        Language::En => format!("{number}%"),
        Language::Ru => format!("{}{NO_BREAK}%", number.replace('.', ",")),
    }
}

/// A decimal number, its thousands set apart.
fn decimal(number: &str, language: Language) -> String {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |number| ("−", number));
    let (whole, part) = number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
    let (group, point) = match language {
        Language::En => (',', '.'),
        Language::Ru => (NO_BREAK, ','),
    };
    let mut written = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            written.push(group);
        }
        written.push(digit);
    }
    if let Some(part) = part {
        written.push(point);
        written.push_str(part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_writes_its_way() {
        let day = NaiveDate::from_ymd_opt(2026, 5, 2).unwrap();
        assert_eq!([date(day, Language::En), date(day, Language::Ru)], ["2 May 2026", "2 мая 2026\u{a0}г."]);
        for (minor, code, english, russian) in [
            (123_450, "EUR", "€1,234.50", "1\u{a0}234,50\u{a0}€"),
            (-100_000_000, "USD", "−$1,000,000.00", "−1\u{a0}000\u{a0}000,00\u{a0}$"),
            (99, "RUB", "0.99\u{a0}₽", "0,99\u{a0}₽"),
            (1_500, "JPY", "1,500\u{a0}JPY", "1\u{a0}500\u{a0}JPY"),
        ] {
            let money = Money::new(minor, code.parse().unwrap());
            assert_eq!([amount(money, Language::En), amount(money, Language::Ru)], [english, russian]);
        }
        let many: Quantity = "1250.5".parse().unwrap();
        assert_eq!([quantity(many, Language::En), quantity(many, Language::Ru)], ["1,250.5", "1\u{a0}250,5"]);
        assert_eq!([rate(1900, Language::En), rate(550, Language::Ru)], ["19%", "5,5\u{a0}%"]);
    }

    #[test]
    fn words_begin_with_a_capital() {
        let money = Money::new(200, "RUB".parse().unwrap());
        assert_eq!(words(money, Language::Ru), "Два рубля ноль копеек");
        assert_eq!(words(Money::new(-1, "RUB".parse().unwrap()), Language::Ru), "");
    }
}
