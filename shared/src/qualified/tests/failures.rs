//! Each status and each broken answer, for every call.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde_json::json;
use url::Url;

use super::server::{Canned, KEY, Server};
use crate::domain::{ApiKey, AssessmentId, ContactId, EmailAddress, PersonName};
use crate::failure::Disposition;
use crate::http::TransportError;
use crate::qualified::{Api, Client, Error, Flaw, Invitation};

/// A refusal with everything in it that must not be repeated.
const CANARY_BODY: &str = r#"{"reason":"canary@example.com is not permitted","user":"Canary Byron",
    "errors":{"canary_field":"canary"},"attributes":{"email":"canary@example.com"},"id":"canary"}"#;

/// All calls, by name, each with the error it ends in.
async fn failures(api: &Api<'_>) -> Vec<(&'static str, Error)> {
    let email: EmailAddress = "canary@example.com".parse().unwrap();
    let (name, contact): (_, ContactId) = (PersonName::new("Canary Byron"), "k-1".parse().unwrap());
    let (person, assessment) = ("p1".parse().unwrap(), "a1".parse::<AssessmentId>().unwrap());
    let url: Url = "https://hooks.example/canary".parse().unwrap();
    let invitation = Invitation { email: &email, name: &name, assessment: &assessment, contact: &contact };
    vec![
        ("check_key", api.check_key().await.unwrap_err()),
        ("assessments", api.assessments().await.unwrap_err()),
        ("find_person", api.find_person(&email).await.unwrap_err()),
        ("results_of", api.results_of(&person, &assessment).await.unwrap_err()),
        ("current_result", api.current_result(&person, &assessment).await.unwrap_err()),
        ("exhibit", api.exhibit(&"r1".parse().unwrap()).await.unwrap_err()),
        ("invite", api.invite(&invitation).await.unwrap_err()),
        ("subscriptions", api.subscriptions().await.unwrap_err()),
        ("subscribe", api.subscribe(&url, "Lever").await.unwrap_err()),
        ("resubscribe", api.resubscribe(&"w1".parse().unwrap(), &url).await.unwrap_err()),
        ("unsubscribe", api.unsubscribe(&"w1".parse().unwrap()).await.unwrap_err()),
    ]
}

/// Ends every call with the same answer.
async fn all_failing(canned: impl Fn() -> Canned) -> Vec<(&'static str, Error)> {
    let server = Server::answering((0..11).map(|_| canned())).await;
    let failures = failures(&server.api()).await;
    assert_eq!(server.lines().len(), 11, "nothing that reached the server is repeated");
    failures
}

async fn assert_all(canned: impl Fn() -> Canned, expected: Error) {
    for (call, error) in all_failing(canned).await {
        assert_eq!(error, expected, "{call}");
    }
}

#[tokio::test]
async fn a_refused_key_disconnects_the_team_whatever_the_call() {
    assert_all(|| Canned::new(401, r#"{"reason":"unauthorized","user":null}"#), Error::KeyUnusable).await;
    assert_eq!(Error::KeyUnusable.disposition(), Disposition::Disconnected);
    assert!(!Error::KeyUnusable.may_have_happened());
}

#[tokio::test]
async fn forbidden_means_the_key_only_where_every_key_may_read() {
    for (call, error) in all_failing(|| Canned::new(403, CANARY_BODY)).await {
        let is_plain_list =
            matches!(call, "check_key" | "assessments" | "find_person" | "results_of" | "current_result");
        assert_eq!(error, if is_plain_list { Error::KeyUnusable } else { Error::Forbidden }, "{call}");
    }
    assert_eq!(Error::Forbidden.disposition(), Disposition::Unprocessable);
}

#[tokio::test]
async fn a_rate_limit_passes_on_how_long_to_wait() {
    let retry_after = Some(Duration::from_secs(7));
    assert_all(
        || Canned::new(429, "slow down").with_header("retry-after", "7"),
        Error::RateLimited { retry_after },
    )
    .await;
    assert_all(|| Canned::new(429, ""), Error::RateLimited { retry_after: None }).await;
    assert_eq!(Error::RateLimited { retry_after }.disposition(), Disposition::Transient { retry_after });
    assert!(!Error::RateLimited { retry_after }.may_have_happened());
}

#[tokio::test]
async fn trouble_of_qualified_is_transient_and_leaves_a_change_in_doubt() {
    let retry_after = Some(Duration::from_secs(30));
    for status in [408, 425, 500, 502, 503, 504, 520] {
        let error = Error::Unavailable { status, retry_after: None };
        assert_all(|| Canned::new(status, "<html>oops</html>"), error).await;
        assert_eq!(error.disposition(), Disposition::TRANSIENT);
        assert!(error.may_have_happened());
    }
    let error = Error::Unavailable { status: 503, retry_after };
    assert_all(|| Canned::new(503, "").with_header("retry-after", "30"), error).await;
    assert_eq!(error.disposition(), Disposition::Transient { retry_after });
}

#[tokio::test]
async fn no_redirect_is_followed() {
    for status in [301, 302, 307, 308] {
        let canned = || Canned::new(status, "").with_header("location", "http://169.254.169.254/latest");
        assert_all(canned, Error::Redirected { status }).await;
    }
    assert_eq!(Error::Redirected { status: 302 }.disposition(), Disposition::TRANSIENT);
}

#[tokio::test]
async fn what_is_not_found_is_so_by_status_or_by_reason() {
    let reason = r#"{"reason":"Sorry, we couldn't find that resource","user":"Canary Byron"}"#;
    for (status, body) in [(404, reason), (404, "<html>"), (410, ""), (400, reason)] {
        let failing = [Canned::new(status, body), Canned::new(status, body), Canned::new(status, body)];
        let server = Server::answering(failing).await;
        let api = server.api();
        assert_eq!(api.exhibit(&"r1".parse().unwrap()).await, Err(Error::NotFound));
        assert_eq!(
            api.results_of(&"p1".parse().unwrap(), &"a1".parse().unwrap()).await,
            Err(Error::NotFound)
        );
        assert_eq!(api.subscriptions().await, Err(Error::NotFound));
    }
    assert_eq!(Error::NotFound.disposition(), Disposition::Unprocessable);
}

#[tokio::test]
async fn any_other_refusal_is_final() {
    for status in [400, 402, 405, 409, 413, 415, 422, 451] {
        for (call, error) in all_failing(|| Canned::new(status, CANARY_BODY)).await {
            let is_about_assessment = call == "invite" && matches!(status, 400 | 422);
            let refused = Error::Refused { status, field: None };
            assert_eq!(error, if is_about_assessment { Error::AssessmentRefused } else { refused }, "{call}");
            assert_eq!(error.disposition(), Disposition::Unprocessable);
            assert!(!error.may_have_happened());
        }
    }
    assert_eq!(Error::EmailRefused.disposition(), Disposition::Unprocessable);
}

#[tokio::test]
async fn a_success_that_cannot_be_read_leaves_a_change_in_doubt() {
    let shape = json!({ "data": 7 }).to_string();
    for (body, flaw) in
        [("<html>", Flaw::NotJson), (r#"{"id":"r1","data":"#, Flaw::NotJson), (shape.as_str(), Flaw::Shape)]
    {
        let server = Server::answering((0..10).map(|_| Canned::new(200, body))).await;
        let api = server.api();
        let error = Error::Unreadable(flaw);
        assert_eq!(api.assessments().await, Err(error));
        assert_eq!(api.subscriptions().await, Err(error));
        assert_eq!(api.exhibit(&"r1".parse().unwrap()).await, Err(error));
        assert_eq!(error.disposition(), Disposition::TRANSIENT);
        assert!(error.may_have_happened());
    }
}

#[tokio::test]
async fn a_number_too_large_for_json_makes_the_answer_unreadable() {
    let body = r#"{"id":"r1","data":{"assessmentId":"a1","teamCandidateId":"p1","state":"submitted","score":1e400}}"#;
    let server =
        Server::answering([Canned::new(200, body), Canned::new(200, body.replace("1e400", "NaN"))]).await;
    for _ in 0..2 {
        let result = server.api().exhibit(&"r1".parse().unwrap()).await;
        assert_eq!(result, Err(Error::Unreadable(Flaw::NotJson)));
    }
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_not_read() {
    let huge = || Canned::new(200, vec![b' '; 5 * 1024 * 1024]);
    let server = Server::answering([huge()]).await;
    assert_eq!(server.api().assessments().await, Err(Error::Unreadable(Flaw::TooLarge)));
}

#[tokio::test]
async fn an_answer_that_does_not_come_leaves_a_change_in_doubt() {
    let impatient = crate::http::plain().timeout(Duration::from_millis(100)).build().unwrap();
    let late = || Canned::new(200, "{}").after(Duration::from_secs(5));
    let server = Server::reached_by(impatient, [late(), late()]).await;
    let error = Error::Transport(TransportError::NoAnswer);
    assert_eq!(server.api().assessments().await, Err(error));
    assert_eq!(server.lines().len(), 1, "a read that may have arrived is the queue's to repeat");
    assert_eq!(error.disposition(), Disposition::TRANSIENT);
    assert!(error.may_have_happened());
}

#[tokio::test]
async fn a_server_that_is_not_there_was_not_reached() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base = format!("http://{}/api/", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(crate::http::client().unwrap(), &base.parse().unwrap());
    let key = ApiKey::new(KEY.to_owned());
    for (call, error) in failures(&client.api(&key)).await {
        assert_eq!(error, Error::Transport(TransportError::NotReached), "{call}");
        assert_eq!(error.disposition(), Disposition::TRANSIENT);
        assert!(!error.may_have_happened());
    }
}

/// Fails the first look-up of a host and then finds this machine.
#[derive(Clone, Default)]
struct FailsOnce(Arc<AtomicUsize>);

impl Resolve for FailsOnce {
    fn resolve(&self, _: Name) -> Resolving {
        let is_first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
        Box::pin(async move {
            if is_first {
                return Err("no such host".into());
            }
            Ok(Box::new(std::iter::once(SocketAddr::from(([127, 0, 0, 1], 0)))) as Addrs)
        })
    }
}

#[tokio::test]
async fn only_a_read_that_did_not_arrive_is_repeated_and_only_once() {
    let flaky = |resolver: &FailsOnce| {
        crate::http::plain().no_proxy().dns_resolver(Arc::new(resolver.clone())).build().unwrap()
    };
    let resolver = FailsOnce::default();
    let server = Server::reached_by(flaky(&resolver), [Canned::ok(&json!({ "data": [] }))]).await;
    assert_eq!(server.api().check_key().await, Ok(()));
    assert_eq!(resolver.0.load(Ordering::SeqCst), 2);

    let resolver = FailsOnce::default();
    let server = Server::reached_by(flaky(&resolver), [Canned::ok(&json!({ "data": {} }))]).await;
    let outcome = server.api().subscribe(&"https://hooks.example/".parse().unwrap(), "Lever").await;
    assert_eq!(outcome, Err(Error::Transport(TransportError::NotReached)));
    assert_eq!(resolver.0.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_key_that_fits_into_no_header_is_not_sent() {
    let server = Server::answering([]).await;
    let client = Client::new(crate::http::client().unwrap(), &"http://localhost:9/api/".parse().unwrap());
    for key in ["", "two\nlines", "null\0"] {
        let key = ApiKey::new(key.to_owned());
        assert_eq!(client.api(&key).check_key().await, Err(Error::KeyUnusable));
    }
    assert_eq!(server.lines().len(), 0);
}

#[tokio::test]
async fn no_error_shows_a_secret_or_a_person() {
    let unreadable = r#"{"id":"canary/1","data":{"canary":"canary@example.com","state":["canary"]}}"#;
    let mut shown = String::new();
    for status in [200, 302, 400, 401, 403, 404, 409, 422, 429, 500] {
        let body = if status == 200 { unreadable } else { CANARY_BODY };
        let server = Server::answering((0..10).map(|_| Canned::new(status, body))).await;
        // Deleting succeeds with any body.
        let api = server.api();
        let email: EmailAddress = "canary@example.com".parse().unwrap();
        let name = PersonName::new("Canary Byron");
        let (assessment, contact): (AssessmentId, ContactId) =
            ("a1".parse().unwrap(), "k-1".parse().unwrap());
        let invitation =
            Invitation { email: &email, name: &name, assessment: &assessment, contact: &contact };
        let url: Url = "https://hooks.example/canary".parse().unwrap();
        for error in [
            api.find_person(&email).await.unwrap_err(),
            api.exhibit(&"r1".parse().unwrap()).await.unwrap_err(),
            api.invite(&invitation).await.unwrap_err(),
            api.subscribe(&url, "Lever").await.unwrap_err(),
            api.resubscribe(&"w1".parse().unwrap(), &url).await.unwrap_err(),
        ] {
            shown += &format!("{error} {error:?} {invitation:?} {api:?}\n");
        }
    }
    assert!(shown.contains("Refused"), "{shown}");
    assert!(!shown.to_lowercase().contains("canary") && !shown.contains("Byron"), "{shown}");
}
