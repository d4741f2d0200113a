//! A DynamoDB endpoint that counts what the calls cost and passes them on.
//!
//! It asks the engine on this machine for the capacity consumed, table and indexes apart, so the figures come from it and
//! not from an idea of it. A write whose condition fails is counted as one unit, the least that it can cost. The question
//! is put into a signed call, which DynamoDB itself would refuse.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sim_kit::serve::{Server, serve};

use crate::Error;

/// One call and what it cost.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    /// The operation, such as `PutItem`.
    pub(crate) operation: String,
    /// The sort key of the item written, or nothing.
    pub(crate) sort_key: String,
    /// Units of the table.
    pub(crate) table: f64,
    /// Units of the indexes.
    pub(crate) indexes: f64,
    /// Whether the engine said what it cost, or a refused condition says it.
    pub(crate) is_told: bool,
}

impl Cost {
    /// Whether it is a write.
    pub(crate) fn is_write(&self) -> bool {
        ["Put", "Update", "Delete", "TransactWrite", "BatchWrite"]
            .iter()
            .any(|verb| self.operation.starts_with(verb))
    }
}

struct Shared {
    target: OnceLock<String>,
    http: reqwest::Client,
    costs: Mutex<Vec<Cost>>,
}

/// The endpoint.
pub(crate) struct Proxy {
    server: Server,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Starts it.
    pub(crate) async fn start() -> Result<Self, Error> {
        let shared = Arc::new(Shared {
            target: OnceLock::new(),
            http: sim_kit::http::client(),
            costs: Mutex::default(),
        });
        let router = Router::new().fallback(pass_on).with_state(Arc::clone(&shared));
        let server = serve(0, router).await.map_err(|error| Error::Failed(error.to_string()))?;
        Ok(Self { server, shared })
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Says where calls go.
    pub(crate) fn pass_on_to(&self, url: &str) {
        let _ = self.shared.target.set(url.to_owned());
    }

    /// How many calls were counted since the last time.
    pub(crate) fn seen(&self) -> usize {
        self.shared.costs.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// What was counted since the last time; counting starts anew.
    pub(crate) fn take(&self) -> Vec<Cost> {
        std::mem::take(&mut *self.shared.costs.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn pass_on(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    match forward(&shared, &headers, &body).await {
        Some(response) => response,
        None => StatusCode::BAD_GATEWAY.into_response(),
    }
}

async fn forward(shared: &Shared, headers: &HeaderMap, body: &Bytes) -> Option<Response> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    let operation = target.rsplit('.').next()?.to_owned();
    let mut call: Value = serde_json::from_slice(body).ok()?;
    call["ReturnConsumedCapacity"] = json!("INDEXES");
    let mut request = shared.http.post(shared.target.get()?).body(call.to_string());
    for name in ["x-amz-target", "content-type", "authorization", "x-amz-date"] {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await.ok()?;
    let (status, answer) = (answer.status(), answer.bytes().await.ok()?);
    let told: Value = serde_json::from_slice(&answer).unwrap_or_default();
    let cost = cost(operation, &call, &told, status);
    shared.costs.lock().unwrap_or_else(PoisonError::into_inner).push(cost);
    Some((status, [("content-type", "application/x-amz-json-1.0")], answer).into_response())
}

fn cost(operation: String, call: &Value, answer: &Value, status: StatusCode) -> Cost {
    let sort_key = call["Item"]["sk"]["S"].as_str().or(call["Key"]["sk"]["S"].as_str()).unwrap_or_default();
    let consumed = &answer["ConsumedCapacity"];
    let units = |value: &Value| value["CapacityUnits"].as_f64();
    let indexes: f64 = consumed["GlobalSecondaryIndexes"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, index)| units(index))
        .sum();
    let table = units(&consumed["Table"]).or(units(consumed).map(|all| all - indexes));
    let cost = Cost {
        operation,
        sort_key: sort_key.to_owned(),
        table: table.unwrap_or_default(),
        indexes,
        is_told: table.is_some(),
    };
    // A write whose condition fails is billed too, and its answer does not say so (DynamoDB: capacity units).
    let is_refused = !status.is_success() && cost.is_write();
    if is_refused { Cost { table: 1.0, is_told: true, ..cost } } else { cost }
}
