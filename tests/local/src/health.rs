//! `GET /health`: is it up, and which version is it.

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, Response};
use serde_json::json;

/// Answers with version and commit.
pub(crate) fn handle(request: &Request) -> Response<Body> {
    let is_asked =
        request.uri().path() == "/health" && matches!(*request.method(), Method::GET | Method::HEAD);
    let (status, body) = if is_asked {
        let health = json!({"status": "ok", "version": env!("CARGO_PKG_VERSION"), "commit": env!("COMMIT")});
        (StatusCode::OK, health)
    } else {
        (StatusCode::NOT_FOUND, json!({"message": "Not Found"}))
    };
    let mut response = Response::new(Body::Text(body.to_string()));
    *response.status_mut() = status;
    let json = lambda_http::http::HeaderValue::from_static("application/json");
    response.headers_mut().insert("content-type", json);
    response
}
