//! What comes due by the clock: timers, deliveries to be tried again, schedules; and what other processes left.

use crate::crm::cron::Cron;
use crate::crm::instant::Instant;
use crate::store::StoreError;
use crate::store::delivery::ScheduleFire;

use super::Engine;

/// How many timers or deliveries are taken at once.
const BATCH: u32 = 500;

impl Engine {
    /// Wakes when something comes due, and when told that something may.
    pub(super) async fn wake_when_due(self) {
        loop {
            let next = match self.take_due().await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "failed to look for what is due; trying again");
                    None
                }
            };
            self.0.ended.notify_waiters();
            let due = async {
                match next {
                    Some(at) => self.0.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.0.stopping.cancelled() => return,
                () = self.0.wake.notified() => {}
                () = due => {}
                // Another process may have written, and tells nobody.
                () = tokio::time::sleep(self.0.settings.poll) => {}
            }
        }
    }

    /// Takes all that is due, and tells when the next is.
    pub(super) async fn take_due(&self) -> Result<Option<Instant>, StoreError> {
        let plugins = self.catalogue().enabled();
        let scheduled = self.fire_schedules().await?;
        loop {
            let next = self.0.store.due_next(&plugins).await?;
            let now = self.now();
            let room = self.0.waiting.len() < self.0.settings.queue;
            if next.is_none_or(|next| next > now) || !room {
                return Ok(earlier(next, scheduled));
            }
            let fired = self.0.store.timer_fire(&plugins, now, BATCH).await?;
            self.0.waiting.push(fired);
            let claimed = self.0.store.delivery_claim(&plugins, now, BATCH).await?;
            self.0.waiting.push(claimed);
        }
    }

    /// Notes the schedules that came due. What was missed while no process ran fires once, for the latest time.
    async fn fire_schedules(&self) -> Result<Option<Instant>, StoreError> {
        let catalogue = self.catalogue();
        let zone = self.organisation().time_zone;
        let now = self.now();
        let mut next: Option<Instant> = None;
        for plugin in catalogue.iter().filter(|plugin| plugin.row.enabled && !plugin.schedules.is_empty()) {
            let fired = self.0.store.schedule_last(&plugin.row.name).await?;
            for (name, cron) in &plugin.schedules {
                // Times that went by while the plugin was off are not missed: they were not wanted.
                let enabled = plugin.row.enabled_at.unwrap_or(plugin.row.installed_at);
                let last = fired.iter().find(|(fired, _)| fired == name).map_or(enabled, |(_, at)| enabled.max(*at));
                if let Some(due) = latest_due(cron, last, now, zone) {
                    let fire = ScheduleFire {
                        plugin: plugin.row.name.clone(),
                        schedule: name.clone(),
                        due,
                        now,
                        deliver: true,
                    };
                    self.0.store.schedule_fire(fire).await?;
                }
                next = earlier(next, cron.next_after(now, zone));
            }
        }
        Ok(next)
    }
}

/// The last time at which the schedule was due after `last`, up to `now`.
fn latest_due(cron: &Cron, last: Instant, now: Instant, zone: chrono_tz::Tz) -> Option<Instant> {
    let mut latest = None;
    let mut from = last;
    while let Some(due) = cron.next_after(from, zone).filter(|due| *due <= now) {
        latest = Some(due);
        from = due;
    }
    latest
}

fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
