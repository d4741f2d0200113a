//! OAuth: the authorization URL, the token calls, and replies that are not accepted.

mod replies;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::server::{Reply, Server};
use crate::config::LeverClientSecret as ClientSecret;
use crate::domain::CodeVerifier;
use crate::domain::RefreshToken;
use crate::failure::Disposition;
use crate::http::TransportError;
use crate::lever::{Grant, OAuth, OAuthError, SCOPES};

const NOW_MS: i64 = 1_700_000_000_000;

fn now() -> Timestamp {
    Timestamp::from_millisecond(NOW_MS).unwrap()
}

fn oauth(base: &Url) -> OAuth {
    let secret = ClientSecret::new("canary&secret".to_owned());
    OAuth::new(crate::http::client().unwrap(), base, "https://api.lever.co/v1", "client-1", secret)
}

fn redirect_uri() -> Url {
    Url::parse("https://example.com/lever/callback").unwrap()
}

fn refresh_token() -> RefreshToken {
    RefreshToken::new("canary-refresh-0".to_owned())
}

async fn exchange(server: &Server) -> Result<Grant, OAuthError> {
    let verifier = CodeVerifier::new("canary-verifier".to_owned());
    oauth(server.url()).exchange("canary/code", &redirect_uri(), &verifier, now()).await
}

fn missing(asked: &[&str]) -> OAuthError {
    OAuthError::MissingScopes {
        missing: SCOPES.map(|scope| Some(scope).filter(|scope| asked.contains(scope))),
    }
}

/// A token whose claims name an account.
fn access_token(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.canary-seal", part(&json!({"alg": "HS512"})), part(claims))
}

fn reply_with(changes: &Value) -> Value {
    let mut reply = json!({
        "access_token": access_token(&json!({"https://oauth.lever.co/accountId": "acc-1", "sub": "u"})),
        "refresh_token": "canary-refresh-1",
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": SCOPES.join(" "),
    });
    for (name, value) in changes.as_object().unwrap() {
        reply[name] = value.clone();
    }
    reply
}

#[test]
fn the_scopes_are_those_lever_names_for_assessments() {
    insta::assert_snapshot!(
        SCOPES.join(" "),
        @"offline_access opportunities:write:admin notes:write:admin stages:read:admin tags:read:admin webhooks:write:admin"
    );
}

#[test]
fn the_authorization_url_has_all_that_lever_and_the_proof_need() {
    for audience in ["https://api.lever.co/v1", "https://api.lever.co/v1/"] {
        let base = Url::parse("https://auth.lever.co").unwrap();
        let secret = ClientSecret::new("canary".to_owned());
        let oauth = OAuth::new(crate::http::client().unwrap(), &base, audience, "client-1", secret);
        let url = oauth.authorize_url("state&1", &redirect_uri(), &SCOPES, "challenge-1");
        insta::allow_duplicates! {
            insta::assert_snapshot!(url.as_str().replace('&', "\n&"), @r"
            https://auth.lever.co/authorize?response_type=code
            &client_id=client-1
            &redirect_uri=https%3A%2F%2Fexample.com%2Flever%2Fcallback
            &audience=https%3A%2F%2Fapi.lever.co%2Fv1%2F
            &scope=offline_access+opportunities%3Awrite%3Aadmin+notes%3Awrite%3Aadmin+stages%3Aread%3Aadmin+tags%3Aread%3Aadmin+webhooks%3Awrite%3Aadmin
            &state=state%261
            &code_challenge=challenge-1
            &code_challenge_method=S256
            ");
        }
        assert!(!format!("{oauth:?}").contains("canary"));
    }
}

#[tokio::test]
async fn a_code_is_exchanged_by_form_and_the_reply_is_taken_whole() {
    let server = Server::replying([Reply::json(200, &reply_with(&json!({})))]).await;
    let grant = exchange(&server).await.unwrap();
    assert_eq!(grant.tokens.refresh.expose(), "canary-refresh-1");
    assert!(grant.tokens.access.expose().ends_with("canary-seal"));
    assert_eq!(grant.tokens.expires_at.as_millisecond(), NOW_MS + 3_600_000);
    assert_eq!(grant.account.as_ref().map(|account| account.as_str()), Some("acc-1"));
    assert!(!format!("{grant:?}").contains("canary"));

    let [asked] = server.asked().try_into().unwrap();
    assert_eq!((asked.line.as_str(), asked.authorization), ("POST /oauth/token", None));
    assert_eq!(asked.content_type.as_deref(), Some("application/x-www-form-urlencoded"));
    let expected = "client_id=client-1&client_secret=canary%26secret&grant_type=authorization_code&code=canary%2Fcode\
        &redirect_uri=https%3A%2F%2Fexample.com%2Flever%2Fcallback&code_verifier=canary-verifier";
    assert_eq!(asked.body, expected);
}

#[tokio::test]
async fn a_refresh_gives_the_new_pair_and_keeps_the_old_refresh_token_if_there_is_no_new_one() {
    let without_new =
        reply_with(&json!({"refresh_token": null, "scope": "stages:read:admin", "expires_in": "60"}));
    let server =
        Server::replying([Reply::json(200, &reply_with(&json!({}))), Reply::json(200, &without_new)]).await;
    let oauth = oauth(server.url());
    let tokens = oauth.refresh(&refresh_token(), now()).await.unwrap();
    assert_eq!(tokens.refresh.expose(), "canary-refresh-1");
    let tokens = oauth.refresh(&refresh_token(), now()).await.unwrap();
    assert_eq!(tokens.refresh.expose(), "canary-refresh-0");
    assert_eq!(tokens.expires_at.as_millisecond(), NOW_MS + 60_000);
    let expected = "client_id=client-1&client_secret=canary%26secret&grant_type=refresh_token&refresh_token=canary-refresh-0";
    assert_eq!(server.asked()[0].body, expected);
}

#[tokio::test]
async fn a_refresh_token_is_given_back() {
    let server =
        Server::replying([Reply::text(200, ""), Reply::json(401, &json!({"error": "invalid_client"}))]).await;
    let oauth = oauth(server.url());
    assert_eq!(oauth.revoke(&refresh_token()).await, Ok(()));
    assert_eq!(oauth.revoke(&refresh_token()).await, Err(OAuthError::InvalidClient));
    let asked = &server.asked()[0];
    assert_eq!(asked.line, "POST /oauth/revoke");
    assert_eq!(asked.body, "client_id=client-1&client_secret=canary%26secret&token=canary-refresh-0");
}

#[tokio::test]
async fn refusals_are_told_apart_by_code_first_and_status_then() {
    let body = |code: &str| json!({"error": code, "error_description": "canary"}).to_string();
    let html = "<html>canary</html>".to_owned();
    let unavailable = |status| OAuthError::Unavailable { status, retry_after: None };
    for (status, body, expected) in [
        (400, body("invalid_grant"), OAuthError::InvalidGrant),
        (401, body("invalid_grant"), OAuthError::InvalidGrant),
        (403, body("invalid_grant"), OAuthError::InvalidGrant),
        (401, body("invalid_client"), OAuthError::InvalidClient),
        (400, body("invalid_client"), OAuthError::InvalidClient),
        (403, body("unauthorized_client"), OAuthError::InvalidClient),
        (401, body("access_denied"), OAuthError::InvalidClient),
        (401, html.clone(), OAuthError::InvalidClient),
        (400, body("invalid_request"), OAuthError::Refused { status: 400 }),
        (403, html.clone(), OAuthError::Refused { status: 403 }),
        (404, html.clone(), OAuthError::Refused { status: 404 }),
        (429, body("too_many_requests"), OAuthError::RateLimited { retry_after: None }),
        (408, String::new(), unavailable(408)),
        (500, body("invalid_grant"), unavailable(500)),
        (503, html, unavailable(503)),
    ] {
        let server = Server::always(Reply::text(status, body)).await;
        assert_eq!(exchange(&server).await, Err(expected), "{status}");
        assert_eq!(oauth(server.url()).refresh(&refresh_token(), now()).await, Err(expected), "{status}");
        assert_eq!(server.asked().len(), 2, "nothing is repeated");
        assert!(!format!("{expected} {expected:?}").contains("canary"));
    }
}

#[tokio::test]
async fn the_client_secret_follows_no_redirect() {
    let elsewhere = Server::replying([]).await;
    for status in [301, 302, 303, 307, 308] {
        let location = elsewhere.url().join("oauth/token").unwrap();
        let server = Server::replying([Reply::text(status, "").with("location", location)]).await;
        assert_eq!(exchange(&server).await, Err(OAuthError::Redirected { status }));
    }
    assert_eq!(elsewhere.asked(), []);
}

#[tokio::test]
async fn the_account_is_read_if_it_can_be_and_missed_by_nobody() {
    let part = |text: &str| format!("h.{}.s", URL_SAFE_NO_PAD.encode(text));
    for token in [
        "opaque".to_owned(),
        "v1.opaque".to_owned(),
        "..".to_owned(),
        part("no json"),
        part("[]"),
        access_token(&json!({"sub": "u"})),
        access_token(&json!({"https://oauth.lever.co/accountId": 5})),
        access_token(&json!({"https://oauth.lever.co/accountId": "a/b"})),
    ] {
        let server = Server::replying([Reply::json(200, &reply_with(&json!({"access_token": token})))]).await;
        assert_eq!(exchange(&server).await.unwrap().account, None, "{token}");
    }
}

#[tokio::test]
async fn an_oauth_server_that_is_not_there_or_does_not_answer_is_no_refusal() {
    let server = Server::always(Reply::never()).await;
    let impatient = crate::http::plain().timeout(Duration::from_millis(50)).build().unwrap();
    let secret = ClientSecret::new("s".to_owned());
    let oauth = OAuth::new(impatient.clone(), server.url(), "a", "c", secret.clone());
    let unanswered = oauth.refresh(&refresh_token(), now()).await;
    assert_eq!(unanswered, Err(OAuthError::Transport(TransportError::NoAnswer)));

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let oauth = OAuth::new(impatient, &nowhere, "a", "c", secret);
    let unreached = oauth.refresh(&refresh_token(), now()).await;
    assert_eq!(unreached, Err(OAuthError::Transport(TransportError::NotReached)));
}

#[test]
fn each_error_says_what_to_do_and_whether_the_token_may_be_spent() {
    let wait = Some(Duration::from_secs(3));
    for (error, may_have_happened, disposition) in [
        (OAuthError::InvalidGrant, false, Disposition::Disconnected),
        (OAuthError::InvalidClient, false, Disposition::Defect),
        (OAuthError::NoRandomness, false, Disposition::Defect),
        (OAuthError::Refused { status: 400 }, false, Disposition::Unprocessable),
        (OAuthError::RateLimited { retry_after: wait }, false, Disposition::Transient { retry_after: wait }),
        (
            OAuthError::Unavailable { status: 500, retry_after: wait },
            true,
            Disposition::Transient { retry_after: wait },
        ),
        (OAuthError::Redirected { status: 302 }, true, Disposition::TRANSIENT),
        (OAuthError::Transport(TransportError::NoAnswer), true, Disposition::TRANSIENT),
        (OAuthError::Transport(TransportError::NotReached), false, Disposition::TRANSIENT),
        (OAuthError::Transport(TransportError::Unsendable), false, Disposition::Defect),
        (OAuthError::from(TransportError::TooLarge), true, Disposition::TRANSIENT),
        (OAuthError::NoRefreshToken, true, Disposition::TRANSIENT),
        (OAuthError::InvalidLifetime, true, Disposition::TRANSIENT),
        (OAuthError::WrongTokenType, true, Disposition::TRANSIENT),
        (missing(&SCOPES[1..]), true, Disposition::Unprocessable),
    ] {
        assert_eq!(error.may_have_happened(), may_have_happened, "{error:?}");
        assert_eq!(error.disposition(), disposition, "{error:?}");
    }
}
