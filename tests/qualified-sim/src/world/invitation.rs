//! Invitations: the record, and cancelling or expiring one.

use serde::{Deserialize, Serialize};
use sim_kit::clock::Millis;

use super::ids::{AssessmentId, InvitationId, MemberId, ResultId, TeamCandidateId, TeamId};
use super::result_state::{ClosedReason, ResultState};
use super::{Refused, World};

/// What the invitation is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// To take the assessment.
    #[default]
    Take,
    /// To go on with a submitted one.
    Reopen,
    /// To take it anew.
    Retake,
}

impl Action {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::Reopen => "reopen",
            Self::Retake => "retake",
        }
    }
}

/// One invitation of one person to one assessment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Invitation {
    pub(crate) id: InvitationId,
    pub(crate) action: Action,
    pub(crate) team_candidate_id: TeamCandidateId,
    pub(crate) assessment_id: AssessmentId,
    pub(crate) result_id: ResultId,
    pub(crate) team_id: TeamId,
    pub(crate) team_member_id: Option<MemberId>,
    pub(crate) inviter_role: &'static str,
    pub(crate) send_email_to_candidate: bool,
    pub(crate) send_email_to_inviter: bool,
    pub(crate) send_attempts: u32,
    pub(crate) open_count: Option<u32>,
    pub(crate) last_sent: Option<Millis>,
    pub(crate) expires_at: Option<Millis>,
    pub(crate) reminder_at: Option<Millis>,
    pub(crate) reminded: bool,
    pub(crate) custom_message: Option<String>,
    pub(crate) skipped_registration: Option<bool>,
    /// The address as typed by the inviter.
    pub(crate) email: String,
    pub(crate) token: String,
    pub(crate) cancelled: bool,
    /// The link was followed: expiry no longer applies.
    pub(crate) accepted: bool,
    pub(crate) created_at: Millis,
}

impl Invitation {
    /// Path of the candidate's link.
    pub(crate) fn path(&self) -> String {
        format!("/assess/{}?invite={}", self.assessment_id, self.token)
    }

    /// Whether the link still works.
    pub(crate) fn is_active(&self, now: Millis) -> bool {
        !self.cancelled && (self.accepted || self.expires_at.is_none_or(|expires| expires > now))
    }
}

/// The label a cancelled candidate gets (Qualified: API reference, Cancel).
pub(crate) const CANCELLED_LABEL: &str = "Invitation Cancelled";

impl World {
    /// The newest invitation to this result.
    pub(crate) fn newest_invitation(&self, result: &ResultId) -> Option<&Invitation> {
        self.invitations.iter().rev().find(|invitation| &invitation.result_id == result)
    }

    /// Kills the link and closes an unfinished result.
    pub(crate) fn cancel_invitation(&mut self, id: &InvitationId, now: Millis) -> Result<(), Refused> {
        let invitation = self.invitation_mut(id)?;
        invitation.cancelled = true;
        let (person, result) = (invitation.team_candidate_id.clone(), invitation.result_id.clone());
        if self.result(&result)?.state.is_running() {
            self.close(&result, ClosedReason::InvitationCanceled, now)?;
        }
        self.add_labels(&person, &[CANCELLED_LABEL.to_owned()], now)
    }

    /// Lets the newest invitation to a result run out now.
    pub(crate) fn expire_invitation(&mut self, result: &ResultId, now: Millis) -> Result<(), Refused> {
        let state = self.result(result)?.state;
        if state != ResultState::Invited {
            return Err(Refused::NotInState {
                id: result.to_string(),
                state: state.as_str(),
                verb: "expire",
            });
        }
        let id = self.newest_invitation(result).map(|invitation| invitation.id.clone());
        let id =
            id.ok_or_else(|| Refused::NotFound { what: "invitation to result", id: result.to_string() })?;
        self.invitation_mut(&id)?.expires_at = Some(now);
        self.expired(&id, now)
    }

    /// Adds labels a person does not have yet.
    pub(crate) fn add_labels(
        &mut self,
        id: &TeamCandidateId,
        labels: &[String],
        now: Millis,
    ) -> Result<(), Refused> {
        let candidate = self.candidate_mut(id)?;
        candidate.updated_at = now;
        let had = candidate.labels.get_or_insert_default();
        for label in labels {
            if !had.contains(label) {
                had.push(label.clone());
            }
        }
        Ok(())
    }
}
