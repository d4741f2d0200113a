//! Assessment results: the record and its states.

use serde::{Deserialize, Serialize};
use sim_kit::clock::Millis;

use super::assessment::Assessment;
use super::happening::{Event, Happening, Subject};
use super::ids::{
    AssessmentId, CandidateId, ChallengeId, MemberId, ResultId, SolutionId, TeamCandidateId, TeamId,
};
use super::invite::InviteOrder;
use super::result_state::{ClosedReason, ResultState};
use super::{Refused, World};

/// How similar the code is to other code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// A little.
    Low,
    /// Notably.
    Medium,
    /// Very.
    High,
}

impl Risk {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// The work on one challenge.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// Its id.
    pub id: SolutionId,
    /// Of which challenge.
    pub challenge_id: ChallengeId,
    /// Chosen language.
    pub language: Option<String>,
    /// 0 to 100, once submitted.
    pub score: Option<f64>,
    /// Test cases passed.
    pub items_correct: u32,
    /// Test cases in all.
    pub items_total: u32,
    /// Active seconds.
    pub accumulated_seconds: u32,
    /// When handed in.
    pub submitted_at: Option<Millis>,
    /// Similarity, once found.
    pub risk: Option<Risk>,
}

/// What a submitted result may be taken up for again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Retry {
    pub(crate) retake: bool,
    pub(crate) access_starts_at: Option<Millis>,
    pub(crate) access_ends_at: Option<Millis>,
    pub(crate) enforced_time_limit: Option<u32>,
    /// The new result, once the retake was taken up.
    pub(crate) retake_result: Option<ResultId>,
}

/// The attempt of one person at one assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct AssessmentResult {
    /// Its id; a retake has another one.
    pub id: ResultId,
    /// Of which assessment.
    pub assessment_id: AssessmentId,
    /// The person across teams.
    pub candidate_id: Option<CandidateId>,
    /// The person in this team.
    pub team_candidate_id: TeamCandidateId,
    /// Whose.
    pub team_id: TeamId,
    /// Where it stands.
    pub state: ResultState,
    /// Why it was closed.
    pub closed_reason: Option<ClosedReason>,
    /// 0 to 100, the plain average over the challenges; only once submitted.
    pub score: Option<f64>,
    /// When it came to be.
    pub created_at: Millis,
    /// Last change.
    pub updated_at: Millis,
    /// Last change of the state.
    pub state_updated_at: Millis,
    /// Invited.
    pub invited_at: Option<Millis>,
    /// Link followed.
    pub opened_at: Option<Millis>,
    /// Begun (this time).
    pub started_at: Option<Millis>,
    /// Scoring began.
    pub submitting_at: Option<Millis>,
    /// Final (this time).
    pub submitted_at: Option<Millis>,
    /// First opening, once reopened.
    pub original_opened_at: Option<Millis>,
    /// First start, once reopened.
    pub original_started_at: Option<Millis>,
    /// First submission, once reopened.
    pub original_submitted_at: Option<Millis>,
    /// Closed without a submission.
    pub terminated_at: Option<Millis>,
    /// Active seconds.
    pub accumulated_seconds: u32,
    /// Seconds from start to submission.
    pub total_submission_seconds: Option<f64>,
    /// Seconds from first start to first submission, once reopened.
    pub total_original_submission_seconds: Option<f64>,
    /// Minutes allowed after the start.
    pub enforced_time_limit: Option<u32>,
    /// Not a real attempt.
    pub dry_run: bool,
    /// The candidate's words.
    pub candidate_remarks: Option<String>,
    /// Left unfinished.
    pub abandoned: bool,
    /// Not yet let in.
    pub access_locked: bool,
    /// Not before.
    pub access_starts_at: Option<Millis>,
    /// Not after.
    pub access_ends_at: Option<Millis>,
    /// 0 for a first take, 2 for the first retake.
    pub retake_number: u32,
    /// Newest take of this person at this assessment.
    pub current_take: bool,
    /// Work on the challenges, once begun.
    pub solutions: Vec<Solution>,
    pub(crate) retry: Option<Retry>,
    pub(crate) reopened_by: Option<MemberId>,
    pub(crate) submission: Option<super::take::Submission>,
}

impl World {
    /// The newest take of this person at this assessment.
    pub(crate) fn current_take(
        &self,
        person: &TeamCandidateId,
        assessment: &AssessmentId,
    ) -> Option<&AssessmentResult> {
        self.results.iter().find(|result| {
            &result.team_candidate_id == person && &result.assessment_id == assessment && result.current_take
        })
    }

    /// A new result in state `invited`.
    pub(crate) fn new_result(
        &mut self,
        person: &TeamCandidateId,
        assessment: &Assessment,
        order: &InviteOrder,
        now: Millis,
    ) -> Result<ResultId, Refused> {
        let id: ResultId = self.ids.next(now);
        let candidate = self.candidate_mut(person)?;
        candidate.result_ids.push(id.clone());
        if !candidate.assessment_ids.contains(&assessment.id) {
            candidate.assessment_ids.push(assessment.id.clone());
        }
        let result = AssessmentResult {
            id: id.clone(),
            assessment_id: assessment.id.clone(),
            candidate_id: candidate.candidate_id.clone(),
            team_candidate_id: person.clone(),
            team_id: assessment.team_id.clone(),
            state: ResultState::Invited,
            closed_reason: None,
            score: None,
            created_at: now,
            updated_at: now,
            state_updated_at: now,
            invited_at: Some(now),
            opened_at: None,
            started_at: None,
            submitting_at: None,
            submitted_at: None,
            original_opened_at: None,
            original_started_at: None,
            original_submitted_at: None,
            terminated_at: None,
            accumulated_seconds: 0,
            total_submission_seconds: None,
            total_original_submission_seconds: None,
            enforced_time_limit: order.enforced_time_limit.or(assessment.settings.enforced_time_limit),
            dry_run: order.dry_run,
            candidate_remarks: None,
            abandoned: false,
            access_locked: order.access_locked,
            access_starts_at: order.access_starts_at,
            access_ends_at: order.access_ends_at,
            retake_number: 0,
            current_take: true,
            solutions: Vec::new(),
            retry: None,
            reopened_by: None,
            submission: None,
        };
        self.results.push(result);
        Ok(id)
    }

    /// Puts a result into a state, without telling anybody.
    pub(crate) fn set_state(
        &mut self,
        id: &ResultId,
        state: ResultState,
        now: Millis,
    ) -> Result<(), Refused> {
        let result = self.result_mut(id)?;
        result.state = state;
        result.state_updated_at = now;
        result.updated_at = now;
        Ok(())
    }

    /// Tells the subscribers the state a result is in.
    pub(crate) fn tell_state(&mut self, id: &ResultId) -> Result<(), Refused> {
        self.tell(id, Event::ResultStateChanged)
    }

    /// Tells the subscribers about a result.
    pub(crate) fn tell(&mut self, id: &ResultId, event: Event) -> Result<(), Refused> {
        let result = Box::new(self.result(id)?.clone());
        let candidate = Box::new(self.candidate(&result.team_candidate_id)?.clone());
        self.happenings.push(Happening { event, subject: Subject::Result { result, candidate } });
        Ok(())
    }
}
