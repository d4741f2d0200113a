//! `/sources`: the sources in use with their counts.

use axum::Router;
use axum::routing::get;
use serde_json::json;

use super::call::{Answer, Call};
use super::page::{self, PAGING, Row};
use crate::lever::Lever;

pub(super) fn routes() -> Router<Lever> {
    Router::new().route("/sources", get(list))
}

async fn list(call: Call) -> Answer {
    call.need("sources:read:admin")?;
    call.only(&PAGING)?;
    let counts = call.look(crate::world::Account::source_counts)?;
    let row = |(text, count)| Row::by_name(json!({"text": text, "count": count}));
    page::answer_exact(&call, &counts.into_iter().map(row).collect::<Vec<_>>())
}
