//! What comes due by the clock: timers, deliveries to be tried again, schedules; and what other processes left.

use tokio::sync::Notify;

use crate::crm::instant::Instant;
use crate::store::StoreError;
use crate::store::delivery::ScheduleFire;

use super::Engine;

/// How many timers are taken at once, and how many deliveries of each plugin.
const BATCH: u32 = 500;

impl Engine {
    /// Wakes when something comes due, and when told that something may.
    pub(super) async fn wake_when_due(self) {
        loop {
            let next = match self.take_due().await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "failed to look for what is due; trying again");
                    self.doubt();
                    None
                }
            };
            self.0.ended.notify_waiters();
            if !self.rest(next, &self.0.wake).await {
                return;
            }
        }
    }

    /// Waits until `next`, until told, or until it is time to look what another process may have written. False when
    /// the engine stops.
    pub(super) async fn rest(&self, next: Option<Instant>, told: &Notify) -> bool {
        let due = async {
            match next {
                Some(at) => self.0.clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.0.stopping.cancelled() => false,
            () = told.notified() => true,
            () = due => true,
            () = tokio::time::sleep(self.0.settings.poll) => true,
        }
    }

    /// Takes all that is due, and tells when the next is.
    pub(super) async fn take_due(&self) -> Result<Option<Instant>, StoreError> {
        let enabled = self.catalogue().enabled();
        let scheduled = self.fire_schedules().await?;
        loop {
            // Those whose part of memory is full have all that they can do for now.
            let plugins = self.0.waiting.with_room(&enabled, &self.0.settings);
            let next = self.0.store.due_next(&plugins).await?;
            let now = self.now();
            if next.is_none_or(|next| next > now) {
                return Ok(earlier(next, scheduled));
            }
            let fired = self.0.store.timer_fire(&plugins, now, BATCH).await?;
            self.0.waiting.push(fired);
            let claimed = self.0.store.delivery_claim(&plugins, now, BATCH).await?;
            self.0.waiting.push(claimed);
        }
    }

    /// Notes the schedules that came due. What was missed while no process ran fires as the plugin's row says.
    async fn fire_schedules(&self) -> Result<Option<Instant>, StoreError> {
        let catalogue = self.catalogue();
        let zone = self.organisation().time_zone;
        let now = self.now();
        let mut next: Option<Instant> = None;
        for plugin in catalogue.iter().filter(|plugin| plugin.row.enabled && !plugin.schedules.is_empty()) {
            let fired = self.0.store.schedule_last(&plugin.row.name).await?;
            for (name, cron) in &plugin.schedules {
                // Times that went by while the plugin was off are not missed: they were not wanted.
                // Nor are those from before a release that brought the schedule.
                let enabled = plugin.row.enabled_at.unwrap_or(plugin.row.installed_at);
                let new = plugin.row.released_at.map_or(enabled, |released| enabled.max(released));
                let last = fired.iter().find(|(fired, _)| fired == name).map_or(new, |(_, at)| enabled.max(*at));
                let due = std::iter::successors(cron.next_after(last, zone), |at| cron.next_after(*at, zone));
                let due: Vec<Instant> = due.take_while(|at| *at <= now).collect();
                let fires = plugin.row.missed.fires(due.iter().copied(), now);
                // The latest is noted also where it does not fire: what is noted is not looked at again.
                for at in fires.iter().chain(due.last().filter(|_| fires.is_empty())) {
                    let fire = ScheduleFire {
                        plugin: plugin.row.name.clone(),
                        schedule: name.clone(),
                        due: *at,
                        now,
                        deliver: !fires.is_empty(),
                    };
                    self.0.store.schedule_fire(fire).await?;
                }
                next = earlier(next, cron.next_after(now, zone));
            }
        }
        Ok(next)
    }
}

fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
