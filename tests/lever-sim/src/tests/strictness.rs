//! What a well-behaved client would not send is answered and recorded.

use reqwest::Method;
use serde_json::json;

use super::support::*;
use crate::{Rule, TokenWish};

#[tokio::test]
async fn an_unknown_route_or_method_is_not_found() {
    let lab = Lab::start().await;
    let (status, body) = lab.get("/v1/candidates/1").await;
    assert_eq!((status, &body["message"]), (404, &json!("/v1/candidates/1 does not exist")));
    assert_eq!(lab.put("/v1/stages", json!({})).await.0, 404);
    for (method, path) in [
        (Method::GET, "/elsewhere"),
        (Method::GET, "/oauth/token"),
        (Method::PUT, "/oauth/revoke"),
        (Method::PUT, "/authorize"),
        (Method::GET, "/_simulated"),
    ] {
        let (status, body) = lab.call(method, path, None).await;
        let message = format!("{path} does not exist");
        assert_eq!((status, body), (404, json!({"code": "ResourceNotFound", "message": message})));
    }
    assert_eq!(lab.broken(), ["unknown_route"; 7]);
}

#[tokio::test]
async fn an_unknown_control_route_is_no_breach_of_lever() {
    let lab = Lab::start().await;
    for (method, path) in [(Method::GET, "/_sim/nothing"), (Method::PUT, "/_sim/state")] {
        let (status, body) = lab.call(method.clone(), path, None).await;
        let error = format!("{method} {path} is no control route; GET /_sim lists them");
        assert_eq!((status, body), (404, json!({"error": error})));
    }
    assert_eq!(lab.broken(), [""; 0]);
}

#[tokio::test]
async fn unknown_fields_and_parameters_are_refused_by_name() {
    let lab = Lab::start().await;
    let url = format!("/v1/opportunities/{ADA}/addTags");
    let (status, body) = lab.post(&url, json!({"tags": [], "tag": "x"})).await;
    assert_eq!((status, &body["code"]), (400, &json!("BadRequestError")));
    assert!(body["message"].as_str().unwrap().contains("`tag`"));
    assert_eq!(lab.get("/v1/opportunities?stage=offer").await.0, 400);
    assert_eq!(lab.post(&format!("{url}?performAs=x"), json!({"tags": []})).await.0, 400);
    assert_eq!(lab.broken(), ["unknown_field", "unknown_parameter", "unknown_parameter"]);
}

#[tokio::test]
async fn malformed_bodies_and_values_are_refused() {
    let lab = Lab::start().await;
    let url = lab.url(&format!("/v1/opportunities/{ADA}/addTags"));
    let send = |kind: &'static str, body: &'static str| {
        lab.http.post(&url).bearer_auth(&lab.token).header("content-type", kind).body(body).send()
    };
    assert_eq!(send("application/json", "{").await.unwrap().status(), 400);
    assert_eq!(send("text/plain", r#"{"tags":[]}"#).await.unwrap().status(), 400);
    assert_eq!(
        lab.post(&format!("/v1/opportunities/{ADA}/addTags?perform_as=x"), json!({"tags": []})).await.0,
        400
    );
    assert_eq!(lab.get("/v1/opportunities?archived=yes").await.0, 400);
    assert_eq!(lab.get("/v1/opportunities?limit=1&limit=2").await.0, 400);
    assert_eq!(lab.broken(), ["bad_body", "wrong_content_type", "bad_value", "bad_value", "bad_value"]);
}

#[tokio::test]
async fn a_missing_or_foreign_credential_is_401_whatever_the_reason() {
    let lab = Lab::start().await;
    let url = lab.url("/v1/stages");
    for request in [
        lab.http.get(&url),
        lab.http.get(&url).basic_auth("api-key", Some("")),
        lab.http.get(&url).bearer_auth("foreign"),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401);
        let body: serde_json::Value = response.json().await.unwrap();
        let expected =
            json!({"code": "UnauthorizedError", "message": "The request requires authentication."});
        assert_eq!(body, expected);
    }
    assert_eq!(lab.broken(), ["no_token", "no_token", "unknown_token"]);
}

#[tokio::test]
async fn an_access_token_dies_after_an_hour() {
    let lab = Lab::start().await;
    lab.sim.kit().clock.advance_ms(3_590_000);
    assert_eq!(lab.get("/v1/stages").await.0, 200);
    lab.sim.kit().clock.advance_ms(10_001);
    assert_eq!(lab.get("/v1/stages").await.0, 401);
    assert_eq!(lab.broken(), ["expired_token"]);
}

#[tokio::test]
async fn a_scope_that_was_not_granted_is_403_and_write_includes_read() {
    let mut lab = Lab::start().await;
    lab.limit_to("notes:write:admin webhooks:write:admin stages:read:admin");
    assert_eq!(lab.get("/v1/webhooks").await.0, 200);
    assert_eq!(lab.get(&format!("/v1/opportunities/{ADA}/notes")).await.0, 200);
    for (method, path) in [
        (Method::GET, "/v1/opportunities"),
        (Method::GET, "/v1/tags"),
        (Method::GET, "/v1/postings"),
        (Method::GET, "/v1/users"),
        (Method::GET, "/v1/contacts/x"),
        (Method::GET, "/v1/sources"),
        (Method::GET, "/v1/archive_reasons"),
        (Method::GET, "/v1/feedback_templates"),
        (Method::GET, "/v1/opportunities/x/files"),
        (Method::GET, "/v1/opportunities/x/feedback"),
        (Method::POST, "/v1/opportunities/x/addTags"),
        (Method::PUT, "/v1/opportunities/x/stage"),
    ] {
        let response = lab.respond(method, path, Some(json!({}))).await;
        assert_eq!(response.status(), 403, "{path}");
    }
    assert_eq!(lab.broken(), ["missing_scope"; 12]);
}

#[tokio::test]
async fn twenty_at_once_then_429_without_retry_after_until_the_bucket_refills() {
    let lab = Lab::start().await;
    let mut statuses = Vec::new();
    for _ in 0..40 {
        let response = lab.respond(Method::GET, "/v1/stages", None).await;
        assert!(response.headers().get("retry-after").is_none());
        statuses.push(response.status().as_u16());
    }
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert!(statuses[..20].iter().all(|status| *status == 200) && refused > 0, "{statuses:?}");
    assert_eq!(lab.sim.kit().violations.of_rule(&Rule::RateExceeded.name()).len(), refused);
    let counted: u64 =
        lab.sim.state()["refusedByRate"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(counted, refused as u64);
    lab.sim.kit().clock.advance_ms(2000);
    assert_eq!(lab.get("/v1/stages").await.0, 200);
}

#[tokio::test]
async fn the_bucket_is_shared_by_all_tokens_of_an_account_but_not_with_other_accounts() {
    let mut lab = Lab::start().await;
    for _ in 0..40 {
        lab.get("/v1/stages").await;
    }
    lab.token = access_token(&lab.sim, TokenWish::default());
    let mut second = Vec::new();
    for _ in 0..4 {
        second.push(lab.get("/v1/stages").await.0);
    }
    assert!(second.contains(&429), "{second:?}");
    let other = lab.sim.add_account(&crate::AccountSeed::default()).unwrap();
    lab.token = access_token(&lab.sim, TokenWish { account: Some(other), ..TokenWish::default() });
    assert_eq!(lab.get("/v1/stages").await.0, 200);
}
