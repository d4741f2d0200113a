//! Changes and what they answer.

use serde_json::{Value, json};

use super::support::*;
use crate::world::PostingChange;

fn path(id: &str, action: &str) -> String {
    format!("/v1/opportunities/{id}/{action}")
}

fn texts(tags: &[&str]) -> Vec<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

#[tokio::test]
async fn tags_are_a_set_with_new_ones_at_the_end() {
    let lab = Lab::start().await;
    lab.sim.kit().clock.advance_ms(1000);
    let (status, body) = lab.post(&path(BEN, "addTags"), json!({"tags": ["New", "Web", "New"]})).await;
    assert_eq!(status, 200);
    let expected = ["Frontend Engineer", "Engineering", "Web", "Lisbon", "Full-time", "New"];
    assert_eq!(body["data"]["tags"], json!(expected));
    assert!(body["data"]["updatedAt"].as_i64() > body["data"]["createdAt"].as_i64());
    let (status, body) = lab.post(&path(BEN, "removeTags"), json!({"tags": ["New", "absent"]})).await;
    assert_eq!((status, &body["data"]["tags"]), (200, &json!(expected[..5])));
    assert!(lab.broken().is_empty());
}

#[tokio::test]
async fn answers_to_changes_have_blank_contact_data_but_links_do_not() {
    let lab = Lab::start().await;
    for (action, body) in [
        ("addTags", json!({"tags": ["x"]})),
        ("removeTags", json!({"tags": ["x"]})),
        ("addSources", json!({"sources": ["x"]})),
        ("removeSources", json!({"sources": ["x"]})),
    ] {
        assert_blank(&lab.post(&path(ADA, action), body).await.1["data"], action);
    }
    assert_blank(&lab.put(&path(ADA, "stage"), json!({"stage": "offer"})).await.1["data"], "stage");
    assert_blank(&lab.put(&path(ADA, "archived"), json!({"reason": HIRED})).await.1["data"], "archived");
    let (_, linked) = lab.post(&path(ADA, "addLinks"), json!({"links": ["https://example.com/ada"]})).await;
    assert_eq!(linked["data"]["emails"], json!(["ada@candidates.example"]));
    assert_eq!(linked["data"]["links"], json!(["https://example.com/ada"]));
    let (_, unlinked) =
        lab.post(&path(ADA, "removeLinks"), json!({"links": ["https://example.com/ada"]})).await;
    assert_eq!((&unlinked["data"]["links"], &unlinked["data"]["name"]), (&json!([]), &json!("Ada Example")));
}

fn assert_blank(data: &Value, action: &str) {
    for field in ["name", "headline", "location"] {
        assert_eq!(data[field], "", "{action}: {field}");
    }
    for field in ["emails", "phones", "links"] {
        assert_eq!(data[field], json!([]), "{action}: {field}");
    }
    assert!(data.get("opportunityLocation").is_none(), "{action}");
}

#[tokio::test]
async fn a_merged_profile_leaves_its_opportunities_and_addresses_to_the_other() {
    let lab = Lab::start().await;
    let (ada, ben) = (lab.sim.opportunity(ADA).unwrap(), lab.sim.opportunity(BEN).unwrap());
    lab.sim.merge_into(ADA, BEN).unwrap();
    let merged = lab.sim.opportunity(ADA).unwrap();
    assert_eq!((&merged["contact"], &merged["name"]), (&ben["contact"], &ben["name"]));
    assert_eq!(merged["emails"], json!([ben["emails"][0], ada["emails"][0]]));
    assert_eq!(lab.sim.opportunity(BEN).unwrap()["emails"], merged["emails"]);
    lab.sim.merge_into(BEN, ADA).unwrap();
    assert_eq!(lab.sim.opportunity(BEN).unwrap()["emails"], merged["emails"]);
}

#[tokio::test]
async fn a_move_appends_to_the_stage_history_even_when_archived() {
    let lab = Lab::start().await;
    lab.sim.archive(ADA, Some("Withdrew")).unwrap();
    lab.sim.kit().clock.advance_ms(5000);
    let (status, body) =
        lab.put(&path(ADA, &format!("stage?perform_as={MEMBER}")), json!({"stage": ASSESSMENT})).await;
    assert_eq!(status, 200);
    let moved = &body["data"];
    assert_eq!(moved["archived"]["reason"], WITHDREW);
    let last = moved["stageChanges"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["toStageId"], &last["toStageIndex"], &last["userId"]),
        (&json!(ASSESSMENT), &json!(5), &json!(MEMBER))
    );
    assert_eq!(last["updatedAt"], moved["lastAdvancedAt"]);
    assert_eq!(lab.put(&path(ADA, "stage"), json!({"stage": "Technical Assessment"})).await.0, 400);
}

#[tokio::test]
async fn archiving_takes_a_reason_and_null_un_archives() {
    let lab = Lab::start().await;
    let (_, body) =
        lab.put(&path(ADA, "archived"), json!({"reason": WITHDREW, "cleanInterviews": false})).await;
    assert_eq!(body["data"]["archived"]["reason"], WITHDREW);
    assert!(body["data"]["archived"]["archivedAt"].is_i64());
    let (_, body) = lab.put(&path(ADA, "archived"), json!({"reason": null})).await;
    assert_eq!(body["data"]["archived"], Value::Null);
    assert_eq!(lab.put(&path(ADA, "archived"), json!({"reason": "none"})).await.0, 400);
    assert_eq!(lab.put(&path(ADA, "archived"), json!({})).await.0, 400);
}

#[tokio::test]
async fn links_belong_to_the_contact_and_show_on_all_its_opportunities() {
    let lab = Lab::start().await;
    let body = json!({"name": "Ada Again", "emails": ["ADA@candidates.example"], "postings": [BACKEND], "stage": "lead-new"});
    let (status, created) = lab.post(&format!("/v1/opportunities?perform_as={ADMIN}"), body).await;
    assert_eq!((status, &created["deduped"]), (201, &json!(true)));
    assert_eq!(created["data"]["name"], "Ada Example", "the contact was known");
    let second = created["data"]["id"].as_str().unwrap();
    assert_ne!(second, ADA);
    lab.post(&path(ADA, "addLinks"), json!({"links": ["https://example.com/ada"]})).await;
    assert_eq!(lab.sim.opportunity(second).unwrap()["links"], json!(["https://example.com/ada"]));
    let (_, fresh) = lab.post(&format!("/v1/opportunities?perform_as={ADMIN}"), json!({"name": "New"})).await;
    assert_eq!(fresh["deduped"], false);
    assert_eq!(lab.post("/v1/opportunities", json!({"name": "New"})).await.0, 400);
    assert_eq!(lab.broken(), ["missing_parameter"]);
}

#[tokio::test]
async fn editing_a_posting_reaches_the_tags_of_its_opportunities_at_once() {
    let lab = Lab::start().await;
    lab.sim.kit().clock.advance_ms(1000);
    let (status, body) =
        lab.post(&format!("/v1/postings/{BACKEND}"), json!({"text": "Platform Engineer"})).await;
    assert_eq!((status, &body["data"]["text"]), (200, &json!("Platform Engineer")));
    assert_eq!(lab.tags(ADA)[1], "Platform Engineer");
    let shown = lab.sim.opportunity(ADA).unwrap();
    assert!(shown["updatedAt"].as_i64() > shown["createdAt"].as_i64());
    let change = PostingChange { tags: Some(texts(&["Quiz"])), ..PostingChange::default() };
    lab.sim.edit_posting("Platform Engineer", change).unwrap();
    let tags = lab.tags(ADA);
    assert!(tags.contains(&"Quiz".to_owned()) && !tags.contains(&"Rust".to_owned()), "{tags:?}");
    assert_eq!(
        lab.put(&format!("/v1/postings/{BACKEND}"), json!({"text": "x"})).await.0,
        404,
        "updates are POSTed"
    );
}

#[tokio::test]
async fn a_contact_can_be_read_and_changed_unless_anonymised() {
    let lab = Lab::start().await;
    let id = lab.sim.opportunity(ADA).unwrap()["contact"].as_str().unwrap().to_owned();
    let contact = lab.data(&format!("/v1/contacts/{id}")).await;
    assert_eq!((&contact["isAnonymized"], &contact["dataProtection"]), (&json!(false), &Value::Null));
    let (status, body) = lab.put(&format!("/v1/contacts/{id}"), json!({"name": "Ada B. Example"})).await;
    assert_eq!((status, &body["data"]["name"]), (200, &json!("Ada B. Example")));
    assert!(body["data"].get("isAnonymized").is_none() && body["data"].get("dataProtection").is_none());
    lab.sim.anonymise(ADA).unwrap();
    assert_eq!(lab.put(&format!("/v1/contacts/{id}"), json!({"name": "x"})).await.0, 400);
    let ada = lab.data(&format!("/v1/opportunities/{ADA}")).await;
    assert_eq!((&ada["isAnonymized"], &ada["emails"], &ada["name"]), (&json!(true), &json!([]), &json!("")));
}

#[tokio::test]
async fn a_data_protection_policy_shows_on_the_opportunity() {
    let lab = Lab::start().await;
    let url = format!("/_sim/opportunities/{ADA}/dataProtection");
    let (status, _) = lab.post(&url, json!({"dataProtection": {"contact": {"allowed": false}}})).await;
    assert_eq!(status, 200);
    let shown = lab.data(&format!("/v1/opportunities/{ADA}")).await;
    assert_eq!(shown["dataProtection"]["contact"], json!({"allowed": false, "expiresAt": null}));
    assert_eq!(shown["dataProtection"]["store"]["allowed"], true);
    lab.post(&url, json!({"dataProtection": null})).await;
    assert_eq!(lab.data(&format!("/v1/opportunities/{ADA}")).await["dataProtection"], Value::Null);
}
