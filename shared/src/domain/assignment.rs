//! The ledger entry: one opportunity × one assessment.
//!
//! The ledger is the truth and Lever's tags are a view of it. What is still to be shown is not stored: it
//! follows from what the entry says was shown and noted, so a crash leaves nothing to repair but the
//! difference. Only that somebody asked again, and what it came to, is on record itself.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    AssessmentId, ContactId, EventId, InvitationId, LeaseHolder, OpportunityId, Progress, Reason, ResultId,
    StageId, Tag, TeamCandidateId, TeamId, Title,
};

/// How far the clocks of two of our processes may differ. What one holds until a moment of its own clock counts as held
/// for so much longer by every other.
pub const CLOCK_DIFFERENCE_MAX: Duration = Duration::from_secs(5 * 60);

/// One opportunity × one assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// Whose.
    pub team: TeamId,
    /// Which opportunity.
    pub opportunity: OpportunityId,
    /// Which person.
    pub contact: ContactId,
    /// Which assessment.
    pub assessment: AssessmentId,
    /// The title when the candidate was invited; status tags are made of it even if it is renamed.
    pub title: Title,
    /// The tag that asked for it, exactly as it was.
    pub original_tag: Tag,
    /// The stage that caused it.
    pub trigger_stage: StageId,
    /// The event that caused it; the same event again is a repetition, not a new request.
    pub cause: EventId,
    /// How far it is.
    pub state: AssignmentState,
    /// Held by a worker that is performing effects.
    pub lease: Option<Lease>,
    /// The last worker did not learn whether its note arrived; look before writing another.
    pub is_note_in_doubt: bool,
    /// When the candidate had entered the stage as the invitation was last tried, by Lever's clock. Other events of that move
    /// ask for nothing more.
    pub entered_at: Option<Timestamp>,
    /// When the invitation was first tried.
    pub created_at: Timestamp,
    /// Counts the writes; a write names the version it replaces.
    pub version: u64,
}

/// How far an assignment is.
#[derive(Debug, Clone, PartialEq)]
pub enum AssignmentState {
    /// Claimed; the invitation may or may not have reached Qualified.
    Inviting,
    /// The candidate is invited; the result is followed.
    Mirrored(Mirror),
    /// Qualified refused the invitation for good. A new stage change may try again.
    Refused {
        /// Why.
        reason: Reason,
    },
}

/// What we know of a result and what of it Lever shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Mirror {
    /// The invitation, if we saw it.
    pub invitation: Option<InvitationId>,
    /// The result that is followed.
    pub result: ResultId,
    /// The person in Qualified.
    pub team_candidate: TeamCandidateId,
    /// The furthest standing known.
    pub standing: Standing,
    /// The standing that the tags show.
    pub shown: Option<Standing>,
    /// Attempts up to this one have their note.
    pub noted: u32,
    /// When the last known submission was.
    pub submitted_at: Option<Timestamp>,
    /// When it was asked for again before the candidate started, as long as Qualified is still to be asked whether the
    /// invitation reaches the candidate's present address.
    pub asked_again_at: Option<Timestamp>,
    /// What came of its being asked for again by the cause of the assignment, once that is settled.
    pub came_to: Option<Reason>,
    /// Whether the result was closed without a submission, as far as we were told, and neither given anew by us nor begun
    /// anew since. It leaves the standing as it was.
    pub is_closed: bool,
}

/// Attempt and progress, ordered: a later attempt outranks any progress of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    /// 1 for the first attempt; reopening and retaking count up.
    pub attempt: u32,
    /// How far this attempt is.
    pub progress: Progress,
}

/// The right of one worker run to perform effects, for a limited time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Who.
    pub holder: LeaseHolder,
    /// Until when; after that another worker may take over.
    pub until: Timestamp,
}

impl Standing {
    /// The first attempt at a progress.
    pub fn first(progress: Progress) -> Self {
        Self { attempt: 1, progress }
    }
}

impl Mirror {
    /// Whether the tags still have to follow. What is asked for again may come to nothing; until then the title asks.
    pub fn is_tag_due(&self) -> bool {
        self.shown != Some(self.standing) && !self.is_invitation_due()
    }

    /// Whether the invitation is still to be looked for, and sent again if there is none. Whoever has started has it.
    pub fn is_invitation_due(&self) -> bool {
        self.asked_again_at.is_some() && self.standing.progress == Progress::Invited
    }

    /// Whether the result note is still to be written.
    pub fn is_note_due(&self) -> bool {
        self.standing.progress == Progress::Submitted && self.noted < self.standing.attempt
    }
}

impl Assignment {
    /// The mirror, if the candidate is invited.
    pub fn mirror(&self) -> Option<&Mirror> {
        match &self.state {
            AssignmentState::Mirrored(mirror) => Some(mirror),
            AssignmentState::Inviting | AssignmentState::Refused { .. } => None,
        }
    }

    /// Whether an effect is intended and not yet known to be done.
    pub fn is_unfinished(&self) -> bool {
        match &self.state {
            AssignmentState::Inviting => true,
            AssignmentState::Mirrored(mirror) => {
                mirror.is_invitation_due() || mirror.is_tag_due() || mirror.is_note_due()
            }
            AssignmentState::Refused { .. } => false,
        }
    }

    /// Whether the invitation is still to be looked for, and sent if there is none.
    pub fn is_invitation_due(&self) -> bool {
        match &self.state {
            AssignmentState::Inviting => true,
            AssignmentState::Mirrored(mirror) => mirror.is_invitation_due(),
            AssignmentState::Refused { .. } => false,
        }
    }

    /// Whether news may still come, or something is still to be done.
    pub fn is_open(&self) -> bool {
        match &self.state {
            AssignmentState::Inviting => true,
            AssignmentState::Mirrored(mirror) => {
                mirror.standing.progress < Progress::Submitted || self.is_unfinished()
            }
            AssignmentState::Refused { .. } => false,
        }
    }

    /// Whether Qualified or a check refused the invitation for good.
    pub fn is_refused(&self) -> bool {
        matches!(self.state, AssignmentState::Refused { .. })
    }

    /// Whether another run than `holder` may be performing effects at `now`.
    pub fn is_leased_to_another(&self, holder: &LeaseHolder, now: Timestamp) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.holder != *holder && lease.may_be_held(now))
    }
}

impl Lease {
    /// Whether its holder may still act, to one whose clock says `now`.
    pub fn may_be_held(&self, now: Timestamp) -> bool {
        self.until.saturating_add(CLOCK_DIFFERENCE_MAX).unwrap_or(Timestamp::MAX) > now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Standing = Standing { attempt: 1, progress: Progress::Invited };
    const SUBMITTED: Standing = Standing { attempt: 1, progress: Progress::Submitted };

    fn mirror(standing: Standing, shown: Option<Standing>, noted: u32) -> Mirror {
        let (result, team_candidate) = ("r1".parse().unwrap(), "p1".parse().unwrap());
        Mirror {
            invitation: None,
            result,
            team_candidate,
            standing,
            shown,
            noted,
            submitted_at: None,
            asked_again_at: None,
            came_to: None,
            is_closed: false,
        }
    }

    fn assignment(state: AssignmentState) -> Assignment {
        let text = "Rust Basics";
        Assignment {
            team: "t1".parse().unwrap(),
            opportunity: "o1".parse().unwrap(),
            contact: "c1".parse().unwrap(),
            assessment: "a1".parse().unwrap(),
            title: Title::new(text).unwrap(),
            original_tag: Tag::new(text).unwrap(),
            trigger_stage: "s1".parse().unwrap(),
            cause: "e1".parse().unwrap(),
            state,
            lease: None,
            is_note_in_doubt: false,
            entered_at: None,
            created_at: Timestamp::UNIX_EPOCH,
            version: 0,
        }
    }

    #[test]
    fn an_invitation_asked_for_again_is_due_until_the_candidate_has_started() {
        for (standing, is_due) in [(FIRST, true), (SUBMITTED, false)] {
            let asked_again =
                Mirror { asked_again_at: Some(Timestamp::UNIX_EPOCH), ..mirror(standing, Some(standing), 1) };
            assert_eq!(asked_again.is_invitation_due(), is_due, "{standing:?}");
            assert_eq!(
                assignment(AssignmentState::Mirrored(asked_again)).is_unfinished(),
                is_due,
                "{standing:?}"
            );
        }
        assert!(!mirror(FIRST, Some(FIRST), 0).is_invitation_due());
    }

    #[test]
    fn tags_are_due_until_they_show_the_standing() {
        assert!(mirror(FIRST, None, 0).is_tag_due());
        assert!(mirror(SUBMITTED, Some(FIRST), 1).is_tag_due());
        assert!(!mirror(FIRST, Some(FIRST), 0).is_tag_due());
        let asked_again = Mirror { asked_again_at: Some(Timestamp::UNIX_EPOCH), ..mirror(FIRST, None, 0) };
        assert!(!asked_again.is_tag_due());
    }

    #[test]
    fn a_note_is_due_once_for_each_submission() {
        let again = Standing { attempt: 2, ..SUBMITTED };
        for (standing, noted, is_due) in [
            (FIRST, 0, false),
            (SUBMITTED, 0, true),
            (SUBMITTED, 1, false),
            (SUBMITTED, 2, false),
            (again, 0, true),
        ] {
            assert_eq!(mirror(standing, None, noted).is_note_due(), is_due, "{standing:?}, {noted} noted");
        }
    }

    #[test]
    fn each_state_tells_what_is_still_to_come() {
        let refused = AssignmentState::Refused { reason: Reason::EmailRefused };
        let mirrored = |standing, shown, noted| AssignmentState::Mirrored(mirror(standing, shown, noted));
        for (state, is_unfinished, is_open) in [
            (AssignmentState::Inviting, true, true),
            (mirrored(FIRST, Some(FIRST), 0), false, true),
            (mirrored(SUBMITTED, Some(FIRST), 1), true, true),
            (mirrored(SUBMITTED, Some(SUBMITTED), 0), true, true),
            (mirrored(SUBMITTED, Some(SUBMITTED), 1), false, false),
            (refused, false, false),
        ] {
            let assignment = assignment(state);
            let told = (assignment.is_unfinished(), assignment.is_open());
            assert_eq!(told, (is_unfinished, is_open), "{:?}", assignment.state);
            let is_mirrored = matches!(assignment.state, AssignmentState::Mirrored(_));
            assert_eq!(assignment.mirror().is_some(), is_mirrored);
            assert_eq!(assignment.is_refused(), matches!(assignment.state, AssignmentState::Refused { .. }));
        }
    }

    #[test]
    fn a_lease_keeps_others_out_for_as_much_longer_as_clocks_may_differ() {
        let (own, other) = (LeaseHolder::of(1), LeaseHolder::of(2));
        let at = |second| Timestamp::from_second(second).unwrap();
        let free = assignment(AssignmentState::Inviting);
        assert!(!free.is_leased_to_another(&own, at(9)));
        let held = Assignment { lease: Some(Lease { holder: other.clone(), until: at(1_000) }), ..free };
        assert!(held.is_leased_to_another(&own, at(1_299)));
        assert!(!held.is_leased_to_another(&own, at(1_300)));
        assert!(!held.is_leased_to_another(&other, at(9)));
    }
}
