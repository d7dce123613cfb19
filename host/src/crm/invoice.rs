//! Invoices: what a client is asked to pay, and what they paid.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::entity::{Entity, Series, Setting, keep};
use super::field::{CREATED_AT, Field, Shape, UPDATED_AT, data};
use super::id::Id;
use super::instant::Instant;
use super::invalid::Invalid;
use super::kind::Kind;
use super::line_item::{LineItem, Totals, admit_items};
use super::links::Link;
use super::money::{Money, MoneyError};
use super::record::Data;
use super::text;

/// What a client is asked to pay.
///
/// It is not numbered as other records are: those numbers leave gaps where drafts are thrown away, and run over
/// issuers and years. An invoice has its number from its issuer and year once it is issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invoice {
    /// Where it stands.
    #[serde(default)]
    pub status: InvoiceStatus,
    /// The user responsible for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Id>,
    /// The deal that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deal: Option<Id>,
    /// The company that pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Id>,
    /// The person who pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Id>,
    /// The payer's details as they were when it was issued: legal name, tax id, address, …
    #[serde(default)]
    #[schema(value_type = Object)]
    pub payer: Map<String, Value>,
    /// Who issues it.
    pub issuer: Issuer,
    /// What is to be paid for, in one currency.
    #[serde(default)]
    pub items: Vec<LineItem>,
    /// What the items come to. Kept by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// The date on it. The day when it is issued, in UTC, where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub issue_date: Option<NaiveDate>,
    /// The date by which it is to be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub due_date: Option<NaiveDate>,
    /// The year that its number runs in. Kept by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// Its number: without gaps for each issuer and year, given when it is issued. Kept by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 9_223_372_036_854_775_807_i64)]
    pub invoice_number: Option<u64>,
    /// What was paid of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<Payment>,
    /// What the payments come to. Kept by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Money>,
    /// Why it is void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void_reason: Option<String>,
    /// Fields of the organisation's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

/// Who issues an invoice, as they were then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Kebab-case: invoices of one key have one run of numbers.
    pub key: String,
    /// Legal name, tax id, address, bank account, …
    #[serde(default)]
    #[schema(value_type = Object)]
    pub details: Map<String, Value>,
}

/// Money that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// How much; more than nothing.
    pub amount: Money,
    /// When.
    pub at: Instant,
    /// How: `bank-transfer`, `card`, `cash`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The bank's name for it, so that none is recorded twice: unique in the invoice.
    pub reference: String,
}

/// Where an invoice stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Being written; has no number.
    #[default]
    Draft,
    /// Numbered; items and payer stay.
    Issued,
    /// With the client.
    Sent,
    /// Paid in full.
    Paid,
    /// Its due date has passed.
    Overdue,
    /// Not valid, for `void_reason`.
    Void,
}

impl InvoiceStatus {
    /// Whether an invoice may go from here to there.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self == next
            || match self {
                Self::Draft => matches!(next, Self::Issued | Self::Void),
                Self::Issued => matches!(next, Self::Sent | Self::Paid | Self::Overdue | Self::Void),
                Self::Sent => matches!(next, Self::Paid | Self::Overdue | Self::Void),
                // A due date that is put off makes it sent again.
                Self::Overdue => matches!(next, Self::Sent | Self::Paid | Self::Void),
                Self::Paid | Self::Void => false,
            }
    }
}

/// How many payments an invoice may have.
const PAYMENTS: usize = 500;

impl Invoice {
    /// What must be there before it is issued and is not: the names of the fields.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        [
            ("items", self.items.is_empty()),
            ("payer", self.payer.is_empty()),
            ("company", self.company.is_none() && self.contact.is_none()),
            ("issuer.details", self.issuer.details.is_empty()),
            ("due_date", self.due_date.is_none()),
        ]
        .into_iter()
        .filter_map(|(name, missing)| missing.then_some(name))
        .collect()
    }

    fn clean(&mut self, invalid: &mut Invalid) {
        text::kebab_case(&self.issuer.key, "/issuer/key", invalid);
        text::json(&Value::Object(self.issuer.details.clone()), "/issuer/details", invalid);
        text::json(&Value::Object(self.payer.clone()), "/payer", invalid);
        text::optional_line(&mut self.void_reason, "/void_reason", invalid);
        text::custom(&self.custom, invalid);
    }

    fn admit_figures(&mut self, before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        let totals = admit_items(&mut self.items, "/items", invalid);
        let kept = before.and_then(|before| before.totals.clone());
        keep(&mut self.totals, kept, totals, "/totals", invalid);
        let paid = self.admit_payments(before, setting.now, invalid);
        keep(&mut self.paid, before.and_then(|before| before.paid), paid, "/paid", invalid);
    }

    fn admit_payments(&mut self, before: Option<&Self>, now: Instant, invalid: &mut Invalid) -> Option<Money> {
        invalid.check(self.payments.len() <= PAYMENTS, "/payments", "must not be more than 500");
        let mut references = std::collections::HashSet::new();
        let mut sum = Ok(None);
        for (index, payment) in self.payments.iter_mut().enumerate() {
            let at = format!("/payments/{index}");
            text::line(&mut payment.reference, &format!("{at}/reference"), invalid);
            text::optional_line(&mut payment.method, &format!("{at}/method"), invalid);
            let own = references.insert(payment.reference.clone());
            invalid.check(own, &format!("{at}/reference"), "another payment of this invoice has it");
            invalid.check(payment.amount.minor > 0, &format!("{at}/amount"), "must be more than 0");
            let noted = before.is_some_and(|before| before.payments.contains(payment));
            invalid.check(noted || payment.at <= now, &format!("{at}/at"), "must not be in the future");
            sum = sum.and_then(|sum: Option<Money>| {
                sum.map_or(Ok(payment.amount), |sum| sum.checked_add(payment.amount)).map(Some)
            });
        }
        let changed = before.is_none_or(|before| before.payments != self.payments);
        let payable = before.is_some_and(|before| !matches!(before.status, InvoiceStatus::Draft));
        let may = self.payments.is_empty() || !changed || payable;
        invalid.check(may, "/payments", "an invoice is paid once it is issued");
        let total = self.totals.as_ref().map(|totals| totals.gross);
        match sum.map_err(|error| error.to_string()).and_then(|sum| within(sum, total)) {
            Ok(sum) => sum,
            Err(error) => {
                invalid.note("/payments", error);
                None
            }
        }
    }

    /// The table of moves, and what each status wants, freezes and sets.
    fn admit_status(&mut self, before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        use InvoiceStatus::{Draft, Issued, Overdue, Paid, Sent, Void};
        let Some(before) = before else {
            invalid.check(self.status == Draft, "/status", "a new invoice is a draft");
            return;
        };
        // The last payment settles it, whoever records it.
        let total = self.totals.as_ref().map(|totals| totals.gross);
        let settled = total.is_some_and(|total| total.minor == 0 || self.paid == Some(total));
        if settled && self.paid.is_some() && matches!(self.status, Issued | Sent | Overdue) {
            self.status = Paid;
        }
        let may = before.status.may_become(self.status);
        invalid.check(may, "/status", "an invoice does not go there from where it stands");
        if self.status == Paid {
            invalid.check(settled, "/status", "an invoice is paid when its payments cover its total");
        }
        if self.status == Void {
            invalid.check(self.void_reason.is_some(), "/void_reason", "a void invoice must have a reason");
            invalid.check(self.payments.is_empty(), "/status", "an invoice with payments cannot be void");
        } else {
            invalid.check(self.void_reason.is_none(), "/void_reason", "only a void invoice has one");
        }
        if before.status == Draft && self.status == Issued {
            self.issue(setting, invalid);
        }
        if before.status != Draft {
            self.check_frozen(before, invalid);
        }
        if self.status == Overdue && before.status != Overdue {
            let passed = self.due_date.is_some_and(|due| due < setting.now.utc().date_naive());
            invalid.check(passed, "/status", "an invoice is overdue once its due date has passed");
        }
    }

    fn issue(&mut self, setting: &Setting, invalid: &mut Invalid) {
        let missing = self.missing();
        if !missing.is_empty() {
            invalid.note("/status", format!("cannot be issued: missing {}", missing.join(", ")));
        }
        let date = self.issue_date.unwrap_or_else(|| setting.now.utc().date_naive());
        self.issue_date = Some(date);
        self.year = Some(date.year());
        let ordered = self.due_date.is_none_or(|due| due >= date);
        invalid.check(ordered, "/due_date", "must not be before the issue date");
    }

    fn check_frozen(&self, before: &Self, invalid: &mut Invalid) {
        for (field, same) in [
            ("/items", self.items == before.items),
            ("/payer", self.payer == before.payer),
            ("/company", self.company == before.company),
            ("/contact", self.contact == before.contact),
            ("/issuer", self.issuer == before.issuer),
            ("/issue_date", self.issue_date == before.issue_date),
        ] {
            invalid.check(same, field, "cannot be changed once the invoice is issued");
        }
    }
}

/// Issuer and year, which an invoice has once it is issued.
fn run(data: &Data) -> Option<String> {
    let issuer = data.get("issuer")?.get("key")?.as_str()?;
    let year = data.get("year")?.as_i64()?;
    Some(format!("{issuer}:{year}"))
}

fn within(sum: Option<Money>, total: Option<Money>) -> Result<Option<Money>, String> {
    let Some(sum) = sum else { return Ok(None) };
    let total = total.ok_or_else(|| "there is nothing to be paid".to_owned())?;
    let left = total.checked_sub(sum).map_err(|error: MoneyError| error.to_string())?;
    if left.minor < 0 {
        return Err(format!("{sum} is more than the total of {total}"));
    }
    Ok(Some(sum))
}

impl Entity for Invoice {
    const KIND: Kind = Kind::Invoice;
    const NAME: &'static str = "invoice";
    const PLURAL: &'static str = "invoices";
    const SERIES: Option<Series> = Some(Series { field: "invoice_number", run });
    const KEYED: bool = true;
    const OWNER: Option<&'static str> = Some("owner");
    const TEXT: &'static [&'static str] = &["invoice_number", "payer", "custom"];
    const LINKS: &'static [Link] = &[
        Link::refuse("owner", Kind::User),
        Link::refuse("deal", Kind::Deal),
        Link::refuse("company", Kind::Company),
        Link::refuse("contact", Kind::Contact),
    ];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        data("status", &["status"], Shape::Text),
        data("due_date", &["due_date"], Shape::Text),
        data("owner", &["owner"], Shape::Id),
        data("deal", &["deal"], Shape::Id),
        data("company", &["company"], Shape::Id),
        data("contact", &["contact"], Shape::Id),
        data("year", &["year"], Shape::Integer),
        data("invoice_number", &["invoice_number"], Shape::Integer),
        data("issue_date", &["issue_date"], Shape::Text),
    ];

    fn admit(&mut self, before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        self.clean(invalid);
        let year = before.and_then(|before| before.year);
        keep(&mut self.year, year, year, "/year", invalid);
        let number = before.and_then(|before| before.invoice_number);
        keep(&mut self.invoice_number, number, number, "/invoice_number", invalid);
        self.admit_figures(before, setting, invalid);
        self.admit_status(before, setting, invalid);
    }

    fn stays(&self) -> Option<&'static str> {
        let issued = self.invoice_number.is_some();
        issued.then_some("an invoice that was issued keeps its number: make it void instead")
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        match (self.year, self.invoice_number) {
            (Some(year), Some(number)) => vec![("invoice_number", format!("{}:{year}:{number}", self.issuer.key))],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crm::testing::{NOW, admitted, refused, with};

    fn eur(minor: i64) -> Value {
        json!({"minor": minor, "currency": "EUR"})
    }

    fn draft() -> Value {
        let item = json!({"title": "Chair", "quantity": "2", "price": eur(5_000), "vat_rate": 1900});
        let fields = json!({"issuer": {"key": "main", "details": {"name": "We"}}, "payer": {"name": "ACME"},
            "company": Id::from_bytes([1; 16]), "due_date": "2026-01-20", "items": [item]});
        admitted(Kind::Invoice, None, fields)
    }

    fn go(before: &Value, patch: Value) -> Value {
        admitted(Kind::Invoice, Some(before), with(before, patch))
    }

    fn wrong(before: &Value, patch: Value) -> Vec<String> {
        refused(Kind::Invoice, Some(before), with(before, patch))
    }

    fn payment(reference: &str, minor: i64) -> Value {
        json!({"amount": eur(minor), "at": NOW, "reference": reference})
    }

    #[test]
    fn the_table_of_moves() {
        use InvoiceStatus::{Draft, Issued, Overdue, Paid, Sent, Void};
        for (from, to) in [
            (Draft, vec![Issued, Void]),
            (Issued, vec![Sent, Paid, Overdue, Void]),
            (Sent, vec![Paid, Overdue, Void]),
            (Overdue, vec![Sent, Paid, Void]),
            (Paid, vec![]),
            (Void, vec![]),
        ] {
            for next in [Draft, Issued, Sent, Paid, Overdue, Void] {
                assert_eq!(from.may_become(next), from == next || to.contains(&next), "{from:?} to {next:?}");
            }
        }
    }

    #[test]
    fn issuing_dates_and_freezes_it() {
        let issued = go(&draft(), json!({"status": "issued"}));
        assert_eq!((&issued["issue_date"], &issued["year"]), (&json!("2026-01-15"), &json!(2026)));
        assert_eq!(issued["totals"]["gross"], eur(11_900));
        let items = json!({"items": [{"title": "Table", "quantity": "1", "price": eur(1)}]});
        assert_eq!(wrong(&issued, items), ["/items"]);
        assert_eq!(wrong(&issued, json!({"payer": {"name": "B"}, "company": null})), ["/payer", "/company"]);
        assert_eq!(wrong(&issued, json!({"status": "draft"})), ["/status"]);
        assert_eq!(wrong(&issued, json!({"invoice_number": 7, "year": 2020})), ["/year", "/invoice_number"]);
    }

    #[test]
    fn what_is_missing_is_listed() {
        let bare = admitted(Kind::Invoice, None, json!({"issuer": {"key": "main"}}));
        let invoice: Invoice = serde_json::from_value(bare.clone()).unwrap();
        assert_eq!(invoice.missing(), ["items", "payer", "company", "issuer.details", "due_date"]);
        assert_eq!(wrong(&bare, json!({"status": "issued"})), ["/status"]);
        assert_eq!(wrong(&draft(), json!({"status": "issued", "due_date": "2026-01-14"})), ["/due_date"]);
    }

    #[test]
    fn payments() {
        assert_eq!(wrong(&draft(), json!({"payments": [payment("a", 1)]})), ["/payments"]);
        let sent = go(&go(&draft(), json!({"status": "issued"})), json!({"status": "sent"}));
        let part = go(&sent, json!({"payments": [payment("a", 1_900)]}));
        assert_eq!((&part["status"], &part["paid"]), (&json!("sent"), &eur(1_900)));
        assert_eq!(wrong(&part, json!({"status": "paid"})), ["/status"]);
        let both = |second: Value| json!({"payments": [payment("a", 1_900), second]});
        assert_eq!(wrong(&part, both(payment("b", 10_001))), ["/payments"]);
        assert_eq!(wrong(&part, both(payment("a", 1))), ["/payments/1/reference"]);
        assert_eq!(wrong(&part, both(payment("b", 0))), ["/payments/1/amount"]);
        let yen = json!({"amount": {"minor": 1, "currency": "JPY"}, "at": NOW, "reference": "b"});
        assert_eq!(wrong(&part, both(yen)), ["/payments"]);
        assert_eq!(wrong(&part, json!({"status": "void", "void_reason": "Mistake"})), ["/status"]);
        let paid = go(&part, both(payment("b", 10_000)));
        assert_eq!((&paid["status"], &paid["paid"]), (&json!("paid"), &eur(11_900)));
    }

    #[test]
    fn void_and_overdue() {
        let issued = go(&draft(), json!({"status": "issued"}));
        assert_eq!(wrong(&issued, json!({"status": "void"})), ["/void_reason"]);
        assert_eq!(go(&issued, json!({"status": "void", "void_reason": "Mistake"}))["status"], "void");
        assert_eq!(wrong(&issued, json!({"status": "overdue"})), ["/status"]);
    }

    #[test]
    fn its_number_is_its_key() {
        let mut invoice: Invoice = serde_json::from_value(draft()).unwrap();
        assert!(invoice.keys().is_empty());
        (invoice.year, invoice.invoice_number) = (Some(2026), Some(7));
        assert_eq!(invoice.keys(), [("invoice_number", "main:2026:7".to_owned())]);
    }
}
