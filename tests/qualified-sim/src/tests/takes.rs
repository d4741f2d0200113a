//! Reopening on the same id, retaking under a new one.

use reqwest::Method;
use serde_json::{Value, json};

use super::{RUST, Sim, TEAM};
use crate::{MailKind, Refused, ResultState, Submission};

/// A submitted result.
async fn submitted(sim: &Sim) -> String {
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.sim.submit_result(id.as_str(), Submission { scores: vec![0.0; 3], ..Submission::default() }).unwrap();
    id
}

#[tokio::test]
async fn a_reopened_result_stays_submitted_until_the_candidate_goes_on_under_the_same_id() {
    let sim = Sim::start().await;
    let id = submitted(&sim).await;
    let first = sim.sim.result(id.as_str()).unwrap();
    let body = sim.control_post(&format!("/results/{id}/reopen"), json!({})).await;
    assert_eq!((&body["id"], &body["state"]), (&json!(id), &json!("submitted")));
    sim.sim.kit().clock.advance_ms(60_000);
    let body = sim.control_post(&format!("/results/{id}/start"), json!({})).await;
    assert_eq!((&body["state"], &body["score"]), (&json!("started"), &Value::Null));
    sim.sim
        .submit_result(id.as_str(), Submission { scores: vec![100.0; 3], ..Submission::default() })
        .unwrap();
    let second = sim.sim.result(id.as_str()).unwrap();
    assert_eq!((second.score, second.retake_number, second.current_take), (Some(100.0), 0, true));
    assert_eq!(second.original_submitted_at, first.submitted_at);
    assert_eq!(second.original_started_at, first.started_at);
    assert!(second.submitted_at > first.submitted_at);
    let kinds: Vec<_> = sim.sim.mails().iter().map(|mail| mail.kind).collect();
    assert_eq!(kinds, [MailKind::Invite, MailKind::Resend]);
}

#[tokio::test]
async fn a_retake_is_a_new_result_and_the_old_one_is_kept() {
    let sim = Sim::start().await;
    let id = submitted(&sim).await;
    let newer = sim.control_post(&format!("/results/{id}/retake"), json!({})).await;
    let newer_id = newer["id"].as_str().unwrap();
    assert_ne!(newer_id, id);
    assert_eq!((&newer["state"], &newer["retakeNumber"]), (&json!("invited"), &json!(2)));
    let old = sim.get(&format!("assessment_results/{id}")).await["data"].clone();
    assert_eq!((&old["currentTake"], &old["state"]), (&json!(false), &json!("submitted")));
    assert_eq!(old["retrySchedule"]["retakeAssessmentResultId"], newer["id"]);
    let mail = sim.sim.mails().pop().unwrap();
    assert_eq!((mail.kind, mail.result_id.as_str()), (MailKind::Invite, newer_id));
    sim.sim.submit_result(newer_id, Submission::default()).unwrap();
    let third = sim.sim.retake_result(newer_id).unwrap();
    assert_eq!(sim.sim.result(third).unwrap().retake_number, 3);
    assert!(matches!(sim.sim.retake_result(id.as_str()), Err(Refused::NotCurrent(_))));
    let (_, current) = sim.find("assessment_results", json!({"current_take": true})).await;
    assert_eq!(current["totalCount"], 1);
}

#[tokio::test]
async fn a_retry_is_scheduled_by_api_and_can_be_taken_back() {
    let sim = Sim::start().await;
    let id = submitted(&sim).await;
    let (status, body) = sim.put(&format!("assessment_results/{id}/schedule_retry"), json!({})).await;
    assert_eq!((status, &body["data"]["retrySchedule"]["action"]), (200, &json!("reopen")));
    assert_eq!(body["data"]["invitation"]["action"], "reopen");
    let (status, body) = sim.call(Method::PUT, &format!("assessment_results/{id}/cancel_retry"), None).await;
    assert_eq!((status, &body["data"]["retrySchedule"]), (200, &Value::Null));
    assert!(sim.sim.start_result(id.as_str()).is_err());
    let (status, _) = sim.call(Method::PUT, &format!("assessment_results/{id}/cancel_retry"), None).await;
    assert_eq!(status, 422);
}

#[tokio::test]
async fn a_retake_scheduled_by_api_begins_when_the_candidate_comes() {
    let sim = Sim::start().await;
    let id = submitted(&sim).await;
    let data = json!({"retry_action": "retake", "send_email_to_candidate": false});
    let (status, body) = sim.put(&format!("assessment_results/{id}/schedule_retry"), data).await;
    assert_eq!((status, &body["data"]["currentTake"]), (200, &json!(true)));
    assert_eq!((sim.sim.results().len(), sim.sim.mails().len()), (1, 1));
    let newer = sim.sim.open_result(id.as_str()).unwrap();
    assert_ne!(newer.as_str(), id);
    assert_eq!(sim.sim.result(&newer).unwrap().state, ResultState::Opened);
    assert_eq!(sim.sim.open_result(id.as_str()).unwrap(), newer, "the old link leads to the new result");
}

#[tokio::test]
async fn only_a_submitted_current_result_can_be_retried() {
    let sim = Sim::start().await;
    let id = sim.result_of("ada@example.com", RUST).await;
    let (status, _) = sim.put(&format!("assessment_results/{id}/schedule_retry"), json!({})).await;
    assert_eq!(status, 422);
    sim.control_post(&format!("/teams/{TEAM}/features"), json!({"retakes": false})).await;
    sim.sim.submit_result(id.as_str(), Submission::default()).unwrap();
    let retake = json!({"retry_action": "retake"});
    let (status, body) = sim.put(&format!("assessment_results/{id}/schedule_retry"), retake).await;
    assert_eq!((status, &body["reason"]), (422, &json!("retakes are not enabled for the team")));
}
