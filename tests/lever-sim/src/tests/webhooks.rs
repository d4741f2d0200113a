//! Webhooks: registering, groups, verifying, regenerating.

use serde_json::{Value, json};

use super::support::*;

const URL: &str = "https://hooks.example.com/lever";

#[tokio::test]
async fn the_signature_token_is_told_at_creation_only() {
    let lab = Lab::start().await;
    let made = lab.webhook("candidateStageChange", URL).await;
    assert_eq!(made["configuration"]["signatureToken"].as_str().unwrap().len(), 48);
    let origins = json!(["applied", "sourced", "referred", "university", "internal", "agency"]);
    assert_eq!(made["configuration"]["conditions"]["origins"], origins);
    let (_, list) = lab.get("/v1/webhooks").await;
    assert_eq!(list["data"][0]["id"], made["id"]);
    assert!(list["data"][0]["configuration"].get("signatureToken").is_none());
    assert!(list.get("hasNext").is_none() && list.get("next").is_none());
}

#[tokio::test]
async fn the_same_event_and_url_make_a_second_webhook() {
    let lab = Lab::start().await;
    let first = lab.webhook("candidateStageChange", URL).await;
    let second = lab.webhook("candidateStageChange", URL).await;
    assert_ne!(first["id"], second["id"]);
    assert_eq!(lab.data("/v1/webhooks").await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn webhooks_are_updated_in_a_batch_and_deleted_one_by_one() {
    let lab = Lab::start().await;
    let made = lab.webhook("candidateStageChange", URL).await;
    let moved = "https://hooks.example.com/moved";
    for path in ["/v1/webhooks", "/v1/webhooks/"] {
        let body = json!({"data": [{"id": made["id"], "url": moved,
            "configuration": {"conditions": {"origins": ["applied"]}}}]});
        let (status, body) = lab.put(path, body).await;
        assert_eq!((status, &body["data"][0]["url"]), (200, &json!(moved)));
        assert_eq!(body["data"][0]["configuration"]["conditions"]["origins"], json!(["applied"]));
        assert!(body["data"][0]["configuration"].get("signatureToken").is_none());
    }
    let half = json!({"data": [{"id": made["id"], "url": URL}, {"id": "none"}]});
    assert_eq!(lab.put("/v1/webhooks", half).await.0, 404);
    assert_eq!(lab.data("/v1/webhooks").await[0]["url"], moved, "all or nothing");
    let url = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    assert_eq!(lab.put(&url, json!({"url": URL})).await.0, 404, "there is no such route");
    assert_eq!(lab.delete(&url).await, (204, json!("")));
    assert_eq!(lab.delete(&url).await.0, 404);
}

#[tokio::test]
async fn unsafe_urls_unknown_events_and_foreign_conditions_are_refused() {
    let lab = Lab::start().await;
    for body in [
        json!({"event": "candidateStageChange", "url": "http://hooks.example.com/lever"}),
        json!({"event": "stageChange", "url": URL}),
        json!({"event": "candidateDeleted", "url": URL, "configuration": {"conditions": {"origins": ["applied"]}}}),
        json!({"event": "candidateStageChange", "url": URL, "signatureToken": "mine"}),
        json!({"url": URL}),
    ] {
        assert_eq!(lab.post("/v1/webhooks", body.clone()).await.0, 400, "{body}");
    }
    assert_eq!(lab.data("/v1/webhooks").await, json!([]));
    assert_eq!(lab.webhook("candidateDeleted", URL).await["configuration"].get("conditions"), None);
}

#[tokio::test]
async fn a_regenerated_token_signs_from_then_on_and_the_api_does_not_tell_it() {
    let lab = Lab::start().await;
    let receiver = Receiver::start(&[]).await;
    let made = lab.webhook("candidateStageChange", &receiver.url()).await;
    lab.group_on("candidateStageChange").await;
    let id = made["id"].as_str().unwrap();
    let (_, new) = lab.post(&format!("/_sim/webhooks/{id}/regenerate"), json!({})).await;
    let new = new["signatureToken"].as_str().unwrap();
    assert_ne!(made["configuration"]["signatureToken"], new);
    assert!(lab.data("/v1/webhooks").await[0]["configuration"].get("signatureToken").is_none());
    lab.sim.move_to(ADA, PHONE_SCREEN, None).unwrap();
    let body = &receiver.exactly(1).await[0].body;
    let signed =
        crate::signature(new, body["token"].as_str().unwrap(), body["triggeredAt"].as_i64().unwrap());
    assert_eq!(body["signature"], signed);
}

#[tokio::test]
async fn the_test_call_is_signed_and_has_no_data_and_no_id() {
    let lab = Lab::start().await;
    let receiver = Receiver::start(&[500]).await;
    let made = lab.webhook("candidateStageChange", &receiver.url()).await;
    let path = format!("/_sim/webhooks/{}/verify", made["id"].as_str().unwrap());
    let (status, failed) = lab.post(&path, json!({})).await;
    assert_eq!((status, &failed["state"]), (200, &json!("failed")), "it is not retried");
    let (_, shown) = lab.post(&path, json!({})).await;
    assert_eq!(shown["state"], "delivered");
    let body = &receiver.exactly(2).await[1].body;
    assert_eq!((&body["data"], &body["event"]), (&json!({}), &json!("candidateStageChange")));
    assert_eq!(body.get("id"), None);
    let key = made["configuration"]["signatureToken"].as_str().unwrap();
    let signed =
        crate::signature(key, body["token"].as_str().unwrap(), body["triggeredAt"].as_i64().unwrap());
    assert_eq!(body["signature"], signed);
}

#[tokio::test]
async fn verify_connection_at_creation_pings_and_does_not_fail_the_call() {
    let lab = Lab::start().await;
    let receiver = Receiver::start(&[500, 500]).await;
    let body = json!({"event": "candidateStageChange", "url": receiver.url(),
        "configuration": {"verifyConnection": true}});
    assert_eq!(lab.post("/v1/webhooks", body.clone()).await.0, 201);
    assert_eq!(receiver.exactly(1).await[0].body["data"], json!({}));
    lab.switch(json!({"verify_on_create": "ignore"}));
    assert_eq!(lab.post("/v1/webhooks", body).await.0, 201);
    receiver.exactly(1).await;
}

#[tokio::test]
async fn a_webhook_deleted_by_a_user_is_gone_and_delivers_nothing() {
    let lab = Lab::start().await;
    let receiver = Receiver::start(&[]).await;
    let made = lab.webhook("candidateStageChange", &receiver.url()).await;
    lab.group_on("candidateStageChange").await;
    assert_eq!(lab.delete(&format!("/_sim/webhooks/{}", made["id"].as_str().unwrap())).await.0, 200);
    assert_eq!(lab.data("/v1/webhooks").await, Value::Array(Vec::new()));
    lab.sim.move_to(ADA, PHONE_SCREEN, None).unwrap();
    receiver.exactly(0).await;
}
