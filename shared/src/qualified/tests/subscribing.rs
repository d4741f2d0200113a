//! The webhook subscription.

use serde_json::{Value, json};
use url::Url;

use super::server::{Canned, Server};
use crate::domain::SubscriptionId;
use crate::qualified::{Error, Flaw};

const URL: &str = "https://hooks.example/webhooks/qualified/t1/canary-key";

fn url() -> Url {
    URL.parse().unwrap()
}

fn id() -> SubscriptionId {
    "w1".parse().unwrap()
}

fn record() -> Value {
    json!({
        "id": "w1", "name": "Lever", "url": URL, "supportEmail": null, "schema": "v1", "triggerOnAll": false,
        "eventTriggers": { "id": "e1", "assessmentResultStarted": true, "assessmentResultSubmitted": true },
        "failingEventsCount": null,
    })
}

fn single(record: &Value) -> Canned {
    Canned::ok(&json!({ "id": record["id"], "type": "WebhookSubscription", "data": record }))
}

fn triggers() -> Value {
    json!({ "assessment_result_started": true, "assessment_result_submitted": true })
}

#[tokio::test]
async fn subscribing_asks_for_started_and_submitted_results() {
    let server = Server::answering([single(&record())]).await;
    let subscription = server.api().subscribe(&url(), "Lever").await.unwrap();
    assert_eq!(subscription.id, id());
    assert!(subscription.has_our_triggers && subscription.delivers_to(&url()));
    let asked = server.asked();
    assert_eq!(asked[0].line, "POST /api/v1/webhook_subscriptions");
    assert_eq!(
        asked[0].body,
        json!({ "data": { "name": "Lever", "url": URL, "eventTriggers": triggers() } })
    );
}

#[tokio::test]
async fn resubscribing_keeps_the_name_and_sets_url_and_triggers() {
    let server = Server::answering([single(&record())]).await;
    assert_eq!(server.api().resubscribe(&id(), &url()).await.unwrap().id, id());
    let asked = server.asked();
    assert_eq!(asked[0].line, "PUT /api/v1/webhook_subscriptions/w1");
    assert_eq!(asked[0].body, json!({ "data": { "url": URL, "eventTriggers": triggers() } }));
}

#[tokio::test]
async fn resubscribing_what_was_deleted_is_not_found() {
    let not_found = r#"{"reason":"Sorry, we couldn't find that resource","user":null}"#;
    for status in [400, 404] {
        let server = Server::answering([Canned::new(status, not_found)]).await;
        assert_eq!(server.api().resubscribe(&id(), &url()).await, Err(Error::NotFound));
    }
}

#[tokio::test]
async fn an_answer_about_another_subscription_is_not_taken() {
    let mut other = record();
    other["id"] = "w2".into();
    let server = Server::answering([single(&other)]).await;
    assert_eq!(server.api().resubscribe(&id(), &url()).await, Err(Error::Unreadable(Flaw::OtherObject)));
}

#[tokio::test]
async fn unsubscribing_succeeds_also_when_nothing_is_there() {
    let not_found = r#"{"reason":"Sorry, we couldn't find that resource","user":null}"#;
    for (status, body) in [(204, ""), (200, "{}"), (404, ""), (400, not_found)] {
        let server = Server::answering([Canned::new(status, body)]).await;
        assert_eq!(server.api().unsubscribe(&id()).await, Ok(()), "{status}");
        assert_eq!(server.lines(), ["DELETE /api/v1/webhook_subscriptions/w1"]);
    }
    let server = Server::answering([Canned::new(403, "")]).await;
    assert_eq!(server.api().unsubscribe(&id()).await, Err(Error::Forbidden));
}

#[tokio::test]
async fn the_list_tells_which_subscriptions_deliver_what_is_needed() {
    let with = |id: &str, all: Value, triggers: Value| json!({ "id": id, "url": URL, "triggerOnAll": all, "eventTriggers": triggers });
    let rows = [
        record(),
        with("all", true.into(), json!({})),
        with(
            "half",
            false.into(),
            json!({ "assessmentResultStarted": true, "assessmentResultSubmitted": false }),
        ),
        with("none", Value::Null, Value::Null),
        json!({ "id": "bare" }),
    ];
    let server =
        Server::answering([Canned::ok(&json!({ "data": rows, "currentPage": 1, "totalPages": 1 }))]).await;
    let subscriptions = server.api().subscriptions().await.unwrap();
    let ours: Vec<_> = subscriptions.iter().map(|subscription| subscription.has_our_triggers).collect();
    assert_eq!(ours, [true, true, false, false, false]);
    assert!(subscriptions[3].delivers_to(&url()) && !subscriptions[4].delivers_to(&url()));
    assert!(!subscriptions[3].delivers_to(&format!("{URL}/older").parse().unwrap()));
    assert_eq!(server.lines(), ["GET /api/v1/webhook_subscriptions"]);
}

#[tokio::test]
async fn a_team_without_webhooks_keeps_its_key() {
    for status in [403, 422] {
        let body = r#"{"errors":{"url":["must be https"]},"attributes":{"url":"canary"},"user":"Jane Doe"}"#;
        let server = Server::answering([Canned::new(status, body), Canned::new(403, body)]).await;
        let expected =
            if status == 403 { Error::Forbidden } else { Error::Refused { status, field: Some("url") } };
        assert_eq!(server.api().subscribe(&url(), "Lever").await, Err(expected));
        assert_eq!(server.api().subscriptions().await, Err(Error::Forbidden));
    }
}

#[tokio::test]
async fn debug_does_not_show_where_a_subscription_delivers_to() {
    let server = Server::answering([single(&record())]).await;
    let shown = format!("{:?}", server.api().subscribe(&url(), "Lever").await);
    assert!(shown.contains("w1") && !shown.contains("canary"), "{shown}");
}
