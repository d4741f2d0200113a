//! Webhook payloads, in `snake_case` (Qualified: API reference, Webhook examples).

use serde_json::{Value, json};

use super::result::{passed, solution_passed};
use super::time::iso_or_null;
use crate::switches::StateChangedPayload;
use crate::world::{
    AssessmentResult, CandidateState, Event, Happening, Solution, Subject, TeamCandidate, World,
};

/// `{event, data}` as posted; disturbed as the switches say.
pub(crate) fn payload(happening: &Happening, world: &World) -> Value {
    let event = happening.event;
    let mut data = match &happening.subject {
        Subject::Candidate(candidate) => of_candidate(candidate),
        Subject::Result { result, .. }
            if event == Event::ResultStateChanged
                && world.switches.q10_state_changed == StateChangedPayload::IdAndState =>
        {
            json!({"id": result.id, "state": result.state.as_str()})
        }
        Subject::Result { result, candidate } => of_result(result, candidate, world),
    };
    super::disturb::disturb(&mut data, &world.switches);
    json!({"event": event.as_str(), "data": data})
}

fn of_candidate(candidate: &TeamCandidate) -> Value {
    json!({
        "anonymous_name": candidate.anonymous_name,
        "email": candidate.email,
        "first_name": candidate.first_name,
        "labels": candidate.labels,
        "last_name": candidate.last_name,
        "name": candidate.name(),
        "prev_state": candidate.prev_state.map(CandidateState::as_str),
        "state": candidate.state.as_str(),
        "test_team_member": candidate.test_team_member,
        "id": candidate.id,
        "assessment_results_count": candidate.result_ids.len(),
    })
}

/// There is no event id, time, subscription, attempt, team, `alternate_id` or invitation in it. A score that does not exist yet is 0.0.
fn of_result(result: &AssessmentResult, candidate: &TeamCandidate, world: &World) -> Value {
    let assessment = world.assessment(&result.assessment_id).ok();
    let zero = world.switches.webhook_score_zero;
    json!({
        "abandoned": result.abandoned,
        "accumulated_seconds": result.accumulated_seconds,
        "browser_user_agent": null,
        "candidate_remarks": result.candidate_remarks,
        "dry_run": result.dry_run,
        "invited_at": iso_or_null(result.invited_at),
        "redirect_url": assessment.and_then(|assessment| assessment.settings.redirect_url.clone()),
        "review_ratings": {},
        "score": result.score.filter(|_| !zero).unwrap_or(0.0),
        "started_at": iso_or_null(result.started_at),
        "state": result.state.as_str(),
        "submitted_at": iso_or_null(result.submitted_at),
        "workflow_name": null,
        "workflow_path_id": null,
        "workflow_trigger": null,
        "id": result.id,
        "candidate": {
            "email": candidate.email,
            "first_name": candidate.first_name,
            "last_name": candidate.last_name,
        },
        "team_candidate": {
            "anonymous_name": candidate.anonymous_name,
            "prev_state": candidate.prev_state.map(CandidateState::as_str),
            "state": candidate.state.as_str(),
            "id": candidate.id,
        },
        "assessment": assessment.map(|assessment| json!({
            "labels": assessment.settings.labels,
            "title": assessment.title,
            "id": assessment.id,
        })),
        "passing_score": !zero && passed(result, world),
        "solutions": result.solutions.iter().map(|one| solution(one, result, world)).collect::<Vec<_>>(),
    })
}

fn solution(one: &Solution, result: &AssessmentResult, world: &World) -> Value {
    let assessment = world.assessment(&result.assessment_id).ok();
    let challenge =
        assessment.and_then(|a| a.challenges.iter().find(|challenge| challenge.id == one.challenge_id));
    let zero = world.switches.webhook_score_zero;
    let reached = challenge.is_some_and(|challenge| solution_passed(one, challenge.passing_score));
    json!({
        "_type": "CodeSolution",
        "attempts": u32::from(one.submitted_at.is_some()),
        "completed_at": iso_or_null(one.submitted_at),
        "first_test_case_solved_at": iso_or_null(one.submitted_at.filter(|_| one.items_correct > 0)),
        "language": one.language,
        "passed_test_cases": one.items_correct,
        "score": one.score.filter(|_| !zero).unwrap_or(0.0),
        "total_test_cases": one.items_total,
        "wall_time": 40,
        "id": one.id,
        "failed_test_names": [],
        "submission_response_error": null,
        "passing_score": !zero && reached,
        "challenge": challenge.map(|challenge| json!({
            "_type": "CodeChallenge",
            "title": challenge.title,
            "estimated_time": challenge.estimated_time,
            "topics": challenge.topics,
            "summary": null,
            "purpose": null,
            "id": challenge.id,
        })),
    })
}
