//! `takt:crm/calendar`

use std::time::Duration;

use super::typed::{Result, moment, reads, reference_of};
use crate::crm::availability::Span;
use crate::crm::kind::Kind;
use crate::wasm::bindings::takt::crm::calendar::{Host, Span as GivenSpan};
use crate::wasm::state::State;

/// How many spans are given at most.
const SPANS: u32 = 200;

impl Host for State {
    async fn times(&mut self, meeting: String, from: i64, to: i64, limit: u32) -> Result<Vec<GivenSpan>> {
        let unit = self.begin(&reads(Kind::Meeting))?;
        let meeting = reference_of(Kind::Meeting, &meeting)?;
        let whole = Span { from: moment(from, "/from")?, to: moment(to, "/to")? };
        let mut times = unit.meeting_times(meeting.id, whole).await?;
        times.truncate(limit.min(SPANS) as usize);
        self.meter.charge_rows(1)?;
        Ok(times.into_iter().map(span).collect())
    }

    async fn free_slots(
        &mut self,
        users: Vec<String>,
        from: i64,
        to: i64,
        length: u64,
        limit: u32,
    ) -> Result<Vec<GivenSpan>> {
        let unit = self.begin(&reads(Kind::Meeting))?;
        let users = users.iter().map(|id| Ok(reference_of(Kind::User, id)?.id)).collect::<Result<Vec<_>>>()?;
        let whole = Span { from: moment(from, "/from")?, to: moment(to, "/to")? };
        let planned = unit.availability(&users, whole).await?;
        let rows = users.len() + planned.meetings;
        let slots = planned.free_slots(whole, Duration::from_secs(length), limit.min(SPANS) as usize);
        self.meter.charge_rows(rows)?;
        Ok(slots.into_iter().map(span).collect())
    }
}

fn span(span: Span) -> GivenSpan {
    GivenSpan { from: span.from.micros(), to: span.to.micros() }
}
