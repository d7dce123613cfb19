//! What a template is tried with where no record is at hand.

use serde_json::{Map, Value, json};

use super::fill::{Filling, totals_fields};
use super::written;
use crate::crm::instant::Instant;
use crate::crm::invoice::Payment;
use crate::crm::line_item::{LineItem, Totals};
use crate::crm::money::{Currency, Money};
use crate::crm::template::Language;

const ENGLISH: [(&str, &str); 20] = [
    ("number", "2026-0007"),
    ("subject", "Office furniture"),
    ("deal.number", "42"),
    ("seller.name", "Sample Furniture"),
    ("seller.legal_name", "Sample Furniture GmbH"),
    ("seller.tax_id", "DE123456789"),
    ("seller.address", "Hafenstr. 1, 20457 Hamburg"),
    ("seller.bank_account", "DE02 1203 0000 0000 2020 51"),
    ("seller.bank", "Sample Bank, BYLADEM1001"),
    ("seller.signatory", "H. Brandt, director"),
    ("seller.phone", "+49 40 1234560"),
    ("seller.email", "office@sample.example"),
    ("buyer.name", "Example Works"),
    ("buyer.legal_name", "Example Works Ltd."),
    ("buyer.tax_id", "GB999999973"),
    ("buyer.address", "1 Mill Lane, Leeds"),
    ("buyer.bank_account", "GB33 BUKB 2020 1555 5555 55"),
    ("buyer.bank", "Example Bank, BUKBGB22"),
    ("buyer.signatory", "J. Smith, managing director"),
    ("buyer.phone", "+44 113 4960000"),
];

const RUSSIAN: [(&str, &str); 20] = [
    ("number", "2026-0007"),
    ("subject", "Мебель для офиса"),
    ("deal.number", "42"),
    ("seller.name", "Образец-Мебель"),
    ("seller.legal_name", "ООО «Образец-Мебель»"),
    ("seller.tax_id", "7701234567"),
    ("seller.address", "115035, Москва, ул. Садовническая, д. 1"),
    ("seller.bank_account", "40702810900000000001"),
    ("seller.bank", "АО «Пример-Банк», БИК 044525000"),
    ("seller.signatory", "Семёнова О. И., директор"),
    ("seller.phone", "+7 495 123-45-60"),
    ("seller.email", "office@sample.example"),
    ("buyer.name", "Пример"),
    ("buyer.legal_name", "АО «Пример»"),
    ("buyer.tax_id", "7812345678"),
    ("buyer.address", "191186, Санкт-Петербург, Невский пр., д. 2"),
    ("buyer.bank_account", "40702810900000000002"),
    ("buyer.bank", "АО «Пример-Банк», БИК 044030000"),
    ("buyer.signatory", "Щербаков Ё. Ю., генеральный директор"),
    ("buyer.phone", "+7 812 765-43-21"),
];

/// The sample, of so many lines.
#[must_use]
pub fn filling(language: Language, lines: usize, now: Instant) -> Filling {
    let names = match language {
        Language::En => ENGLISH,
        Language::Ru => RUSSIAN,
    };
    let mut fields: Map<String, Value> =
        names.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let today = now.utc().date_naive();
    for (name, days) in [("date", 0), ("due_date", 14)] {
        let day = today.checked_add_days(chrono::Days::new(days)).unwrap_or(today);
        fields.insert(name.to_owned(), written::date(day, language).into());
    }
    let items = items(language, lines);
    let totals = Totals::of(&items);
    let paid = totals.as_ref().map(|totals| totals.gross);
    fields.extend(totals.as_ref().map(|totals| totals_fields(totals, language)).unwrap_or_default());
    let payments = paid.map(|amount| Payment { amount, at: now, method: None, reference: "7-1".to_owned() });
    Filling { fields, items, totals, payments: payments.into_iter().collect(), paid, deal_kind: None, own: true }
}

fn items(language: Language, lines: usize) -> Vec<LineItem> {
    let titles = match language {
        Language::En => {
            ["Office chair, adjustable", "Desk 160 × 80 cm, oak", "Delivery and assembly on the third floor"]
        }
        Language::Ru => {
            ["Кресло офисное, регулируемое", "Стол письменный 160 × 80 см, дуб", "Доставка и сборка, третий этаж"]
        }
    };
    let (currency, units) = match language {
        Language::En => (Currency::EUR, ["pcs", "pcs", "h"]),
        Language::Ru => ("RUB".parse().unwrap_or(Currency::EUR), ["шт.", "шт.", "ч"]),
    };
    let line = |at: usize| {
        let price =
            Money::new([12_900, 45_050, 4_000][at % 3] * if language == Language::Ru { 90 } else { 1 }, currency);
        let (quantity, discount) = (["10", "4", "2.5"][at % 3], [0, 500, 0][at % 3]);
        json!({"title": titles[at % 3], "unit": units[at % 3], "quantity": quantity, "price": price,
            "discount": discount, "vat_rate": if language == Language::Ru { 2000 } else { 1900 }})
    };
    let mut items: Vec<LineItem> = (0..lines).filter_map(|at| serde_json::from_value(line(at)).ok()).collect();
    // Computes each line's figures; nothing in the sample is refused.
    crate::crm::line_item::admit_items(&mut items, "", &mut crate::crm::invalid::Invalid::default());
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_every_line_and_comes_to_something() {
        for language in Language::ALL {
            let filling = filling(language, 7, Instant::default());
            assert_eq!(filling.items.len(), 7);
            assert!(filling.items.iter().all(|item| item.gross.is_some()));
            assert!(!filling.fields["total.in_words"].as_str().unwrap().is_empty());
        }
    }
}
