//! The layer around a simulator's router: records each call and lets it meet its fault.
//!
//! It never judges a call: violations are recorded by the simulator that knows the rules.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::Kit;
use crate::faults::{Fault, Mode};

const OVERSIZED_BYTES: usize = 16 << 20;

type Watching = (Kit, fn(u16) -> Value);

pub(crate) async fn watch(
    State((kit, error_body)): State<Watching>,
    request: Request,
    next: Next,
) -> Response {
    let uri = request.uri().clone();
    let path = uri.path();
    if path == "/_sim" || path.starts_with("/_sim/") {
        return next.run(request).await;
    }
    let method = request.method().as_str().to_owned();
    let seq = kit.calls.arrived(kit.clock.now_ms(), &method, path, uri.query());
    let Some(fault) = kit.faults.take(&method, path) else {
        let response = next.run(request).await;
        kit.calls.answered(seq, response.status().as_u16());
        return response;
    };
    let answered = meet(&fault, request, next, error_body).await;
    let Some(response) = answered else { return cut_connection() };
    kit.calls.answered(seq, response.status().as_u16());
    response
}

/// The answer under this fault, `None` = none at all.
async fn meet(fault: &Fault, request: Request, next: Next, error_body: fn(u16) -> Value) -> Option<Response> {
    let delay = Duration::from_millis(fault.delay_ms);
    if fault.mode != Mode::DelayAfter {
        tokio::time::sleep(delay).await;
    }
    let wrong_status =
        || StatusCode::from_u16(fault.status.unwrap_or(503)).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = match fault.mode {
        Mode::Delay => next.run(request).await,
        Mode::DelayAfter => {
            let answer = next.run(request).await;
            tokio::time::sleep(delay).await;
            answer
        }
        Mode::DropBefore => {
            // Read the request first, so that the client fails waiting for the answer and not while sending.
            _ = to_bytes(request.into_body(), usize::MAX).await;
            return None;
        }
        Mode::DropAfter => {
            _ = next.run(request).await;
            return None;
        }
        Mode::Status => {
            _ = to_bytes(request.into_body(), usize::MAX).await;
            status_answer(fault, wrong_status(), error_body)
        }
        Mode::StatusAfter => {
            _ = next.run(request).await;
            status_answer(fault, wrong_status(), error_body)
        }
        Mode::MalformedJson => {
            spoil(fault, next.run(request).await, "application/json", Bytes::from("{\"data\": [{"))
        }
        Mode::WrongShape => {
            spoil(fault, next.run(request).await, "application/json", Bytes::from("{\"data\": 7}"))
        }
        Mode::Html => {
            let page = Bytes::from("<!doctype html><html><body><h1>Something went wrong</h1></body></html>");
            spoil(fault, next.run(request).await, "text/html; charset=utf-8", page)
        }
        Mode::Oversized => spoil(fault, next.run(request).await, "application/json", oversized_json()),
    };
    for (name, value) in &fault.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    Some(response)
}

fn status_answer(fault: &Fault, status: StatusCode, error_body: fn(u16) -> Value) -> Response {
    let body = match &fault.body {
        Some(Value::String(text)) => return (status, text.clone()).into_response(),
        Some(json) => json.clone(),
        None => error_body(status.as_u16()),
    };
    (status, axum::Json(body)).into_response()
}

fn spoil(fault: &Fault, answer: Response, content_type: &'static str, body: Bytes) -> Response {
    let planned = fault.status.and_then(|status| StatusCode::from_u16(status).ok());
    (planned.unwrap_or(answer.status()), [(header::CONTENT_TYPE, content_type)], body).into_response()
}

fn oversized_json() -> Bytes {
    let mut body = b"{\"data\": \"".to_vec();
    body.resize(OVERSIZED_BYTES, b'x');
    body.extend_from_slice(b"\"}");
    Bytes::from(body)
}

/// A response whose body fails at its first byte: the server closes the connection before it sends the head.
fn cut_connection() -> Response {
    let cut = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
    Response::new(Body::from_stream(futures_util::stream::iter([Err::<Bytes, _>(cut)])))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Instant;

    use axum::Router;
    use axum::routing::post;
    use serde_json::json;

    use super::*;
    use crate::deliveries::Rules;
    use crate::serve::{Server, serve};

    struct Served {
        kit: Kit,
        server: Server,
        effects: Arc<AtomicUsize>,
    }

    impl Served {
        async fn start() -> Self {
            let kit = Kit::new(Rules::default());
            let effects = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&effects);
            let effect = async move || {
                counted.fetch_add(1, Ordering::SeqCst);
                axum::Json(json!({"data": "done"}))
            };
            let router = kit.watch(
                Router::new().route("/v1/things/{id}", post(effect)),
                |status| json!({"code": status}),
            );
            let server = serve(0, router).await.unwrap();
            Self { kit, server, effects }
        }

        async fn call(&self) -> Result<reqwest::Response, reqwest::Error> {
            crate::http::client()
                .post(format!("{}/v1/things/7?x=1", self.server.url()))
                .body("hello")
                .send()
                .await
        }

        fn effects(&self) -> usize {
            self.effects.load(Ordering::SeqCst)
        }
    }

    fn fault(mode: Mode) -> Fault {
        Fault::new("POST", "/v1/things/*", mode)
    }

    #[tokio::test]
    async fn calls_are_recorded_with_their_status() {
        let served = Served::start().await;
        assert_eq!(served.call().await.unwrap().status(), 200);
        let calls = served.kit.calls.after(0);
        assert_eq!((calls.len(), calls[0].status, calls[0].query.as_deref()), (1, Some(200), Some("x=1")));
        assert_eq!(served.kit.calls.count("POST", "/v1/things/*"), 1);
        assert!(served.kit.calls.after(1).is_empty());
    }

    #[tokio::test]
    async fn status_answers_without_effect_and_carries_body_and_headers() {
        let served = Served::start().await;
        let mut planned = fault(Mode::Status);
        planned.status = Some(429);
        planned.headers.insert("retry-after".to_owned(), "3".to_owned());
        served.kit.faults.plan(planned);
        let response = served.call().await.unwrap();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "3");
        assert_eq!(response.text().await.unwrap(), r#"{"code":429}"#);
        assert_eq!(served.effects(), 0);
        assert_eq!(served.call().await.unwrap().status(), 200);
    }

    #[tokio::test]
    async fn status_after_takes_effect_first() {
        let served = Served::start().await;
        served.kit.faults.plan(fault(Mode::StatusAfter));
        assert_eq!(served.call().await.unwrap().status(), 503);
        assert_eq!(served.effects(), 1);
    }

    #[tokio::test]
    async fn a_drop_before_closes_the_connection_without_effect() {
        let served = Served::start().await;
        served.kit.faults.plan(fault(Mode::DropBefore));
        let error = served.call().await.unwrap_err();
        assert!(error.is_request() && error.status().is_none(), "{error:?}");
        assert_eq!(served.effects(), 0);
        assert_eq!(served.kit.calls.after(0)[0].status, None);
    }

    #[tokio::test]
    async fn a_drop_after_closes_the_connection_with_effect() {
        let served = Served::start().await;
        served.kit.faults.plan(fault(Mode::DropAfter));
        let error = served.call().await.unwrap_err();
        assert!(error.is_request() && error.status().is_none(), "{error:?}");
        assert_eq!(served.effects(), 1);
    }

    #[tokio::test]
    async fn a_delay_waits_and_then_works() {
        let served = Served::start().await;
        let mut planned = fault(Mode::Delay);
        planned.delay_ms = 150;
        served.kit.faults.plan(planned);
        let started = Instant::now();
        assert_eq!(served.call().await.unwrap().status(), 200);
        assert!(started.elapsed() >= Duration::from_millis(150));
        assert_eq!(served.effects(), 1);
    }

    #[tokio::test]
    async fn a_delay_after_takes_effect_first_whoever_is_left_to_hear_of_it() {
        let served = Served::start().await;
        let mut planned = fault(Mode::DelayAfter);
        planned.delay_ms = 60_000;
        served.kit.faults.plan(planned);
        let impatient = tokio::time::timeout(Duration::from_millis(300), served.call()).await;
        assert!(impatient.is_err());
        assert_eq!(served.effects(), 1);
    }

    #[tokio::test]
    async fn spoiled_bodies_take_effect_but_cannot_be_read() {
        let served = Served::start().await;
        served.kit.faults.plan(fault(Mode::MalformedJson));
        let text = served.call().await.unwrap().text().await.unwrap();
        assert!(serde_json::from_str::<Value>(&text).is_err());
        served.kit.faults.plan(fault(Mode::WrongShape));
        assert_eq!(served.call().await.unwrap().text().await.unwrap(), "{\"data\": 7}");
        served.kit.faults.plan(fault(Mode::Html));
        assert!(served.call().await.unwrap().text().await.unwrap().starts_with("<!doctype html>"));
        served.kit.faults.plan(fault(Mode::Oversized));
        assert!(served.call().await.unwrap().bytes().await.unwrap().len() > OVERSIZED_BYTES);
        assert_eq!(served.effects(), 4);
    }
}
