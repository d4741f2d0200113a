//! What is told of an event that goes to the dead letters.

use crate::domain::{Activity, ActivityId, Assignment, Event, Facts, OpportunityId, Reason};
use crate::queue::Envelope;

use super::{Error, Worker};

/// The number of the line: line 0 marks an event as handled, and this one is not.
const LINE: usize = 1_000;

impl Worker {
    /// Writes down for everybody the event is about that it is put aside. The event stays unhandled: after a
    /// redrive it is handled as if nothing had happened. That this cannot be written down changes nothing.
    pub async fn give_up(&self, envelope: &Envelope) {
        if let Err(error) = self.record_given_up(envelope).await {
            tracing::warn!(team.id = %envelope.team, %error, "event.giving_up_not_noted");
        }
    }

    async fn record_given_up(&self, envelope: &Envelope) -> Result<(), Error> {
        match &envelope.event {
            Event::StageChanged(event) => {
                let line = line(envelope, &event.opportunity, LINE);
                let line = Activity { at: event.triggered_at, ..line };
                self.store.record_activity(&line).await?;
            }
            Event::ResultChanged(event) => {
                let followers = self.store.find_assignments(&envelope.team, &event.result).await?;
                for (follower, number) in followers.iter().zip(LINE..) {
                    self.store.record_activity(&followed(envelope, follower, number)).await?;
                }
            }
        }
        Ok(())
    }
}

fn followed(envelope: &Envelope, follower: &Assignment, number: usize) -> Activity {
    Activity {
        assessment: Some(follower.assessment.clone()),
        facts: Facts { title: Some(follower.title.clone()), ..Facts::default() },
        ..line(envelope, &follower.opportunity, number)
    }
}

fn line(envelope: &Envelope, opportunity: &OpportunityId, number: usize) -> Activity {
    let event = envelope.event.id();
    Activity {
        team: envelope.team.clone(),
        at: envelope.received_at,
        id: ActivityId::line(event, number),
        event: event.clone(),
        opportunity: opportunity.clone(),
        assessment: None,
        reason: Reason::GivenUp,
        facts: Facts::default(),
        body_digest: None,
    }
}
