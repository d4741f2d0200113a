//! Puts the events that waited back into the queue.

use crate::domain::TeamId;
use crate::queue::Envelope;
use crate::service::Error;

use super::Connector;

/// Events taken at once; the rest follows in the same call.
const PAGE: usize = 100;

impl Connector {
    /// Sends every parked event of a team again; says how many. An event is forgotten only after it is in
    /// the queue, so a crash in between sends it twice, which is harmless; one that a worker parked again
    /// meanwhile stays. So does one that cannot be read, and it holds up no other.
    ///
    /// # Errors
    /// When the table or the queue fails; what was not sent stays parked.
    pub async fn resume(&self, team: &TeamId) -> Result<usize, Error> {
        let mut resumed = 0;
        loop {
            let parked = self.store.parked_events(team, PAGE).await?;
            let (count, before) = (parked.len(), resumed);
            for event in parked {
                let envelope = match Envelope::parse(&event.envelope) {
                    Ok(envelope) => envelope,
                    Err(error) => {
                        tracing::error!(team.id = %team, event.id = %event.event, %error, "parked.unreadable");
                        continue;
                    }
                };
                self.queue.send(&envelope).await?;
                self.store.remove_parked_event(&event).await?;
                resumed += 1;
            }
            if count < PAGE || resumed == before {
                return Ok(resumed);
            }
        }
    }
}
