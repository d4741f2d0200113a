//! Each switch besides those that the tests of its subject flip.

use serde_json::{Value, json};

use super::support::*;
use crate::world::PostingChange;

async fn rotate(lab: &Lab, refresh_token: &Value) -> (u16, Value) {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "lever-sim-client"),
        ("client_secret", "lever-sim-secret"),
        ("refresh_token", refresh_token.as_str().unwrap()),
    ];
    let response = lab.http.post(lab.url("/oauth/token")).form(&form).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn listening(lab: &Lab, planned: &[u16]) -> Receiver {
    let receiver = Receiver::start(planned).await;
    lab.webhook("candidateStageChange", &receiver.url()).await;
    lab.group_on("candidateStageChange").await;
    receiver
}

#[tokio::test]
async fn refresh_reuse_may_only_be_refused_or_have_a_grace_period() {
    let lab = Lab::start().await;
    lab.switch(json!({"refresh_reuse": "refuse", "refresh_refusal_status": 400}));
    let first = lab.sim.mint(crate::TokenWish::default()).unwrap();
    let second = rotate(&lab, &first["refresh_token"]).await.1;
    assert_eq!(rotate(&lab, &first["refresh_token"]).await.0, 400);
    assert_eq!(rotate(&lab, &second["refresh_token"]).await.0, 200, "the family lives");
    lab.switch(json!({"refresh_reuse": "grace"}));
    let first = lab.sim.mint(crate::TokenWish::default()).unwrap();
    assert_eq!(rotate(&lab, &first["refresh_token"]).await.0, 200);
    assert_eq!(rotate(&lab, &first["refresh_token"]).await.0, 200, "within the grace period");
    lab.sim.kit().clock.advance_ms(30_001);
    assert_eq!(rotate(&lab, &first["refresh_token"]).await.0, 400);
}

#[tokio::test]
async fn access_tokens_may_live_shorter() {
    let mut lab = Lab::start().await;
    lab.switch(json!({"access_token_seconds": 5}));
    let tokens = lab.sim.mint(crate::TokenWish::default()).unwrap();
    assert_eq!(tokens["expires_in"], 5);
    lab.token = tokens["access_token"].as_str().unwrap().to_owned();
    assert_eq!(lab.get("/v1/stages").await.0, 200);
    lab.sim.kit().clock.advance_ms(5000);
    assert_eq!(lab.get("/v1/stages").await.0, 401);
}

#[tokio::test]
async fn error_codes_can_be_others() {
    let lab = Lab::start().await;
    lab.switch(json!({"code_bad_request": "A", "code_forbidden": "B", "code_too_many_requests": "C"}));
    assert_eq!(lab.get("/v1/stages?x=1").await.1["code"], "A");
    assert_eq!(lab.get("/v1/opportunities/x/applications").await.1["code"], "B");
    lab.switch(json!({"rate_burst": 0.5}));
    assert_eq!(lab.get("/v1/stages").await, (429, json!({"code": "C", "message": "Too many requests."})));
}

#[tokio::test]
async fn the_rate_limit_can_be_off_or_per_token() {
    let mut lab = Lab::start().await;
    lab.switch(json!({"rate_per_second": 0.0}));
    for _ in 0..40 {
        assert_eq!(lab.get("/v1/stages").await.0, 200);
    }
    lab.switch(json!({"rate_per_second": 0.001, "rate_burst": 1.0, "rate_scope": "token"}));
    assert_eq!((lab.get("/v1/stages").await.0, lab.get("/v1/stages").await.0), (200, 429));
    lab.token = access_token(&lab.sim, crate::TokenWish::default());
    assert_eq!(lab.get("/v1/stages").await.0, 200);
}

#[tokio::test]
async fn a_retry_may_be_signed_anew() {
    let lab = Lab::start().await;
    let receiver = listening(&lab, &[500]).await;
    lab.switch(json!({"retry_body": "resigned", "retry_pauses_ms": [60_000]}));
    lab.sim.move_to(ADA, PHONE_SCREEN, None).unwrap();
    receiver.exactly(1).await;
    lab.sim.kit().clock.advance_ms(60_001);
    let got = receiver.exactly(2).await;
    assert_eq!((&got[0].body["data"], &got[0].body["id"]), (&got[1].body["data"], &got[1].body["id"]));
    for field in ["token", "signature", "triggeredAt"] {
        assert_ne!(got[0].body[field], got[1].body[field], "{field}");
    }
}

#[tokio::test]
async fn inherited_tags_can_be_removable_sticky_or_returning() {
    let outcome = async |mode: &str| {
        let lab = Lab::start().await;
        lab.switch(json!({"inherited_tags": mode}));
        let url = format!("/v1/opportunities/{ADA}/removeTags");
        assert_eq!(lab.post(&url, json!({"tags": ["Rust"]})).await.0, 200);
        let has = |lab: &Lab| lab.tags(ADA).contains(&"Rust".to_owned());
        let after_removal = has(&lab);
        let change = PostingChange { text: Some("Renamed".to_owned()), ..PostingChange::default() };
        lab.sim.edit_posting(BACKEND, change).unwrap();
        (after_removal, has(&lab))
    };
    assert_eq!(outcome("removable").await, (false, false));
    assert_eq!(outcome("sticky").await, (true, true));
    assert_eq!(outcome("returning").await, (false, true));
}

#[tokio::test]
async fn archived_opportunities_may_hide_their_tags() {
    let lab = Lab::start().await;
    lab.switch(json!({"archived_tags": "hidden"}));
    lab.sim.archive(ADA, Some("Withdrew")).unwrap();
    assert_eq!(lab.data(&format!("/v1/opportunities/{ADA}")).await["tags"], json!([]));
}

#[tokio::test]
async fn tag_changes_without_effect_may_be_refused() {
    let lab = Lab::start().await;
    lab.switch(json!({"tag_noop": "bad_request"}));
    assert_eq!(lab.post(&format!("/v1/opportunities/{ADA}/addTags"), json!({"tags": ["Rust"]})).await.0, 400);
    assert_eq!(
        lab.post(&format!("/v1/opportunities/{ADA}/removeTags"), json!({"tags": ["no"]})).await.0,
        400
    );
}

#[tokio::test]
async fn stage_events_on_creation_and_same_stage_can_be_on_and_on_api_moves_off() {
    let lab = Lab::start().await;
    let receiver = listening(&lab, &[]).await;
    lab.sim.move_to(ADA, "applicant-new", None).unwrap();
    lab.post("/_sim/opportunities", json!({"stage": "offer"})).await;
    receiver.exactly(0).await;
    lab.switch(json!({"event_on_create": "present", "event_on_same_stage": "present", "event_on_api_move": "absent"}));
    lab.post("/_sim/opportunities", json!({"stage": "offer"})).await;
    let created = &receiver.exactly(1).await[0].body["data"];
    assert_eq!((&created["toStageId"], created.get("fromStageId")), (&json!("offer"), None));
    lab.sim.move_to(ADA, "applicant-new", None).unwrap();
    assert_eq!(receiver.exactly(2).await[1].body["data"]["fromStageId"], "applicant-new");
    lab.put(&format!("/v1/opportunities/{ADA}/stage"), json!({"stage": "offer"})).await;
    receiver.exactly(2).await;
}

#[tokio::test]
async fn the_delivery_id_may_be_absent() {
    let lab = Lab::start().await;
    let receiver = listening(&lab, &[]).await;
    lab.switch(json!({"event_id": "absent"}));
    lab.sim.move_to(ADA, PHONE_SCREEN, None).unwrap();
    assert_eq!(receiver.exactly(1).await[0].body.get("id"), None);
}

#[tokio::test]
async fn events_of_a_group_that_is_off_may_be_queued() {
    let lab = Lab::start().await;
    lab.switch(json!({"group_off": "queue"}));
    let receiver = Receiver::start(&[]).await;
    lab.webhook("candidateStageChange", &receiver.url()).await;
    lab.sim.move_to(ADA, PHONE_SCREEN, None).unwrap();
    receiver.exactly(0).await;
    lab.group_on("candidateStageChange").await;
    receiver.exactly(1).await;
}

#[tokio::test]
async fn webhooks_of_a_revoked_app_stop_or_continue() {
    let lab = Lab::start().await;
    let receiver = listening(&lab, &[]).await;
    lab.sim.revoke(None).unwrap();
    lab.sim.move_to(ADA, PHONE_SCREEN, None).unwrap();
    receiver.exactly(0).await;
    lab.switch(json!({"after_revocation": "continue"}));
    lab.sim.move_to(ADA, ASSESSMENT, None).unwrap();
    receiver.exactly(1).await;
}

#[tokio::test]
async fn confidential_events_are_delivered_or_withheld() {
    let lab = Lab::start().await;
    let receiver = listening(&lab, &[]).await;
    lab.sim.set_confidentiality(ADA, crate::world::Confidentiality::Confidential).unwrap();
    lab.sim.move_to(ADA, PHONE_SCREEN, None).unwrap();
    receiver.exactly(1).await;
    assert_eq!(lab.get(&format!("/v1/opportunities/{ADA}")).await.0, 403);
    lab.switch(json!({"confidential_events": "withhold"}));
    lab.sim.move_to(ADA, ASSESSMENT, None).unwrap();
    receiver.exactly(1).await;
}

#[tokio::test]
async fn tags_and_notes_have_a_longest_length() {
    let lab = Lab::start().await;
    let tag = |length: usize| json!({"tags": ["é".repeat(length)]});
    let tags = format!("/v1/opportunities/{ADA}/addTags");
    assert_eq!((lab.post(&tags, tag(255)).await.0, lab.post(&tags, tag(256)).await.0), (200, 400));
    let note = |length: usize| json!({"value": "n".repeat(length)});
    let notes = format!("/v1/opportunities/{ADA}/notes");
    assert_eq!((lab.post(&notes, note(10_000)).await.0, lab.post(&notes, note(10_001)).await.0), (201, 400));
    lab.switch(json!({"tag_max_chars": 5, "note_max_chars": 5}));
    assert_eq!((lab.post(&tags, tag(6)).await.0, lab.post(&notes, note(6)).await.0), (400, 400));
}

#[tokio::test]
async fn locked_tags_cannot_be_created_but_used() {
    let lab = Lab::start().await;
    lab.switch(json!({"tag_lock_down": "present"}));
    let url = format!("/v1/opportunities/{BEN}/addTags");
    assert_eq!(lab.post(&url, json!({"tags": ["Rust"]})).await.0, 200);
    assert_eq!(lab.post(&url, json!({"tags": ["Brand new"]})).await.0, 403);
    assert!(lab.broken().is_empty());
}

#[tokio::test]
async fn calls_may_be_redirected_to_another_data_centre() {
    let lab = Lab::start().await;
    let elsewhere = Lab::start().await;
    let base = elsewhere.url("/v1");
    for status in [301, 307, 308] {
        lab.switch(json!({"eu_redirect": status, "eu_base": base}));
        let response = lab.respond(reqwest::Method::GET, "/v1/stages?limit=1", None).await;
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["location"], format!("{base}/stages?limit=1"));
    }
    lab.switch(json!({"eu_redirect": 0}));
    assert_eq!(lab.get("/v1/stages").await.0, 200);
}
