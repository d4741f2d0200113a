//! The control API and its list.

use serde_json::{Value, json};

use super::support::*;

#[tokio::test]
async fn every_listed_control_route_is_mounted_and_others_are_not() {
    let lab = Lab::start().await;
    let (_, list) = lab.get("/_sim").await;
    let lines = list.as_array().unwrap();
    for line in lines {
        assert!(!line["does"].as_str().unwrap().is_empty());
        let path = line["path"].as_str().unwrap().replace("{id}", "none");
        let method: reqwest::Method = line["method"].as_str().unwrap().parse().unwrap();
        let (status, body) = lab.call(method, &path, None).await;
        assert_ne!(status, 405, "{line}");
        let unmounted = body["error"].as_str().is_some_and(|error| error.contains("is no control route"));
        assert!(!unmounted, "{line}");
    }
    let fixed = [
        ("POST", "/_sim/reset"),
        ("GET", "/_sim/state"),
        ("GET", "/_sim/violations"),
        ("POST", "/_sim/faults"),
        ("POST", "/_sim/token"),
        ("POST", "/_sim/consent"),
        ("POST", "/_sim/opportunities"),
        ("POST", "/_sim/opportunities/{id}/move"),
        ("POST", "/_sim/opportunities/{id}/tags"),
        ("POST", "/_sim/webhooks/groups"),
        ("GET", "/_sim/deliveries"),
        ("POST", "/_sim/deliveries/{id}/rerun"),
        ("GET", "/_sim"),
    ];
    for (method, path) in fixed {
        assert!(lines.iter().any(|line| line["method"] == method && line["path"] == path), "{method} {path}");
    }
    let (status, body) = lab.get("/_sim/nonsense").await;
    assert_eq!(status, 404);
    assert!(body["error"].as_str().unwrap().contains("GET /_sim"));
}

#[tokio::test]
async fn a_candidate_is_created_with_everything_a_user_can_set() {
    let lab = Lab::start().await;
    let wish = json!({"name": "Zoe Example", "emails": ["zoe@candidates.example"], "stage": "On-site interview",
        "tags": ["Quiz"], "posting": "Frontend Engineer", "archived": true, "confidential": true,
        "dataProtection": {"contact": {"allowed": false}}, "origin": "referred", "snoozedUntil": 5});
    let (status, made) = lab.post("/_sim/opportunities", wish).await;
    assert_eq!(status, 200, "{made}");
    assert_eq!((&made["name"], &made["confidentiality"]), (&json!("Zoe Example"), &json!("confidential")));
    assert_eq!((&made["tags"][0], &made["tags"][1]), (&json!("Quiz"), &json!("Frontend Engineer")));
    assert!(made["archived"]["reason"].is_string() && made["applications"][0].is_string());
    let (_, blank) =
        lab.post("/_sim/opportunities", json!({"anonymised": true, "emails": ["x@y.example"]})).await;
    assert_eq!((&blank["isAnonymized"], &blank["emails"]), (&json!(true), &json!([])));
    for (wrong, expected) in [
        (json!({"stage": "Nowhere"}), 404),
        (json!({"posting": "Nothing"}), 404),
        (json!({"id": ADA}), 400),
        (json!({"mail": "x"}), 400),
    ] {
        assert_eq!(lab.post("/_sim/opportunities", wrong.clone()).await.0, expected, "{wrong}");
    }
}

#[tokio::test]
async fn users_move_tag_archive_anonymise_and_delete() {
    let lab = Lab::start().await;
    let url = |action: &str| format!("/_sim/opportunities/{ADA}{action}");
    let (_, moved) = lab.post(&url("/move"), json!({"stage": "Phone screen", "user": MEMBER})).await;
    assert_eq!(moved["stage"], PHONE_SCREEN);
    assert_eq!(moved["stageChanges"][1]["userId"], MEMBER);
    let (_, tagged) = lab.post(&url("/tags"), json!({"add": ["A", "B"], "remove": ["Rust", "A"]})).await;
    assert!(!tagged["tags"].as_array().unwrap().contains(&json!("Rust")));
    assert_eq!(tagged["tags"].as_array().unwrap().last(), Some(&json!("B")));
    assert_eq!(
        lab.post(&url("/archive"), json!({"reason": "Withdrew"})).await.1["archived"]["reason"],
        WITHDREW
    );
    assert_eq!(lab.post(&url("/unarchive"), json!({})).await.1["archived"], Value::Null);
    assert_eq!(
        lab.post(&url("/confidential"), json!({"confidential": true})).await.1["confidentiality"],
        "confidential"
    );
    assert!(lab.post(&url("/notes"), json!({"value": "Nice"})).await.1["id"].is_string());
    assert_eq!(lab.post(&url("/anonymise"), json!({})).await.1["isAnonymized"], true);
    assert_eq!(lab.delete(&url("")).await.0, 200);
    assert_eq!(lab.post(&url("/move"), json!({"stage": "offer"})).await.0, 404);
    assert!(lab.broken().is_empty(), "control calls are never violations");
}

#[tokio::test]
async fn a_stage_is_named_by_id_or_by_its_text_if_that_is_unique() {
    let lab = Lab::start().await;
    lab.post("/_sim/stages", json!({"text": "Phone screen", "at": 1})).await;
    let url = format!("/_sim/opportunities/{ADA}/move");
    let (status, body) = lab.post(&url, json!({"stage": "Phone screen"})).await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("say the id"));
    assert_eq!(lab.post(&url, json!({"stage": PHONE_SCREEN})).await.1["stage"], PHONE_SCREEN);
}

#[tokio::test]
async fn stages_are_renamed_and_deleted_with_their_candidates_moved() {
    let lab = Lab::start().await;
    let url = format!("/_sim/stages/{PHONE_SCREEN}");
    lab.post(&format!("{url}/rename"), json!({"text": "Call"})).await;
    assert_eq!(lab.data(&format!("/v1/stages/{PHONE_SCREEN}")).await["text"], "Call");
    assert_eq!(lab.delete(&url).await.0, 400, "Ben is in it");
    let body = json!({"moveTo": "offer"});
    assert_eq!(lab.call(reqwest::Method::DELETE, &url, Some(body)).await.0, 200);
    assert_eq!(lab.sim.opportunity(BEN).unwrap()["stage"], "offer");
    assert_eq!(lab.get(&format!("/v1/stages/{PHONE_SCREEN}")).await.0, 404);
}

#[tokio::test]
async fn state_shows_the_whole_world() {
    let lab = Lab::start().await;
    lab.webhook("candidateStageChange", "https://hooks.example.com/x").await;
    lab.post(&format!("/v1/opportunities/{ADA}/notes"), json!({"value": "n"})).await;
    lab.get("/v1/nope").await;
    let (_, state) = lab.get("/_sim/state").await;
    let account = &state["accounts"][0];
    let ada = account["opportunities"].as_array().unwrap().iter().find(|one| one["id"] == ADA).unwrap();
    assert_eq!(ada["emails"], json!(["ada@candidates.example"]));
    assert_eq!((&ada["notes"][0]["fields"][0]["value"], &ada["posting"]), (&json!("n"), &json!(BACKEND)));
    assert!(account["webhooks"][0]["configuration"]["signatureToken"].is_string());
    assert_eq!(
        (account["stages"].as_array().unwrap().len(), account["postings"].as_array().unwrap().len()),
        (8, 2)
    );
    assert_eq!((&state["violations"], &state["calls"]), (&json!(1), &json!(3)));
    assert_eq!(state["grants"][0]["accessTokens"][0]["live"], true);
    assert_eq!(state["switches"]["inherited_tags"], "removable");
}

#[tokio::test]
async fn calls_are_counted_without_control_calls() {
    let lab = Lab::start().await;
    lab.get("/v1/stages?limit=1").await;
    lab.get("/_sim/state").await;
    lab.post(&format!("/v1/opportunities/{ADA}/addTags"), json!({"tags": ["x"]})).await;
    let (_, calls) = lab.get("/_sim/calls?after=1").await;
    assert_eq!(calls.as_array().unwrap().len(), 1);
    assert_eq!((&calls[0]["seq"], &calls[0]["status"]), (&json!(2), &json!(200)));
    assert_eq!(lab.sim.kit().calls.count("POST", "/v1/opportunities/*/addTags"), 1);
}

#[tokio::test]
async fn reset_starts_over_with_the_same_or_another_seed() {
    let lab = Lab::start().await;
    lab.sim.delete(ADA).unwrap();
    lab.get("/v1/nope").await;
    lab.sim.kit().clock.advance_ms(1_000_000);
    assert_eq!(lab.post("/_sim/reset", json!({})).await.0, 200);
    assert!(lab.broken().is_empty() && lab.sim.opportunity(ADA).is_ok());
    assert_eq!(lab.get("/v1/stages").await.0, 401, "old tokens are gone");
    let seed = json!({"accounts": [{"name": "Tiny", "stages": [{"text": "Only"}], "opportunities": [{"name": "One"}]}],
        "switches": {"tag_max_chars": 3}});
    assert_eq!(lab.post("/_sim/reset", seed).await.0, 200);
    let state = lab.sim.state();
    assert_eq!(state["accounts"][0]["name"], "Tiny");
    assert_eq!(
        (&state["accounts"][0]["opportunities"][0]["name"], &state["switches"]["tag_max_chars"]),
        (&json!("One"), &json!(3))
    );
    let (status, body) = lab.post("/_sim/reset", json!({"acounts": []})).await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("`acounts`"));
    assert_eq!(lab.sim.state()["accounts"][0]["name"], "Tiny", "a refused seed changes nothing");
}

#[tokio::test]
async fn groups_and_switches_refuse_unknown_names() {
    let lab = Lab::start().await;
    let (status, body) = lab.post("/_sim/webhooks/groups", json!({"stageChange": true})).await;
    assert_eq!(status, 400, "{body}");
    let (status, body) = lab.post("/_sim/switches", json!({"nonsense": 1})).await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("`nonsense`"));
    let (_, listed) = lab.get("/_sim/switches").await;
    assert!(
        listed.as_array().unwrap().iter().any(|one| one["name"] == "retry_body" && one["value"] == "same")
    );
}

#[tokio::test]
async fn two_simulators_in_one_process_share_nothing() {
    let (one, other) = (Lab::start().await, Lab::start().await);
    one.sim.delete(ADA).unwrap();
    one.sim.kit().clock.advance_ms(5_000_000);
    assert!(other.sim.opportunity(ADA).is_ok());
    assert_eq!(other.get("/v1/stages").await.0, 200);
    assert_eq!(
        one.http.get(one.url("/v1/stages")).bearer_auth(&other.token).send().await.unwrap().status(),
        401
    );
}
