//! Each switch: assumptions the other way round, and standing faults.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ANGULAR, DRAFT, NOBODY, RUST, Receiver, Sim};
use crate::{
    AlternateId, DuplicateInvite, EmptyInvite, Expired, InvalidEmail, NotFoundShape, Optionals,
    StateChangedPayload, Submission,
};

fn one(email: &str) -> Value {
    json!({"candidates": [email], "assessment_id": RUST})
}

#[tokio::test]
async fn q1_page_sizes() {
    let sim = Sim::switched(|s| (s.q1_default_page_size, s.q1_max_page_size) = (2, 3)).await;
    assert_eq!(sim.get("assessments").await["totalPages"], 3);
    sim.try_invite(json!({"candidates": ["a@x.io", "b@x.io", "c@x.io", "d@x.io"], "assessment_id": RUST}))
        .await;
    assert_eq!(sim.get("team_candidates?limit=9").await["data"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn q2_a_404_may_have_no_body_or_an_html_one() {
    let sim = Sim::start().await;
    for (shape, start) in [(NotFoundShape::Empty, ""), (NotFoundShape::Html, "<!doctype html>")] {
        sim.sim.switch(|switches| switches.q2_not_found = shape);
        let path = format!("/api/v1/assessment_results/{NOBODY}");
        let response = sim.raw(Method::GET, &path, Some(&sim.key), None).await;
        assert_eq!(response.status(), 404);
        let text = response.text().await.unwrap();
        assert!(text.starts_with(start) && text.is_empty() == start.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn q3_too_many_calls_are_a_429_with_or_without_retry_after() {
    let sim = Sim::switched(|s| s.q3_max_rps = Some(2)).await;
    sim.get("assessments").await;
    sim.get("assessments").await;
    let third = sim.raw(Method::GET, "/api/v1/assessments", Some(&sim.key), None).await;
    assert_eq!((third.status().as_u16(), &third.headers()["retry-after"]), (429, &"1".parse().unwrap()));
    assert_eq!(sim.rules(), ["rate_limit"]);
    sim.sim.switch(|s| s.q3_retry_after_s = None);
    let fourth = sim.raw(Method::GET, "/api/v1/assessments", Some(&sim.key), None).await;
    assert!(fourth.status() == 429 && fourth.headers().get("retry-after").is_none());
    sim.sim.kit().clock.advance_ms(1_001);
    sim.get("assessments").await;
}

#[tokio::test]
async fn q4_a_repeated_invitation_may_be_new_or_refused() {
    let sim = Sim::switched(|s| s.q4_duplicate_invite = DuplicateInvite::NewInvitation).await;
    let (first, second) = (sim.invite("a@x.io", RUST).await, sim.invite("a@x.io", RUST).await);
    assert_ne!(first["id"], second["id"]);
    assert_eq!(first["assessmentResultId"], second["assessmentResultId"]);
    assert_eq!(sim.get("assessment_invitations").await["totalCount"], 1);
    sim.sim.switch(|s| s.q4_duplicate_invite = DuplicateInvite::Refused);
    let (status, body) = sim.try_invite(one("a@x.io")).await;
    assert_eq!((status, body["errors"]["candidates"].is_string()), (422, true));
}

#[tokio::test]
async fn q5_addresses_may_differ_by_case() {
    let sim = Sim::switched(|s| s.q5_ignore_email_case = false).await;
    let (lower, upper) = (sim.invite("a@x.io", RUST).await, sim.invite("A@x.io", RUST).await);
    assert_ne!(lower["teamCandidateId"], upper["teamCandidateId"]);
    let (_, found) = sim.find("team_candidates", json!({"email": "A@x.io"})).await;
    assert_eq!(found["totalCount"], 1);
}

#[tokio::test]
async fn q6_an_invalid_address_may_be_left_out() {
    let sim = Sim::switched(|s| s.q6_invalid_email = InvalidEmail::LeftOut).await;
    let (status, body) = sim.try_invite(json!({"candidates": ["x@", "b@x.io"], "assessment_id": RUST})).await;
    assert_eq!((status, body["data"].as_array().unwrap().len()), (200, 1));
    let (status, body) = sim.try_invite(one("x@")).await;
    assert_eq!((status, &body["data"]), (200, &json!([])));
}

#[tokio::test]
async fn q7_statuses_for_assessments_that_cannot_be_invited_to() {
    let sim = Sim::switched(|s| (s.q7_unpublished_status, s.q7_unknown_status) = (400, 404)).await;
    for (id, wanted) in [(DRAFT, 400), (NOBODY, 404), ("not an id", 404)] {
        let (status, _) = sim.try_invite(json!({"candidates": ["a@x.io"], "assessment_id": id})).await;
        assert_eq!(status, wanted, "{id}");
    }
}

#[tokio::test]
async fn q8_the_first_alternate_id_may_stay() {
    let sim = Sim::switched(|s| s.q8_alternate_id = AlternateId::FirstWins).await;
    for id in ["1", "2"] {
        sim.try_invite(json!({"candidates": ["a@x.io"], "assessment_id": RUST, "alternate_id": id})).await;
    }
    assert_eq!(sim.sim.team_candidates()[0].alternate_id.as_deref(), Some("1"));
}

#[tokio::test]
async fn q9_the_candidates_page_follows_its_template() {
    let sim = Sim::switched(|s| "/people/{id}/x".clone_into(&mut s.q9_candidate_page)).await;
    let ada = sim.invite("a@x.io", RUST).await;
    let (_, state) = sim.control(Method::GET, "/state", None).await;
    let wanted = format!("{}/people/{}/x", sim.sim.url(), ada["teamCandidateId"].as_str().unwrap());
    assert_eq!(state["team_candidates"][0]["page"], wanted);
}

#[tokio::test]
async fn q10_a_state_change_may_carry_only_id_and_state() {
    let sim = Sim::switched(|s| s.q10_state_changed = StateChangedPayload::IdAndState).await;
    let receiver = Receiver::start().await;
    sim.subscribe(&receiver, &["assessment_result_state_changed"]).await;
    let id = sim.result_of("a@x.io", RUST).await;
    let list = sim.delivered(1).await;
    assert_eq!(list[0].body["data"], json!({"id": id, "state": "invited"}));
}

#[tokio::test]
async fn q11_webhooks_may_be_signed() {
    let sim = Sim::switched(|s| s.q11_signing_key = Some("key".to_owned())).await;
    let receiver = Receiver::start().await;
    sim.subscribe(&receiver, &["assessment_result_started"]).await;
    let id = sim.result_of("a@x.io", RUST).await;
    sim.sim.start_result(id).unwrap();
    sim.delivered(1).await;
    let (headers, body) = receiver.got.lock()[0].clone();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"key");
    let wanted = sim_kit::random::hex_of(ring::hmac::sign(&key, body.as_bytes()).as_ref());
    assert_eq!(headers["x-qualified-signature"], wanted);
}

#[tokio::test]
async fn q12_the_key_may_not_be_allowed_to_subscribe() {
    let sim = Sim::switched(|s| s.q12_subscribe_by_key = false).await;
    let (status, body) =
        sim.post("webhook_subscriptions", json!({"url": "https://x.io", "event_triggers": {}})).await;
    assert_eq!((status, &body["user"]), (403, &json!("Jane Doe")));
}

#[tokio::test]
async fn q13_old_keys_may_live_on() {
    let sim = Sim::switched(|s| s.q13_one_key = false).await;
    let (team, _) = sim.sim.first_team().unwrap();
    sim.sim.rotate_api_key(team, "new".into());
    sim.get("assessments").await;
}

#[tokio::test]
async fn q14_a_last_name_may_be_needed() {
    let data = json!({"candidates": ["a@x.io"], "assessment_id": RUST, "first_name": "Ada"});
    let sim = Sim::start().await;
    assert_eq!(sim.try_invite(data.clone()).await.0, 200);
    sim.sim.switch(|s| s.q14_first_name_only = false);
    assert_eq!(sim.try_invite(data).await.0, 422);
}

#[tokio::test]
async fn q15_archived_people_may_not_be_found() {
    let sim = Sim::switched(|s| s.q15_finds_archived = false).await;
    let ada = sim.invite("a@x.io", RUST).await;
    let path = format!("/team_candidates/{}/archive", ada["teamCandidateId"].as_str().unwrap());
    sim.control_post(&path, json!({})).await;
    assert_eq!(sim.find("team_candidates", json!({"email": "a@x.io"})).await.1["totalCount"], 0);
    assert_eq!(
        sim.find("team_candidates", json!({"email": "a@x.io", "archived": true})).await.1["totalCount"],
        1
    );
}

#[tokio::test]
async fn q16_an_expired_invitation_may_terminate_the_result() {
    let sim = Sim::switched(|s| s.q16_expired = Expired::Terminates).await;
    let id = sim.result_of("a@x.io", RUST).await;
    let body = sim.control_post(&format!("/results/{id}/expire"), json!({})).await;
    assert_eq!(body["state"], "terminated");
    assert_eq!(sim.result_of("a@x.io", RUST).await, id, "inviting again revives the same result");
}

#[tokio::test]
async fn a_webhook_may_carry_score_zero_while_the_exhibit_is_right() {
    let sim = Sim::switched(|s| s.webhook_score_zero = true).await;
    let receiver = Receiver::start().await;
    sim.subscribe(&receiver, &["assessment_result_submitted"]).await;
    let id = sim.result_of("a@x.io", RUST).await;
    sim.sim.submit_result(id.as_str(), Submission::default()).unwrap();
    let list = sim.delivered(1).await;
    assert_eq!(list[0].body["data"]["score"], 0.0);
    assert_eq!(sim.get(&format!("assessment_results/{id}/exhibit")).await["data"]["score"], 91.7);
}

#[tokio::test]
async fn terminating_may_be_told_although_it_is_documented_not_to_be() {
    for (told, count) in [(false, 1), (true, 2)] {
        let sim = Sim::switched(|s| s.webhook_on_terminate = told).await;
        let receiver = Receiver::start().await;
        sim.subscribe(&receiver, &["assessment_result_state_changed"]).await;
        let id = sim.result_of("a@x.io", RUST).await;
        sim.sim.terminate_result(id).unwrap();
        let list = sim.delivered(count).await;
        let last = list.last().unwrap().body["data"]["state"].clone();
        assert_eq!(last, if told { "terminated" } else { "invited" });
    }
}

#[tokio::test]
async fn unknown_fields_may_appear_everywhere() {
    let sim = Sim::switched(|s| s.extra_fields = true).await;
    let receiver = Receiver::start().await;
    sim.subscribe(&receiver, &["assessment_result_submitted"]).await;
    let ada = sim.invite("a@x.io", RUST).await;
    assert_eq!(ada["addedLater"], json!({"nested": [1, "two", null]}));
    let id = ada["assessmentResultId"].as_str().unwrap();
    sim.sim.submit_result(id, Submission::default()).unwrap();
    let list = sim.delivered(1).await;
    assert_eq!(list[0].body["data"]["solutions"][0]["added_later"], "unheard of");
    let body = sim.get(&format!("assessment_results/{id}/exhibit")).await;
    assert!(body["data"]["solutions"][0]["challenge"]["addedLater"].is_object());
}

#[tokio::test]
async fn optional_fields_may_be_null_or_missing() {
    let sim = Sim::start().await;
    let id = sim.result_of("a@x.io", RUST).await;
    sim.sim.submit_result(id.as_str(), Submission::default()).unwrap();
    let path = format!("assessment_results/{id}/exhibit");
    for (optionals, present) in [(Optionals::Null, true), (Optionals::Missing, false)] {
        sim.sim.switch(|s| s.optionals = optionals);
        let body = sim.get(&path).await;
        for place in [&body["data"]["accumulatedSeconds"], &body["data"]["solutions"][0]["language"]] {
            assert_eq!(place, &Value::Null);
        }
        assert_eq!(body["data"]["solutions"][0].get("language").is_some(), present);
        assert_eq!(body["data"]["score"], 91.7, "what a result is about stays");
    }
}

#[tokio::test]
async fn an_invite_may_be_answered_without_an_invitation() {
    let sim = Sim::start().await;
    for (empty, results) in [(EmptyInvite::WithoutEffect, 0), (EmptyInvite::WithEffect, 1)] {
        sim.sim.switch(|s| s.empty_invite = empty);
        let (status, body) = sim.try_invite(one("a@x.io")).await;
        assert_eq!((status, &body["data"]), (200, &json!([])));
        assert_eq!((sim.sim.results().len(), sim.sim.mails().len()), (results, results));
    }
}

#[tokio::test]
async fn a_planned_fault_answers_in_the_services_words_before_or_after_the_effect() {
    let sim = Sim::start().await;
    let path = "/api/v1/assessment_invitations/invite_candidates";
    for (mode, status, results) in
        [("status", 422, 0), ("status", 429, 0), ("status_after", 502, 1), ("drop_after", 0, 2)]
    {
        let fault = json!({"method": "POST", "path": path, "mode": mode, "status": status.max(100)});
        sim.control_post("/faults", fault).await;
        let url = format!("{}{path}", sim.sim.url());
        let data = json!({"data": one(&format!("{mode}@x.io"))});
        let sent = sim.http.post(url).header("Authorization", &sim.key).json(&data).send().await;
        match sent {
            Ok(response) => {
                assert_eq!(response.status().as_u16(), status);
                assert!(response.json::<Value>().await.unwrap()["reason"].is_string());
            }
            Err(_) => assert_eq!(mode, "drop_after"),
        }
        assert_eq!(sim.sim.results().len(), results, "{mode} {status}");
    }
}

#[tokio::test]
async fn two_assessments_may_bear_one_title() {
    let sim = Sim::start().await;
    sim.sim.rename_assessment(ANGULAR, "Rust Basics").unwrap();
    let body = sim.get("assessments").await;
    let same = body["data"].as_array().unwrap().iter().filter(|one| one["title"] == "Rust Basics").count();
    assert_eq!(same, 2);
}
