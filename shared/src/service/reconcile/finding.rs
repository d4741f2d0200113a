//! From what was found to an event in the queue.

use ring::digest;

use super::sweep::Sweep;
use crate::domain::{
    AssessmentResult, Assignment, AssignmentState, Event, EventId, OpportunityId, ResultChanged, ResultId,
    ResultNews, StageChanged,
};
use crate::flow::Entry;
use crate::queue::Envelope;
use crate::service::Error;

impl Sweep<'_> {
    /// The candidate entered a trigger stage and nobody said so.
    pub(super) async fn tell_missed(&self, opportunity: &OpportunityId, entry: &Entry) -> Result<(), Error> {
        let parts = ["stage", opportunity.as_str(), entry.stage.as_str(), &entry.at.to_string()];
        self.tell_stage_change(&parts, opportunity, entry, entry.at).await
    }

    /// A tag that matches was put on after the decision that `told` names.
    pub(super) async fn tell_late_tag(
        &self,
        opportunity: &OpportunityId,
        entry: &Entry,
        told: &EventId,
    ) -> Result<(), Error> {
        self.tell_stage_change(&["tag", opportunity.as_str(), told.as_str()], opportunity, entry, self.now)
            .await
    }

    async fn tell_stage_change(
        &self,
        parts: &[&str],
        opportunity: &OpportunityId,
        entry: &Entry,
        triggered_at: jiff::Timestamp,
    ) -> Result<(), Error> {
        let digest = digest_of(parts);
        let event = StageChanged {
            id: event_id(&digest),
            triggered_at,
            opportunity: opportunity.clone(),
            to_stage: entry.stage.clone(),
            body_digest: hex(&digest),
        };
        self.enqueue(Event::StageChanged(event)).await
    }

    /// A result is to be read again. Each telling is its own event: what it brings depends on the reading.
    pub(super) async fn tell_result(
        &self,
        result: &ResultId,
        read: Option<&AssessmentResult>,
    ) -> Result<(), Error> {
        let digest = digest_of(&["result", result.as_str(), &self.now.to_string()]);
        let event = ResultChanged {
            id: event_id(&digest),
            result: result.clone(),
            news: ResultNews::StateChanged,
            changed_at: None,
            team_candidate: read.map(|read| read.team_candidate.clone()),
            assessment: read.map(|read| read.assessment.clone()),
        };
        self.enqueue(Event::ResultChanged(event)).await
    }

    /// Whatever is due for an assignment is to be done, or its result to be read again.
    pub(super) async fn tell_open(&self, assignment: &Assignment) -> Result<(), Error> {
        match &assignment.state {
            AssignmentState::Mirrored(mirror) => self.tell_result(&mirror.result, None).await,
            AssignmentState::Inviting | AssignmentState::Refused { .. } => {
                // The event that began it comes once more, so that what it began is finished.
                let event = StageChanged {
                    id: assignment.cause.clone(),
                    triggered_at: assignment.created_at,
                    opportunity: assignment.opportunity.clone(),
                    to_stage: assignment.trigger_stage.clone(),
                    body_digest: hex(&digest_of(&["again", assignment.cause.as_str()])),
                };
                self.enqueue(Event::StageChanged(event)).await
            }
        }
    }

    async fn enqueue(&self, event: Event) -> Result<(), Error> {
        let envelope = Envelope::new(self.team().clone(), event, self.now);
        Ok(self.reconciler.queue.send(&envelope).await?)
    }
}

fn digest_of(parts: &[&str]) -> digest::Digest {
    digest::digest(&digest::SHA256, parts.join("\n").as_bytes())
}

/// 128 bits of the digest; they do not collide by chance.
fn event_id(digest: &digest::Digest) -> EventId {
    let bytes = digest.as_ref().iter().take(16);
    EventId::found(bytes.fold(0, |number, byte| number << 8 | u128::from(*byte)))
}

fn hex(digest: &digest::Digest) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
