//! Webhook subscriptions, stored events, examples.

use reqwest::Method;
use serde_json::{Value, json};

use super::{NOBODY, RUST, Receiver, Sim, TEAM};
use crate::Submission;

#[tokio::test]
async fn a_subscription_is_created_with_200_and_shown_in_camel_case() {
    let sim = Sim::start().await;
    let triggers = json!({"assessment_result_started": true, "assessmentResultSubmitted": true});
    let data = json!({"name": "Lever", "url": "https://hook.example/a?b=1", "eventTriggers": triggers});
    let (status, body) = sim.post("webhook_subscriptions", data).await;
    assert_eq!((status, &body["type"]), (200, &json!("WebhookSubscription")));
    let record = &body["data"];
    assert_eq!(record["eventTriggers"]["assessmentResultStarted"], true);
    assert_eq!(record["eventTriggers"]["assessmentResultSubmitted"], true);
    assert!(record["eventTriggers"]["id"].is_string());
    assert_eq!((&record["schema"], &record["triggerOnAll"]), (&json!("v1"), &json!(false)));
    assert_eq!((&record["supportEmail"], &record["failingEventsCount"]), (&Value::Null, &Value::Null));
    let id = body["id"].as_str().unwrap();
    assert_eq!(sim.get(&format!("webhook_subscriptions/{id}")).await["data"], *record);
    assert_eq!(sim.get("webhook_subscriptions").await["data"], json!([record]));
    assert!(sim.rules().is_empty());
}

#[tokio::test]
async fn a_subscription_can_be_changed_and_deleted_by_id_or_url() {
    let sim = Sim::start().await;
    let create = async |url: &str| {
        let data = json!({"url": url, "event_triggers": {"note_created": true}});
        sim.post("webhook_subscriptions", data).await.1["id"].as_str().unwrap().to_owned()
    };
    let (one, _other) = (create("https://one.example/").await, create("https://other.example/").await);
    let path = format!("webhook_subscriptions/{one}");
    let body = json!({"data": {"name": "Renamed"}, "includes": []});
    let (status, body) = sim.call(Method::PUT, &path, Some(body)).await;
    assert_eq!((status, &body["data"]["name"]), (200, &json!("Renamed")));
    assert_eq!(body["data"]["eventTriggers"]["noteCreated"], true);
    assert_eq!(sim.call(Method::DELETE, &path, None).await, (204, Value::Null));
    assert_eq!(sim.call(Method::DELETE, &path, None).await.0, 404);
    let by_url = "webhook_subscriptions/url?url=https%3A%2F%2Fother.example%2F";
    assert_eq!(sim.call(Method::DELETE, by_url, None).await, (204, Value::Null));
    assert_eq!(sim.call(Method::DELETE, by_url, None).await.0, 404);
    assert_eq!(sim.get("webhook_subscriptions").await["totalCount"], 0);
}

#[tokio::test]
async fn unknown_triggers_fields_and_urls_are_refused() {
    let sim = Sim::start().await;
    for (data, rule) in [
        (json!({"url": "https://x.example", "event_triggers": {"invitation_sent": true}}), "field_value"),
        (json!({"url": "ftp://x.example", "event_triggers": {}}), "field_value"),
        (json!({"event_triggers": {}}), "missing_field"),
        (json!({"url": "https://x.example"}), "missing_field"),
        (json!({"url": "https://x.example", "event_triggers": {}, "secret": "s"}), "unknown_field"),
    ] {
        let (status, body) = sim.post("webhook_subscriptions", data).await;
        assert_eq!(status, 422, "{body}");
        assert_eq!(sim.rules().pop().unwrap(), rule);
    }
}

#[tokio::test]
async fn a_plan_without_webhooks_has_no_subscriptions_and_sends_nothing() {
    let sim = Sim::start().await;
    let receiver = Receiver::start().await;
    sim.subscribe(&receiver, &["assessment_result_started"]).await;
    sim.control_post(&format!("/teams/{TEAM}/features"), json!({"webhook_events": false})).await;
    assert_eq!(sim.call(Method::GET, "webhook_subscriptions", None).await.0, 403);
    let id = sim.result_of("ada@example.com", RUST).await;
    sim.sim.start_result(id).unwrap();
    assert!(sim.sim.kit().deliveries.list().is_empty());
}

#[tokio::test]
async fn stored_events_tell_what_became_of_a_delivery() {
    let sim = Sim::start().await;
    let receiver = Receiver::answering(&[200, 500, 503]).await;
    let subscription =
        sim.subscribe(&receiver, &["assessment_result_started", "assessment_result_submitted"]).await;
    for (email, count) in [("a@example.com", 1), ("b@example.com", 2), ("c@example.com", 3)] {
        let id = sim.result_of(email, RUST).await;
        sim.sim.start_result(id).unwrap();
        sim.deliveries(|all| all.len() == count && !all[count - 1].attempts.is_empty()).await;
    }
    let body = sim.get("webhook_events").await;
    let events = body["data"].as_array().unwrap();
    let states: Vec<_> = events.iter().map(|event| event["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["retry_pending", "failed", "posted"], "newest first");
    assert!(events[0]["retryPendingAt"].is_string() && events[1]["failedAt"].is_string());
    assert!(events[2]["postSucceededAt"].is_string());
    assert_eq!(events[1]["postResponses"][0]["status"], 500);
    assert_eq!(
        (&events[0]["postAttempts"], &events[0]["name"]),
        (&json!(1), &json!("assessment_result_started"))
    );
    assert_eq!(events[0]["webhookSubscriptionId"], json!(subscription));
    assert_eq!(events[0]["data"]["state"], "started");
    let one = sim.get(&format!("webhook_events/{}", events[1]["id"].as_str().unwrap())).await;
    assert_eq!((&one["type"], &one["data"]), (&json!("WebhookEvent"), &events[1]));
    let body = sim.get(&format!("webhook_subscriptions/{subscription}")).await;
    assert_eq!(body["data"]["failingEventsCount"], 1);
}

#[tokio::test]
async fn an_example_shows_the_payload_and_can_be_sent_anywhere() {
    let sim = Sim::start().await;
    let receiver = Receiver::answering(&[503]).await;
    let ada = sim.invite("ada@example.com", RUST).await;
    let result = ada["assessmentResultId"].as_str().unwrap();
    sim.sim.submit_result(result, Submission::default()).unwrap();
    let query = "type=AssessmentResult&event=assessment_result_submitted";
    let shown = sim.get(&format!("webhook_examples/{result}?{query}")).await;
    assert_eq!(
        (&shown["event"], &shown["data"]["id"]),
        (&json!("assessment_result_submitted"), &json!(result))
    );
    let body =
        json!({"type": "AssessmentResult", "event": "assessment_result_submitted", "url": receiver.url()});
    let (status, sent) = sim.call(Method::POST, &format!("webhook_examples/{result}"), Some(body)).await;
    assert_eq!((status, &sent), (200, &shown));
    sim.deliveries(|all| all.len() == 1 && all[0].state == sim_kit::deliveries::State::Failed).await;
    assert_eq!(receiver.bodies(), [shown]);
    let person = ada["teamCandidateId"].as_str().unwrap();
    let query = "type=TeamCandidate&event=team_candidate_state_changed";
    let shown = sim.get(&format!("webhook_examples/{person}?{query}")).await;
    assert_eq!(shown["data"]["assessment_results_count"], 1);
    let (status, _) = sim.call(Method::GET, &format!("webhook_examples/{NOBODY}?{query}"), None).await;
    assert_eq!(status, 404);
    let query = "type=TeamCandidate&event=assessment_result_started";
    assert_eq!(sim.call(Method::GET, &format!("webhook_examples/{person}?{query}"), None).await.0, 400);
    assert_eq!(sim.rules(), ["webhook_example"]);
}
