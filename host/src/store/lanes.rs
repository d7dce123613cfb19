//! The lanes that a batch of commits touches. Deliveries in one lane run in order, one at a time: only the head of a
//! lane is ready, and finishing it makes the next one the head.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Which lane.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LaneKey {
    /// The plugin.
    pub plugin: Arc<str>,
    /// The record's id, or the timer's, schedule's or command's name: see
    /// [`Trigger::lane`](crate::crm::event::Trigger::lane).
    pub lane: String,
}

/// Who is in the lanes: the head first, then the first of those behind it, as far as the batch needs to know.
#[derive(Debug, Default)]
pub struct Lanes(HashMap<LaneKey, VecDeque<u64>>);

impl Lanes {
    /// Notes deliveries of a lane as the database has them, in order. Those behind the second need not be told: a
    /// batch finishes one delivery of a lane at most, and `append` keeps new ones behind.
    pub fn note(&mut self, lane: LaneKey, deliveries: impl IntoIterator<Item = u64>) {
        self.0.entry(lane).or_default().extend(deliveries);
    }

    /// Adds a delivery at the end. True when it is the head.
    pub fn append(&mut self, lane: &LaneKey, delivery: u64) -> bool {
        match self.0.get_mut(lane) {
            Some(queue) => {
                queue.push_back(delivery);
                queue.len() == 1
            }
            None => {
                self.0.insert(lane.clone(), VecDeque::from([delivery]));
                true
            }
        }
    }

    /// Takes the head away; the new head, where there is one.
    pub fn finish(&mut self, lane: &LaneKey) -> Option<u64> {
        let queue = self.0.get_mut(lane)?;
        queue.pop_front();
        queue.front().copied()
    }
}
