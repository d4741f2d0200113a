//! Reading: envelopes, pages, filters, errors.

use serde_json::{Value, json};

use super::support::*;
use crate::Seed;

/// Ids of a list in the order of its pages of two.
async fn paged(lab: &Lab, path: &str) -> Vec<String> {
    let (mut ids, mut offset) = (Vec::new(), None::<String>);
    loop {
        let mut request = lab.http.get(lab.url(path)).bearer_auth(&lab.token).query(&[("limit", "2")]);
        if let Some(offset) = &offset {
            request = request.query(&[("offset", offset)]);
        }
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        let rows = page["data"].as_array().unwrap();
        assert!(rows.len() <= 2);
        ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        if page["hasNext"] == false {
            assert!(page.get("next").is_none());
            return ids;
        }
        offset = Some(page["next"].as_str().unwrap().to_owned());
    }
}

#[tokio::test]
async fn opportunities_are_paged_by_stage_rank_then_newest_advance() {
    let lab = Lab::start().await;
    lab.sim.kit().clock.advance_ms(1000);
    lab.sim.move_to(CLEO, PHONE_SCREEN, None).unwrap();
    let all = lab.data("/v1/opportunities").await;
    let whole: Vec<&str> = all.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(whole.len(), 5);
    let at = |id| whole.iter().position(|other| *other == id).unwrap();
    assert!(at(CLEO) + 1 == at(BEN), "the later one first within a stage: {whole:?}");
    assert!(at(ADA) < at(CLEO), "ordered by stage rank: {whole:?}");
    assert_eq!(paged(&lab, "/v1/opportunities").await, whole);
    assert!(lab.broken().is_empty());
}

#[tokio::test]
async fn next_is_a_percent_encoded_array_naming_the_next_row() {
    let lab = Lab::start().await;
    let (_, page) = lab.get("/v1/opportunities?limit=4").await;
    let next = page["next"].as_str().unwrap();
    assert!(next.starts_with("%5B5%2C") && next.ends_with("%22%5D"), "{next}");
    let (_, users) = lab.get("/v1/users?limit=1").await;
    assert!(users["next"].as_str().unwrap().starts_with("%5B"));
    assert_eq!(paged(&lab, "/v1/stages").await.len(), 8);
}

#[tokio::test]
async fn a_garbled_or_singly_encoded_offset_is_invalid() {
    let lab = Lab::start().await;
    let (status, body) = lab.get("/v1/opportunities?offset=garbled").await;
    assert_eq!((status, &body["message"]), (400, &json!("Invalid offset token")));
    let (_, page) = lab.get("/v1/opportunities?limit=4").await;
    let once = format!("/v1/opportunities?offset={}", page["next"].as_str().unwrap());
    assert_eq!(lab.get(&once).await.0, 400);
    assert_eq!(lab.get("/v1/opportunities?limit=101").await.0, 400);
    assert_eq!(lab.broken(), ["bad_value"; 3]);
}

#[tokio::test]
async fn an_opportunity_has_the_recorded_shape() {
    let lab = Lab::start().await;
    let ada = lab.data(&format!("/v1/opportunities/{ADA}")).await;
    assert_eq!(ada["emails"], json!(["ada@candidates.example"]));
    assert_eq!(ada["stage"], "applicant-new");
    assert_eq!(ada["archived"], Value::Null);
    assert_eq!(
        ada["tags"],
        json!(["Rust", "Backend Engineer", "Engineering", "Platform", "Berlin", "Full-time"])
    );
    let change = &ada["stageChanges"][0];
    assert_eq!((&change["toStageId"], &change["toStageIndex"]), (&json!("applicant-new"), &json!(3)));
    assert_eq!(ada["opportunityLocation"], "Berlin");
    assert!(lab.data(&format!("/v1/opportunities/{CLEO}")).await.get("opportunityLocation").is_none());
    let (status, body) = lab.get("/v1/opportunities/none").await;
    assert_eq!((status, &body["code"]), (404, &json!("ResourceNotFound")));
    assert_eq!(body["message"], "opportunity none was not found");
    assert!(lab.broken().is_empty(), "a missing opportunity is nobody's fault");
}

#[tokio::test]
async fn expand_replaces_ids_and_include_subtracts() {
    let lab = Lab::start().await;
    let path =
        format!("/v1/opportunities/{ADA}?expand=stage&expand=owner&expand=applications&expand=contact");
    let ada = lab.data(&path).await;
    assert_eq!(ada["stage"], json!({"id": "applicant-new", "text": "New applicant"}));
    assert_eq!(ada["owner"]["accessRole"], "super admin");
    assert_eq!(ada["applications"][0]["posting"], BACKEND);
    assert_eq!(ada["contact"]["emails"], json!(["ada@candidates.example"]));
    let only = lab.data(&format!("/v1/opportunities/{ADA}?include=tags&include=id&expand=stage")).await;
    let fields: Vec<&String> = only.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["id", "stage", "tags"]);
    assert_eq!(lab.get(&format!("/v1/opportunities/{ADA}?expand=tags")).await.0, 400);
}

#[tokio::test]
async fn every_filter_of_the_list_selects() {
    let lab = Lab::start().await;
    lab.sim.kit().clock.advance_ms(60_000);
    let now = lab.sim.kit().clock.now_ms();
    lab.sim.move_to(BEN, ASSESSMENT, None).unwrap();
    lab.sim.archive(CLEO, Some("Withdrew")).unwrap();
    lab.post(&format!("/v1/opportunities/{BEN}/addSources"), json!({"sources": ["Fair"]})).await;
    let contact = lab.sim.opportunity(BEN).unwrap()["contact"].as_str().unwrap().to_owned();
    let created = lab.sim.opportunity(BEN).unwrap()["createdAt"].to_string();
    for (query, count) in [
        ("tag=Rust".to_owned(), 2),
        ("tag=rust".to_owned(), 0),
        ("tag=Rust&tag=Web".to_owned(), 3),
        ("email=ben%40candidates.example".to_owned(), 1),
        (format!("stage_id={ASSESSMENT}"), 2),
        (format!("stage_id={ASSESSMENT}&stage_id=applicant-new"), 3),
        (format!("posting_id={BACKEND}"), 2),
        (format!("archived_posting_id={BACKEND}"), 0),
        (format!("contact_id={contact}"), 1),
        ("origin=applied".to_owned(), 3),
        ("source=Fair".to_owned(), 1),
        (format!("archive_reason_id={WITHDREW}"), 2),
        ("location=Berlin".to_owned(), 2),
        ("archived=true".to_owned(), 2),
        ("archived=false".to_owned(), 3),
        ("snoozed=true".to_owned(), 0),
        ("confidentiality=non-confidential".to_owned(), 5),
        (format!("created_at_end={created}"), 5),
        (format!("created_at_start={now}"), 0),
        (format!("updated_at_start={now}"), 2),
        (format!("advanced_at_start={now}"), 1),
        (format!("archived_at_start={now}"), 1),
    ] {
        let (status, body) = lab.get(&format!("/v1/opportunities?{query}")).await;
        assert_eq!(status, 200, "{query}: {body}");
        assert_eq!(body["data"].as_array().unwrap().len(), count, "{query}");
        lab.sim.kit().clock.advance_ms(200);
    }
    assert!(lab.broken().is_empty());
}

#[tokio::test]
async fn built_in_stages_have_slugs_and_come_in_pipeline_order() {
    let lab = Lab::start().await;
    let stages = lab.data("/v1/stages").await;
    let ids: Vec<&str> =
        stages.as_array().unwrap().iter().map(|stage| stage["id"].as_str().unwrap()).collect();
    assert_eq!(ids[..4], ["lead-new", "lead-reached-out", "lead-responded", "applicant-new"]);
    assert_eq!(ids[4..6], [PHONE_SCREEN, ASSESSMENT]);
    assert_eq!(lab.data("/v1/stages/offer").await, json!({"id": "offer", "text": "Offer"}));
    assert_eq!(lab.get("/v1/stages/none").await.0, 404);
}

#[tokio::test]
async fn tags_and_sources_are_counted_in_alphabetical_order() {
    let lab = Lab::start().await;
    lab.sim.tag(CLEO, &["aardvark".to_owned(), "Rust".to_owned()], &[]).unwrap();
    let tags = lab.data("/v1/tags").await;
    assert_eq!(tags[0], json!({"text": "aardvark", "count": 1}));
    assert_eq!(tags[1]["text"], "Backend Engineer");
    assert!(tags.as_array().unwrap().contains(&json!({"text": "Rust", "count": 3})));
    lab.post(&format!("/v1/opportunities/{ADA}/addSources"), json!({"sources": ["Fair"]})).await;
    assert_eq!(lab.data("/v1/sources").await, json!([{"text": "Fair", "count": 1}]));
}

#[tokio::test]
async fn confidential_opportunities_are_hidden_from_lists_and_refused_without_the_grant() {
    let mut lab = Lab::start().await;
    lab.sim.set_confidentiality(ADA, crate::world::Confidentiality::Confidential).unwrap();
    assert_eq!(lab.data("/v1/opportunities").await.as_array().unwrap().len(), 4);
    let (status, body) = lab.get(&format!("/v1/opportunities/{ADA}")).await;
    assert_eq!((status, &body["code"]), (403, &json!("ForbiddenError")));
    assert_eq!(lab.post(&format!("/v1/opportunities/{ADA}/addTags"), json!({"tags": ["x"]})).await.0, 403);
    assert!(lab.broken().is_empty(), "nobody can know before");
    assert_eq!(lab.get("/v1/opportunities?confidentiality=all").await.0, 403);
    lab.limit_to("opportunities:read:admin confidential:access:admin");
    assert_eq!(lab.data("/v1/opportunities?confidentiality=all").await.as_array().unwrap().len(), 5);
    assert_eq!(lab.data("/v1/opportunities?confidentiality=confidential").await.as_array().unwrap().len(), 1);
    assert_eq!(lab.data(&format!("/v1/opportunities/{ADA}")).await["confidentiality"], "confidential");
}

#[tokio::test]
async fn accounts_do_not_see_each_other() {
    let mut lab = Lab::start().await;
    let other =
        lab.sim.add_account(&crate::AccountSeed { name: Some("Other Ltd".to_owned()), ..Default::default() });
    let wish = crate::TokenWish { account: Some(other.unwrap()), ..crate::TokenWish::default() };
    lab.token = access_token(&lab.sim, wish);
    assert_eq!(lab.data("/v1/opportunities").await, json!([]));
    assert_eq!(lab.get(&format!("/v1/opportunities/{ADA}")).await.0, 404);
    assert_eq!(lab.data("/v1/stages").await.as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn users_and_archive_reasons_can_be_looked_up() {
    let lab = Lab::start().await;
    let found = lab.data("/v1/users?email=Member%40Example-Corp.example").await;
    assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (1, &json!(MEMBER)));
    assert_eq!(lab.data("/v1/users?accessRole[]=super%20admin").await[0]["id"], ADMIN);
    let hired = lab.data("/v1/archive_reasons?type=hired").await;
    assert_eq!(hired, json!([{"id": HIRED, "text": "Hired", "status": "active", "type": "hired"}]));
    assert_eq!(lab.data(&format!("/v1/archive_reasons/{WITHDREW}")).await["type"], "non-hired");
}

#[tokio::test]
async fn postings_show_only_their_additional_tags() {
    let lab = Lab::start().await;
    let posting = lab.data(&format!("/v1/postings/{BACKEND}")).await;
    assert_eq!((&posting["tags"], &posting["text"]), (&json!(["Rust"]), &json!("Backend Engineer")));
    assert_eq!(lab.data("/v1/postings?state=published&team=Web").await.as_array().unwrap().len(), 1);
    assert_eq!(lab.data("/v1/postings?tag=Rust").await.as_array().unwrap().len(), 1);
    assert_eq!(lab.get("/v1/postings?updated_at_start=1").await.0, 400);
}

#[tokio::test]
async fn answers_carry_the_recorded_headers_and_nothing_about_the_rate() {
    let lab = Lab::start().await;
    let response = lab.respond(reqwest::Method::GET, "/v1/stages", None).await;
    let headers = response.headers();
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(headers["server"], "lever-data-api");
    assert_eq!(headers["x-stream-path"], "dapi");
    assert_eq!(headers["x-lever-region"], "global");
    assert!(headers.keys().all(|name| !name.as_str().contains("rate") && name != "x-request-id"));
}

#[tokio::test]
async fn a_deleted_opportunity_is_gone_and_listed_as_deleted() {
    let lab = Lab::start().await;
    lab.sim.delete(BEN).unwrap();
    assert_eq!(lab.get(&format!("/v1/opportunities/{BEN}")).await.0, 404);
    let now = lab.sim.kit().clock.now_ms();
    let path = format!("/v1/opportunities/deleted?deleted_at_start={}&deleted_at_end={now}", now - 60_000);
    let deleted = lab.data(&path).await;
    assert_eq!((&deleted[0]["id"], &deleted[0]["deletedBy"]), (&json!(BEN), &json!(ADMIN)));
    assert!(deleted[0]["deletedAt"].is_i64());
    let long = format!("/v1/opportunities/deleted?deleted_at_start=0&deleted_at_end={now}");
    assert_eq!(lab.get(&long).await.0, 400);
}

#[tokio::test]
async fn an_empty_seed_object_is_the_built_in_world_and_unknown_fields_are_named() {
    assert_eq!(Seed::from_json("{}").unwrap().accounts.len(), 1);
    let error = Seed::from_json(r#"{"accounts": [{"stagez": []}]}"#).unwrap_err();
    assert!(error.to_string().contains("`stagez`"), "{error}");
    let broken = r#"{"accounts": [{"opportunities": [{"stage": "Nowhere"}]}]}"#;
    let error = crate::LeverSim::start(0, Seed::from_json(broken).unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("stage Nowhere was not found"), "{error}");
}
