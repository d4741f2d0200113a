//! News of a result: follow it with tags and, at the end, the note.
//!
//! The event is only a reason to look: the state, the score and everything else are read from Qualified
//! while the assignment is in this run's hands, so that no older reading can overtake a newer one.

use jiff::Timestamp;

use crate::domain::{
    Activity, ActivityId, AssessmentResult, Assignment, AssignmentState, Facts, LeaseHolder, Mirror, Reason,
    ResultChanged, ResultId, TeamId,
};
use crate::flow::{MirrorUpdate, decide_result, decide_retake, is_old_news};
use crate::qualified;
use crate::store::TeamContext;

use super::ledger::claim;
use super::{Access, Error, Handled, Worker};

impl Worker {
    /// Handles news of a result.
    ///
    /// # Errors
    /// See [`Worker::handle`].
    pub(crate) async fn report(
        &self,
        context: &TeamContext,
        received_at: Timestamp,
        event: &ResultChanged,
        holder: &LeaseHolder,
    ) -> Result<Handled, Error> {
        let team = &context.team.id;
        let followers = self.store.find_assignments(team, &event.result).await?;
        let is_known =
            |assignment: &Assignment| assignment.mirror().is_some_and(|mirror| is_old_news(mirror, event));
        if !followers.is_empty() && followers.iter().all(is_known) {
            return Ok(Handled::Duplicate);
        }
        let access = self.open(context)?;
        if followers.is_empty() {
            return self.report_retake(&access, (team, received_at), event, holder).await;
        }
        let mut reasons = Vec::new();
        for (number, assignment) in followers.into_iter().filter(|one| !is_known(one)).enumerate() {
            let told = self.follow(&access, assignment, &event.result, decide_result, holder).await?;
            reasons.extend(self.record_told(received_at, event, number, told).await?);
        }
        Ok(Handled::Decided(reasons))
    }

    /// A result nobody follows may be the retake of one that is followed.
    async fn report_retake(
        &self,
        access: &Access<'_>,
        (team, received_at): (&TeamId, Timestamp),
        event: &ResultChanged,
        holder: &LeaseHolder,
    ) -> Result<Handled, Error> {
        let (Some(person), Some(assessment)) = (&event.team_candidate, &event.assessment) else {
            return Ok(Handled::NotOurs);
        };
        let results = match access.qualified.results_of(person, assessment).await {
            Ok(results) => results,
            Err(qualified::Error::NotFound) => return Ok(Handled::NotOurs),
            Err(error) => return Err(error.into()),
        };
        if !results.iter().any(|result| result.id == event.result) {
            return Ok(Handled::NotOurs);
        }
        let mut reasons = Vec::new();
        let mut number = 0;
        for earlier in results.iter().filter(|result| result.id != event.result) {
            for assignment in self.store.find_assignments(team, &earlier.id).await? {
                let told = self.follow(access, assignment, &event.result, decide_retake, holder).await?;
                reasons.extend(self.record_told(received_at, event, number, told).await?);
                number += 1;
            }
        }
        Ok(if number == 0 { Handled::NotOurs } else { Handled::Decided(reasons) })
    }

    /// Claims an assignment, reads the result while holding it, decides, and shows what is due. A result
    /// that Qualified no longer knows changes nothing.
    async fn follow(
        &self,
        access: &Access<'_>,
        assignment: Assignment,
        result: &ResultId,
        decide: fn(&Mirror, &AssessmentResult) -> MirrorUpdate,
        holder: &LeaseHolder,
    ) -> Result<(Assignment, Vec<Reason>), Error> {
        let mut claim = claim(&*self.store, &*self.clock, assignment, holder).await?;
        let result = match access.qualified.exhibit(result).await {
            Ok(result) => result,
            Err(error) => {
                let released = claim.release().await;
                return if error == qualified::Error::NotFound {
                    Ok((released?, Vec::new()))
                } else {
                    Err(error.into())
                };
            }
        };
        let Some(MirrorUpdate { mirror, reason }) =
            claim.assignment().mirror().map(|mirror| decide(mirror, &result))
        else {
            return Ok((claim.release().await?, Vec::new()));
        };
        claim.set_state(AssignmentState::Mirrored(mirror));
        let (assignment, problems) = self.show(access, claim, Some(&result)).await?;
        Ok((assignment, reason.into_iter().chain(problems).collect()))
    }

    async fn record_told(
        &self,
        at: Timestamp,
        event: &ResultChanged,
        number: usize,
        (assignment, reasons): (Assignment, Vec<Reason>),
    ) -> Result<Vec<Reason>, Error> {
        for (offset, reason) in reasons.iter().enumerate() {
            let activity = Activity {
                team: assignment.team.clone(),
                at,
                // Two assignments can follow one result; ten lines each are more than there are reasons.
                id: ActivityId::line(&event.id, number * 10 + offset),
                event: event.id.clone(),
                opportunity: assignment.opportunity.clone(),
                assessment: Some(assignment.assessment.clone()),
                reason: *reason,
                facts: Facts {
                    title: Some(assignment.title.clone()),
                    result: Some(event.result.clone()),
                    attempt: assignment.mirror().map(|mirror| mirror.standing.attempt),
                    ..Facts::default()
                },
                body_digest: None,
            };
            self.store.record_activity(&activity).await?;
        }
        Ok(reasons)
    }
}
