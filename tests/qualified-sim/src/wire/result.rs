//! Assessment results as the API lists and retrieves them (the exhibit has a module of its own).

use serde_json::{Value, json};
use sim_kit::clock::Millis;

use super::assessment::challenge_items;
use super::envelope::labelled;
use super::time::{iso, iso_or_null};
use crate::world::{AssessmentResult, ClosedReason, ResultState, Risk, Solution, World};

/// The record.
pub(crate) fn record(result: &AssessmentResult, world: &World, now: Millis) -> Value {
    let assessment = world.assessment(&result.assessment_id).ok();
    let settings = assessment.map(|assessment| &assessment.settings);
    let mut record = times(result, now);
    let more = json!({
        "id": result.id,
        "assessmentId": result.assessment_id,
        "candidateId": result.candidate_id,
        "teamCandidateId": result.team_candidate_id,
        "teamId": result.team_id,
        "state": result.state.as_str(),
        "dryRun": result.dry_run,
        "candidateRemarks": result.candidate_remarks,
        "score": result.score,
        "closedReason": result.closed_reason.map(ClosedReason::as_str),
        "redirectUrl": settings.and_then(|settings| settings.redirect_url.clone()),
        "submissionMessage": settings.and_then(|settings| settings.submission_message.clone()),
        "nextAssessmentId": null,
        "enforcedTimeLimit": result.enforced_time_limit,
        "reopenedById": result.reopened_by,
        "activeTimedSolutionId": null,
        "accessLocked": result.access_locked,
        "accessUnlockedById": null,
        "retakeNumber": result.retake_number,
        "currentTake": result.current_take,
        "editMode": "normal",
        "wasEmbedded": false,
        "isActiveInteractSession": false,
        "interviewerIds": [],
        "activeInterviewerIds": [],
        "abandoned": result.abandoned,
        "workflowName": null,
        "isInteractSession": false,
        "retrySchedule": retry(result),
        "challengeItems": assessment.map(challenge_items),
    });
    super::assessment::merge(&mut record, more);
    record
}

fn times(result: &AssessmentResult, now: Millis) -> Value {
    let limit = result.enforced_time_limit.zip(result.started_at);
    let left = limit.map(|(minutes, started)| (started + Millis::from(minutes) * 60_000 - now).max(0) / 1000);
    json!({
        "createdAt": iso(result.created_at),
        "updatedAt": iso(result.updated_at),
        "stateUpdatedAt": iso(result.state_updated_at),
        "invitedAt": iso_or_null(result.invited_at),
        "openedAt": iso_or_null(result.opened_at),
        "startedAt": iso_or_null(result.started_at),
        "submittingAt": iso_or_null(result.submitting_at),
        "submittedAt": iso_or_null(result.submitted_at),
        "originalOpenedAt": iso_or_null(result.original_opened_at),
        "originalStartedAt": iso_or_null(result.original_started_at),
        "originalSubmittedAt": iso_or_null(result.original_submitted_at),
        "terminatedAt": iso_or_null(result.terminated_at),
        "accessUnlockedAt": null,
        "accessStartsAt": iso_or_null(result.access_starts_at),
        "accessEndsAt": iso_or_null(result.access_ends_at),
        "accumulatedSeconds": result.accumulated_seconds,
        "totalSubmissionSeconds": result.total_submission_seconds,
        "totalOriginalSubmissionSeconds": result.total_original_submission_seconds,
        "timerExpiresIn": left.filter(|_| result.state == ResultState::Started),
        "wallTimeSinceStart": result.started_at.map_or(0, |started| (now - started) / 1000),
    })
}

fn retry(result: &AssessmentResult) -> Value {
    result.retry.as_ref().map_or(Value::Null, |retry| {
        json!({
            "action": if retry.retake { "retake" } else { "reopen" },
            "accessStartsAt": iso_or_null(retry.access_starts_at),
            "accessEndsAt": iso_or_null(retry.access_ends_at),
            "accessLocked": false,
            "trackActiveTime": true,
            "retakeAssessmentResultId": retry.retake_result,
            "enforcedTimeLimit": retry.enforced_time_limit,
        })
    })
}

/// One solution as an include of a result; the discriminator is `$type` here.
pub(crate) fn solution(solution: &Solution) -> Value {
    json!({
        "id": solution.id,
        "$type": "CodeSolution",
        "challengeId": solution.challenge_id,
        "language": solution.language,
        "score": solution.score,
        "accumulatedSeconds": solution.accumulated_seconds,
        "passedTestCases": solution.items_correct,
        "totalTestCases": solution.items_total,
        "completedAt": iso_or_null(solution.submitted_at),
        "similarityRiskLevel": solution.risk.map(Risk::as_str),
    })
}

/// `meta.enums` of a result.
pub(crate) fn enums() -> Value {
    json!({
        "closedReason": ClosedReason::ALL.map(|reason| labelled(reason.as_str())),
        "state": ResultState::ALL.map(|state| labelled(state.as_str())),
        "retrySchedule": {"action": [labelled("reopen"), labelled("retake")]},
    })
}

/// The boolean `passingScore`; without a cut score it means nothing and follows the switch.
pub(crate) fn passed(result: &AssessmentResult, world: &World) -> bool {
    let cut = world.assessment(&result.assessment_id).ok().and_then(|a| a.settings.passing_score);
    match (result.score, cut) {
        (Some(score), Some(cut)) => score >= cut,
        (Some(_), None) => world.switches.passing_without_cut_score,
        (None, _) => false,
    }
}

/// Whether one solution reached its challenge's threshold.
pub(crate) fn solution_passed(solution: &Solution, threshold: f64) -> bool {
    solution.score.is_some_and(|score| score >= threshold)
}
