//! Each call: what goes over the wire and what comes of the answer.

use crate::lever::permits::tests::endless;
use serde_json::json;
use url::Url;

use super::opportunity::{ID, full};
use super::server::{Asked, Reply, Server, token};
use crate::domain::{NoteId, OpportunityId, Tag};
use crate::lever::{Error, Flaw, Note, Stage};

fn id() -> OpportunityId {
    ID.parse().unwrap()
}

fn tags(texts: &[&str]) -> Vec<Tag> {
    texts.iter().map(|text| Tag::new(text).unwrap()).collect()
}

fn asked(line: &str, body: &str) -> Asked {
    Asked {
        line: line.to_owned(),
        authorization: Some("Bearer canary-access-token".to_owned()),
        content_type: (!body.is_empty()).then(|| "application/json".to_owned()),
        body: body.to_owned(),
    }
}

#[tokio::test]
async fn an_opportunity_is_read_with_the_bearer_token() {
    let server = Server::replying([Reply::json(200, &json!({ "data": full() }))]).await;
    let (client, token) = (server.client(), token());
    client.api(&token, None, endless()).opportunity(&id()).await.unwrap();
    assert_eq!(server.asked(), [asked(&format!("GET /v1/opportunities/{ID}"), "")]);
}

#[tokio::test]
async fn a_trailing_slash_of_the_base_does_not_matter() {
    let server = Server::replying([Reply::json(200, &json!({ "data": full() }))]).await;
    let base = server.url().join("v1/").unwrap();
    let (client, token) = (crate::lever::Client::new(crate::http::client().unwrap(), &base), token());
    client.api(&token, None, endless()).opportunity(&id()).await.unwrap();
    assert_eq!(server.lines(), [format!("GET /v1/opportunities/{ID}")]);
}

#[tokio::test]
async fn a_change_of_tags_gives_the_tags_after_it_and_nothing_else() {
    // As Lever answers: contact data blank.
    let mut blank = full();
    for field in ["name", "headline"] {
        blank[field] = json!("");
    }
    blank["emails"] = json!([]);
    blank["tags"] = json!(["Backend", "Rust: Basics, 1 - Invited", ""]);
    let answer = Reply::json(200, &json!({ "data": blank }));
    let server = Server::replying([answer.clone(), answer]).await;
    let (client, token) = (server.client(), token());
    let api = client.api(&token, None, endless());

    let after = api.add_tags(&id(), &tags(&["Rust: Basics, 1 - Invited"])).await.unwrap();
    assert_eq!(after, tags(&["Backend", "Rust: Basics, 1 - Invited"]));
    api.remove_tags(&id(), &tags(&["Rust: Basics, 1", " x "])).await.unwrap();

    let added =
        asked(&format!("POST /v1/opportunities/{ID}/addTags"), r#"{"tags":["Rust: Basics, 1 - Invited"]}"#);
    let removed =
        asked(&format!("POST /v1/opportunities/{ID}/removeTags"), r#"{"tags":["Rust: Basics, 1"," x "]}"#);
    assert_eq!(server.asked(), [added, removed]);
}

#[tokio::test]
async fn a_change_of_tags_that_answers_about_another_one_may_have_happened() {
    let other = json!({"data": {"id": "someone-else", "tags": []}});
    let untagged = json!({"data": {"id": ID}});
    let server = Server::replying([Reply::json(200, &other), Reply::json(200, &untagged)]).await;
    let (client, token) = (server.client(), token());
    let api = client.api(&token, None, endless());
    let error = api.add_tags(&id(), &tags(&["x"])).await.unwrap_err();
    assert_eq!(error, Error::Unreadable(Flaw::OtherObject));
    assert!(error.may_have_happened());
    let error = api.add_tags(&id(), &tags(&["x"])).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable(Flaw::Shape { .. })) && error.may_have_happened(), "{error:?}");
}

#[tokio::test]
async fn the_id_of_a_new_note_is_read_from_both_forms() {
    let forms =
        [json!({"noteId": "n1"}), json!({"id": "n2", "text": "Note"}), json!({"id": "n3", "noteId": "n4"})];
    let server = Server::replying(forms.iter().map(|data| Reply::json(201, &json!({ "data": data })))).await;
    let (client, token) = (server.client(), token());
    let api = client.api(&token, None, endless());
    for expected in ["n1", "n2", "n4"] {
        let note: NoteId = api.add_note(&id(), "Score: 80 %\nhttps://qualified.example/r").await.unwrap();
        assert_eq!(note.as_str(), expected);
    }
    let line = format!("POST /v1/opportunities/{ID}/notes");
    assert_eq!(server.asked()[0], asked(&line, r#"{"value":"Score: 80 %\nhttps://qualified.example/r"}"#));
}

#[tokio::test]
async fn a_new_note_without_an_id_may_be_there() {
    let answers = [json!({"text": "Note"}), json!({"noteId": "a/b"})];
    let server =
        Server::replying(answers.iter().map(|data| Reply::json(201, &json!({ "data": data })))).await;
    let (client, token) = (server.client(), token());
    for _ in answers {
        let error = client.api(&token, None, endless()).add_note(&id(), "x").await.unwrap_err();
        assert_eq!(error, Error::Unreadable(Flaw::Field("note id")));
        assert!(error.may_have_happened());
    }
}

#[tokio::test]
async fn notes_come_with_the_texts_of_note_and_comments() {
    let answer = json!({"hasNext": false, "data": [
        {"id": "n1", "text": "Note", "fields": [
            {"type": "note", "text": "Comment", "value": "first", "score": null},
            {"type": "comment", "value": "second"},
            {"type": "score", "value": 4},
            {"type": "note", "value": null},
            {"value": "untyped"},
        ], "user": null, "secret": false, "deletedAt": null},
        {"id": "n2", "fields": null},
        {"id": "n3"},
    ]});
    let server = Server::replying([Reply::json(200, &answer)]).await;
    let (client, token) = (server.client(), token());
    let notes = client.api(&token, None, endless()).notes(&id()).await.unwrap();
    let note = |id: &str, texts: &[&str]| Note {
        id: id.parse().unwrap(),
        texts: texts.iter().map(|text| (*text).to_owned()).collect(),
    };
    assert_eq!(notes, [note("n1", &["first", "second"]), note("n2", &[]), note("n3", &[])]);
    assert!(!format!("{notes:?}").contains("first"));
    assert_eq!(server.lines(), [format!("GET /v1/opportunities/{ID}/notes")]);
}

#[tokio::test]
async fn one_unreadable_note_makes_the_list_unreadable() {
    let answer = json!({"data": [{"id": "n1"}, {"id": ""}]});
    let server = Server::replying([Reply::json(200, &answer)]).await;
    let (client, token) = (server.client(), token());
    let notes = client.api(&token, None, endless()).notes(&id()).await;
    assert_eq!(notes, Err(Error::Unreadable(Flaw::Field("note id"))));
}

#[tokio::test]
async fn stages_keep_the_order_of_the_pipeline() {
    let answer = json!({"hasNext": false, "data": [
        {"id": "lead-new", "text": "New lead"},
        {"id": "f3e1a2b4-0000-4000-8000-000000000009", "text": "Coding test"},
        {"id": "applicant-new", "text": null},
        {"id": "a b", "text": "no id of Lever's"},
    ]});
    let server = Server::replying([Reply::json(200, &answer)]).await;
    let (client, token) = (server.client(), token());
    let stages = client.api(&token, None, endless()).stages().await.unwrap();
    let stage = |id: &str, text: &str| Stage { id: id.parse().unwrap(), text: text.to_owned() };
    let custom = stage("f3e1a2b4-0000-4000-8000-000000000009", "Coding test");
    assert_eq!(stages, [stage("lead-new", "New lead"), custom, stage("applicant-new", "")]);
    assert_eq!(server.lines(), ["GET /v1/stages"]);
}

#[tokio::test]
async fn webhooks_are_listed_without_has_next_and_ours_are_told_by_event_and_url() {
    let ours = Url::parse("https://example.com/webhooks/lever/t1/canary-key").unwrap();
    let answer = json!({"data": [
        {"id": "w1", "event": "candidateStageChange", "url": ours.as_str(), "configuration": {"conditions": {"origins": []}}},
        {"id": "w2", "event": "candidateHired", "url": ours.as_str()},
        {"id": "w3", "event": "candidateStageChange", "url": "https://other.example/"},
        {"id": "w4"},
    ]});
    let server = Server::replying([Reply::json(200, &answer)]).await;
    let (client, token) = (server.client(), token());
    let webhooks = client.api(&token, None, endless()).webhooks().await.unwrap();
    let told: Vec<_> =
        webhooks.iter().map(|row| (row.id.as_str(), row.brings_stage_changes_to(&ours))).collect();
    assert_eq!(told, [("w1", true), ("w2", false), ("w3", false), ("w4", false)]);
    assert!(!format!("{webhooks:?}").contains("canary"));
    assert_eq!(server.lines(), ["GET /v1/webhooks"]);
}

#[tokio::test]
async fn a_webhook_is_registered_and_its_token_read_from_both_forms() {
    let created = json!({"id": "w1", "event": "candidateStageChange", "url": "https://example.com/h",
        "configuration": {"conditions": {"origins": ["applied"]}, "signatureToken": "canary-signature"}});
    let forms = [json!({ "data": created }), json!({"data": {"data": created}})];
    let server = Server::replying(forms.iter().map(|form| Reply::json(201, form))).await;
    let (client, token) = (server.client(), token());
    let url = Url::parse("https://example.com/h").unwrap();
    for _ in forms {
        let webhook = client.api(&token, None, endless()).register_webhook(&url).await.unwrap();
        assert_eq!((webhook.id.as_str(), webhook.signature_token.expose()), ("w1", "canary-signature"));
        assert!(!format!("{webhook:?}").contains("canary"));
    }
    let body = r#"{"event":"candidateStageChange","url":"https://example.com/h"}"#;
    assert_eq!(server.asked()[0], asked("POST /v1/webhooks", body));
}

#[tokio::test]
async fn a_webhook_without_a_usable_signature_token_is_refused_but_exists() {
    let forms = [
        json!({"id": "w1", "configuration": {}}),
        json!({"id": "w1", "configuration": {"signatureToken": null}}),
        json!({"id": "w1", "configuration": {"signatureToken": ""}}),
        json!({"id": "w/1", "configuration": {"signatureToken": "t"}}),
        json!({"id": "w1"}),
    ];
    let server = Server::replying(forms.iter().map(|data| Reply::json(201, &json!({ "data": data })))).await;
    let (client, token) = (server.client(), token());
    let url = Url::parse("https://example.com/h").unwrap();
    for form in forms {
        let error = client.api(&token, None, endless()).register_webhook(&url).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable(_)) && error.may_have_happened(), "{form}: {error:?}");
    }
}

#[tokio::test]
async fn a_webhook_is_deleted_once_and_gone_is_gone() {
    let gone = json!({"code": "ResourceNotFound", "message": "webhook w1 was not found"});
    let server =
        Server::replying([Reply::text(204, ""), Reply::json(404, &gone), Reply::json(403, &gone)]).await;
    let (client, token) = (server.client(), token());
    let api = client.api(&token, None, endless());
    let webhook = "w1".parse().unwrap();
    assert_eq!(api.delete_webhook(&webhook).await, Ok(()));
    assert_eq!(api.delete_webhook(&webhook).await, Ok(()));
    assert_eq!(api.delete_webhook(&webhook).await, Err(Error::Forbidden));
    assert_eq!(server.asked()[0], asked("DELETE /v1/webhooks/w1", ""));
}
