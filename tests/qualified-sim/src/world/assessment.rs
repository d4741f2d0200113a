//! Assessments with their challenges, and what a team does to them.

use serde::{Deserialize, Serialize};
use sim_kit::clock::Millis;

use super::ids::{AssessmentId, ChallengeId, MemberId, TeamId};
use super::result_state::ClosedReason;
use super::{Refused, World};

/// The state of an assessment; only published ones can be invited to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssessmentState {
    /// Being written.
    Draft,
    /// In use.
    #[default]
    Published,
    /// Put away.
    Archived,
}

impl AssessmentState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Archived => "archived",
        }
    }
}

/// One task of an assessment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Challenge {
    pub(crate) id: ChallengeId,
    pub(crate) title: String,
    pub(crate) languages: Vec<String>,
    pub(crate) topics: Vec<String>,
    pub(crate) difficulty: u8,
    /// Minutes.
    pub(crate) estimated_time: u32,
    /// Per cent needed to pass.
    pub(crate) passing_score: f64,
    /// How many test cases there are.
    pub(crate) items: u32,
}

/// An assessment of a team.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Assessment {
    pub(crate) id: AssessmentId,
    pub(crate) team_id: TeamId,
    pub(crate) title: String,
    pub(crate) state: AssessmentState,
    pub(crate) challenges: Vec<Challenge>,
    pub(crate) settings: Settings,
    pub(crate) created_at: Millis,
    pub(crate) published_at: Option<Millis>,
    pub(crate) archived_at: Option<Millis>,
}

/// What a team can set on an assessment; also the seed's shape (Qualified: API reference, Assessments).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Labels, `null` if none were ever set.
    pub labels: Option<Vec<String>>,
    /// Cut score, 0 to 100.
    pub passing_score: Option<f64>,
    /// Whether only invited people may take it.
    pub invite_only: bool,
    /// Days until an invitation expires, if the caller asks for the defaults.
    pub default_expiration_days: Option<u32>,
    /// Days until the reminder, if the caller asks for the defaults.
    pub default_reminder_days: Option<u32>,
    /// Text of the invitation.
    pub default_invite_message: Option<String>,
    /// Whether candidates must be let in one by one.
    pub default_access_locked: Option<bool>,
    /// Who looks after new candidates.
    pub default_assigned_team_member_ids: Vec<MemberId>,
    /// Labels for new candidates.
    pub default_team_candidate_labels: Option<Vec<String>>,
    /// Minutes allowed after the start.
    pub enforced_time_limit: Option<u32>,
    /// A pattern to copy, not to invite to.
    pub is_template: bool,
    /// For practice only.
    pub is_practice: bool,
    /// For demonstration only.
    pub is_demo: bool,
    /// Not usable at present.
    pub unavailable: bool,
    /// Per-assessment webhook; shown, never called (its payload is not public).
    pub webhook_url: Option<String>,
    /// Where candidates go afterwards.
    pub redirect_url: Option<String>,
    /// What candidates read afterwards.
    pub submission_message: Option<String>,
    /// Short description.
    pub summary: Option<String>,
    /// Guide for reviewers.
    pub purpose: Option<String>,
}

impl World {
    /// Gives an assessment another title.
    pub(crate) fn rename_assessment(&mut self, id: &AssessmentId, title: &str) -> Result<(), Refused> {
        title.clone_into(&mut self.assessment_mut(id)?.title);
        Ok(())
    }

    /// Publishes a draft or archived assessment.
    pub(crate) fn publish_assessment(&mut self, id: &AssessmentId, now: Millis) -> Result<(), Refused> {
        let assessment = self.assessment_mut(id)?;
        assessment.state = AssessmentState::Published;
        assessment.published_at = Some(now);
        assessment.archived_at = None;
        Ok(())
    }

    /// Takes an assessment back to draft: no new invitations, existing ones stay (Qualified: API reference).
    pub(crate) fn unpublish_assessment(&mut self, id: &AssessmentId) -> Result<(), Refused> {
        self.assessment_mut(id)?.state = AssessmentState::Draft;
        Ok(())
    }

    /// Archives an assessment: cancels active invitations and closes started results (Qualified: API reference).
    pub(crate) fn archive_assessment(&mut self, id: &AssessmentId, now: Millis) -> Result<(), Refused> {
        let assessment = self.assessment_mut(id)?;
        assessment.state = AssessmentState::Archived;
        assessment.archived_at = Some(now);
        for invitation in self.invitations.iter_mut().filter(|invitation| &invitation.assessment_id == id) {
            invitation.cancelled = true;
        }
        let open =
            self.results.iter().filter(|result| &result.assessment_id == id && result.state.is_running());
        let open: Vec<_> = open.map(|result| result.id.clone()).collect();
        for result in open {
            self.close(&result, ClosedReason::AssessmentArchived, now)?;
        }
        Ok(())
    }
}
