//! `/tags`: the tags in use with their counts, in alphabetical order ignoring case.

use axum::Router;
use axum::routing::get;
use serde_json::json;

use super::call::{Answer, Call};
use super::page::{self, PAGING, Row};
use crate::lever::Lever;

pub(super) fn routes() -> Router<Lever> {
    Router::new().route("/tags", get(list))
}

async fn list(call: Call) -> Answer {
    call.need("tags:read:admin")?;
    call.only(&PAGING)?;
    let counts = call.look(crate::world::Account::tag_counts)?;
    let row = |(text, count)| Row::by_name(json!({"text": text, "count": count}));
    page::answer_exact(&call, &counts.into_iter().map(row).collect::<Vec<_>>())
}
