//! Tokens, and how they end.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::super::support::*;
use super::*;
use crate::TokenWish;

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
