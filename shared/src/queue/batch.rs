//! One batch of messages: each handled on its own, each failing on its own.
//!
//! Lambda deletes every message that is not reported as failed, so whatever is in doubt is reported:
//! a message that cannot be read, a panic, a failed call. Nothing of a message's body is logged.

use std::error::Error as StdError;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::{FutureExt, StreamExt, stream};
use jiff::Timestamp;
use tracing::{Instrument, field};

use super::retry::{Circumstances, Fate, decide_fate};
use super::{BATCH_MAX, Envelope, Error, Queue};
use crate::clock::Clock;
use crate::domain::Event;
use crate::failure::Disposition;
use crate::metrics::Metric;
use crate::telemetry::Closing;

/// How many messages are handled at once: a whole batch of SQS, so that its time is that of its slowest
/// message. Each holds a few kilobytes, whatever the size of the batch.
const CONCURRENCY_MAX: usize = BATCH_MAX;

/// The outcome of a message that cannot succeed as things are, but comes back.
const FAILED: &str = "failed";
/// The outcome of a message that becomes a dead letter.
const GIVEN_UP: &str = "given_up";

/// A message, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchItem {
    /// What it says.
    pub envelope: Envelope,
    /// Stands for this one receive of it.
    pub receipt: String,
    /// Its id in the queue; the same each time it is received.
    pub message_id: String,
    /// How often it was received, from 1.
    pub receive_count: u32,
}

impl BatchItem {
    /// Whether a failure like this moves it to the dead letters.
    pub fn is_given_up(&self, disposition: Disposition, now: Timestamp) -> bool {
        let age = Some(age_of(&self.envelope, now));
        let circumstances = Circumstances { receive_count: self.receive_count, age, chance: 0.0 };
        decide_fate(disposition, circumstances).is_death(self.receive_count)
    }
}

/// A message could not be handled.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct BatchError {
    /// What is to be done about it.
    pub disposition: Disposition,
    /// Why; goes into the log, so it must not hold personal data or credentials.
    pub cause: Box<dyn StdError + Send + Sync>,
}

impl BatchError {
    /// A failure with its disposition.
    pub fn new(disposition: Disposition, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { disposition, cause: cause.into() }
    }
}

impl From<Error> for BatchError {
    fn from(error: Error) -> Self {
        Self::new(error.disposition(), error)
    }
}

/// The handler panicked. Says nothing about why: a panic's text may hold anything.
#[derive(Debug, thiserror::Error)]
#[error("the handler panicked")]
struct Panicked;

/// Handles all messages of a batch and reports those that have to come back.
///
/// A failure marked [`Disposition::Disconnected`] or [`Disposition::Unprocessable`] counts as done: the
/// handler has recorded it. A message with a transient failure is postponed; one that was only told to
/// wait is put into the queue anew before its receives are used up. `handler` runs in the span of its
/// message and may record the field `reason` on it.
pub async fn handle_batch<H, F>(
    event: SqsEvent,
    queue: &dyn Queue,
    clock: &dyn Clock,
    handler: H,
) -> SqsBatchResponse
where
    H: Fn(BatchItem) -> F + Sync,
    F: Future<Output = Result<(), BatchError>> + Send,
{
    let edge = Edge { queue, clock };
    let failed: Vec<String> = stream::iter(event.records)
        .map(|record| handle_message(record, edge, &handler))
        .buffer_unordered(CONCURRENCY_MAX)
        .filter_map(std::future::ready)
        .collect()
        .await;
    let mut response = SqsBatchResponse::default();
    response.set_failures(failed);
    response
}

/// What a message is put back with.
#[derive(Clone, Copy)]
struct Edge<'a> {
    queue: &'a dyn Queue,
    clock: &'a dyn Clock,
}

/// Handles one message; its id if it has to come back.
///
/// Lambda takes an empty id as "the whole batch failed". That is the answer for a record without an id,
/// which SQS never sends: it cannot be reported alone, and must not be lost.
async fn handle_message<H, F>(record: SqsMessage, edge: Edge<'_>, handler: &H) -> Option<String>
where
    H: Fn(BatchItem) -> F,
    F: Future<Output = Result<(), BatchError>>,
{
    let started = Instant::now();
    let message_id = record.message_id.clone().unwrap_or_default();
    let receipt = record.receipt_handle.clone();
    let receive_count = receive_count(&record);
    let span = tracing::info_span!("message", message.id = message_id, receive_count, reason = field::Empty);
    async {
        let opened = open(record, receive_count);
        let envelope = opened.as_ref().ok().map(|item| item.envelope.clone());
        let outcome = match opened {
            Ok(item) => run(handler, item).await,
            Err(error) => Err(error.into()),
        };
        let fate = match &outcome {
            Ok(()) => Fate::Done,
            Err(failure) => {
                let circumstances = edge.circumstances(&message_id, envelope.as_ref(), receive_count);
                edge.put_back(failure, envelope.as_ref(), receipt.as_deref(), circumstances).await
            }
        };
        let word = if fate.is_death(receive_count) {
            Metric::DeadLettered.count();
            GIVEN_UP
        } else {
            outcome_word(fate)
        };
        close(&outcome, word, envelope.as_ref(), started.elapsed());
        match fate {
            Fate::Done | Fate::Renewed => None,
            Fate::Postponed(_) | Fate::Doomed(_) => Some(message_id),
        }
    }
    .instrument(span)
    .await
}

fn receive_count(record: &SqsMessage) -> u32 {
    record.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1).max(1)
}

fn open(record: SqsMessage, receive_count: u32) -> Result<BatchItem, Error> {
    let missing = |part| Error::Malformed { part };
    let message_id = record.message_id.filter(|id| !id.is_empty()).ok_or(missing("message id"))?;
    let receipt = record.receipt_handle.ok_or(missing("receipt"))?;
    let envelope = Envelope::parse(&record.body.ok_or(missing("body"))?)?;
    Ok(BatchItem { envelope, receipt, message_id, receive_count })
}

/// Runs the handler; a panic of one message must not reach the others.
async fn run<H, F>(handler: &H, item: BatchItem) -> Result<(), BatchError>
where
    H: Fn(BatchItem) -> F,
    F: Future<Output = Result<(), BatchError>>,
{
    let panicked = |_| Err(BatchError::new(Disposition::Defect, Panicked));
    AssertUnwindSafe(async move { handler(item).await }).catch_unwind().await.unwrap_or_else(panicked)
}

impl Edge<'_> {
    fn circumstances(
        self,
        message_id: &str,
        envelope: Option<&Envelope>,
        receive_count: u32,
    ) -> Circumstances {
        let age = envelope.map(|envelope| age_of(envelope, self.clock.now()));
        Circumstances { receive_count, age, chance: chance(message_id, receive_count) }
    }

    /// Does what becomes of a failed message, as far as it is not SQS's part.
    async fn put_back(
        self,
        failure: &BatchError,
        envelope: Option<&Envelope>,
        receipt: Option<&str>,
        circumstances: Circumstances,
    ) -> Fate {
        let fate = decide_fate(failure.disposition, circumstances);
        match fate {
            Fate::Done => Fate::Done,
            Fate::Postponed(wait) | Fate::Doomed(wait) => {
                self.postpone(receipt, wait).await;
                fate
            }
            Fate::Renewed => self.renew(failure.disposition, circumstances, envelope, receipt).await,
        }
    }

    /// A message that cannot be postponed comes back at its usual time: nothing is lost.
    async fn postpone(self, receipt: Option<&str>, wait: Duration) {
        let Some(receipt) = receipt else { return };
        if let Err(error) = self.queue.postpone(receipt, wait).await {
            tracing::warn!(%error, "message not postponed");
        }
    }

    /// Puts a fresh copy in; if that fails, the old message has to come back.
    async fn renew(
        self,
        disposition: Disposition,
        circumstances: Circumstances,
        envelope: Option<&Envelope>,
        receipt: Option<&str>,
    ) -> Fate {
        if let Some(envelope) = envelope {
            match self.queue.send(envelope).await {
                Ok(()) => return Fate::Renewed,
                Err(error) => tracing::warn!(%error, "message not renewed"),
            }
        }
        let fate = decide_fate(disposition, Circumstances { age: None, ..circumstances });
        if let Fate::Postponed(wait) = fate {
            self.postpone(receipt, wait).await;
        }
        fate
    }
}

/// How long an event has waited in the queue.
fn age_of(envelope: &Envelope, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(envelope.queued_at)).unwrap_or_default()
}

/// A number from 0 to 1 for one receive of one message. SQS's ids are random, so messages that failed together come back
/// apart; taken from the id, the wait of a run can be repeated.
fn chance(message_id: &str, receive_count: u32) -> f64 {
    let mut hasher = DefaultHasher::new();
    (message_id, receive_count).hash(&mut hasher);
    f64::from(u32::try_from(hasher.finish() >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
}

/// The closing line of a message.
fn close(outcome: &Result<(), BatchError>, word: &'static str, envelope: Option<&Envelope>, took: Duration) {
    let opportunity = envelope.and_then(|envelope| match &envelope.event {
        Event::StageChanged(event) => Some(&event.opportunity),
        Event::ResultChanged(_) => None,
    });
    let failure = outcome.as_ref().err();
    let closing = Closing {
        team: envelope.map(|envelope| &envelope.team),
        opportunity,
        event: envelope.map(|envelope| envelope.event.id()),
        disposition: failure.map(|failure| failure.disposition),
        error: failure.map(|failure| failure as &dyn StdError),
        ..Closing::new("message", word, took)
    };
    if [FAILED, GIVEN_UP].contains(&word) { closing.log_as_error() } else { closing.log() }
}

fn outcome_word(fate: Fate) -> &'static str {
    match fate {
        Fate::Done => "done",
        Fate::Postponed(_) => "postponed",
        Fate::Renewed => "renewed",
        Fate::Doomed(_) => FAILED,
    }
}

#[cfg(test)]
mod tests;
