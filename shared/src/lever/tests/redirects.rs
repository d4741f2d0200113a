//! Redirects: to Lever's own hosts with everything kept, elsewhere never.

use crate::lever::permits::tests::endless;
use serde_json::json;
use url::Url;

use super::opportunity::ID;
use super::server::{Reply, Server, token};
use crate::domain::Tag;
use crate::lever::{Client, Error};

fn tagged() -> Reply {
    Reply::json(200, &json!({"data": {"id": ID, "tags": ["t"]}}))
}

fn moved(status: u16, to: &Server, path: &str) -> Reply {
    Reply::text(status, "moved").with("location", to.url().join(path).unwrap())
}

fn add_tags_path() -> String {
    format!("/eu/v1/opportunities/{ID}/addTags")
}

#[tokio::test]
async fn method_body_and_bearer_are_kept_and_the_new_base_is_remembered() {
    for status in [301, 307, 308] {
        let eu = Server::replying([tagged(), tagged()]).await;
        let home = Server::replying([moved(status, &eu, &add_tags_path())]).await;
        let (client, token) = (home.client(), token());
        let api = client.api(&token, None, endless());
        assert_eq!(api.moved_to(), None);
        let (id, tags) = (ID.parse().unwrap(), [Tag::new("t").unwrap()]);
        assert_eq!(api.add_tags(&id, &tags).await.unwrap(), tags);
        assert_eq!(api.moved_to(), Some(eu.url().join("eu/v1").unwrap().to_string()));
        api.add_tags(&id, &tags).await.unwrap();

        assert_eq!(home.asked().len(), 1, "the second call goes straight to the new base");
        let mut asked_at_home = home.asked()[0].clone();
        asked_at_home.line = asked_at_home.line.replace("/v1", "/eu/v1");
        assert_eq!(eu.asked(), [asked_at_home.clone(), asked_at_home]);
    }
}

#[tokio::test]
async fn a_query_is_kept_whatever_the_location_says() {
    let eu = Server::replying([Reply::json(200, &json!({"data": [], "hasNext": false}))]).await;
    let home = Server::replying([moved(301, &eu, "/v1/opportunities")]).await;
    let (client, token) = (home.client(), token());
    let stages = ["offer".parse().unwrap()];
    let (since, all) = (jiff::Timestamp::UNIX_EPOCH, crate::lever::Confidentiality::All);
    client.api(&token, None, endless()).opportunities_advanced(&stages, since, all, None).await.unwrap();
    assert_eq!(eu.lines(), home.lines());
}

#[tokio::test]
async fn a_remembered_base_is_used_at_once_and_a_move_back_forgets_it() {
    let home = Server::replying([Reply::json(200, &json!({"data": []}))]).await;
    let eu = Server::replying([moved(308, &home, "/v1/stages")]).await;
    let (client, token) = (home.client(), token());
    let remembered = eu.url().join("v1").unwrap();
    let api = client.api(&token, Some(remembered.as_str()), endless());
    assert_eq!(api.moved_to(), Some(remembered.to_string()));
    api.stages().await.unwrap();
    assert_eq!(api.moved_to(), None);
    assert_eq!(
        (eu.lines(), home.lines()),
        (vec!["GET /v1/stages".to_owned()], vec!["GET /v1/stages".to_owned()])
    );
}

#[tokio::test]
async fn a_remembered_base_that_is_not_trusted_is_ignored() {
    let base = Url::parse("https://api.lever.co/v1").unwrap();
    let (client, token) = (Client::new(crate::http::client().unwrap(), &base), token());
    for remembered in ["http://127.0.0.1:9/v1", "https://evil.example/v1", "nonsense", ""] {
        assert_eq!(client.api(&token, Some(remembered), endless()).moved_to(), None, "{remembered}");
    }
    let eu = "https://api.eu.lever.co/v1";
    assert_eq!(client.api(&token, Some(eu), endless()).moved_to().as_deref(), Some(eu));
}

#[tokio::test]
async fn a_second_redirect_in_a_row_is_not_followed() {
    let third = Server::replying([tagged()]).await;
    let second = Server::replying([moved(307, &third, &add_tags_path())]).await;
    let home = Server::replying([moved(307, &second, &add_tags_path())]).await;
    let (client, token) = (home.client(), token());
    let api = client.api(&token, None, endless());
    let error = api.add_tags(&ID.parse().unwrap(), &[]).await.unwrap_err();
    assert_eq!(error, Error::Redirected { status: 307 });
    assert_eq!((third.asked().len(), api.moved_to()), (0, None));
}

#[tokio::test]
async fn redirects_that_do_not_keep_the_call_are_not_followed() {
    let eu = Server::replying([]).await;
    for status in [300, 302, 303, 304, 305] {
        let home = Server::replying([moved(status, &eu, &add_tags_path())]).await;
        let (client, token) = (home.client(), token());
        let error =
            client.api(&token, None, endless()).add_tags(&ID.parse().unwrap(), &[]).await.unwrap_err();
        assert_eq!(error, Error::Redirected { status });
        assert!(error.may_have_happened());
    }
    assert_eq!(eu.asked(), []);
}

#[tokio::test]
async fn redirects_to_anywhere_else_are_not_followed() {
    let path = add_tags_path();
    let elsewhere = Server::replying([]).await;
    let locations = [
        format!("http://169.254.169.254{path}"),
        format!("https://evil.example{path}"),
        elsewhere.url().join("/somewhere/else").unwrap().to_string(),
        elsewhere.url().to_string(),
        "not a url at all: canary".to_owned(),
    ];
    for location in locations {
        let home = Server::replying([Reply::text(301, "canary").with("location", location.as_str())]).await;
        let (client, token) = (home.client(), token());
        let api = client.api(&token, None, endless());
        let error = api.add_tags(&ID.parse().unwrap(), &[]).await.unwrap_err();
        assert_eq!(error, Error::Redirected { status: 301 }, "{location}");
        assert!(!format!("{error} {error:?}").contains("canary"));
        assert_eq!((home.asked().len(), api.moved_to()), (1, None));
    }
    let home = Server::replying([Reply::text(301, "no location")]).await;
    let (client, token) = (home.client(), token());
    assert_eq!(client.api(&token, None, endless()).stages().await, Err(Error::Redirected { status: 301 }));
    assert_eq!(elsewhere.asked(), []);
}
