//! A queue in this process that behaves like a standard SQS queue in front of a Lambda.
//!
//! For tests and local runs. Keeps SQS's promises and no better ones: a message that is not completed
//! comes back after the visibility time-out, one that was received [`RECEIVES_MAX`] times goes to the
//! dead letters, a receipt is good until the next receive. Time is the injected clock's, so a test decides
//! when a message comes back. Nothing is kept when the process ends.

mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use tokio::sync::Notify;

use super::{BATCH_MAX, Envelope, Error, POSTPONE_MAX, Queue};
use crate::clock::Clock;
use crate::domain::TeamId;
use state::State;

#[cfg(doc)]
use super::RECEIVES_MAX;

/// A queue in this process.
pub struct MemoryQueue {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    arrived: Notify,
}

/// A message that was received as often as the queue allows and never completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its id in the queue.
    pub message_id: String,
    /// The team it was sent for.
    pub team: TeamId,
    /// What was sent.
    pub body: String,
    /// How often it was received.
    pub receives: u32,
}

impl MemoryQueue {
    /// An empty queue that goes by `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default(), arrived: Notify::new() }
    }

    /// Puts any text into the queue, as somebody with access to the real one could.
    pub fn send_body(&self, team: &TeamId, body: &str) {
        self.state().add(team, body, self.clock.now());
        self.arrived.notify_one();
    }

    /// Hands out up to `max` messages (at most [`BATCH_MAX`]) as Lambda would get them, and hides them.
    ///
    /// Teams take turns, one message each, so a backlog of one never delays another's next message by
    /// more than one round.
    pub fn receive(&self, max: usize) -> SqsEvent {
        self.state().receive(max.min(BATCH_MAX), self.clock.now())
    }

    /// Ends the handling of a batch as Lambda does: what did not fail is deleted, the rest comes back.
    ///
    /// As with Lambda, a reported id that is not in the batch makes the whole batch come back.
    pub fn complete(&self, batch: &SqsEvent, response: &SqsBatchResponse) {
        let failed =
            |id: &str| response.batch_item_failures.iter().any(|failure| failure.item_identifier == id);
        let in_batch = |id: &str| batch.records.iter().any(|record| record.message_id.as_deref() == Some(id));
        if response.batch_item_failures.iter().any(|failure| !in_batch(&failure.item_identifier)) {
            return;
        }
        let mut state = self.state();
        for record in &batch.records {
            if let (Some(id), Some(receipt)) = (&record.message_id, &record.receipt_handle)
                && !failed(id)
            {
                state.delete(receipt);
            }
        }
    }

    /// The dead letters, oldest first.
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        self.state().dead.clone()
    }

    /// Puts all dead letters back into the queue, as if they had never been received; says how many.
    pub fn redrive(&self) -> usize {
        let count = self.state().redrive(self.clock.now());
        self.arrived.notify_one();
        count
    }

    /// How many messages are in the queue: waiting, being handled or postponed. Dead letters do not count.
    pub fn depth(&self) -> usize {
        self.state().depth()
    }

    /// Whether nothing is waiting, being handled or postponed.
    pub fn is_idle(&self) -> bool {
        self.depth() == 0
    }

    /// When the next message can be received; in the past if one can be now, nothing if there is none.
    pub fn next_visible_at(&self) -> Option<Timestamp> {
        self.state().next_visible_at()
    }

    /// Waits until it may be worth receiving again, at most for `at_most`.
    ///
    /// For a poller on the machine's clock. May return early; a message that arrives while nobody waits
    /// ends the next wait at once.
    pub async fn wait(&self, at_most: Duration) {
        let until_visible = self.next_visible_at().map(|at| at.duration_since(self.clock.now()));
        let until_visible = until_visible.map(|wait| Duration::try_from(wait).unwrap_or_default());
        let pause = until_visible.map_or(at_most, |wait| wait.min(at_most));
        tokio::select! {
            () = self.arrived.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn send(&self, envelope: &Envelope) -> Result<(), Error> {
        self.send_body(&envelope.team, &envelope.to_json()?);
        Ok(())
    }

    async fn postpone(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        let now = self.clock.now();
        let until = now.saturating_add(delay.min(POSTPONE_MAX)).unwrap_or(Timestamp::MAX);
        let postponed = self.state().hide(receipt, now, until);
        self.arrived.notify_one();
        postponed
    }
}

#[cfg(test)]
mod tests;
