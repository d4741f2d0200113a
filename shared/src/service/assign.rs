//! A stage change: invite the candidate to what the tags name, or say why not.
//!
//! The event is only a reason to look. The opportunity is read again with the team's own token, and what
//! Lever says now decides.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{
    Assessment, Assignment, AssignmentState, LeaseHolder, Opportunity, Reason, StageChanged,
};
use crate::flow::{Admission, AssignmentDecision, Request, Step, decide_stage_change, first_failure};
use crate::lever;
use crate::store::TeamContext;

use super::assessments::Freshness;
use super::effects::Problems;
use super::invite::{Invitee, Run, ask_again};
use super::lines::Line;
use super::{Access, Error, Handled, Worker};

/// Lever calls of an invitation: the opportunity, the new tag, the old one. Reserved together, since each
/// reservation is a write.
const CALLS_OF_INVITATION: u32 = 3;

/// All that one event is decided on.
struct Case<'a> {
    context: &'a TeamContext,
    access: &'a Access<'a>,
    event: &'a StageChanged,
    holder: &'a LeaseHolder,
    ledger: Vec<Assignment>,
    /// It was decided about before; what it began is finished and nothing else begun.
    is_handled: bool,
}

impl Case<'_> {
    /// Whether the event began what the decision is about.
    fn has_begun(&self, decision: &AssignmentDecision) -> bool {
        let of_assessment = |entry: &&Assignment| Some(&entry.assessment) == decision.assessment.as_ref();
        self.ledger.iter().find(of_assessment).is_some_and(|entry| entry.cause == self.event.id)
    }
}

impl Worker {
    /// Handles a stage change.
    ///
    /// # Errors
    /// See [`Worker::handle`].
    pub(crate) async fn assign(
        &self,
        context: &TeamContext,
        event: &StageChanged,
        holder: &LeaseHolder,
    ) -> Result<Handled, Error> {
        let team = &context.team.id;
        let ledger = self.store.load_assignments(team, &event.opportunity).await?;
        let is_handled = self.is_handled(team, event, &ledger).await?;
        // A copy may have been decided while the run that began something ended: that is still to be finished.
        let is_begun = ledger.iter().any(|entry| entry.cause == event.id && entry.is_unfinished());
        if is_handled && !is_begun {
            return self.tell_all_untold(event, &ledger, holder).await;
        }
        let access = self.open(context)?;
        let case = Case { context, access: &access, event, holder, ledger, is_handled };
        access.lever.reserve(CALLS_OF_INVITATION).await?;
        let lines = match access.lever.opportunity(&event.opportunity).await {
            Ok(opportunity) => self.assign_opportunity(&case, &opportunity).await?,
            Err(lever::Error::NotFound) => vec![Line::unreadable(Reason::OpportunityGone)],
            Err(lever::Error::Forbidden) => vec![Line::unreadable(Reason::OpportunityHidden)],
            Err(error) => return Err(error.into()),
        };
        if is_handled {
            let ledger = self.store.load_assignments(team, &event.opportunity).await?;
            return self.tell_all_untold(event, &ledger, holder).await;
        }
        self.record_lines(team, event, &lines).await?;
        Ok(Handled::Decided(lines.iter().map(|line| line.reason).collect()))
    }

    async fn assign_opportunity(
        &self,
        case: &Case<'_>,
        opportunity: &Opportunity,
    ) -> Result<Vec<Line>, Error> {
        match first_failure(opportunity, &case.context.trigger_stages, case.event.triggered_at) {
            Ok(admission) => {
                let mut decisions = self.decide(case, opportunity, &admission).await?;
                decisions.retain(|decision| !case.is_handled || case.has_begun(decision));
                let invitee = Invitee::admitted(opportunity, &admission.email);
                self.perform_all(case, &invitee, opportunity, decisions).await
            }
            Err(refusal) => {
                let (reason, facts) = *refusal;
                let begun: Vec<_> = case
                    .ledger
                    .iter()
                    .filter(|entry| entry.cause == case.event.id)
                    .map(|entry| crate::flow::finish_begun(entry, facts.clone()))
                    .collect();
                if begun.is_empty() {
                    return Ok(vec![Line { assessment: None, reason, facts }]);
                }
                let invitee = Invitee::refused(opportunity, reason);
                self.perform_all(case, &invitee, opportunity, begun).await
            }
        }
    }

    /// Decides with the list of assessments at hand, and once more with a new one before a tag is said to
    /// name nothing that can be sent. Before a status tag counts as somebody else's, the ledger is read
    /// again: another run may have put it there since.
    async fn decide(
        &self,
        case: &Case<'_>,
        opportunity: &Opportunity,
        admission: &Admission,
    ) -> Result<Vec<AssignmentDecision>, Error> {
        let decide = |assessments: &Arc<Vec<Assessment>>, ledger: &[Assignment]| {
            decide_stage_change(case.event, opportunity, admission, assessments, ledger)
        };
        let team = &case.context.team;
        let load =
            |freshness| self.assessments.load(team, &case.access.qualified, freshness, self.clock.now());
        let mut assessments = load(Freshness::Recent).await?;
        let mut decisions = decide(&assessments, &case.ledger);
        if decisions.iter().any(|decision| is_about_the_list(&decision.step)) {
            assessments = load(Freshness::Now).await?;
            decisions = decide(&assessments, &case.ledger);
        }
        if decisions.iter().any(|decision| decision.step == Step::Nothing(Reason::StatusTagPresent)) {
            let ledger = self.store.load_assignments(&team.id, &opportunity.id).await?;
            decisions = decide(&assessments, &ledger);
        }
        Ok(decisions)
    }

    /// Performs every decision; one that fails does not keep the others from being done.
    async fn perform_all(
        &self,
        case: &Case<'_>,
        invitee: &Invitee<'_>,
        opportunity: &Opportunity,
        decisions: Vec<AssignmentDecision>,
    ) -> Result<Vec<Line>, Error> {
        let mut lines = Vec::new();
        let mut failure = None;
        for AssignmentDecision { assessment, step, facts } in decisions {
            match self.perform(case, invitee, opportunity, (step, facts.entered_at)).await {
                Ok((reason, problems)) => {
                    let line = |reason| Line { assessment: assessment.clone(), reason, facts: facts.clone() };
                    lines.extend([reason].into_iter().chain(problems).map(line));
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(lines), Err)
    }

    async fn perform(
        &self,
        case: &Case<'_>,
        invitee: &Invitee<'_>,
        opportunity: &Opportunity,
        (step, entered_at): (Step, Option<Timestamp>),
    ) -> Result<(Reason, Problems), Error> {
        match step {
            Step::Nothing(reason) => Ok((reason, Problems::new())),
            Step::Invite(request) => {
                let assignment = Assignment { entered_at, ..self.new_assignment(case, opportunity, request) };
                self.bring_to_invitation(case.access, (assignment, Run::First), invitee, case.holder).await
            }
            Step::Withdraw(assignment, reason) => {
                let unasked = Invitee::refused(opportunity, reason);
                let brought = (*assignment, Run::Repeated);
                self.bring_to_invitation(case.access, brought, &unasked, case.holder).await
            }
            Step::Finish(mut assignment) => {
                let known = self.reason_on_record(case.event, &assignment).await?;
                if let Some(reason) = known.filter(|_| !assignment.is_unfinished()) {
                    return Ok((reason, Problems::new()));
                }
                if assignment.is_invitation_due() {
                    assignment.entered_at = entered_at;
                }
                let repeated = (*assignment, Run::Repeated);
                let brought = self.bring_to_invitation(case.access, repeated, invitee, case.holder);
                brought.await.map(|(reason, problems)| (known.unwrap_or(reason), problems))
            }
            Step::RestoreTags(mut assignment) => {
                self.tell_untold(case.event, &assignment, case.holder).await?;
                assignment.cause = case.event.id.clone();
                assignment.contact = opportunity.contact.clone();
                assignment.entered_at = entered_at;
                // With the claim it goes on record what is due, so that a run that ends here leaves something to
                // finish.
                let mut settled = None;
                if let AssignmentState::Mirrored(mirror) = &mut assignment.state {
                    ask_again(mirror, self.clock.now());
                    settled = mirror.came_to;
                }
                let asked = (*assignment, Run::First);
                let brought = self.bring_to_invitation(case.access, asked, invitee, case.holder);
                brought.await.map(|(reason, problems)| (settled.unwrap_or(reason), problems))
            }
        }
    }

    fn new_assignment(&self, case: &Case<'_>, opportunity: &Opportunity, request: Request) -> Assignment {
        let version = request.replaces.map_or(0, |earlier| earlier.version);
        Assignment {
            team: case.context.team.id.clone(),
            opportunity: opportunity.id.clone(),
            contact: opportunity.contact.clone(),
            assessment: request.assessment,
            title: request.title,
            original_tag: request.tag,
            trigger_stage: opportunity.stage.clone(),
            cause: case.event.id.clone(),
            state: AssignmentState::Inviting,
            lease: None,
            is_note_in_doubt: false,
            entered_at: None,
            created_at: self.clock.now(),
            version,
        }
    }
}

/// Whether a newer list of assessments could change the decision.
fn is_about_the_list(step: &Step) -> bool {
    match step {
        Step::Nothing(reason) | Step::Withdraw(_, reason) => matches!(
            reason,
            Reason::NoMatchingTag
                | Reason::MisspeltTag
                | Reason::NotPublished
                | Reason::NotForCandidates
                | Reason::AmbiguousTitle
        ),
        Step::Invite(_) | Step::Finish(_) | Step::RestoreTags(_) => false,
    }
}
