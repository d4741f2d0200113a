//! The webhook sender: payloads, order, retries, disturbances.

use std::time::Duration;

use serde_json::{Value, json};
use sim_kit::deliveries::{Outcome, State};

use super::{RUST, Receiver, Sim};
use crate::{Risk, Submission};

const PAIR: [&str; 2] = ["assessment_result_started", "assessment_result_submitted"];

#[tokio::test]
async fn started_and_submitted_have_their_documented_payloads() {
    let sim = Sim::start().await;
    let receiver = Receiver::start().await;
    sim.subscribe(&receiver, &PAIR).await;
    let ada = sim.invite("ada@example.com", RUST).await;
    let id = ada["assessmentResultId"].as_str().unwrap();
    sim.sim.start_result(id).unwrap();
    sim.delivered(1).await;
    sim.sim
        .submit_result(id, Submission { scores: vec![100.0, 50.0, 100.0], ..Submission::default() })
        .unwrap();
    sim.delivered(2).await;
    assert_eq!(receiver.events(), PAIR);
    let bodies = receiver.bodies();
    let started = &bodies[0]["data"];
    assert_eq!((&started["score"], &started["passing_score"]), (&json!(0.0), &json!(false)));
    assert_eq!((&started["submitted_at"], &started["state"]), (&Value::Null, &json!("started")));
    let submitted = &bodies[1]["data"];
    assert_eq!((&submitted["id"], &submitted["score"]), (&json!(id), &json!(83.3)));
    assert_eq!((&submitted["passing_score"], &submitted["dry_run"]), (&json!(true), &json!(false)));
    assert_eq!(
        submitted["candidate"],
        json!({"email": "ada@example.com", "first_name": null, "last_name": null})
    );
    let person = &submitted["team_candidate"];
    assert_eq!((&person["state"], &person["prev_state"]), (&json!("submitted"), &json!("started")));
    assert_eq!(submitted["assessment"], json!({"id": RUST, "title": "Rust Basics", "labels": ["backend"]}));
    let solution = &submitted["solutions"][0];
    assert_eq!((&solution["_type"], &solution["passed_test_cases"]), (&json!("CodeSolution"), &json!(12)));
    assert_eq!(solution["challenge"]["_type"], "CodeChallenge");
    for absent in ["alternate_id", "team_id", "event_id", "assessmentId"] {
        assert!(submitted.get(absent).is_none(), "{absent}");
    }
    let (headers, _) = receiver.got.lock()[0].clone();
    assert_eq!(headers["content-type"], "application/json");
    assert!(headers.keys().all(|name| !name.as_str().contains("signature")), "{headers:?}");
}

#[tokio::test]
async fn every_state_is_told_to_those_who_ask_and_in_order() {
    let sim = Sim::start().await;
    let receiver = Receiver::start().await;
    sim.subscribe(&receiver, &["assessment_result_state_changed"]).await;
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.delivered(1).await;
    sim.sim.open_result(id.as_str()).unwrap();
    sim.delivered(2).await;
    sim.sim.start_result(id.as_str()).unwrap();
    sim.delivered(3).await;
    sim.sim.submit_result(id.as_str(), Submission::default()).unwrap();
    let list = sim.delivered(5).await;
    let states: Vec<_> =
        list.iter().map(|one| one.body["data"]["state"].as_str().unwrap().to_owned()).collect();
    assert_eq!(states, ["invited", "opened", "started", "submitting", "submitted"]);
    assert_eq!(list[4].body["data"]["score"], 91.7);
}

#[tokio::test]
async fn the_persons_state_is_told_with_the_one_before() {
    let sim = Sim::start().await;
    let receiver = Receiver::start().await;
    sim.subscribe(&receiver, &["team_candidate_state_changed"]).await;
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.sim.submit_result(id.as_str(), Submission::default()).unwrap();
    sim.sim.set_risk(id.as_str(), &[Some(Risk::High)]).unwrap();
    let list = sim.delivered(4).await;
    let pairs: Vec<_> = list
        .iter()
        .map(|one| (one.body["data"]["prev_state"].clone(), one.body["data"]["state"].clone()))
        .collect();
    assert_eq!(
        pairs,
        [
            (Value::Null, json!("invited")),
            (json!("invited"), json!("started")),
            (json!("started"), json!("submitted")),
            (json!("submitted"), json!("risk_detected")),
        ]
    );
    let fields: Vec<_> = list[0].body["data"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        fields,
        [
            "anonymous_name",
            "assessment_results_count",
            "email",
            "first_name",
            "id",
            "labels",
            "last_name",
            "name",
            "prev_state",
            "state",
            "test_team_member"
        ]
    );
}

#[tokio::test]
async fn the_deprecated_pair_can_be_switched_off() {
    let deprecated = ["team_candidate_started_assessment", "team_candidate_submitted_assessment"];
    for (on, count) in [(true, 2), (false, 0)] {
        let sim = Sim::switched(|switches| switches.deprecated_events = on).await;
        let receiver = Receiver::start().await;
        sim.subscribe(&receiver, &deprecated).await;
        let id = sim.result_of("ada@example.com", RUST).await;
        sim.sim.submit_result(id, Submission::default()).unwrap();
        sim.delivered(count).await;
    }
}

#[tokio::test]
async fn exactly_the_listed_outcomes_are_tried_once_more_after_a_minute() {
    let sim = Sim::start().await;
    let receiver = Receiver::start().await;
    sim.subscribe(&receiver, &["assessment_result_started"]).await;
    let table = [
        (502, true),
        (503, true),
        (504, true),
        (520, true),
        (521, true),
        (522, false),
        (523, true),
        (524, false),
        (525, true),
        (526, true),
        (527, true),
        (530, true),
        (500, false),
        (501, false),
        (505, false),
        (429, false),
        (408, false),
        (400, false),
        (401, false),
        (404, false),
        (410, false),
        (301, false),
    ];
    for (index, (status, _)) in table.iter().enumerate() {
        receiver.answer_next(*status);
        let id = sim.result_of(&format!("p{index}@example.com"), RUST).await;
        sim.sim.start_result(id).unwrap();
        sim.deliveries(|all| all.len() == index + 1 && !all[index].attempts.is_empty()).await;
    }
    for (delivery, (status, retried)) in sim.sim.kit().deliveries.list().iter().zip(table) {
        assert_eq!(delivery.attempts[0].outcome, Outcome::Status(status));
        let wanted = if retried { State::Waiting } else { State::Failed };
        assert_eq!(delivery.state, wanted, "{status}");
    }
    // The clock runs on meanwhile: on a busy machine the deliveries above take seconds.
    sim.sim.kit().clock.advance_ms(30_000);
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(sim.sim.kit().deliveries.list().iter().all(|one| one.attempts.len() == 1), "not before a minute");
    sim.sim.kit().clock.advance_ms(31_000);
    let list = sim.deliveries(|all| all.iter().all(|one| one.state != State::Waiting)).await;
    for (delivery, (status, retried)) in list.iter().zip(table) {
        assert_eq!(delivery.attempts.len(), if retried { 2 } else { 1 }, "{status}");
    }
}

#[tokio::test]
async fn the_second_failure_is_final_until_a_person_fires_again() {
    let sim = Sim::switched(|switches| switches.webhook_time_scale = 0.0001).await;
    let receiver = Receiver::answering(&[503, 503]).await;
    sim.subscribe(&receiver, &["assessment_result_started"]).await;
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.sim.start_result(id).unwrap();
    let list = sim.deliveries(|all| all.len() == 1 && all[0].state == State::Failed).await;
    assert_eq!(list[0].attempts.len(), 2);
    sim.control_post(&format!("/deliveries/{}/rerun", list[0].id), json!({})).await;
    sim.delivered(1).await;
    assert_eq!(receiver.bodies().len(), 3);
}

#[tokio::test]
async fn a_slow_or_absent_receiver_is_tried_again() {
    let sim = Sim::switched(|switches| switches.webhook_timeout_ms = 50).await;
    let slow = axum::Router::new().fallback(async || tokio::time::sleep(Duration::from_secs(5)).await);
    let slow = sim_kit::serve::serve(0, slow).await.unwrap();
    for url in [slow.url(), "http://127.0.0.1:1/".to_owned()] {
        let data = json!({"url": url, "event_triggers": {"assessment_result_started": true}});
        assert_eq!(sim.post("webhook_subscriptions", data).await.0, 200);
    }
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.sim.start_result(id).unwrap();
    let list =
        sim.deliveries(|all| all.len() == 2 && all.iter().all(|one| one.state == State::Waiting)).await;
    assert_eq!(list[0].attempts[0].outcome, Outcome::Error("timeout".to_owned()));
}

#[tokio::test]
async fn the_default_timeout_is_five_seconds() {
    let rules = crate::sender::rules(&crate::Switches::default());
    assert_eq!((rules.timeout, rules.pauses_ms), (Duration::from_secs(5), vec![60_000]));
}

#[tokio::test]
async fn deliveries_can_be_doubled_dropped_and_reversed() {
    let sim = Sim::start().await;
    let receiver = Receiver::start().await;
    sim.subscribe(&receiver, &PAIR).await;
    sim.control_post("/deliveries/mode", json!({"duplicate_next": 1})).await;
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.sim.start_result(id.as_str()).unwrap();
    sim.deliveries(|all| all[0].attempts.len() == 2).await;
    sim.control_post("/deliveries/mode", json!({"drop_next": 1})).await;
    sim.sim.submit_result(id, Submission::default()).unwrap();
    assert_eq!(sim.sim.kit().deliveries.list()[1].state, State::Dropped);
    sim.control_post("/deliveries/mode", json!({"hold": true})).await;
    let id = sim.result_of("bob@example.com", RUST).await;
    sim.sim.submit_result(id, Submission::default()).unwrap();
    sim.control_post("/deliveries/release", json!({"order": "reversed"})).await;
    sim.deliveries(|all| all.len() == 4 && all[2].state == State::Delivered).await;
    assert_eq!(receiver.events()[2..], ["assessment_result_submitted", "assessment_result_started"]);
}

#[tokio::test]
async fn a_deleted_subscription_calls_its_retry_off_and_a_moved_one_takes_it_along() {
    let sim = Sim::start().await;
    let (failing, moved) = (Receiver::answering(&[503, 503]).await, Receiver::start().await);
    let one = sim.subscribe(&failing, &["assessment_result_started"]).await;
    let other = sim.subscribe(&failing, &["assessment_result_started"]).await;
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.sim.start_result(id).unwrap();
    sim.deliveries(|all| all.len() == 2 && all.iter().all(|one| one.state == State::Waiting)).await;
    sim.call(reqwest::Method::DELETE, &format!("webhook_subscriptions/{one}"), None).await;
    sim.put(&format!("webhook_subscriptions/{other}"), json!({"url": moved.url()})).await;
    sim.sim.kit().clock.advance_ms(60_001);
    let list = sim.deliveries(|all| all.iter().all(|one| one.state != State::Waiting)).await;
    assert_eq!((list[0].state, list[1].state), (State::CalledOff, State::Delivered));
    assert_eq!(moved.events(), ["assessment_result_started"]);
}

#[tokio::test]
async fn subscribing_to_everything_brings_everything() {
    let sim = Sim::start().await;
    let receiver = Receiver::start().await;
    let data = json!({"url": receiver.url(), "event_triggers": {}, "trigger_on_all": true});
    assert_eq!(sim.post("webhook_subscriptions", data).await.0, 200);
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.sim.submit_result(id, Submission::default()).unwrap();
    // Five states, three states of the person, started and submitted with their deprecated twins.
    sim.delivered(12).await;
}
