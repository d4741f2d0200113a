//! Results: the states, the exhibit with its traps, sharing, terminating.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ANGULAR, RUST, Sim, TEAM, TIMED};
use crate::{Refused, ResultState, Risk, Submission};

async fn exhibit(sim: &Sim, id: &str) -> Value {
    sim.get(&format!("assessment_results/{id}/exhibit")).await
}

#[tokio::test]
async fn a_result_passes_through_its_states() {
    let sim = Sim::switched(|switches| switches.submitting_ms = 5_000).await;
    let id = sim.result_of("ada@example.com", RUST).await;
    let state = async || sim.get(&format!("assessment_results/{id}")).await["data"]["state"].clone();
    assert_eq!(state().await, "invited");
    for (verb, wanted) in
        [("open", "opened"), ("open", "opened"), ("start", "started"), ("submit", "submitting")]
    {
        let body = sim.control_post(&format!("/results/{id}/{verb}"), json!({})).await;
        assert_eq!(body["state"], wanted);
        assert_eq!(state().await, wanted);
    }
    assert_eq!(sim.get("assessment_invitations").await["data"][0]["openCount"], 3);
    sim.control_post("/clock", json!({"advance_ms": 5_001})).await;
    assert_eq!(state().await, "submitted");
    let body = sim.get(&format!("assessment_results/{id}")).await["data"].clone();
    for field in ["invitedAt", "openedAt", "startedAt", "submittingAt", "submittedAt"] {
        assert!(body[field].is_string(), "{field}");
    }
    assert_eq!((&body["closedReason"], &body["currentTake"]), (&json!("candidate_submitted"), &json!(true)));
    assert_eq!((&body["retakeNumber"], &body["dryRun"]), (&json!(0), &json!(false)));
}

#[tokio::test]
async fn steps_left_out_are_taken_on_the_way() {
    let sim = Sim::start().await;
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.sim.submit_result(id.as_str(), Submission::default()).unwrap();
    let result = sim.sim.result(id).unwrap();
    assert_eq!(result.state, ResultState::Submitted);
    assert!(result.opened_at.is_some() && result.started_at.is_some());
}

#[tokio::test]
async fn steps_out_of_order_are_refused() {
    let sim = Sim::start().await;
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.sim.start_result(id.as_str()).unwrap();
    assert!(matches!(sim.sim.start_result(id.as_str()), Err(Refused::NotInState { state: "started", .. })));
    sim.sim.submit_result(id.as_str(), Submission::default()).unwrap();
    for verb in ["open", "start", "submit", "terminate", "expire"] {
        let (status, body) = sim.control(Method::POST, &format!("/results/{id}/{verb}"), None).await;
        assert_eq!(status, 400, "{verb}");
        assert!(body["error"].as_str().unwrap().contains("submitted"), "{body}");
    }
    let (status, _) = sim.control(Method::POST, "/results/00000000000000000000dead/open", None).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn the_exhibit_has_its_documented_shape_and_traps() {
    let sim = Sim::start().await;
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.control_post(
        &format!("/results/{id}/submit"),
        json!({"scores": [100, 50, 99.5], "candidate_remarks": "Nice", "accumulated_seconds": 3120}),
    )
    .await;
    let body = exhibit(&sim, &id).await;
    assert!(body.get("type").is_none() && body.get("meta").is_none());
    let data = &body["data"];
    assert_eq!(
        (&body["id"], &data["state"], &data["score"]),
        (&json!(id), &json!("submitted"), &json!(83.2))
    );
    assert_eq!((&data["passingScore"], &data["assessment"]["passingScore"]), (&json!(true), &json!(70.0)));
    assert_eq!((&data["passedAll"], &data["candidateRemarks"]), (&json!(false), &json!("Nice")));
    assert_eq!(data["accumulatedSeconds"], 3120);
    let solution = &data["solutions"][0];
    assert_eq!(
        (&solution["passingScore"], &solution["challenge"]["passingScore"]),
        (&json!(true), &json!(100.0))
    );
    assert_eq!((&solution["itemsCorrectCount"], &solution["itemsTotalCount"]), (&json!(12), &json!(12)));
    assert_eq!((&solution["language"], &solution["similarityRiskLevel"]), (&json!("rust"), &Value::Null));
    assert_eq!(solution["challenge"]["Type"], "CodeChallenge");
    assert_eq!(data["solutions"][1]["passingScore"], false);
    assert_eq!(data["assessment"]["counts"]["closedReasons"], json!({"candidateSubmitted": 1}));
    assert_eq!(
        data["assessment"]["keyStats"]["score"],
        json!({"median": 83.2, "mean": 83.2, "stdDev": 0.0, "count": 1})
    );
}

#[tokio::test]
async fn without_a_cut_score_the_threshold_is_missing_and_the_boolean_means_nothing() {
    let sim = Sim::start().await;
    let id = sim.result_of("ada@example.com", ANGULAR).await;
    sim.sim
        .submit_result(id.as_str(), Submission { scores: vec![0.0, 0.0], ..Submission::default() })
        .unwrap();
    for means_nothing in [true, false] {
        sim.sim.switch(|switches| switches.passing_without_cut_score = means_nothing);
        let body = exhibit(&sim, &id).await;
        assert!(body["data"]["assessment"].get("passingScore").is_none());
        assert_eq!(body["data"]["passingScore"], means_nothing);
    }
}

#[tokio::test]
async fn before_the_submission_there_is_no_score_and_before_the_start_no_solution() {
    let sim = Sim::start().await;
    let id = sim.result_of("ada@example.com", RUST).await;
    let body = exhibit(&sim, &id).await;
    assert_eq!((&body["data"]["score"], &body["data"]["solutions"]), (&Value::Null, &json!([])));
    sim.sim.start_result(id.as_str()).unwrap();
    let body = exhibit(&sim, &id).await;
    assert_eq!((&body["data"]["score"], &body["data"]["passingScore"]), (&Value::Null, &json!(false)));
    assert_eq!(body["data"]["solutions"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn submissions_that_do_not_fit_are_refused_and_change_nothing() {
    let sim = Sim::start().await;
    let id = sim.result_of("ada@example.com", ANGULAR).await;
    for body in [
        json!({"scores": [1, 2, 3]}),
        json!({"scores": [101]}),
        json!({"languages": ["cobol"]}),
        json!({"similarity": ["severe"]}),
        json!({"marks": [1]}),
    ] {
        let (status, answer) = sim.control(Method::POST, &format!("/results/{id}/submit"), Some(body)).await;
        assert_eq!(status, 400, "{answer}");
    }
    assert_eq!(sim.sim.result(id.as_str()).unwrap().state, ResultState::Invited);
    let body = json!({"languages": ["typescript", "javascript"]});
    sim.control_post(&format!("/results/{id}/submit"), body).await;
    assert_eq!(exhibit(&sim, &id).await["data"]["solutions"][0]["language"], "typescript");
}

#[tokio::test]
async fn similarity_is_found_from_80_per_cent_on_and_flags_the_person() {
    let sim = Sim::start().await;
    let id = sim.result_of("ada@example.com", RUST).await;
    let submission = Submission {
        scores: vec![100.0, 79.0, 80.0],
        similarity: vec![Some(Risk::Medium), Some(Risk::High), None],
        ..Submission::default()
    };
    sim.sim.submit_result(id.as_str(), submission).unwrap();
    let body = exhibit(&sim, &id).await;
    let levels: Vec<_> = body["data"]["solutions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["similarityRiskLevel"].clone())
        .collect();
    assert_eq!(levels, [json!("medium"), Value::Null, Value::Null]);
    let people = sim.get("team_candidates").await;
    assert_eq!(people["data"][0]["state"], "risk_detected");
    assert_eq!(people["data"][0]["risks"], json!({"similarity": "medium"}));
}

#[tokio::test]
async fn similarity_can_come_late_or_not_at_all() {
    let sim = Sim::switched(|switches| switches.similarity_ms = 60_000).await;
    let id = sim.result_of("ada@example.com", RUST).await;
    let alike = || Submission { similarity: vec![Some(Risk::High)], ..Submission::default() };
    sim.sim.submit_result(id.as_str(), alike()).unwrap();
    let level =
        async |id: &str| exhibit(&sim, id).await["data"]["solutions"][0]["similarityRiskLevel"].clone();
    assert_eq!(level(&id).await, Value::Null);
    sim.sim.kit().clock.advance_ms(60_001);
    assert_eq!(level(&id).await, "high");
    sim.control_post(&format!("/teams/{TEAM}/features"), json!({"code_similarity": false})).await;
    let other = sim.result_of("bob@example.com", RUST).await;
    sim.sim.submit_result(other.as_str(), alike()).unwrap();
    sim.control_post(&format!("/results/{other}/set_risk"), json!({"level": "high"})).await;
    assert_eq!(level(&other).await, Value::Null);
}

#[tokio::test]
async fn the_time_limit_submits_by_itself() {
    let sim = Sim::start().await;
    let id = sim.result_of("ada@example.com", TIMED).await;
    sim.sim.start_result(id.as_str()).unwrap();
    let left = sim.get(&format!("assessment_results/{id}")).await["data"]["timerExpiresIn"].as_i64().unwrap();
    assert!((5390..=5400).contains(&left), "{left}");
    sim.sim.kit().clock.advance_ms(90 * 60_000);
    let body = sim.get(&format!("assessment_results/{id}")).await;
    assert_eq!(
        (&body["data"]["state"], &body["data"]["closedReason"]),
        (&json!("submitted"), &json!("timer_ran_out"))
    );
}

#[tokio::test]
async fn terminating_closes_without_score() {
    let sim = Sim::start().await;
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.sim.start_result(id.as_str()).unwrap();
    let (status, body) =
        sim.call(Method::PUT, &format!("assessment_results/{id}/terminate"), Some(json!({}))).await;
    assert_eq!((status, &body["data"]["state"]), (200, &json!("terminated")));
    assert_eq!(
        (&body["data"]["closedReason"], &body["data"]["score"]),
        (&json!("team_forced"), &Value::Null)
    );
    assert!(body["data"]["terminatedAt"].is_string());
    let (status, _) = sim.call(Method::PUT, &format!("assessment_results/{id}/terminate"), None).await;
    assert_eq!(status, 422);
    let other = sim.result_of("bob@example.com", RUST).await;
    let (_, body) = sim
        .put(&format!("assessment_results/{other}/terminate"), json!({"closed_reason": "team_decided"}))
        .await;
    assert_eq!(body["data"]["closedReason"], "team_decided");
}

#[tokio::test]
async fn archiving_an_assessment_cancels_invitations_and_closes_started_results() {
    let sim = Sim::start().await;
    let (begun, waiting) =
        (sim.result_of("a@example.com", RUST).await, sim.result_of("b@example.com", RUST).await);
    sim.sim.start_result(begun.as_str()).unwrap();
    sim.control_post(&format!("/assessments/{RUST}/archive"), json!({})).await;
    let body = sim.get(&format!("assessment_results/{begun}")).await;
    assert_eq!(body["data"]["closedReason"], "assessment_archived");
    assert_eq!(sim.sim.result(waiting.as_str()).unwrap().state, ResultState::Invited);
    assert!(matches!(sim.sim.open_result(waiting), Err(Refused::LinkDead(_))));
}

#[tokio::test]
async fn reports_are_shared_by_link_if_the_plan_has_it() {
    let sim = Sim::start().await;
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.sim.submit_result(id.as_str(), Submission::default()).unwrap();
    let body = sim.get(&format!("assessment_results/{id}/share?hide=candidateName,solutions")).await;
    assert!(body.get("data").is_none());
    for field in ["url", "pdf", "resultWidgetUrl"] {
        assert!(body[field].as_str().unwrap().starts_with(&sim.sim.url()), "{field}");
    }
    assert_eq!(body["solutions"].as_array().unwrap().len(), 3);
    let (status, _) =
        sim.call(Method::GET, &format!("assessment_results/{id}/share?hide=everything"), None).await;
    assert_eq!((status, sim.rules()), (400, vec!["hide".to_owned()]));
    sim.control_post(&format!("/teams/{TEAM}/features"), json!({"sharable_reports": false})).await;
    let (status, _) = sim.call(Method::GET, &format!("assessment_results/{id}/share"), None).await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn access_can_be_locked_and_limited() {
    let sim = Sim::start().await;
    let locked = json!({"candidates": ["a@example.com"], "assessment_id": RUST, "access_locked": true});
    let (_, body) = sim.try_invite(locked).await;
    let id = body["data"][0]["assessmentResultId"].as_str().unwrap();
    sim.sim.open_result(id).unwrap();
    assert!(matches!(sim.sim.start_result(id), Err(Refused::NoAccess(_))));
    sim.control_post(&format!("/results/{id}/unlock"), json!({})).await;
    sim.sim.start_result(id).unwrap();
    let early = json!({"candidates": ["b@example.com"], "assessment_id": RUST, "access_starts_at": "2999-01-01T00:00:00Z"});
    let (_, body) = sim.try_invite(early).await;
    let id = body["data"][0]["assessmentResultId"].as_str().unwrap();
    assert!(matches!(sim.sim.start_result(id), Err(Refused::NoAccess(_))));
}
