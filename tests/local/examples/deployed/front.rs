//! Stands in front of the emulator under the public base URL: an API there has a path before its own.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use local::Error;
use sim_kit::serve::Server;

#[derive(Clone)]
struct Upstream {
    http: reqwest::Client,
    url: String,
}

/// Serves until the server is dropped.
pub(crate) async fn serve(port: u16, url: &str) -> Result<Server, Error> {
    let http = sim_kit::http::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let upstream = Upstream { http, url: url.trim_end_matches('/').to_owned() };
    let router = Router::new().fallback(pass_on).with_state(upstream);
    sim_kit::serve::serve(port, router).await.map_err(|error| Error::Start(error.to_string()))
}

async fn pass_on(
    State(upstream): State<Upstream>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = upstream.http.request(method, format!("{}{path}", upstream.url));
    let request = request.headers(headers).body(body);
    let Ok(answer) = request.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    let mut response = Response::new(Body::from(answer.bytes().await.unwrap_or_default()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
