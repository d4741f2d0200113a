//! Team candidates as the API shows them.

use serde_json::{Value, json};

use super::envelope::options;
use super::time::{iso, iso_or_null};
use crate::world::{CandidateState, Risk, TeamCandidate, World};

/// The record.
pub(crate) fn record(candidate: &TeamCandidate, world: &World) -> Value {
    let mut record = json!({
        "id": candidate.id,
        "candidateId": candidate.candidate_id,
        "teamId": candidate.team_id,
        "state": candidate.state.as_str(),
        "demoData": false,
        "prevState": candidate.prev_state.map(CandidateState::as_str),
        "assessmentIds": candidate.assessment_ids,
        "assessmentResultIds": candidate.result_ids,
        "blinding": candidate.blinding,
        "createdAt": iso(candidate.created_at),
        "updatedAt": iso(candidate.updated_at),
        "decidedAt": iso_or_null(candidate.decided_at),
        "invitedAt": iso_or_null(candidate.invited_at),
        "interactSessions": 0,
        "stateUpdatedAt": iso(candidate.state_updated_at),
        "testTeamMember": candidate.test_team_member,
        "assignedTeamMemberIds": candidate.assigned_team_member_ids,
        "labels": candidate.labels,
        "cohortIds": [],
        "alternateId": candidate.alternate_id,
        "archived": candidate.archived,
        "firstName": candidate.first_name,
        "lastName": candidate.last_name,
        "anonymousName": candidate.anonymous_name,
        "email": candidate.email,
        "name": candidate.name(),
        "isBlinded": false,
        "stateLabel": candidate.state.label(),
        "stateTransitions": transitions(candidate.state),
        "risks": risks(candidate, world),
        "resumeUrl": null,
    });
    if candidate.forgotten {
        record["forgotten"] = json!(true);
    }
    record
}

/// An archived person can go anywhere but to archived.
fn transitions(state: CandidateState) -> Value {
    let all = CandidateState::ALL.into_iter();
    all.filter(|to| state != CandidateState::Archived || *to != state).map(CandidateState::as_str).collect()
}

/// Similarity found in the results, `null` if none.
fn risks(candidate: &TeamCandidate, world: &World) -> Value {
    let results = world.results.iter().filter(|result| result.team_candidate_id == candidate.id);
    let highest = results.flat_map(|result| &result.solutions).filter_map(|solution| solution.risk).max();
    highest.map_or(Value::Null, |level| json!({"similarity": Risk::as_str(level)}))
}

/// `meta.enums` of a team candidate.
pub(crate) fn enums() -> Value {
    let states: Vec<_> = CandidateState::ALL.iter().map(|state| (state.as_str(), state.label())).collect();
    json!({
        "blinding": options(&[
            ("none", "None"),
            ("blind_reviewers", "Blind reviewers"),
            ("restricted", "Restricted"),
            ("team", "Team"),
        ]),
        "state": options(&states),
    })
}
