//! Deliveries in: verify, filter, enqueue, answer.
//!
//! Nothing is claimed and nobody is called here. A delivery is acknowledged only after its event is in the
//! queue or known not to be needed; a body can only cause less work, never an effect.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::domain::{Event, Reason, SignatureToken, StageChanged, TeamId, UrlKey};
use crate::failure::Disposition;
use crate::lever::webhook as lever_webhook;
use crate::metrics::Metric;
use crate::qualified::webhook as qualified_webhook;
use crate::queue::{self, Envelope, Queue};
use crate::store::{self, LeverIntake, Store};

use super::lines::line_id;

/// How often at most the time of the last event is written down.
const EVENT_SEEN_EVERY: Duration = Duration::from_secs(60);

/// A team that nobody has: Qualified's ids are no words.
pub(crate) const NOBODY: &str = "nobody";

/// What an accepted delivery came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ingested {
    /// Its event is in the queue.
    Queued,
    /// Lever's test call.
    Test,
    /// It is none of the events we follow.
    Ignored,
    /// There is nothing to do, for this reason.
    Filtered(Reason),
    /// Its event was handled before.
    Duplicate,
    /// Its signature was used before with another body: somebody is forging events.
    Forged,
}

/// Why a delivery is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The body is not what the service sends.
    #[error("malformed: {0}")]
    Malformed(Malformed),
    /// Unknown team or wrong key (nothing inside) or a bad signature: all alike to the caller.
    #[error("not authentic: {}", .0.map_or_else(|| "team or key".to_owned(), |rejection| rejection.to_string()))]
    Unauthentic(Option<lever_webhook::Rejection>),
    /// The table failed.
    #[error("store: {0}")]
    Store(#[from] store::Error),
    /// The queue failed.
    #[error("queue: {0}")]
    Queue(#[from] queue::Error),
}

/// Whose body is malformed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Lever's.
    #[error("{0}")]
    Lever(#[from] lever_webhook::Rejection),
    /// Qualified's.
    #[error("{0}")]
    Qualified(#[from] qualified_webhook::Rejection),
}

impl Error {
    /// What the edge does about it.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Malformed(_) | Self::Unauthentic(_) => Disposition::Rejected,
            Self::Store(error) => error.disposition(),
            Self::Queue(error) => error.disposition(),
        }
    }
}

/// What intake needs; made once at start.
pub struct Intake {
    store: Arc<dyn Store>,
    queue: Arc<dyn Queue>,
    clock: Arc<dyn Clock>,
    /// Checked against when there is no team, so that an unknown team takes as long as a bad signature.
    decoy: SignatureToken,
}

impl Intake {
    /// Puts an intake together.
    pub fn new(store: Arc<dyn Store>, queue: Arc<dyn Queue>, clock: Arc<dyn Clock>) -> Self {
        Self { store, queue, clock, decoy: SignatureToken::new("decoy".repeat(10)) }
    }

    /// Makes the connections that the first delivery of Lever would wait for; whether they could be made
    /// shows then.
    pub async fn warm_for_lever(&self) {
        if let Ok(nobody) = parse_team(NOBODY) {
            let _ = tokio::join!(self.store.load_lever_intake(&nobody), self.queue.warm());
        }
    }

    /// The same for the first delivery of Qualified.
    pub async fn warm_for_qualified(&self) {
        if let Ok(nobody) = parse_team(NOBODY) {
            let _ = tokio::join!(self.store.load_qualified_url_key(&nobody), self.queue.warm());
        }
    }

    /// Takes in a delivery of Lever. `team` and `key` come from the URL.
    ///
    /// # Errors
    /// When the delivery is not accepted; its disposition says whether the sender should try again.
    pub async fn ingest_lever(&self, team: &str, key: &str, body: &[u8]) -> Result<Ingested, Error> {
        let unverified = lever_webhook::parse(body).map_err(reject_lever)?;
        let now = self.clock.now();
        let team = parse_team(team)?;
        let given = UrlKey::new(key.to_owned());
        let known = self.store.load_lever_intake(&team).await?.filter(|known| known.url_key == given);
        let token = known.as_ref().and_then(|known| known.signature_token.as_ref()).unwrap_or(&self.decoy);
        let verified = unverified.verify(token, now);
        let known = known.ok_or(Error::Unauthentic(None))?;
        let delivery = match verified {
            Ok(delivery) => delivery,
            Err(rejection) => {
                self.note_event_refused(&team, known.last_refused_at, rejection, now).await;
                return Err(reject_lever(rejection));
            }
        };
        self.note_event_seen(&team, known.last_event_at, now).await?;
        match delivery {
            lever_webhook::Delivery::Test => Ok(Ingested::Test),
            lever_webhook::Delivery::Ignored { .. } => Ok(Ingested::Ignored),
            lever_webhook::Delivery::StageChanged(event) => {
                self.ingest_stage_change(&team, &known, event, now).await
            }
        }
    }

    async fn ingest_stage_change(
        &self,
        team: &TeamId,
        known: &LeverIntake,
        event: StageChanged,
        now: Timestamp,
    ) -> Result<Ingested, Error> {
        if !known.trigger_stages.contains(&event.to_stage) {
            return Ok(Ingested::Filtered(Reason::StageNotTrigger));
        }
        let handled = self.store.load_handled(team, event.triggered_at, &line_id(&event, 0)).await?;
        match handled {
            Some(handled) if handled.body_digest.as_ref() == Some(&event.body_digest) => {
                Ok(Ingested::Duplicate)
            }
            Some(_) => {
                Metric::Tampered.count();
                Ok(Ingested::Forged)
            }
            None => self.enqueue(team, Event::StageChanged(event), now).await,
        }
    }

    /// Takes in a delivery of Qualified. `team` and `key` come from the URL.
    ///
    /// # Errors
    /// When the delivery is not accepted; its disposition says whether the sender should try again.
    pub async fn ingest_qualified(&self, team: &str, key: &str, body: &[u8]) -> Result<Ingested, Error> {
        let news = qualified_webhook::parse(body).map_err(|rejection| Error::Malformed(rejection.into()))?;
        let team = parse_team(team)?;
        let given = UrlKey::new(key.to_owned());
        if self.store.load_qualified_url_key(&team).await?.is_none_or(|known| known != given) {
            return Err(Error::Unauthentic(None));
        }
        match news {
            qualified_webhook::News::Ignored => Ok(Ingested::Ignored),
            qualified_webhook::News::Changed(event) => {
                self.enqueue(&team, Event::ResultChanged(event), self.clock.now()).await
            }
        }
    }

    async fn enqueue(&self, team: &TeamId, event: Event, now: Timestamp) -> Result<Ingested, Error> {
        self.queue.send(&Envelope::new(team.clone(), event, now)).await?;
        Ok(Ingested::Queued)
    }

    /// Right team, right key, wrong signature: perhaps Lever signs with a token we do not know. The answer is the
    /// same whether or not this can be written down.
    async fn note_event_refused(
        &self,
        team: &TeamId,
        last: Option<Timestamp>,
        rejection: lever_webhook::Rejection,
        now: Timestamp,
    ) {
        let is_news = last.is_none_or(|last| now.duration_since(last).unsigned_abs() >= EVENT_SEEN_EVERY);
        if rejection == lever_webhook::Rejection::WrongSignature
            && is_news
            && let Err(error) = self.store.record_event_refused(team, now).await
        {
            tracing::warn!(team.id = %team, %error, "event.refusal_not_noted");
        }
    }

    async fn note_event_seen(
        &self,
        team: &TeamId,
        last: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), Error> {
        if last.is_none_or(|last| now.duration_since(last).unsigned_abs() >= EVENT_SEEN_EVERY) {
            self.store.record_event_seen(team, now).await?;
        }
        Ok(())
    }
}

/// The team of a URL, not yet known to exist.
fn parse_team(team: &str) -> Result<TeamId, Error> {
    team.parse().map_err(|_| Error::Unauthentic(None))
}

fn reject_lever(rejection: lever_webhook::Rejection) -> Error {
    match rejection.class() {
        lever_webhook::RejectionClass::Malformed => Error::Malformed(rejection.into()),
        lever_webhook::RejectionClass::Unauthentic => Error::Unauthentic(Some(rejection)),
    }
}
