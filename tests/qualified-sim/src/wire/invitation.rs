//! Invitations as the API shows them.

use serde_json::{Value, json};

use super::time::{iso, iso_or_null};
use crate::world::{Invitation, World};

/// The record. The address keeps the letter case of the inviter.
pub(crate) fn record(invitation: &Invitation, world: &World) -> Value {
    let person = world.candidate(&invitation.team_candidate_id).ok();
    let title = world.assessment(&invitation.assessment_id).ok().map(|assessment| assessment.title.as_str());
    let path = invitation.path();
    json!({
        "id": invitation.id,
        "state": "active",
        "teamCandidateId": invitation.team_candidate_id,
        "assessmentId": invitation.assessment_id,
        "assessmentResultId": invitation.result_id,
        "teamId": invitation.team_id,
        "teamMemberId": invitation.team_member_id,
        "sendEmailToCandidate": invitation.send_email_to_candidate,
        "sendEmailToInviter": invitation.send_email_to_inviter,
        "expiresAt": iso_or_null(invitation.expires_at),
        "reminderAt": iso_or_null(invitation.reminder_at),
        "reminded": invitation.reminded,
        "invitedByAssessmentTitle": null,
        "invitedByWorkflowLabel": null,
        "customMessage": invitation.custom_message,
        "createdAt": iso(invitation.created_at),
        "invitePracticePath": format!("{path}&practice=true"),
        "invitePath": path,
        "action": invitation.action.as_str(),
        "skippedRegistration": invitation.skipped_registration,
        "backfilled": null,
        "assessmentTitle": title,
        "sendAttempts": invitation.send_attempts,
        "openCount": invitation.open_count,
        "lastSent": iso_or_null(invitation.last_sent),
        "candidateName": person.map(|person| person.name()).unwrap_or_default(),
        "candidateEmail": invitation.email,
        "testTeamMember": person.is_some_and(|person| person.test_team_member),
        "inviterRole": invitation.inviter_role,
    })
}
