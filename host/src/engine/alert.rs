//! Telling admins that a rule failed for good.

use std::sync::PoisonError;
use std::time::Duration;

use futures::future::BoxFuture;

use super::Engine;
use crate::crm::kind::Kind;
use crate::crm::query::{Query, Test};
use crate::crm::record::Actor;
use crate::store::commit::Committed;
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
        let told = self
            .edit(Actor::System("takt".to_owned()), None, |unit| {
                let draft = draft(plugin, &reason);
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
            tracing::error!(plugin, %error, "failed to tell admins of a delivery that was given up");
        }
    }
}

fn count_dead(plugin: &str) {
    metrics::counter!("takt_dead_deliveries_total", "plugin" => plugin.to_owned()).increment(1);
}

fn draft(plugin: &str, reason: &str) -> NoticeDraft {
    let texts = |english: String, russian: String| vec![("en".to_owned(), english), ("ru".to_owned(), russian)];
    NoticeDraft {
        to: Vec::new(),
        title: texts(format!("Rule {plugin} failed"), format!("Правило {plugin} не выполнено")),
        body: texts(
            format!("A delivery was given up: {reason}. See the dead letters, where it can be tried again."),
            format!("Событие не обработано: {reason}. Его можно повторить из списка необработанных."),
        ),
        about: None,
        buttons: Vec::new(),
        key: None,
    }
}
