//! The lines of activity of a stage change: whether it was told, what it is told to have done, and writing them.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    Activity, ActivityId, AssessmentId, Assignment, Facts, LeaseHolder, Reason, StageChanged, TeamId,
};
use crate::flow::{Entry, reason_of_event, tells_invitation};
use crate::metrics::count_decision;

use super::invite::standing_reason;
use super::{Error, Handled, LINES_MAX, Worker};

/// For so long an event may be under way. Lines of the activity are kept for longer.
const UNTOLD_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

/// One line of activity in the making.
pub(super) struct Line {
    pub(super) assessment: Option<AssessmentId>,
    pub(super) reason: Reason,
    pub(super) facts: Facts,
}

impl Line {
    /// Of an opportunity that Lever does not show.
    pub(super) fn unreadable(reason: Reason) -> Self {
        Self { assessment: None, reason, facts: Facts::default() }
    }
}

impl Worker {
    /// Whether the event was decided about: it came before, or a comparison found it and its own event came after
    /// all, or the same finding came twice.
    pub(super) async fn is_handled(
        &self,
        team: &TeamId,
        event: &StageChanged,
        ledger: &[Assignment],
    ) -> Result<bool, Error> {
        if self.store.load_activity(team, event.triggered_at, &line_id(event, 0)).await?.is_some() {
            return Ok(true);
        }
        if !event.id.is_found() {
            return Ok(false);
        }
        let activity = self.store.opportunity_activity(team, &event.opportunity, LINES_MAX).await?;
        let entry = Entry { stage: event.to_stage.clone(), at: event.triggered_at };
        // Of its own lines the one written last counts: the run that wrote others may have ended before it, or have
        // put the event aside. What it did itself only it tells.
        let is_cause = ledger.iter().any(|assignment| assignment.cause == event.id);
        Ok(activity.iter().any(|line| {
            let is_last = line.id == line_id(event, 0);
            if line.event == event.id { is_last } else { !is_cause && entry.is_told_by(line) }
        }))
    }

    /// How an invitation that is on record and not due again came about, as far as this event is concerned.
    pub(super) async fn reason_on_record(
        &self,
        event: &StageChanged,
        assignment: &Assignment,
    ) -> Result<Option<Reason>, Error> {
        let is_due = assignment.is_invitation_due();
        let Some(reason) = standing_reason(assignment).filter(|_| !is_due) else { return Ok(None) };
        let (team, opportunity) = (&assignment.team, &assignment.opportunity);
        let lines = self.store.opportunity_activity(team, opportunity, LINES_MAX).await?;
        Ok(Some(reason_of_event(event, assignment, reason, &lines)))
    }

    /// Tells the invitation that the cause of an assignment sent and has not told. Before another event takes the assignment
    /// over: the cause will find nothing of its own any more.
    pub(super) async fn tell_untold(
        &self,
        event: &StageChanged,
        assignment: &Assignment,
        holder: &LeaseHolder,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let asked_at = assignment.entered_at.unwrap_or(assignment.created_at);
        if now.duration_since(asked_at) > UNTOLD_MAX || assignment.is_leased_to_another(holder, now) {
            return Ok(());
        }
        // Whenever a line of the cause was written, it counts.
        let cause =
            StageChanged { id: assignment.cause.clone(), triggered_at: Timestamp::MIN, ..event.clone() };
        let reason = self.reason_on_record(&cause, assignment).await?;
        let Some(reason @ (Reason::Invited | Reason::AttachedToExisting)) = reason else { return Ok(()) };
        let activity = Activity {
            team: assignment.team.clone(),
            at: event.triggered_at,
            id: ActivityId::untold(&cause.id, &assignment.assessment),
            event: cause.id,
            opportunity: assignment.opportunity.clone(),
            assessment: Some(assignment.assessment.clone()),
            reason,
            facts: Facts {
                stage: Some(assignment.trigger_stage.clone()),
                entered_at: assignment.entered_at,
                tag: Some(assignment.original_tag.clone()),
                title: Some(assignment.title.clone()),
                ..Facts::default()
            },
            body_digest: None,
        };
        self.store.record_activity(&activity).await?;
        count_decision(reason);
        Ok(())
    }

    /// Tells what an event did after it was told: the run that did it may have ended before.
    pub(super) async fn tell_all_untold(
        &self,
        event: &StageChanged,
        ledger: &[Assignment],
        holder: &LeaseHolder,
    ) -> Result<Handled, Error> {
        for assignment in ledger.iter().filter(|assignment| assignment.cause == event.id) {
            self.tell_untold(event, assignment, holder).await?;
        }
        Ok(Handled::Duplicate)
    }

    /// Writes the activity; line 0 comes last and marks the event as handled.
    pub(super) async fn record_lines(
        &self,
        team: &TeamId,
        event: &StageChanged,
        lines: &[Line],
    ) -> Result<(), Error> {
        for (number, line) in lines.iter().enumerate().rev() {
            let activity = Activity {
                team: team.clone(),
                at: event.triggered_at,
                id: line_id(event, number),
                event: event.id.clone(),
                opportunity: event.opportunity.clone(),
                assessment: line.assessment.clone(),
                reason: line.reason,
                facts: line.facts.clone(),
                body_digest: Some(event.body_digest.clone()),
            };
            // A run that was overtaken must not hide what another run of the event did. What a run wrote that ended before
            // line 0 is replaced: the lines may come in another order now.
            if number == 0 && !tells_invitation(line.reason) {
                self.store.record_new_activity(&activity).await?;
            } else {
                self.store.record_activity(&activity).await?;
            }
            count_decision(line.reason);
        }
        Ok(())
    }
}

/// The id of one line of an event's activity; line 0 is there once the event is handled.
pub(crate) fn line_id(event: &StageChanged, number: usize) -> ActivityId {
    ActivityId::line(&event.id, number)
}
