//! Telling admins that a rule failed for good, or was switched off for failing.

use std::sync::PoisonError;
use std::time::Duration;

use futures::future::BoxFuture;

use super::Engine;
use crate::crm::kind::Kind;
use crate::crm::query::{Query, Test};
use crate::crm::record::Actor;
use crate::store::commit::Committed;
use crate::store::plugin::Paused;
use crate::unit::{NoticeDraft, UnitError};

/// One alert for a plugin in this time: the list of dead letters has the rest.
const PAUSE: Duration = Duration::from_secs(3600);

impl Engine {
    /// Tells the active admins that a delivery to the plugin was given up.
    pub(super) async fn alert(&self, plugin: &str, reason: String) {
        count_dead(plugin);
        self.tell_admins(plugin, reason).await;
    }

    /// Counts what the loop guard stopped in a commit, and tells the active admins of plugins that it newly holds.
    pub(super) fn tell_stopped(&self, committed: &Committed) {
        for plugin in &committed.stopped {
            count_dead(plugin);
        }
        for (plugin, record) in committed.held.iter().cloned() {
            let engine = self.clone();
            // Telling is a commit, too: a boxed future ends the circle of types.
            let told: BoxFuture<'static, ()> = Box::pin(async move {
                let kind = record.kind.name().replace('_', " ");
                let reason = format!("the chain of runs grew too long; the rule is held for {kind} {}", record.id);
                engine.tell_admins(&plugin, reason).await;
            });
            self.0.tasks.spawn(told);
        }
    }

    async fn tell_admins(&self, plugin: &str, reason: String) {
        tracing::warn!(plugin, reason, "gave a delivery up");
        let now = self.now();
        {
            let mut alerted = self.0.alerted.lock().unwrap_or_else(PoisonError::into_inner);
            if alerted.get(plugin).is_some_and(|last| now < *last + PAUSE) {
                return;
            }
            alerted.insert(plugin.to_owned(), now);
        }
        let reason: String = reason.chars().take(1000).collect();
        self.notify_admins(plugin, draft(plugin, &reason)).await;
    }

    /// Tells the active admins that the host has switched a plugin off.
    pub(super) async fn tell_paused(&self, plugin: &str, paused: &Paused) {
        tracing::warn!(plugin, failed = paused.failed, of = paused.runs, error = paused.error, "switched a plugin off");
        self.notify_admins(plugin, paused_draft(plugin, paused)).await;
    }

    async fn notify_admins(&self, plugin: &str, draft: NoticeDraft) {
        let told = self
            .edit(Actor::System("takt".to_owned()), None, |unit| {
                let draft = draft.clone();
                Box::pin(async move {
                    let admins = Query::of(Kind::User, 200)
                        .with("role", Test::In(vec!["admin".into()]))
                        .with("active", Test::In(vec![true.into()]));
                    let to = unit.find_all(admins).await?.iter().map(|admin| admin.id).collect();
                    unit.notify(NoticeDraft { to, ..draft }).await?;
                    Ok::<_, UnitError>(())
                })
            })
            .await;
        if let Err(error) = told {
            tracing::error!(plugin, %error, "failed to tell admins of a plugin that failed");
        }
    }
}

fn count_dead(plugin: &str) {
    metrics::counter!("takt_dead_deliveries_total", "plugin" => plugin.to_owned()).increment(1);
}

fn draft(plugin: &str, reason: &str) -> NoticeDraft {
    notice(
        (format!("Rule {plugin} failed"), format!("Правило {plugin} не выполнено")),
        (
            format!("A delivery was given up: {reason}. See the dead letters, where it can be tried again."),
            format!("Событие не обработано: {reason}. Его можно повторить из списка необработанных."),
        ),
    )
}

fn paused_draft(plugin: &str, Paused { runs, failed, error, .. }: &Paused) -> NoticeDraft {
    notice(
        (format!("Rule {plugin} was switched off"), format!("Правило {plugin} выключено")),
        (
            format!(
                "{failed} of its last {runs} runs failed, the last one so: {error}. What comes for it waits. Mend it, and switch it on again."
            ),
            format!(
                "Из последних запусков ({runs}) не удались {failed}, последний: {error}. Новые события ждут. Исправьте правило и включите его снова."
            ),
        ),
    )
}

/// In English and Russian.
fn notice(title: (String, String), body: (String, String)) -> NoticeDraft {
    let texts = |(english, russian)| vec![("en".to_owned(), english), ("ru".to_owned(), russian)];
    NoticeDraft { to: Vec::new(), title: texts(title), body: texts(body), about: None, buttons: Vec::new(), key: None }
}
