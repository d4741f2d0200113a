//! Every call against every kind of answer that is a failure.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::opportunity::ID;
use super::server::{Reply, Server, token};
use crate::domain::Tag;
use crate::failure::Disposition;
use crate::http::TransportError;
use crate::lever::permits::tests::endless;
use crate::lever::{Api, Confidentiality, Error, Flaw};

/// How many calls [`every_call`] makes.
pub(super) const CALLS: usize = 9;

/// What none of our errors may repeat.
const CANARIES: [&str; 3] = ["canary", "Ada", "offset"];

/// Makes every call and tells how it failed.
pub(super) async fn every_call(api: &Api<'_>) -> [(&'static str, Option<Error>); CALLS] {
    let id = ID.parse().unwrap();
    let tags = [Tag::new("canary-tag").unwrap()];
    let stages = ["offer".parse().unwrap()];
    let url = Url::parse("https://example.com/canary-key").unwrap();
    let (since, confidentiality) = (Timestamp::UNIX_EPOCH, Confidentiality::NonConfidential);
    [
        ("opportunity", api.opportunity(&id).await.err()),
        (
            "opportunities_advanced",
            api.opportunities_advanced(&stages, since, confidentiality, Some("c")).await.err(),
        ),
        ("add_tags", api.add_tags(&id, &tags).await.err()),
        ("remove_tags", api.remove_tags(&id, &tags).await.err()),
        ("add_note", api.add_note(&id, "canary note").await.err()),
        ("notes", api.notes(&id).await.err()),
        ("stages", api.stages().await.err()),
        ("webhooks", api.webhooks().await.err()),
        ("register_webhook", api.register_webhook(&url).await.err()),
    ]
}

async fn every_failure(reply: Reply) -> Vec<(&'static str, Option<Error>)> {
    let server = Server::always(reply).await;
    let (client, token) = (server.client(), token());
    let failures = every_call(&client.api(&token, None, endless())).await;
    assert_eq!(server.asked().len(), CALLS, "an answer is an answer: nothing is repeated");
    failures.to_vec()
}

fn assert_silent(error: Error) {
    let shown = format!("{error} {error:?}");
    for canary in CANARIES {
        assert!(!shown.contains(canary), "{shown}");
    }
}

#[tokio::test]
async fn each_status_means_the_same_for_every_call() {
    let unavailable = |status| Error::Unavailable { status, retry_after: None };
    for (status, expected) in [
        (400, Error::Refused { status: 400 }),
        (401, Error::Unauthorized),
        (403, Error::Forbidden),
        (404, Error::NotFound),
        (405, Error::Refused { status: 405 }),
        (408, unavailable(408)),
        (409, Error::Refused { status: 409 }),
        (410, Error::NotFound),
        (413, Error::Refused { status: 413 }),
        (422, Error::Refused { status: 422 }),
        (429, Error::RateLimited { retry_after: None }),
        (500, unavailable(500)),
        (502, unavailable(502)),
        (503, unavailable(503)),
        (504, unavailable(504)),
        (599, unavailable(599)),
    ] {
        for body in [r#"{"code":"SomeError","message":"canary Ada"}"#, "<html>canary</html>", ""] {
            for (call, error) in every_failure(Reply::text(status, body)).await {
                assert_eq!(error, Some(expected), "{call} {status} {body:?}");
                assert_silent(expected);
            }
        }
    }
}

#[tokio::test]
async fn a_wait_lever_asks_for_is_passed_on_within_bounds_and_a_429_always_means_one() {
    for (header, expected) in [("7", Some(7)), ("999999", Some(900)), ("soon", None), ("-1", None)] {
        let retry_after = expected.map(Duration::from_secs);
        let two_seconds = Some(Duration::from_secs(2));
        for (status, expected, wait) in [
            (429, Error::RateLimited { retry_after }, retry_after.or(two_seconds)),
            (503, Error::Unavailable { status: 503, retry_after }, retry_after),
        ] {
            let server = Server::always(Reply::text(status, "").with("retry-after", header)).await;
            let (client, token) = (server.client(), token());
            assert_eq!(client.api(&token, None, endless()).stages().await, Err(expected), "{header}");
            assert_eq!(expected.disposition(), Disposition::Transient { retry_after: wait });
        }
    }
}

#[tokio::test]
async fn a_success_that_cannot_be_read_may_have_happened_and_comes_back() {
    let bodies: [&[u8]; 14] = [
        b"",
        b"<!DOCTYPE html><html>canary</html>",
        br#"{"data": {"id": "canary"#,
        b"[]",
        b"null",
        b"5",
        b"\"canary\"",
        b"{}",
        br#"{"data": null}"#,
        br#"{"data": "canary"}"#,
        br#"{"data": 5}"#,
        br#"{"data": [{"id": 5}], "hasNext": "canary"}"#,
        br#"{"data": {"id": 5, "stage": [], "contact": "canary", "name": "Ada"}}"#,
        b"\xff\xfe",
    ];
    for body in bodies {
        for (call, error) in every_failure(Reply::text(200, body)).await {
            let Some(error) = error else { panic!("{call} took {:?}", String::from_utf8_lossy(body)) };
            assert!(matches!(error, Error::Unreadable(_)), "{call}: {error:?}");
            assert!(error.may_have_happened());
            assert_eq!(error.disposition(), Disposition::TRANSIENT);
            assert_silent(error);
        }
    }
}

#[tokio::test]
async fn an_answer_without_bounds_is_not_read_to_its_end() {
    let huge = format!(r#"{{"data":"{}"}}"#, "x".repeat(10 * 1024 * 1024));
    for (call, error) in every_failure(Reply::text(200, huge)).await {
        assert_eq!(error, Some(Error::Unreadable(Flaw::TooLarge)), "{call}");
    }
}

#[tokio::test]
async fn an_unknown_flood_of_nesting_is_no_crash() {
    let deep = format!(r#"{{"data":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    for (call, error) in every_failure(Reply::text(200, deep)).await {
        assert!(matches!(error, Some(Error::Unreadable(_))), "{call}: {error:?}");
    }
}

#[test]
fn each_error_says_whether_the_change_may_have_happened_and_what_to_do() {
    let wait = Some(Duration::from_secs(3));
    for (error, may_have_happened, disposition) in [
        (Error::Unauthorized, false, Disposition::Disconnected),
        (Error::Forbidden, false, Disposition::Unprocessable),
        (Error::NotFound, false, Disposition::Unprocessable),
        (Error::Refused { status: 422 }, false, Disposition::Unprocessable),
        (Error::StaleCursor, false, Disposition::TRANSIENT),
        (Error::RateLimited { retry_after: wait }, false, Disposition::Transient { retry_after: wait }),
        (Error::Unavailable { status: 503, retry_after: None }, true, Disposition::TRANSIENT),
        (Error::Redirected { status: 302 }, true, Disposition::TRANSIENT),
        (Error::Transport(TransportError::NotReached), false, Disposition::TRANSIENT),
        (Error::Transport(TransportError::NoAnswer), true, Disposition::TRANSIENT),
        (Error::Transport(TransportError::Unsendable), false, Disposition::Defect),
        (Error::from(TransportError::TooLarge), true, Disposition::TRANSIENT),
        (Error::Unreadable(Flaw::NotJson), true, Disposition::TRANSIENT),
    ] {
        assert_eq!(error.may_have_happened(), may_have_happened, "{error:?}");
        assert_eq!(error.disposition(), disposition, "{error:?}");
    }
}

#[tokio::test]
async fn a_token_that_fits_no_header_is_never_sent_nor_shown() {
    let server = Server::replying([]).await;
    let (client, token) = (server.client(), crate::domain::AccessToken::new("canary\r\nx: y".to_owned()));
    let api = client.api(&token, None, endless());
    let error = api.stages().await.unwrap_err();
    assert_eq!(error, Error::Transport(TransportError::Unsendable));
    assert_silent(error);
    assert!(!format!("{api:?} {client:?}").contains("canary"));
    assert_eq!(server.asked(), []);
}
