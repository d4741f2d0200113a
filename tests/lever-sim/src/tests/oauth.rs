//! Login, consent, tokens and their end.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Response;
use serde_json::{Value, json};
use url::Url;

use super::support::*;
use crate::TokenWish;

const CALLBACK: &str = "http://127.0.0.1:9/callback";
const SCOPE: &str = "offline_access stages:read:admin";
const AUDIENCE: &str = "https://api.lever.co/v1/";

/// The authorisation request with some parameters changed; an empty value leaves one out.
fn parameters<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![
        ("client_id", "lever-sim-client"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("state", "s 1"),
        ("scope", SCOPE),
        ("audience", AUDIENCE),
    ];
    for (name, value) in changes {
        all.retain(|(known, _)| known != name);
        all.push((name, value));
    }
    all.retain(|(_, value)| !value.is_empty());
    all
}

async fn authorize(lab: &Lab, changes: &[(&str, &str)]) -> Response {
    lab.http.get(lab.url("/authorize")).query(&parameters(changes)).send().await.unwrap()
}

/// A parameter of the callback that a response redirects to.
fn told(response: &Response, name: &str) -> Option<String> {
    let target = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    assert!(target.as_str().starts_with(CALLBACK));
    target.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

async fn code(lab: &Lab, changes: &[(&str, &str)]) -> String {
    assert_eq!(lab.post("/_sim/consent", json!({"mode": "accept"})).await.0, 200);
    let response = authorize(lab, changes).await;
    assert_eq!(response.status(), 302);
    assert_eq!(told(&response, "state").as_deref(), Some("s 1"));
    told(&response, "code").unwrap()
}

async fn token(lab: &Lab, fields: &[(&str, &str)]) -> (u16, Value) {
    let client = [("client_id", "lever-sim-client"), ("client_secret", "lever-sim-secret")];
    let named = |name: &str| fields.iter().any(|(field, _)| *field == name);
    let form: Vec<_> = client.iter().filter(|(name, _)| !named(name)).chain(fields).collect();
    let response = lab.http.post(lab.url("/oauth/token")).form(&form).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn exchange(lab: &Lab, code: &str) -> (u16, Value) {
    token(lab, &[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)]).await
}

async fn refresh(lab: &Lab, refresh_token: &Value) -> (u16, Value) {
    let refresh_token = refresh_token.as_str().unwrap();
    token(lab, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
}

async fn connected(lab: &Lab) -> Value {
    let code = code(lab, &[]).await;
    let (status, tokens) = exchange(lab, &code).await;
    assert_eq!(status, 200, "{tokens}");
    tokens
}

#[tokio::test]
async fn a_browser_clicks_through_login_and_consent() {
    let lab = Lab::start().await;
    let response = authorize(&lab, &[]).await;
    assert_eq!(response.status(), 200);
    let page = response.text().await.unwrap();
    for text in ["Accept", "Deny", "Alma Admin", "Tom Member", "View all stages", "Allow offline access"] {
        assert!(page.contains(text), "{text} is missing in {page}");
    }
    let decide = async |user: &str, decision: &str| {
        let form = [("user", user), ("decision", decision)];
        lab.http.post(lab.url("/authorize")).query(&parameters(&[])).form(&form).send().await.unwrap()
    };
    let denied = decide(ADMIN, "deny").await;
    assert_eq!(told(&denied, "error").as_deref(), Some("access_denied"));
    assert_eq!(told(&denied, "state").as_deref(), Some("s 1"));
    let plain = decide(MEMBER, "accept").await;
    assert_eq!(told(&plain, "error").as_deref(), Some("access_denied"));
    let accepted = decide(ADMIN, "accept").await;
    let (status, tokens) = exchange(&lab, &told(&accepted, "code").unwrap()).await;
    assert_eq!((status, &tokens["scope"]), (200, &json!(SCOPE)));
    assert!(lab.broken().is_empty());
}

#[tokio::test]
async fn tokens_have_the_documented_shape_and_open_the_api() {
    let mut lab = Lab::start().await;
    let tokens = connected(&lab).await;
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let access = tokens["access_token"].as_str().unwrap();
    let parts: Vec<Vec<u8>> = access.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    let header: Value = serde_json::from_slice(&parts[0]).unwrap();
    let claims: Value = serde_json::from_slice(&parts[1]).unwrap();
    assert_eq!((&header["alg"], &header["v"]), (&json!("HS512"), &json!("2.0")));
    assert_eq!(claims["https://oauth.lever.co/accountId"], "a0000000-0000-4000-8000-000000000001");
    assert_eq!(claims["https://oauth.lever.co/userId"], ADMIN);
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!("https://auth.lever.co/"), &json!(AUDIENCE)));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    lab.token = access.to_owned();
    assert_eq!(lab.get("/v1/stages").await.0, 200);
    assert_eq!(lab.get("/v1/tags").await.0, 403);
}

#[tokio::test]
async fn the_token_endpoint_takes_json_too_but_no_unknown_field() {
    let lab = Lab::start().await;
    let body = json!({"grant_type": "authorization_code", "client_id": "lever-sim-client",
        "client_secret": "lever-sim-secret", "code": code(&lab, &[]).await, "redirect_uri": CALLBACK});
    let response = lab.http.post(lab.url("/oauth/token")).json(&body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let (status, body) = token(&lab, &[("grant_type", "refresh_token"), ("refreshToken", "x")]).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_request")));
    assert_eq!(token(&lab, &[("grant_type", "password")]).await.1["error"], "unsupported_grant_type");
    assert_eq!(lab.broken(), ["unknown_field", "bad_value"]);
}

#[tokio::test]
async fn a_code_is_good_once_and_its_reuse_ends_the_grant() {
    let lab = Lab::start().await;
    let code = code(&lab, &[]).await;
    let (_, tokens) = exchange(&lab, &code).await;
    let (status, body) = exchange(&lab, &code).await;
    assert_eq!((status, &body["error"]), (403, &json!("invalid_grant")));
    assert_eq!(refresh(&lab, &tokens["refresh_token"]).await.0, 403);
    assert_eq!(exchange(&lab, "never issued").await.0, 403);
    assert_eq!(lab.broken(), ["reused_code", "dead_refresh_token", "unknown_code"]);
}

#[tokio::test]
async fn a_code_dies_after_ten_minutes() {
    let lab = Lab::start().await;
    let code = code(&lab, &[]).await;
    lab.sim.kit().clock.advance_ms(10 * 60_000 + 1);
    assert_eq!(exchange(&lab, &code).await.0, 403);
    assert_eq!(lab.broken(), ["expired_code"]);
}

#[tokio::test]
async fn every_refresh_rotates_and_a_reused_token_kills_its_family() {
    let mut lab = Lab::start().await;
    let first = connected(&lab).await;
    let (status, second) = refresh(&lab, &first["refresh_token"]).await;
    assert_eq!(status, 200);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    let (status, body) = refresh(&lab, &first["refresh_token"]).await;
    assert_eq!(status, 403);
    let expected =
        json!({"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."});
    assert_eq!(body, expected);
    assert_eq!(refresh(&lab, &second["refresh_token"]).await.0, 403, "the family is dead");
    lab.token = second["access_token"].as_str().unwrap().to_owned();
    assert_eq!(lab.get("/v1/stages").await.0, 200, "the access token lives out its hour");
    assert_eq!(lab.broken(), ["reused_refresh_token", "dead_refresh_token"]);
}

#[tokio::test]
async fn a_refresh_token_dies_after_ninety_idle_days_or_a_year() {
    const DAY: i64 = 24 * 3600 * 1000;
    let lab = Lab::start().await;
    let idle = connected(&lab).await;
    let mut used = connected(&lab).await;
    for _ in 0..4 {
        lab.sim.kit().clock.advance_ms(80 * DAY);
        used = refresh(&lab, &used["refresh_token"]).await.1;
    }
    assert!(used["refresh_token"].is_string());
    assert_eq!(refresh(&lab, &idle["refresh_token"]).await.0, 403);
    lab.sim.kit().clock.advance_ms(50 * DAY);
    assert_eq!(refresh(&lab, &used["refresh_token"]).await.0, 403, "a year is over");
    assert_eq!(lab.broken(), ["expired_refresh_token"; 2]);
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let lab = Lab::start().await;
    let code = code(&lab, &[("scope", "stages:read:admin")]).await;
    assert!(exchange(&lab, &code).await.1.get("refresh_token").is_none());
}

#[tokio::test]
async fn a_wrong_secret_is_401() {
    let lab = Lab::start().await;
    let code = code(&lab, &[]).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("client_secret", "wrong"),
    ];
    assert_eq!(token(&lab, &fields).await.0, 401);
    assert_eq!(lab.broken(), ["wrong_client"]);
}

#[tokio::test]
async fn the_callback_must_be_registered_or_loopback_and_the_same_both_times() {
    let lab = Lab::start().await;
    let response = authorize(&lab, &[("redirect_uri", "https://evil.example/callback")]).await;
    assert_eq!(response.status(), 400);
    assert!(response.text().await.unwrap().contains("undefined"));
    let registered = "https://integrations.qualified.example/lever/callback";
    assert_eq!(authorize(&lab, &[("redirect_uri", registered)]).await.status(), 200);
    let code = code(&lab, &[]).await;
    let other = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", registered)];
    assert_eq!(token(&lab, &other).await.0, 403);
    lab.switch(json!({"redirect_uris": "registered"}));
    assert_eq!(authorize(&lab, &[]).await.status(), 400);
    assert_eq!(lab.broken(), ["wrong_redirect_uri"; 3]);
}

#[tokio::test]
async fn malformed_requests_are_told_to_the_callback() {
    let lab = Lab::start().await;
    for (changes, error, rule) in [
        (("response_type", "token"), "unsupported_response_type", "bad_value"),
        (("state", ""), "invalid_request", "missing_parameter"),
        (("scope", "tags:write:admin"), "invalid_scope", "wrong_scope"),
        (("scope", "confidential:access:admin"), "invalid_scope", "wrong_scope"),
        (("scope", ""), "invalid_scope", "wrong_scope"),
        (("login_hint", "x"), "invalid_request", "unknown_parameter"),
    ] {
        let response = authorize(&lab, &[changes]).await;
        assert_eq!(told(&response, "error").as_deref(), Some(error), "{changes:?}");
        assert_eq!(lab.broken().last().map(String::as_str), Some(rule), "{changes:?}");
    }
    assert_eq!(authorize(&lab, &[("client_id", "foreign")]).await.status(), 400);
    assert_eq!(authorize(&lab, &[("prompt", "consent")]).await.status(), 200);
}

#[tokio::test]
async fn a_wrong_or_missing_audience_grants_offline_access_only_and_a_useless_token() {
    for audience in ["https://api.lever.co/v1", ""] {
        let mut lab = Lab::start().await;
        let page = authorize(&lab, &[("audience", audience)]).await.text().await.unwrap();
        assert!(page.contains("Allow offline access") && !page.contains("View all stages"));
        let code = code(&lab, &[("audience", audience)]).await;
        let (_, tokens) = exchange(&lab, &code).await;
        assert_eq!(tokens["scope"], "offline_access");
        lab.token = tokens["access_token"].as_str().unwrap().to_owned();
        assert_eq!(lab.get("/v1/stages").await.0, 401);
        assert_eq!(lab.broken(), ["wrong_audience"; 3]);
    }
}

#[tokio::test]
async fn the_simulators_own_base_is_an_audience_and_the_sandbox_tolerates_none() {
    let mut lab = Lab::start().await;
    let own = lab.url("/v1/");
    for audience in [own.as_str(), "https://api.sandbox.lever.co/v1/", ""] {
        lab.switch(json!({"missing_audience": "tolerate"}));
        let code = code(&lab, &[("audience", audience)]).await;
        lab.token = exchange(&lab, &code).await.1["access_token"].as_str().unwrap().to_owned();
        assert_eq!(lab.get("/v1/stages").await.0, 200, "{audience}");
    }
    assert!(lab.broken().is_empty());
}

#[tokio::test]
async fn a_challenge_is_checked_when_its_verifier_comes() {
    let lab = Lab::start().await;
    // Verifier and challenge of RFC 7636, appendix B.
    let (verifier, challenge) =
        ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let challenged = [("code_challenge", challenge), ("code_challenge_method", "S256")];
    let exchange_with = async |verifier: Option<&str>| {
        let code = code(&lab, &challenged).await;
        let mut fields =
            vec![("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
        fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        token(&lab, &fields).await.0
    };
    assert_eq!(exchange_with(Some(verifier)).await, 200);
    assert_eq!(exchange_with(None).await, 200);
    assert_eq!(exchange_with(Some("wrong")).await, 403);
    lab.switch(json!({"pkce": "ignore"}));
    assert_eq!(exchange_with(Some("wrong")).await, 200);
    lab.switch(json!({"pkce": "require"}));
    assert_eq!(exchange_with(None).await, 403);
    let without = authorize(&lab, &[]).await;
    assert_eq!(told(&without, "error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn consent_without_a_page_accepts_for_any_user_or_denies() {
    let lab = Lab::start().await;
    lab.post("/_sim/consent", json!({"mode": "deny"})).await;
    assert_eq!(told(&authorize(&lab, &[]).await, "error").as_deref(), Some("access_denied"));
    lab.post("/_sim/consent", json!({"mode": "accept", "user": "member@example-corp.example"})).await;
    assert_eq!(told(&authorize(&lab, &[]).await, "error").as_deref(), Some("access_denied"));
    lab.switch(json!({"non_admin_consent": "allow"}));
    assert!(told(&authorize(&lab, &[]).await, "code").is_some());
    assert_eq!(lab.post("/_sim/consent", json!({"mode": "accept", "user": "nobody"})).await.0, 404);
}

#[tokio::test]
async fn a_known_browser_is_redirected_at_once_if_consent_is_remembered() {
    let lab = Lab::start().await;
    lab.switch(json!({"repeated_consent": "skip"}));
    let visit = async |changes: &[(&str, &str)]| {
        let cookie = format!("lever_sim_user={ADMIN}");
        let request =
            lab.http.get(lab.url("/authorize")).query(&parameters(changes)).header("cookie", cookie);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(visit(&[]).await, 302, "the minted token granted the same scopes");
    assert_eq!(visit(&[("prompt", "consent")]).await, 200);
    assert_eq!(authorize(&lab, &[]).await.status(), 200, "another browser has to log in");
    lab.sim.revoke(None).unwrap();
    assert_eq!(visit(&[]).await, 200);
}

#[tokio::test]
async fn a_revocation_by_the_account_kills_every_token() {
    let mut lab = Lab::start().await;
    let tokens = connected(&lab).await;
    lab.token = tokens["access_token"].as_str().unwrap().to_owned();
    assert_eq!(lab.post("/_sim/revoke", json!({})).await.0, 200);
    assert_eq!(lab.get("/v1/stages").await.0, 401);
    assert_eq!(refresh(&lab, &tokens["refresh_token"]).await.0, 403);
    assert_eq!(lab.broken(), ["revoked_token", "dead_refresh_token"]);
    lab.token = connected(&lab).await["access_token"].as_str().unwrap().to_owned();
    assert_eq!(lab.get("/v1/stages").await.0, 200);
}

#[tokio::test]
async fn the_app_can_give_a_refresh_token_back_where_that_endpoint_exists() {
    let lab = Lab::start().await;
    let tokens = connected(&lab).await;
    let give_back = async || {
        let refresh_token = tokens["refresh_token"].as_str().unwrap();
        let form = [
            ("client_id", "lever-sim-client"),
            ("client_secret", "lever-sim-secret"),
            ("token", refresh_token),
        ];
        lab.http.post(lab.url("/oauth/revoke")).form(&form).send().await.unwrap().status().as_u16()
    };
    lab.switch(json!({"revoke_endpoint": "absent"}));
    assert_eq!(give_back().await, 404);
    lab.switch(json!({"revoke_endpoint": "present"}));
    assert_eq!(give_back().await, 200);
    assert_eq!(refresh(&lab, &tokens["refresh_token"]).await.0, 403);
}

#[tokio::test]
async fn tokens_are_minted_without_a_browser_for_any_user_and_scope() {
    let lab = Lab::start().await;
    let body = json!({"client_id": "lever-sim-client", "user": MEMBER, "scopes": ["stages:read:admin"]});
    let (status, tokens) = lab.post("/_sim/token", body).await;
    assert_eq!((status, &tokens["scope"]), (200, &json!("stages:read:admin")));
    assert!(tokens.get("refresh_token").is_none());
    let full = lab.sim.mint(TokenWish::default()).unwrap();
    assert_eq!(refresh(&lab, &full["refresh_token"]).await.0, 200);
    for wrong in [
        json!({"client_id": "x"}),
        json!({"scopes": "x:read"}),
        json!({"user": "x"}),
        json!({"account": "x"}),
    ] {
        assert_eq!(lab.post("/_sim/token", wrong.clone()).await.0, 404, "{wrong}");
    }
    assert_eq!(lab.post("/_sim/token", json!({"scope": "x"})).await.0, 400);
}
