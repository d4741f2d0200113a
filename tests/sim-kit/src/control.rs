//! The control API under `/_sim`: one table mounts the routes and lists them at `GET /_sim`, so they cannot drift apart.

use axum::body::to_bytes;
use axum::extract::{FromRef, FromRequest, Path, Query, Request, State};
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Kit;
use crate::deliveries::{ModeChange, Release};

/// One line of `GET /_sim`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteLine {
    /// HTTP method.
    pub method: &'static str,
    /// Path with `{name}` for parameters.
    pub path: &'static str,
    /// What it does, with the shape of its body.
    pub does: &'static str,
}

/// The table of control routes under construction.
#[derive(Debug)]
pub struct Control<S> {
    router: Router<S>,
    lines: Vec<RouteLine>,
}

impl<S> Default for Control<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        Self { router: Router::new(), lines: Vec::new() }
    }
}

impl<S> Control<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Adds a GET route.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, does: &'static str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.mount("GET", path, does, get(handler))
    }

    /// Adds a POST route.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, does: &'static str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.mount("POST", path, does, post(handler))
    }

    /// Adds a DELETE route.
    #[must_use]
    pub fn delete<H, T>(self, path: &'static str, does: &'static str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.mount("DELETE", path, does, delete(handler))
    }

    fn mount(
        mut self,
        method: &'static str,
        path: &'static str,
        does: &'static str,
        to: MethodRouter<S>,
    ) -> Self {
        self.lines.push(RouteLine { method, path, does });
        Self { router: self.router.route(path, to), lines: self.lines }
    }

    /// The lines so far.
    pub fn lines(&self) -> &[RouteLine] {
        &self.lines
    }

    /// The router of all routes, with `GET /_sim` that lists them.
    pub fn finish(mut self) -> Router<S> {
        self.lines.push(RouteLine { method: "GET", path: "/_sim", does: "this list" });
        let lines = self.lines;
        self.router.route("/_sim", get(async move || Json(lines)))
    }
}

/// A control call that was refused; answered as `{"error": "…"}`.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    error: String,
}

impl Refusal {
    /// 400: the body or query is not what the route takes.
    pub fn bad(error: impl ToString) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: error.to_string() }
    }

    /// 404: the thing named in the path is not there.
    pub fn missing(error: impl ToString) -> Self {
        Self { status: StatusCode::NOT_FOUND, error: error.to_string() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(json!({"error": self.error}))).into_response()
    }
}

/// The JSON body of a control call.
///
/// No body counts as `{}` and the content type does not matter, so that `curl -d` just works. Types should deny unknown
/// fields: the refusal names them.
#[derive(Debug)]
pub struct ControlBody<T>(pub T);

impl<S, T> FromRequest<S> for ControlBody<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let bytes = to_bytes(request.into_body(), 64 << 20).await.map_err(Refusal::bad)?;
        let text: &[u8] = if bytes.trim_ascii().is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(text).map(Self).map_err(Refusal::bad)
    }
}

/// The answer for a path under `/_sim` that is no control route.
pub fn unknown(method: &str, path: &str) -> Response {
    Refusal::missing(format!("{method} {path} is no control route; GET /_sim lists them")).into_response()
}

/// Adds the control routes that every simulator has: faults, violations, calls, clock and deliveries.
#[must_use]
pub fn kit_routes<S>(control: Control<S>) -> Control<S>
where
    S: Clone + Send + Sync + 'static,
    Kit: FromRef<S>,
{
    control
        .get("/_sim/violations", "every violation: {at_ms, method, path, rule, detail}", violations)
        .get("/_sim/calls", "every API call: {seq, at_ms, method, path, query, status}; ?after=SEQ", calls)
        .get("/_sim/faults", "what is left of the fault plan", list_faults)
        .post(
            "/_sim/faults",
            "plan a fault {method,path,times,mode:status|delay|delay_after|drop_before|drop_after|status_after|malformed_json|\
             wrong_shape|html|oversized,status,body,headers,delay_ms,skip}; path takes * (one segment) and ** (the rest); \
             times 0 takes it back, {\"clear\":true} takes all back",
            plan_fault,
        )
        .get("/_sim/clock", "the simulated time {now_ms}", clock)
        .post("/_sim/clock", "move the simulated time: {advance_ms}; negative moves back", advance_clock)
        .get("/_sim/deliveries", "every webhook delivery with its attempts", deliveries)
        .post("/_sim/deliveries/{id}/rerun", "send a delivery again, whatever became of it", rerun)
        .post(
            "/_sim/deliveries/mode",
            "disturb the next deliveries: {duplicate_next:n, drop_next:n, hold:true|false}",
            delivery_mode,
        )
        .post(
            "/_sim/deliveries/release",
            "send what is held, one after the other: {order:\"as_queued\"|\"reversed\"}, and stop holding",
            release,
        )
}

async fn violations(State(kit): State<Kit>) -> Response {
    Json(kit.violations.list()).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CallsQuery {
    #[serde(default)]
    after: u64,
}

async fn calls(State(kit): State<Kit>, Query(query): Query<CallsQuery>) -> Response {
    Json(kit.calls.after(query.after)).into_response()
}

async fn list_faults(State(kit): State<Kit>) -> Response {
    Json(kit.faults.list()).into_response()
}

async fn plan_fault(
    State(kit): State<Kit>,
    ControlBody(body): ControlBody<Value>,
) -> Result<Response, Refusal> {
    kit.faults.apply(body).map_err(Refusal::bad)?;
    Ok(Json(kit.faults.list()).into_response())
}

async fn clock(State(kit): State<Kit>) -> Response {
    Json(json!({"now_ms": kit.clock.now_ms()})).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_ms: i64,
}

async fn advance_clock(State(kit): State<Kit>, ControlBody(by): ControlBody<Advance>) -> Response {
    kit.clock.advance_ms(by.advance_ms);
    Json(json!({"now_ms": kit.clock.now_ms()})).into_response()
}

async fn deliveries(State(kit): State<Kit>) -> Response {
    Json(kit.deliveries.list()).into_response()
}

async fn rerun(State(kit): State<Kit>, Path(id): Path<String>) -> Result<Response, Refusal> {
    if kit.deliveries.rerun(&id) {
        return Ok(Json(json!({"id": id})).into_response());
    }
    Err(Refusal::missing(format!("delivery {id} was not found")))
}

async fn delivery_mode(State(kit): State<Kit>, ControlBody(change): ControlBody<ModeChange>) -> Response {
    Json(kit.deliveries.set_mode(change)).into_response()
}

async fn release(State(kit): State<Kit>, ControlBody(release): ControlBody<Release>) -> Response {
    Json(json!({"released": kit.deliveries.release(release.order)})).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliveries::Rules;
    use crate::serve::serve;

    #[tokio::test]
    async fn every_listed_route_is_mounted_and_the_list_lists_itself() {
        let control = kit_routes(Control::<Kit>::default());
        let server = serve(0, control.finish().with_state(Kit::new(Rules::default()))).await.unwrap();
        let client = crate::http::client();
        let lines: Vec<Value> =
            client.get(format!("{}/_sim", server.url())).send().await.unwrap().json().await.unwrap();
        assert!(lines.iter().any(|line| line["path"] == "/_sim"));
        for line in lines {
            let url = format!("{}{}", server.url(), line["path"].as_str().unwrap());
            let method: reqwest::Method = line["method"].as_str().unwrap().parse().unwrap();
            let response = client.request(method, url).send().await.unwrap();
            assert_ne!(response.status(), 405, "{line}");
            assert!(response.status() != 404 || line["path"].as_str().unwrap().contains('{'), "{line}");
        }
    }

    #[tokio::test]
    async fn an_unknown_field_is_refused_by_name() {
        let control = kit_routes(Control::<Kit>::default());
        let server = serve(0, control.finish().with_state(Kit::new(Rules::default()))).await.unwrap();
        let url = format!("{}/_sim/clock", server.url());
        let response = crate::http::client().post(url).body(r#"{"advance":1}"#).send().await.unwrap();
        assert_eq!(response.status(), 400);
        assert!(response.text().await.unwrap().contains("`advance`"));
    }
}
