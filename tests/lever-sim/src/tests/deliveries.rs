//! The webhook sender: signatures, retries, reruns, losses.

use serde_json::{Value, json};

use super::support::*;
use crate::signature;

/// A laboratory whose stage changes reach a receiver that first answers the planned statuses.
async fn listening(planned: &[u16]) -> (Lab, Receiver, Value) {
    let (lab, receiver) = (Lab::start().await, Receiver::start(planned).await);
    let webhook = lab.webhook("candidateStageChange", &receiver.url()).await;
    lab.group_on("candidateStageChange").await;
    (lab, receiver, webhook)
}

fn stages(received: &[Received]) -> Vec<&str> {
    received.iter().map(|one| one.body["data"]["toStageId"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn nothing_is_delivered_while_the_group_is_off() {
    let (lab, receiver) = (Lab::start().await, Receiver::start(&[]).await);
    lab.webhook("candidateStageChange", &receiver.url()).await;
    lab.sim.move_to(ADA, PHONE_SCREEN, None).unwrap();
    receiver.exactly(0).await;
    assert!(lab.sim.kit().deliveries.list().is_empty());
}

#[tokio::test]
async fn a_move_is_delivered_signed_and_without_personal_data() {
    let (lab, receiver, webhook) = listening(&[]).await;
    lab.post(&format!("/_sim/opportunities/{ADA}/move"), json!({"stage": "Technical Assessment"})).await;
    let got = receiver.exactly(1).await.remove(0);
    assert_eq!(got.headers["user-agent"], "Lever-Webhooks");
    assert_eq!(got.headers["content-type"], "application/json");
    let body = &got.body;
    assert_eq!(body["event"], "candidateStageChange");
    let data = &body["data"];
    assert_eq!(data["opportunityId"], ADA);
    assert_eq!((&data["fromStageId"], &data["toStageId"]), (&json!("applicant-new"), &json!(ASSESSMENT)));
    assert_eq!(data["contactId"], lab.sim.opportunity(ADA).unwrap()["contact"]);
    assert_eq!(data.as_object().unwrap().len(), 5);
    assert_ne!(data["candidateId"], data["opportunityId"], "the deprecated id leads nowhere");
    let (token, at) = (body["token"].as_str().unwrap(), body["triggeredAt"].as_i64().unwrap());
    let key = webhook["configuration"]["signatureToken"].as_str().unwrap();
    assert_eq!((token.len(), &body["signature"]), (48, &json!(signature(key, token, at))));
    assert!(body["id"].is_string());
    let (_, list) = lab.get("/_sim/deliveries").await;
    assert_eq!((&list[0]["state"], &list[0]["about"]["webhook"]), (&json!("delivered"), &webhook["id"]));
}

#[tokio::test]
async fn a_move_through_the_api_is_delivered_like_one_by_a_user() {
    let (lab, receiver, _) = listening(&[]).await;
    lab.put(&format!("/v1/opportunities/{ADA}/stage"), json!({"stage": "offer"})).await;
    assert_eq!(stages(&receiver.exactly(1).await), ["offer"]);
}

#[tokio::test]
async fn every_webhook_of_the_event_hears_unless_the_origin_is_excluded() {
    let (lab, receiver, _) = listening(&[]).await;
    lab.webhook("candidateStageChange", &receiver.url()).await;
    let sourced = json!({"event": "candidateStageChange", "url": receiver.url(),
        "configuration": {"conditions": {"origins": ["sourced"]}}});
    lab.post("/v1/webhooks", sourced).await;
    lab.sim.move_to(ADA, PHONE_SCREEN, None).unwrap();
    receiver.exactly(2).await;
}

#[tokio::test]
async fn failures_are_retried_five_times_with_growing_pauses_and_the_same_body() {
    let (lab, receiver, _) = listening(&[500, 301, 404, 429, 503]).await;
    lab.sim.move_to(ADA, PHONE_SCREEN, None).unwrap();
    for (sent, pause) in (1..).zip([10_000, 60_000, 300_000, 1_800_000, 7_200_000]) {
        receiver.exactly(sent).await;
        lab.sim.kit().clock.advance_ms(pause - 5_000);
        receiver.exactly(sent).await;
        lab.sim.kit().clock.advance_ms(5_001);
    }
    let got = receiver.exactly(6).await;
    assert!(got.iter().all(|one| one.body == got[0].body));
    let (_, list) = lab.get("/_sim/deliveries").await;
    let statuses: Vec<&Value> =
        list[0]["attempts"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(json!(statuses), json!([500, 301, 404, 429, 503, 200]));
    assert_eq!(list[0]["state"], "delivered");
}

#[tokio::test]
async fn after_the_last_retry_only_a_rerun_sends_again() {
    let (lab, receiver, _) = listening(&[500; 6]).await;
    lab.switch(json!({"retry_time_scale": 0.0}));
    lab.sim.move_to(ADA, PHONE_SCREEN, None).unwrap();
    receiver.exactly(6).await;
    assert_eq!(lab.sim.kit().deliveries.list()[0].attempts.len(), 6);
    lab.post("/_sim/deliveries/d1/rerun", json!({})).await;
    receiver.exactly(7).await;
    lab.post("/_sim/deliveries/d1/rerun", json!({})).await;
    let got = receiver.exactly(8).await;
    assert_eq!(got[7].body, got[0].body);
    assert_eq!(lab.post("/_sim/deliveries/d9/rerun", json!({})).await.0, 404);
}

#[tokio::test]
async fn a_silent_receiver_times_out_and_counts_as_failed() {
    let lab = Lab::start().await;
    lab.switch(json!({"delivery_timeout_ms": 50, "retry_pauses_ms": []}));
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", silent.local_addr().unwrap());
    let webhook = lab.webhook("candidateStageChange", &url).await;
    let path = format!("/_sim/webhooks/{}/verify", webhook["id"].as_str().unwrap());
    let (_, shown) = lab.post(&path, json!({})).await;
    assert_eq!((&shown["state"], &shown["attempts"][0]["error"]), (&json!("failed"), &json!("timeout")));
}

#[tokio::test]
async fn deliveries_are_duplicated_dropped_and_reordered_on_demand() {
    let (lab, receiver, _) = listening(&[]).await;
    lab.post("/_sim/deliveries/mode", json!({"duplicate_next": 1})).await;
    lab.sim.move_to(ADA, "lead-new", None).unwrap();
    let twice = receiver.exactly(2).await;
    assert_eq!(twice[0].body, twice[1].body);
    lab.post("/_sim/deliveries/mode", json!({"drop_next": 1})).await;
    lab.sim.move_to(ADA, "lead-responded", None).unwrap();
    receiver.exactly(2).await;
    lab.post("/_sim/deliveries/mode", json!({"hold": true})).await;
    lab.sim.move_to(ADA, PHONE_SCREEN, None).unwrap();
    lab.sim.move_to(ADA, ASSESSMENT, None).unwrap();
    receiver.exactly(2).await;
    lab.post("/_sim/deliveries/release", json!({"order": "reversed"})).await;
    assert_eq!(stages(&receiver.exactly(4).await)[2..], [ASSESSMENT, PHONE_SCREEN]);
    lab.post("/_sim/deliveries/d2/rerun", json!({})).await;
    assert_eq!(stages(&receiver.exactly(5).await)[4], "lead-responded", "a late delivery");
}

#[tokio::test]
async fn other_events_carry_their_named_fields() {
    let (lab, receiver) = (Lab::start().await, Receiver::start(&[]).await);
    for event in [
        "candidateArchiveChange",
        "candidateHired",
        "candidateDeleted",
        "applicationCreated",
        "contactUpdated",
    ] {
        lab.webhook(event, &receiver.url()).await;
        lab.group_on(event).await;
    }
    lab.sim.archive(ADA, Some("Hired")).unwrap();
    let got = receiver.exactly(2).await;
    let archived = got.iter().find(|one| one.body["event"] == "candidateArchiveChange").unwrap();
    assert_eq!(archived.body["data"]["toArchived"]["reason"], HIRED);
    assert_eq!(archived.body["data"]["fromArchived"], Value::Null);
    assert!(
        got.iter()
            .any(|one| one.body["event"] == "candidateHired" && one.body["data"]["opportunityId"] == ADA)
    );
    lab.post("/_sim/opportunities", json!({"posting": "Backend Engineer"})).await;
    let application = &receiver.exactly(3).await[2].body;
    assert!(application["event"] == "applicationCreated" && application["data"]["applicationId"].is_string());
    lab.sim.anonymise(BEN).unwrap();
    assert_eq!(receiver.exactly(4).await[3].body["data"].as_object().unwrap().len(), 1);
    lab.sim.delete(BEN).unwrap();
    let deleted = &receiver.exactly(5).await[4].body;
    assert_eq!(
        (&deleted["event"], &deleted["data"]["opportunityId"]),
        (&json!("candidateDeleted"), &json!(BEN))
    );
}

#[tokio::test]
async fn accounts_deliver_to_their_own_webhooks_only() {
    let (lab, receiver, _) = listening(&[]).await;
    let other = lab.sim.add_account(&crate::AccountSeed::default()).unwrap();
    lab.group_on("candidateStageChange").await;
    let (_, made) = lab.post("/_sim/opportunities", json!({"account": other})).await;
    lab.sim.move_to(made["id"].as_str().unwrap(), "offer", None).unwrap();
    receiver.exactly(0).await;
}
