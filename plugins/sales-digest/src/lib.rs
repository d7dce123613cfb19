//! Sends the head of a department last week's figures, beside those of the week before.
//!
//! What happens when something is not as it should be:
//! - **No such department**: the run fails for good and says so; an admin is alerted.
//! - **A department without a head**: its parent's head is told, else an admin.
//! - **A week in which nothing happened**: the digest comes all the same, and says zero.

use takt_sdk::Lang;
use takt_sdk::prelude::*;

mod texts {
    takt_sdk::texts! {
        /// The digest: title.
        TITLE = { en: "{department}: the week from {from} to {to}", ru: "{department}: неделя с {from} по {to}" }
        /// What the figures in brackets are.
        BEFORE = { en: "In brackets: the week before.", ru: "В скобках: неделей раньше." }
        /// Calls.
        CALLS = {
            en: "Calls: {in} in ({in_before}), {out} out ({out_before}), {missed} missed ({missed_before})",
            ru: "Звонки: входящих — {in} ({in_before}), исходящих — {out} ({out_before}), пропущенных — {missed} ({missed_before})",
        }
        /// Leads.
        LEADS = {
            en: "Leads: {received} received ({received_before}), {accepted} accepted ({accepted_before}), {converted} converted ({converted_before}), {rejected} rejected ({rejected_before})",
            ru: "Лиды: получено — {received} ({received_before}), принято — {accepted} ({accepted_before}), сконвертировано — {converted} ({converted_before}), отклонено — {rejected} ({rejected_before})",
        }
        /// How long they took.
        TIMES = {
            en: "Half of the leads were accepted within: {accept} ({accept_before}); processed within: {process} ({process_before})",
            ru: "Половина лидов принята за: {accept} ({accept_before}); обработана за: {process} ({process_before})",
        }
        /// Deals.
        DEALS = {
            en: "Deals: {won} won ({won_before}), {lost} lost ({lost_before}), for {amount} ({amount_before}); contracts: {contracts} ({contracts_before})",
            ru: "Сделки: выиграно — {won} ({won_before}), проиграно — {lost} ({lost_before}), на сумму {amount} ({amount_before}); договоров — {contracts} ({contracts_before})",
        }
        /// Invoices.
        INVOICES = {
            en: "Invoices: {issued} issued ({issued_before}), {paid} paid ({paid_before}), {overdue} overdue ({overdue_before})",
            ru: "Счета: выставлено — {issued} ({issued_before}), оплачено — {paid} ({paid_before}), просрочено — {overdue} ({overdue_before})",
        }
        /// Tasks.
        TASKS = {
            en: "Tasks: {done} done ({done_before}), {overdue} overdue ({overdue_before})",
            ru: "Задачи: выполнено — {done} ({done_before}), просрочено — {overdue} ({overdue_before})",
        }
    }
}

/// What an admin can set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// When the digest is sent: five fields as crontab(5) reads them, in the company's time zone.
    pub schedule: String,
    /// Key of the department whose figures are sent to its head.
    pub department: String,
    /// What the plugin says, by name and language. What is left out stays as shipped.
    pub texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Config { schedule: "0 9 * * MON".into(), department: "sales".into(), texts: Texts::shipped(texts::SHIPPED) }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct SalesDigest;

type Cx = Context<Config>;

impl Plugin for SalesDigest {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("Sales digest")
            .summary("Sends the head of a department last week's figures beside those of the week before.")
            .schedule("digest", "config.schedule", "Sends the digest")
            .needs("reports:read", "To have the figures.")
            .needs("departments:read", "To find the department and its head.")
            .needs("notifications:write", "To send the digest.")
    }

    fn on_tick(cx: &Cx, _tick: &Tick) -> Outcome {
        let key = &cx.config.department;
        let Some(department) = cx.host.department_by_key(key)? else {
            return Err(Failure::permanent(format!("there is no department `{key}`")));
        };
        let Some(head) = cx.host.department_head(&department.id, None)? else {
            cx.warn("there is nobody to send the digest to");
            return Ok(None);
        };
        let asked = ReportQuery {
            period: Some("last_week"),
            department: Some(department.id.clone()),
            compare: true,
            ..ReportQuery::default()
        };
        let report = cx.host.report(&asked)?;
        let values: [(&str, &dyn Say); 3] =
            [("department", &department.title), ("from", &report.from), ("to", &report.to)];
        let title = cx.config.texts.say(texts::TITLE, &values);
        let before = report.before.as_ref().map(|before| before.total.clone()).unwrap_or_default();
        cx.host.notify(Notice::to([&head.id]).says(title, body(cx, &report.total, &before)))?;
        Ok(None)
    }
}

takt_sdk::register!(SalesDigest);

/// The figures, line by line.
fn body(cx: &Cx, now: &Figures, before: &Figures) -> Localized {
    let lines = [
        calls(cx, &now.calls, &before.calls),
        leads(cx, &now.leads, &before.leads),
        times(cx, &now.leads, &before.leads),
        deals(cx, now, before),
        invoices(cx, &now.invoices, &before.invoices),
        cx.config.texts.say(
            texts::TASKS,
            &[
                ("done", &now.tasks.done),
                ("done_before", &before.tasks.done),
                ("overdue", &now.tasks.overdue),
                ("overdue_before", &before.tasks.overdue),
            ],
        ),
        cx.config.texts.say(texts::BEFORE, &[]),
    ];
    lines.into_iter().reduce(Localized::line).unwrap_or_default()
}

fn calls(cx: &Cx, now: &CallFigures, before: &CallFigures) -> Localized {
    cx.config.texts.say(
        texts::CALLS,
        &[
            ("in", &now.incoming),
            ("in_before", &before.incoming),
            ("out", &now.outgoing),
            ("out_before", &before.outgoing),
            ("missed", &now.missed),
            ("missed_before", &before.missed),
        ],
    )
}

fn leads(cx: &Cx, now: &LeadFigures, before: &LeadFigures) -> Localized {
    cx.config.texts.say(
        texts::LEADS,
        &[
            ("received", &now.received),
            ("received_before", &before.received),
            ("accepted", &now.accepted),
            ("accepted_before", &before.accepted),
            ("converted", &now.converted),
            ("converted_before", &before.converted),
            ("rejected", &now.rejected),
            ("rejected_before", &before.rejected),
        ],
    )
}

fn times(cx: &Cx, now: &LeadFigures, before: &LeadFigures) -> Localized {
    let half = |times: Option<Times>| times.map(|times| Elapsed::seconds(times.median));
    cx.config.texts.say(
        texts::TIMES,
        &[
            ("accept", &half(now.time_to_accept)),
            ("accept_before", &half(before.time_to_accept)),
            ("process", &half(now.time_to_process)),
            ("process_before", &half(before.time_to_process)),
        ],
    )
}

fn deals(cx: &Cx, now: &Figures, before: &Figures) -> Localized {
    cx.config.texts.say(
        texts::DEALS,
        &[
            ("won", &now.deals.won),
            ("won_before", &before.deals.won),
            ("lost", &now.deals.lost),
            ("lost_before", &before.deals.lost),
            ("amount", &Sums(&now.deals.amount)),
            ("amount_before", &Sums(&before.deals.amount)),
            ("contracts", &now.contracts),
            ("contracts_before", &before.contracts),
        ],
    )
}

fn invoices(cx: &Cx, now: &InvoiceFigures, before: &InvoiceFigures) -> Localized {
    cx.config.texts.say(
        texts::INVOICES,
        &[
            ("issued", &now.issued),
            ("issued_before", &before.issued),
            ("paid", &now.paid),
            ("paid_before", &before.paid),
            ("overdue", &now.overdue),
            ("overdue_before", &before.overdue),
        ],
    )
}

/// Sums in several currencies.
struct Sums<'a>(&'a [Money]);

impl Say for Sums<'_> {
    fn say(&self, lang: Lang) -> String {
        if self.0.is_empty() {
            return "0".into();
        }
        self.0.iter().map(|sum| sum.say(lang)).collect::<Vec<_>>().join(" + ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_gets_last_week_beside_the_week_before() {
        let trial = Trial::<SalesDigest>::new();
        trial.add(User { id: "hanna".into(), active: true, language: "en".into(), ..User::default() });
        let head = Some("hanna".into());
        trial.add(Department {
            id: "d".into(),
            key: "sales".into(),
            title: "Sales".into(),
            head,
            ..Department::default()
        });
        let figures = |received, won| Figures {
            leads: LeadFigures {
                received,
                time_to_accept: Some(Times { median: 300, p90: 900 }),
                ..LeadFigures::default()
            },
            deals: DealFigures { won, amount: vec![Money::new(119_000, "EUR")], ..DealFigures::default() },
            ..Figures::default()
        };
        let before = Report { total: figures(7, 1), ..Report::default() };
        let (from, to) = ("2026-11-16".to_owned(), "2026-11-22".to_owned());
        trial.set_report(Report { from, to, total: figures(12, 2), before: Some(Box::new(before)), groups: vec![] });
        trial.tick("digest").unwrap();
        let digest = &trial.inbox("hanna")[0];
        assert_eq!(digest.title.in_language("en"), "Sales: the week from 2026-11-16 to 2026-11-22");
        let body = digest.body.in_language("en");
        for line in [
            "Calls: 0 in (0), 0 out (0), 0 missed (0)",
            "Leads: 12 received (7), 0 accepted (0), 0 converted (0), 0 rejected (0)",
            "Half of the leads were accepted within: 5 minutes (5 minutes); processed within: — (—)",
            "Deals: 2 won (1), 0 lost (0), for 1,190.00\u{a0}EUR (1,190.00\u{a0}EUR); contracts: 0 (0)",
            "In brackets: the week before.",
        ] {
            assert!(body.lines().any(|found| found == line), "{line}\n{body}");
        }
        assert!(digest.body.in_language("ru").contains("Лиды: получено — 12 (7)"));
    }

    #[test]
    fn no_department_no_digest() {
        let failed = Trial::<SalesDigest>::new().tick("digest").unwrap_err();
        assert_eq!(failed, Failure::permanent("there is no department `sales`"));
    }
}
