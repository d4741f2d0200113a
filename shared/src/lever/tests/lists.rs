//! Lists: filters, pages, places that get lost, lists that do not end.

use crate::lever::permits::tests::endless;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::opportunity::{ID, full};
use super::server::{Reply, Server, token};
use crate::domain::StageId;
use crate::lever::{Confidentiality, Error, Flaw, OpportunityPage};

/// A `next` token as recorded: percent-encoded by Lever itself.
const NEXT: &str = "%5B3%2C1491435120000%2C%22abc%22%5D";
const NEXT_ENCODED: &str = "%255B3%252C1491435120000%252C%2522abc%2522%255D";

fn page(ids: &[&str], next: Option<&str>) -> Reply {
    let rows: Vec<_> =
        ids.iter().map(|id| json!({"id": id, "text": id, "stage": "offer", "contact": "c"})).collect();
    match next {
        Some(next) => Reply::json(200, &json!({"data": rows, "next": next, "hasNext": true})),
        None => Reply::json(200, &json!({"data": rows, "hasNext": false})),
    }
}

async fn stages(server: &Server) -> Result<Vec<String>, Error> {
    let (client, token) = (server.client(), token());
    let stages = client.api(&token, None, endless()).stages().await?;
    Ok(stages.into_iter().map(|stage| stage.text).collect())
}

async fn advanced(server: &Server, cursor: Option<&str>) -> Result<OpportunityPage, Error> {
    let (client, token) = (server.client(), token());
    let stages: [StageId; 2] = ["offer".parse().unwrap(), "a-1".parse().unwrap()];
    let since = Timestamp::from_millisecond(1_700_000_000_123).unwrap();
    client
        .api(&token, None, endless())
        .opportunities_advanced(&stages, since, Confidentiality::NonConfidential, cursor)
        .await
}

#[tokio::test]
async fn all_pages_are_read_and_the_place_goes_back_as_an_ordinary_value() {
    let server = Server::replying([page(&["a", "b"], Some(NEXT)), page(&["b", "c"], None)]).await;
    assert_eq!(stages(&server).await.unwrap(), ["a", "b", "c"]);
    assert_eq!(
        server.lines(),
        ["GET /v1/stages".to_owned(), format!("GET /v1/stages?offset={NEXT_ENCODED}")]
    );
}

#[tokio::test]
async fn a_place_that_looks_like_a_url_is_still_only_a_value() {
    let trap = "https://evil.example/?limit=1&offset=2#x";
    let server = Server::replying([page(&["a"], Some(trap)), page(&["b"], None)]).await;
    assert_eq!(stages(&server).await.unwrap(), ["a", "b"]);
    let expected = "GET /v1/stages?offset=https%3A%2F%2Fevil.example%2F%3Flimit%3D1%26offset%3D2%23x";
    assert_eq!(server.lines()[1], expected);
}

#[tokio::test]
async fn a_repeated_place_ends_the_list() {
    let pages =
        [page(&["a"], Some("1")), page(&["b"], Some("2")), page(&["c"], Some("1")), page(&["d"], None)];
    let server = Server::replying(pages).await;
    assert_eq!(stages(&server).await.unwrap(), ["a", "b", "c"]);
    let server = Server::always(page(&["a"], Some("1"))).await;
    assert_eq!(stages(&server).await.unwrap(), ["a"]);
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn a_list_without_end_is_given_up() {
    let pages = (0..200).map(|page_no| page(&["a"], Some(&page_no.to_string())));
    let server = Server::replying(pages).await;
    assert_eq!(stages(&server).await, Err(Error::Unreadable(Flaw::Endless)));
    assert_eq!(server.lines().len(), 50);
}

#[tokio::test]
async fn a_next_place_counts_only_with_has_next() {
    for answer in [
        json!({"data": [{"id": "a", "text": "a"}], "next": "1"}),
        json!({"data": [{"id": "a", "text": "a"}], "next": "1", "hasNext": false}),
        json!({"data": [{"id": "a", "text": "a"}], "next": "1", "hasNext": null}),
        json!({"data": [{"id": "a", "text": "a"}], "hasNext": true}),
        json!({"data": [{"id": "a", "text": "a"}], "next": null, "hasNext": true}),
        json!({"data": [{"id": "a", "text": "a"}], "next": "", "hasNext": true}),
    ] {
        let server = Server::replying([Reply::json(200, &answer)]).await;
        assert_eq!(stages(&server).await.unwrap(), ["a"], "{answer}");
    }
}

#[tokio::test]
async fn a_lost_place_starts_the_list_anew_once() {
    let stale =
        Reply::json(400, &json!({"code": "BadRequestError", "message": "Invalid offset token: canary"}));
    let server = Server::replying([page(&["a"], Some("1")), stale.clone(), page(&["b"], None)]).await;
    assert_eq!(stages(&server).await.unwrap(), ["b"]);
    assert_eq!(server.lines(), ["GET /v1/stages", "GET /v1/stages?offset=1", "GET /v1/stages"]);

    let again = [page(&["a"], Some("1")), stale.clone(), page(&["a"], Some("1")), stale.clone()];
    assert_eq!(stages(&Server::replying(again).await).await, Err(Error::StaleCursor));
    assert_eq!(advanced(&Server::replying([stale]).await, Some("1")).await, Err(Error::StaleCursor));
}

#[tokio::test]
async fn opportunities_are_asked_for_by_stage_and_time() {
    let server = Server::replying([page(&["a", "a", "b"], Some(NEXT)), page(&["c"], None)]).await;
    let first = advanced(&server, None).await.unwrap();
    assert_eq!(first.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((first.unreadable, first.next.as_deref()), (0, Some(NEXT)));
    let second = advanced(&server, first.next.as_deref()).await.unwrap();
    assert_eq!(second.next, None);
    let filter = "archived=false&advanced_at_start=1700000000123&limit=100&stage_id=offer&stage_id=a-1";
    let expected = [
        format!("GET /v1/opportunities?{filter}"),
        format!("GET /v1/opportunities?{filter}&offset={NEXT_ENCODED}"),
    ];
    assert_eq!(server.lines(), expected);
}

#[tokio::test]
async fn a_page_that_names_itself_as_the_next_is_the_last() {
    let server = Server::replying([page(&["a"], Some("1"))]).await;
    assert_eq!(advanced(&server, Some("1")).await.unwrap().next, None);
}

#[tokio::test]
async fn confidential_opportunities_are_listed_only_when_asked_for() {
    let server = Server::replying([page(&[], None)]).await;
    let (client, token) = (server.client(), token());
    let stages = ["offer".parse().unwrap()];
    let api = client.api(&token, None, endless());
    api.opportunities_advanced(&stages, Timestamp::UNIX_EPOCH, Confidentiality::All, None).await.unwrap();
    let line = "GET /v1/opportunities?archived=false&advanced_at_start=0&limit=100&stage_id=offer&confidentiality=all";
    assert_eq!(server.lines(), [line]);
}

#[tokio::test]
async fn without_stages_nothing_is_asked() {
    let server = Server::replying([]).await;
    let (client, token) = (server.client(), token());
    let api = client.api(&token, None, endless());
    let page =
        api.opportunities_advanced(&[], Timestamp::UNIX_EPOCH, Confidentiality::NonConfidential, None).await;
    assert_eq!(page, Ok(OpportunityPage { rows: Vec::new(), unreadable: 0, next: None }));
    assert_eq!(server.asked(), []);
}

#[tokio::test]
async fn one_odd_row_does_not_hide_the_others() {
    let rows: [Value; 5] = [
        json!({"id": "x"}),
        full(),
        json!(null),
        json!("text"),
        json!({"id": "a/b", "stage": "s", "contact": "c"}),
    ];
    let server = Server::replying([Reply::json(200, &json!({"data": rows, "hasNext": false}))]).await;
    let page = advanced(&server, None).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), [ID]);
    assert_eq!(page.unreadable, 4);
}

#[tokio::test]
async fn deleted_opportunities_are_asked_for_by_a_span_and_only_their_ids_are_taken() {
    let rows = json!([{"id": "o-1", "name": "", "deletedAt": 1}, {"id": "not an id"}, {"name": ""}, {"id": 7}, null, {"id": "o-2"}]);
    let reply = Reply::json(200, &json!({"data": rows, "next": NEXT, "hasNext": true}));
    let server = Server::replying([reply]).await;
    let (client, token) = (server.client(), token());
    let span = (Timestamp::from_millisecond(5).unwrap(), Timestamp::from_millisecond(7).unwrap());
    let page = client.api(&token, None, endless()).opportunities_deleted(span, Some("place")).await.unwrap();
    assert_eq!(page.ids.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["o-1", "o-2"]);
    assert_eq!(page.next.as_deref(), Some(NEXT));
    let asked = "GET /v1/opportunities/deleted?deleted_at_start=5&deleted_at_end=7&limit=100&offset=place";
    assert_eq!(server.lines(), [asked]);
}
