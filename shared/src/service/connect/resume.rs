//! Puts the events that waited back into the queue.
//!
//! Whoever logs in or enters a key waits for the first of them only: a page has to come before the gateway gives up.
//! The reconciler takes the rest with its next upkeep.

use futures_util::{StreamExt, stream};

use crate::domain::{ParkedEvent, TeamId};
use crate::queue::Envelope;
use crate::service::Error;

use super::Connector;

/// Events read at once; the rest follows in the same call.
const PAGE: usize = 100;
/// Events sent at once.
const CONCURRENCY: usize = 10;
/// Events that somebody waits for: two seconds of work, or a few.
const FIRST: usize = 500;
/// Events sent by one upkeep: at least as many as Lever's rate lets us handle until the next one.
const ALL: usize = 10_000;

impl Connector {
    /// Sends every parked event of a team again, or so many that it has enough to do until the next upkeep; says how
    /// many.
    ///
    /// An event is forgotten only after it is in the queue, so a crash or a failure in between sends it twice, which is
    /// harmless; one that a worker parked again meanwhile stays. So does one that cannot be read, and it holds up no
    /// other.
    ///
    /// # Errors
    /// When the table or the queue fails; what was not sent stays parked.
    pub async fn resume(&self, team: &TeamId) -> Result<usize, Error> {
        self.resume_up_to(team, ALL).await
    }

    /// The same for as many of them as somebody can wait for.
    pub(super) async fn resume_first(&self, team: &TeamId) -> Result<(), Error> {
        self.resume_up_to(team, FIRST).await.map(drop)
    }

    async fn resume_up_to(&self, team: &TeamId, enough: usize) -> Result<usize, Error> {
        let mut count = 0;
        loop {
            let parked = self.store.parked_events(team, PAGE).await?;
            let (is_last, before) = (parked.len() < PAGE, count);
            let mut outcomes =
                stream::iter(parked).map(|event| self.resume_event(event)).buffer_unordered(CONCURRENCY);
            while let Some(outcome) = outcomes.next().await {
                count += outcome?;
            }
            if is_last || count == before || count >= enough {
                return Ok(count);
            }
        }
    }

    /// Sends one event again, and forgets it then; says whether it was one or none.
    async fn resume_event(&self, event: ParkedEvent) -> Result<usize, Error> {
        match Envelope::parse(&event.envelope) {
            Ok(envelope) => {
                let envelope = Envelope { queued_at: self.clock.now(), ..envelope };
                self.queue.send(&envelope).await?;
                self.store.remove_parked_event(&event).await?;
                Ok(1)
            }
            Err(error) => {
                tracing::error!(team.id = %event.team, event.id = %event.event, %error, "parked.unreadable");
                Ok(0)
            }
        }
    }
}
