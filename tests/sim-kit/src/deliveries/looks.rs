//! What can be seen of the deliveries.

use super::{Deliveries, Delivery, State};

impl Deliveries {
    /// Every delivery, oldest first.
    pub fn list(&self) -> Vec<Delivery> {
        self.list_that(|_| true)
    }

    /// The deliveries that are meant, oldest first.
    pub fn list_that(&self, is_meant: impl Fn(&Delivery) -> bool) -> Vec<Delivery> {
        let queue = self.queue.lock();
        let meant = queue.entries.iter().map(|entry| &entry.shown).filter(|shown| is_meant(shown));
        meant.cloned().collect()
    }

    /// Whether nothing is being sent: what is not done waits for its next attempt, is held or lost.
    pub fn is_quiet(&self) -> bool {
        let mut queue = self.queue.lock();
        while queue.tasks.try_join_next().is_some() {}
        let waiting = queue.entries.iter().filter(|entry| entry.shown.state == State::Waiting).count();
        queue.tasks.len() <= waiting
    }

    /// One delivery.
    pub fn get(&self, id: &str) -> Option<Delivery> {
        self.queue.lock().entries.iter().find(|entry| entry.shown.id == id).map(|entry| entry.shown.clone())
    }
}
