//! `GET /health`: is it up, and which version is it. Tells nothing about teams and reads nothing.

use lambda_http::http::header::{ALLOW, CONTENT_TYPE};
use lambda_http::http::{HeaderValue, Method, StatusCode};
use lambda_http::{Body, Response};
use lever_integration::edge::{POLICY_OF_NO_PAGE, SECURITY_HEADERS};
use serde_json::json;

/// Answers with version and commit.
pub(crate) fn answer(method: &Method) -> Response<Body> {
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let body = json!({"status": "ok", "version": env!("CARGO_PKG_VERSION"), "commit": env!("COMMIT")});
    let body = if is_read { Body::Text(body.to_string()) } else { Body::Empty };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    for (name, value) in SECURITY_HEADERS.into_iter().chain([POLICY_OF_NO_PAGE]) {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if !is_read {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_which_version_runs_and_takes_nothing_in() {
        let response = answer(&Method::GET);
        assert_eq!(response.status(), 200);
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!((&body["status"], &body["version"]), (&json!("ok"), &json!(env!("CARGO_PKG_VERSION"))));
        assert!(body["commit"].as_str().is_some_and(|commit| !commit.is_empty()));
        assert_eq!(response.headers()["cache-control"], "no-store");
        let refused = answer(&Method::POST);
        assert_eq!(refused.status(), 405);
        for response in [response, refused] {
            let policy = &response.headers()["content-security-policy"];
            assert_eq!(policy, "default-src 'none'; frame-ancestors 'none'");
        }
    }
}
