//! Login, consent, tokens and their end.

mod login;
mod tokens;

use reqwest::Response;
use serde_json::{Value, json};
use url::Url;

use super::support::*;

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
