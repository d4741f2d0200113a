//! Assessments as the API shows them.

use serde_json::{Value, json};

use super::envelope::options;
use super::time::{iso, iso_or_null};
use crate::world::{Assessment, ResultState, World};

/// The record a key holder sees.
pub(crate) fn full(assessment: &Assessment, world: &World) -> Value {
    let settings = &assessment.settings;
    let mut record = reduced(assessment);
    let more = json!({
        "labels": settings.labels,
        "passingScore": settings.passing_score,
        "purpose": settings.purpose,
        "defaultExpirationDays": settings.default_expiration_days,
        "defaultReminderDays": settings.default_reminder_days,
        "defaultInviteMessage": settings.default_invite_message,
        "defaultAccessLocked": settings.default_access_locked,
        "defaultAssignedTeamMemberIds": settings.default_assigned_team_member_ids,
        "defaultTeamCandidateLabels": settings.default_team_candidate_labels,
        "webhookUrl": settings.webhook_url,
        "redirectUrl": settings.redirect_url,
        "submissionMessage": settings.submission_message,
        "createdAt": iso(assessment.created_at),
        "publishedAt": iso_or_null(assessment.published_at),
        "archivedAt": iso_or_null(assessment.archived_at),
        "assessmentResultsSummary": summary(assessment, world),
        "notificationScheme": null,
        "minReviewsBeforeConsideredReviewed": 1,
        "accessLockedCount": 0,
        "teamCandidateBlinding": "blind_reviewers",
        "createdById": null,
        "assignmentTeamMemberIds": [],
        "assignmentLabels": null,
        "assignmentRole": null,
        "workflowPaths": [],
        "bambooConfig": {"jobId": null, "resultStateTriggers": null, "candidateStateTriggers": null, "sendStatus": null},
    });
    merge(&mut record, more);
    record
}

/// The reduced record of a published assessment that anybody may see.
pub(crate) fn reduced(assessment: &Assessment) -> Value {
    let settings = &assessment.settings;
    let minutes: u32 = assessment.challenges.iter().map(|challenge| challenge.estimated_time).sum();
    json!({
        "id": assessment.id,
        "title": assessment.title,
        "state": assessment.state.as_str(),
        "defaultLanguage": null,
        "teamId": assessment.team_id,
        "nounUpper": "Assessment",
        "nounLower": "assessment",
        "showPracticeAssessment": true,
        "showSurvey": true,
        "showTitle": true,
        "inviteOnly": settings.invite_only,
        "enforcedTimeLimit": settings.enforced_time_limit,
        "manualEstimatedTime": null,
        "suggestedEstimatedTime": minutes,
        "copiedFromId": null,
        "showSolutionsToCandidates": true,
        "isTemplate": settings.is_template,
        "isPractice": settings.is_practice,
        "isDemo": settings.is_demo,
        "unavailable": settings.unavailable,
        "galleryImage": null,
        "summary": settings.summary,
        "challengeItems": challenge_items(assessment),
    })
}

/// Where the challenges stand in the assessment.
pub(crate) fn challenge_items(assessment: &Assessment) -> Value {
    let items = assessment.challenges.iter().zip(1..);
    let items = items.map(|(challenge, position): (_, u32)| {
        json!({"id": challenge.id, "challengeId": challenge.id, "position": position, "disabledLanguages": []})
    });
    items.collect()
}

fn summary(assessment: &Assessment, world: &World) -> Value {
    let results: Vec<_> =
        world.results.iter().filter(|result| result.assessment_id == assessment.id).collect();
    let mut counts = json!({"all": results.len()});
    for state in ResultState::ALL {
        let count = results.iter().filter(|result| result.state == state).count();
        if count > 0 {
            counts[state.as_str()] = json!(count);
        }
    }
    counts
}

/// `meta.enums` of an assessment.
pub(crate) fn enums() -> Value {
    json!({"state": options(&[("draft", "Draft"), ("published", "Published"), ("archived", "Archived")])})
}

/// Adds the fields of one object to another.
pub(crate) fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(fields), Value::Object(more)) = (into, more) {
        fields.extend(more);
    }
}
