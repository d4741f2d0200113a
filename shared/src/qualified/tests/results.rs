//! Lists of results: which one counts, and what cannot be read.

use serde_json::{Value, json};

use super::server::{Canned, Server};
use crate::domain::{AssessmentId, ResultId, ResultState, TeamCandidateId};
use crate::qualified::{Error, Flaw};

fn row(id: &str, take: Value, retake: u32, created_at: &str) -> Value {
    json!({
        "id": id, "assessmentId": "a1", "teamCandidateId": "p1", "candidateId": "c1", "state": "started",
        "score": null, "createdAt": created_at, "startedAt": created_at, "retakeNumber": retake,
        "currentTake": take, "dryRun": id == "dry", "challengeItems": [],
    })
}

fn list(rows: &[Value]) -> Canned {
    Canned::ok(&json!({ "type": "AssessmentResult", "data": rows, "currentPage": 1, "totalPages": 1 }))
}

fn person() -> TeamCandidateId {
    "p1".parse().unwrap()
}

fn assessment() -> AssessmentId {
    "a1".parse().unwrap()
}

async fn current(rows: &[Value]) -> Option<ResultId> {
    let server = Server::answering([list(rows)]).await;
    let current = server.api().current_result(&person(), &assessment()).await.unwrap();
    assert_eq!(server.lines(), ["GET /api/v1/assessment_results?team_candidate_id=p1&assessment_id=a1"]);
    current.map(|result| result.id)
}

#[tokio::test]
async fn results_of_a_person_are_those_of_this_assessment_only() {
    let mut of_another_person = row("r3", true.into(), 0, "");
    of_another_person["teamCandidateId"] = "p2".into();
    let mut of_another_assessment = row("r4", true.into(), 0, "");
    of_another_assessment["assessmentId"] = "a2".into();
    let rows = [
        row("r1", false.into(), 0, ""),
        of_another_person,
        of_another_assessment,
        row("dry", true.into(), 1, ""),
    ];
    let server = Server::answering([list(&rows)]).await;
    let results = server.api().results_of(&person(), &assessment()).await.unwrap();
    let facts: Vec<_> =
        results.iter().map(|result| (result.id.as_str(), result.state, result.is_dry_run)).collect();
    assert_eq!(facts, [("r1", ResultState::Started, false), ("dry", ResultState::Started, true)]);
    assert_eq!(results[0].title, None);
}

#[tokio::test]
async fn the_current_take_is_the_result_that_counts() {
    let newest = "2026-03-02T03:04:05.678Z";
    let rows = [
        row("r1", false.into(), 5, newest),
        row("r2", true.into(), 1, ""),
        row("r3", Value::Null, 2, newest),
    ];
    assert_eq!(current(&rows).await, Some("r2".parse().unwrap()));
}

#[tokio::test]
async fn without_a_current_take_the_highest_retake_counts_then_the_newest() {
    let rows = [row("r1", Value::Null, 1, "2026-03-02T03:04:05Z"), row("r2", Value::Null, 2, "")];
    assert_eq!(current(&rows).await, Some("r2".parse().unwrap()));
    let rows = [
        row("r1", false.into(), 0, "2026-03-02T03:04:05Z"),
        row("r2", false.into(), 0, "2026-02-02T03:04:05Z"),
    ];
    assert_eq!(current(&rows).await, Some("r1".parse().unwrap()));
    assert_eq!(current(&[]).await, None);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_may_be_the_result_that_counts() {
    let mut nameless = row("r1", true.into(), 0, "");
    nameless.as_object_mut().unwrap().remove("id");
    let server = Server::answering([list(&[row("r2", false.into(), 0, ""), nameless])]).await;
    let current = server.api().current_result(&person(), &assessment()).await;
    assert_eq!(current, Err(Error::Unreadable(Flaw::Shape)));
}

#[tokio::test]
async fn changed_results_are_asked_for_by_time_and_an_odd_row_hides_no_other() {
    let row = |id: &str| json!({"id": id, "assessmentId": "a1", "teamCandidateId": "p1", "state": "started", "retakeNumber": 0});
    let rows = json!([row("r1"), {"id": "r2"}, row("r3")]);
    let page =
        json!({"type": "AssessmentResult", "data": rows, "currentPage": 1, "totalPages": 1, "totalCount": 3});
    let server = Server::answering([Canned::ok(&page)]).await;
    let since = "2026-01-02T03:04:05Z".parse().unwrap();
    let results = server.api().results_changed(since).await.unwrap();
    assert_eq!(results.iter().map(|result| result.id.as_str()).collect::<Vec<_>>(), ["r1", "r3"]);
    assert_eq!(results[0].state, ResultState::Started);
    let asked = r#"GET /api/v1/assessment_results?where={"updated_at":{">=":"2026-01-02T03:04:05.000Z"}}"#;
    assert_eq!(server.lines(), [asked]);
}
