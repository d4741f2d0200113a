//! `/stages`: the pipeline, in order.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::call::{Answer, Call};
use super::page::{self, PAGING, Row};
use crate::lever::Lever;
use crate::world::Stage;

pub(super) fn routes() -> Router<Lever> {
    Router::new().route("/stages", get(list)).route("/stages/{id}", get(one))
}

async fn list(call: Call) -> Answer {
    call.need("stages:read:admin")?;
    call.only(&PAGING)?;
    let rows: Vec<Row> =
        call.look(|account| account.stages.iter().map(Stage::json).map(Row::by_name).collect())?;
    page::answer_exact(&call, &rows)
}

async fn one(Path(id): Path<String>, call: Call) -> Answer {
    call.need("stages:read:admin")?;
    call.only(&[])?;
    let json = call.look(|account| account.stage(&id.as_str().into()).map(Stage::json))??;
    Ok(Json(json!({"data": json})).into_response())
}
