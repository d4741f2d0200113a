//! A local stand-in for API Gateway's HTTP API: HTTP in, payload format 2.0 events to the handlers.
//!
//! The handlers run behind the same adapter that the Lambda runtime puts around them, so what they see
//! and answer is what they would see and answer in AWS (API Gateway: HTTP API Lambda integrations).

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lever_integration::clock::{Clock, SystemClock};
use serde_json::{Value, json};

/// The largest request API Gateway takes, in bytes.
const REQUEST_BYTES_MAX: usize = 10 * 1024 * 1024;

/// What runs behind a route: a payload format 2.0 event in, the function's answer out.
pub type Handler = Arc<dyn Fn(Value) -> Pin<Box<dyn Future<Output = Option<Value>> + Send>> + Send + Sync>;

/// The routes of the gateway by path prefix; empty until the functions are ready.
#[derive(Clone, Default)]
pub struct Routes(Arc<OnceLock<Vec<(&'static str, Handler)>>>);

impl Routes {
    /// Puts the functions behind their routes, once.
    pub fn fill(&self, routes: Vec<(&'static str, Handler)>) {
        _ = self.0.set(routes);
    }

    fn find(&self, path: &str) -> Option<Handler> {
        let routes = self.0.get()?;
        routes.iter().find(|(prefix, _)| path.starts_with(prefix)).map(|(_, handler)| Arc::clone(handler))
    }
}

/// The gateway as a router.
pub fn router(routes: Routes) -> Router {
    Router::new().fallback(pass_on).with_state(routes)
}

async fn pass_on(State(routes): State<Routes>, request: Request) -> Response {
    let Some(handler) = routes.find(request.uri().path()) else {
        return (StatusCode::NOT_FOUND, axum::Json(json!({"message": "Not Found"}))).into_response();
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, REQUEST_BYTES_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let event = event(parts.method.as_str(), &parts.uri, &parts.headers, &body);
    match handler(event).await.and_then(|answer| response(&answer)) {
        Some(response) => response,
        // What API Gateway says when a function fails or answers nonsense.
        None => (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(json!({"message": "Internal Server Error"})))
            .into_response(),
    }
}

/// The payload format 2.0 event of a request.
fn event(method: &str, uri: &axum::http::Uri, headers: &HeaderMap, body: &Bytes) -> Value {
    let mut folded: BTreeMap<&str, String> = BTreeMap::new();
    let mut cookies = Vec::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        if name == "cookie" {
            cookies.extend(value.split(';').map(|cookie| cookie.trim().to_owned()));
        } else {
            folded
                .entry(name.as_str())
                .and_modify(|all| *all = format!("{all},{value}"))
                .or_insert(value.into_owned());
        }
    }
    let (text, is_base64) = match std::str::from_utf8(body) {
        Ok(text) if body.is_empty() || !is_form(headers) => (text.to_owned(), false),
        Ok(_) | Err(_) => (STANDARD.encode(body), true),
    };
    let host = folded.get("host").cloned().unwrap_or_default();
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": uri.path(),
        "rawQueryString": uri.query().unwrap_or_default(),
        "cookies": cookies,
        "headers": folded,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": "local",
            "http": {
                "method": method,
                "path": uri.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": folded.get("user-agent").cloned().unwrap_or_default(),
            },
            "requestId": "local",
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": SystemClock.now().as_millisecond(),
        },
        "body": (!text.is_empty()).then_some(text),
        "isBase64Encoded": is_base64,
    })
}

/// For API Gateway a form that was posted is no text.
fn is_form(headers: &HeaderMap) -> bool {
    let form = "application/x-www-form-urlencoded";
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(form))
}

/// The response of a function's answer; nothing if it makes no sense.
fn response(answer: &Value) -> Option<Response> {
    let status = StatusCode::from_u16(u16::try_from(answer.get("statusCode")?.as_u64()?).ok()?).ok()?;
    let text = answer.get("body").and_then(Value::as_str).unwrap_or_default();
    let body = match answer.get("isBase64Encoded").and_then(Value::as_bool) {
        Some(true) => STANDARD.decode(text).ok()?,
        Some(false) | None => text.as_bytes().to_vec(),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let single = answer.get("headers").and_then(Value::as_object).into_iter().flatten();
    let several = answer.get("multiValueHeaders").and_then(Value::as_object).into_iter().flatten();
    let cookies = answer.get("cookies").and_then(Value::as_array).into_iter().flatten();
    let headers = single
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
        .chain(several.flat_map(|(name, values)| {
            values
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(move |value| Some((name.as_str(), value.as_str()?)))
        }))
        .chain(cookies.filter_map(|cookie| Some(("set-cookie", cookie.as_str()?))));
    for (name, value) in headers {
        let name = HeaderName::try_from(name).ok()?;
        let value = HeaderValue::try_from(value).ok()?;
        let is_repeated = response.headers().get_all(&name).iter().any(|known| known == value);
        if !is_repeated {
            response.headers_mut().append(name, value);
        }
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the event of a request with this body says base64, and the body it holds.
    fn body_of(kind: &'static str, body: &'static [u8]) -> (Value, Value) {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
        let event = event("POST", &"/path".parse().unwrap(), &headers, &Bytes::from_static(body));
        (event["isBase64Encoded"].clone(), event["body"].clone())
    }

    #[test]
    fn a_form_and_what_is_no_text_come_as_base64() {
        for kind in ["application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded; charset=utf-8"]
        {
            assert_eq!(body_of(kind, b"a=1"), (json!(true), json!("YT0x")), "{kind}");
            assert_eq!(body_of(kind, b""), (json!(false), json!(null)), "{kind}");
        }
        assert_eq!(body_of("application/json", b"{}"), (json!(false), json!("{}")));
        assert_eq!(body_of("application/json", b"\xff"), (json!(true), json!("/w==")));
    }
}
