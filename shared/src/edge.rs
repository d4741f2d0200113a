//! The HTTP contract of both intake functions: what is asked of a request before its body is read, and
//! how the outcome is answered.
//!
//! Never 500 and never 429: Qualified repeats neither (Qualified: webhooks page). A panic is answered 503
//! like any other trouble of ours. Answers carry fixed text; the detail goes to the log.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use crate::domain::TeamId;
use crate::failure::Disposition;
use crate::metrics::{self, Metric};
use crate::service::ingest::{Error, Ingested};
use crate::telemetry::Closing;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE, SET_COOKIE};
use lambda_http::http::{HeaderMap, Method, StatusCode};
use lambda_http::lambda_runtime::{self, LambdaEvent};
use lambda_http::request::LambdaRequest;
use lambda_http::{Body, Request, Response, Service, service_fn};

/// What every answer of every route carries, errors included: never framed, cached, sniffed or leaking its
/// address, and https for a year (OWASP ASVS 5.0, 3.4). A content security policy comes on top.
pub const SECURITY_HEADERS: [(&str, &str); 6] = [
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// The content security policy of what is no page.
pub const POLICY_OF_NO_PAGE: (&str, &str) =
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'");

/// The longest key looked up, in bytes; ours have 32.
const URL_KEY_BYTES_MAX: usize = 128;

/// The largest delivery accepted, in bytes; both services stay far below.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// A request that may be a delivery: the right method, type and size.
#[derive(Debug)]
pub struct Delivery<'a> {
    /// The team in the path; one that could be, not yet known to be.
    pub team: &'a str,
    /// The key in the path; one that could be, not yet compared.
    pub key: &'a str,
    /// The body as it came.
    pub body: &'a [u8],
}

/// Runs a function behind API Gateway until Lambda ends the process: answers each request and writes what was
/// counted meanwhile.
///
/// # Errors
/// When Lambda's Runtime API cannot be reached.
pub async fn run<F, R>(answer: F) -> Result<(), lambda_http::Error>
where
    F: Fn(Request) -> R,
    R: Future<Output = Response<Body>> + Send,
{
    lambda_runtime::run(service(answer)).await
}

/// What Lambda's runtime calls with each event of API Gateway.
pub fn service<'a, F, R>(
    answer: F,
) -> impl Service<
    LambdaEvent<LambdaRequest>,
    Response = ApiGatewayV2httpResponse,
    Error = lambda_http::Error,
    Future: Send + 'a,
>
where
    F: Fn(Request) -> R + 'a,
    R: Future<Output = Response<Body>> + Send + 'a,
{
    service_fn(move |event: LambdaEvent<LambdaRequest>| {
        let answered = answer(readable(event.payload).into());
        async move {
            let response = answered.await;
            metrics::flush();
            Ok::<_, lambda_http::Error>(for_api_gateway(response))
        }
    })
}

/// The request with an empty body in the place of one that says it is base64 and is not: the runtime's own
/// conversion panics over it.
fn readable(mut request: LambdaRequest) -> LambdaRequest {
    if let LambdaRequest::ApiGatewayV2(request) = &mut request
        && request.is_base64_encoded
        && request.body.as_ref().is_some_and(|body| STANDARD.decode(body).is_err())
    {
        request.body = None;
    }
    request
}

/// The response in the form of payload version 2, with cookies apart (API Gateway: HTTP APIs, Lambda integrations).
///
/// Written out, since the conversion of `lambda_http` brings the tables of every character set there is.
fn for_api_gateway(response: Response<Body>) -> ApiGatewayV2httpResponse {
    let (parts, body) = response.into_parts();
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = parts.status.as_u16().into();
    answer.headers = parts.headers;
    let cookies = answer.headers.get_all(SET_COOKIE).iter();
    answer.cookies = cookies.filter_map(|cookie| cookie.to_str().ok()).map(str::to_owned).collect();
    answer.headers.remove(SET_COOKIE);
    answer.is_base64_encoded = matches!(body, Body::Binary(_));
    answer.body = (!body.is_empty()).then_some(body);
    answer
}

/// Takes a request apart.
///
/// # Errors
/// With the answer, when it cannot be a delivery. `prefix` is the path before team and key.
pub fn accept<'a>(request: &'a Request, prefix: &str) -> Result<Delivery<'a>, Box<Response<Body>>> {
    let path = request.uri().path();
    let (team, key) = path
        .strip_prefix(prefix)
        .and_then(|rest| rest.split_once('/'))
        .filter(|(team, key)| team.parse::<TeamId>().is_ok() && is_url_key(key))
        .ok_or_else(|| refuse(StatusCode::NOT_FOUND))?;
    if request.method() != Method::POST {
        let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(ALLOW, lambda_http::http::HeaderValue::from_static("POST"));
        return Err(response);
    }
    if !is_plain_json(request.headers()) {
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let body: &[u8] = request.body().as_ref();
    if body.len() > BODY_BYTES_MAX {
        return Err(refuse(StatusCode::PAYLOAD_TOO_LARGE));
    }
    Ok(Delivery { team, key, body })
}

/// Runs the ingestion of one delivery and answers it, whatever happens.
pub async fn ingest<F>(function: &'static str, team: &str, ingestion: F) -> Response<Body>
where
    F: Future<Output = Result<Ingested, Error>>,
{
    let began = Instant::now();
    let outcome = AssertUnwindSafe(ingestion).catch_unwind().await;
    let took = began.elapsed();
    let status = match outcome {
        Ok(Ok(ingested)) => {
            let team: Option<TeamId> = team.parse().ok();
            let (outcome, reason) = ingested_words(ingested);
            Metric::EventsReceived.count();
            Closing { team: team.as_ref(), reason, ..Closing::new(function, outcome, took) }.log();
            StatusCode::OK
        }
        Ok(Err(error)) => {
            // The team of a request that proved nothing is anybody's text: it is not logged.
            let (status, outcome) = refused_words(&error);
            let disposition = Some(error.disposition());
            let closing =
                Closing { disposition, error: Some(&error), ..Closing::new(function, outcome, took) };
            if status == StatusCode::SERVICE_UNAVAILABLE {
                closing.log_as_error()
            } else {
                closing.log()
            }
            status
        }
        Err(_) => {
            Closing::new(function, "panicked", took).log_as_error();
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    if status == StatusCode::SERVICE_UNAVAILABLE {
        Metric::IntakeUnavailable.count();
    }
    answer(status)
}

/// Answers a request that no intake could be made for, and says so as that of any other trouble of ours.
pub(crate) fn unavailable(
    function: &'static str,
    error: &(dyn std::error::Error + 'static),
    disposition: Disposition,
    took: Duration,
) -> Response<Body> {
    let (disposition, error) = (Some(disposition), Some(error));
    Closing { disposition, error, ..Closing::new(function, "unavailable", took) }.log_as_error();
    Metric::IntakeUnavailable.count();
    answer(StatusCode::SERVICE_UNAVAILABLE)
}

fn refused_words(error: &Error) -> (StatusCode, &'static str) {
    match error {
        Error::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed"),
        Error::Unauthentic(_) => (StatusCode::UNAUTHORIZED, "unauthentic"),
        Error::Store(_) | Error::Queue(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    }
}

fn ingested_words(ingested: Ingested) -> (&'static str, Option<&'static str>) {
    match ingested {
        Ingested::Queued => ("queued", None),
        Ingested::Test => ("test", None),
        Ingested::Ignored => ("ignored", None),
        Ingested::Filtered(reason) => ("filtered", Some(reason.code())),
        Ingested::Duplicate => ("duplicate", None),
        Ingested::Forged => ("forged", None),
    }
}

/// The characters that stand for themselves in a URL (RFC 3986, section 2.3).
fn is_url_key(key: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    (1..=URL_KEY_BYTES_MAX).contains(&key.len()) && key.bytes().all(allowed)
}

fn is_plain_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json") && !headers.contains_key(CONTENT_ENCODING)
}

fn refuse(status: StatusCode) -> Box<Response<Body>> {
    Box::new(answer(status))
}

/// An answer with fixed text and the headers every route has.
fn answer(status: StatusCode) -> Response<Body> {
    let text = status.canonical_reason().unwrap_or("");
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let own = [("content-type", "text/plain; charset=utf-8"), POLICY_OF_NO_PAGE];
    for (name, value) in SECURITY_HEADERS.into_iter().chain(own) {
        headers.insert(name, lambda_http::http::HeaderValue::from_static(value));
    }
    response
}
