//! `/archive_reasons`: why opportunities end.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::call::{Answer, Call};
use super::error::ApiError;
use super::page::{self, Row};
use crate::lever::Lever;
use crate::world::{ArchiveReason, ReasonKind};

pub(super) fn routes() -> Router<Lever> {
    Router::new().route("/archive_reasons", get(list)).route("/archive_reasons/{id}", get(one))
}

async fn list(call: Call) -> Answer {
    call.need("archive_reasons:read:admin")?;
    call.only(&["type", "limit", "offset"])?;
    let kind = match call.one("type")? {
        None => None,
        Some("hired") => Some(ReasonKind::Hired),
        Some("non-hired") => Some(ReasonKind::NonHired),
        Some(other) => return Err(ApiError::bad(format!("type cannot be {other}"))),
    };
    let rows: Vec<Row> = call.look(|account| {
        let wanted = account.reasons.iter().filter(|reason| kind.is_none_or(|kind| kind == reason.kind));
        wanted.map(ArchiveReason::json).map(Row::by_name).collect()
    })?;
    page::answer_exact(&call, &rows)
}

async fn one(Path(id): Path<String>, call: Call) -> Answer {
    call.need("archive_reasons:read:admin")?;
    call.only(&[])?;
    let json = call.look(|account| account.reason(&id.as_str().into()).map(ArchiveReason::json))??;
    Ok(Json(json!({"data": json})).into_response())
}
