//! Reading opportunities, one or many.

use std::cmp::Ordering;

use axum::Json;
use axum::extract::Path;
use axum::response::IntoResponse as _;
use serde_json::{Value, json};
use sim_kit::clock::Millis;

use super::filter::{Filter, PARAMETERS};
use super::wire::{Shape, View, application_json, full_json};
use crate::api::call::{Answer, Call};
use crate::api::error::ApiError;
use crate::api::page::{self, PAGING, Row};
use crate::world::OpportunityId;

const READ: &str = "opportunities:read:admin";
const DELETED_WINDOW_MS: Millis = 30 * 24 * 3600 * 1000;

pub(super) async fn one(Path(id): Path<String>, call: Call) -> Answer {
    call.need(READ)?;
    call.only(&["expand", "include"])?;
    let shape = Shape::of(&call)?;
    let json = call.lever.look(|world, _| {
        let account = world.account(&call.account)?;
        let opportunity = call.visible(account, &OpportunityId::from(id.as_str()))?;
        shape.json(account, opportunity, &world.switches)
    })?;
    Ok(Json(json!({"data": json})).into_response())
}

/// Ordered by stage rank, then by `lastAdvancedAt` with the newest first.
pub(super) async fn list(call: Call) -> Answer {
    call.need(READ)?;
    call.only(&[PARAMETERS.as_slice(), &PAGING].concat())?;
    let (shape, filter) = (Shape::of(&call)?, Filter::of(&call)?);
    let rows = call.lever.look(|world, now| {
        let account = world.account(&call.account)?;
        let mut found: Vec<_> = account
            .opportunities
            .iter()
            .filter(|opportunity| filter.holds(account, opportunity, now))
            .map(|opportunity| {
                (
                    json!([account.rank(&opportunity.stage), opportunity.last_advanced_at, opportunity.id]),
                    opportunity,
                )
            })
            .collect();
        found.sort_by(|(one, _), (other, _)| order(one, other));
        found
            .into_iter()
            .map(|(key, opportunity)| {
                Ok(Row { key, json: shape.json(account, opportunity, &world.switches)? })
            })
            .collect::<Result<Vec<Row>, ApiError>>()
    })?;
    page::answer(&call, &rows, |rows, key| {
        let is_key = key[0].is_u64() && key[1].is_i64() && key[2].is_string();
        // A row that moved away in the meantime leaves its place to whatever follows.
        is_key.then(|| rows.iter().position(|row| order(&row.key, key).is_ge()).unwrap_or(rows.len()))
    })
}

fn order(one: &Value, other: &Value) -> Ordering {
    let rank = |key: &Value| key[0].as_u64();
    let advanced = |key: &Value| key[1].as_i64();
    rank(one)
        .cmp(&rank(other))
        .then(advanced(other).cmp(&advanced(one)))
        .then(one[2].as_str().cmp(&other[2].as_str()))
}

pub(super) async fn deleted(call: Call) -> Answer {
    call.need(READ)?;
    call.only(&["deleted_at_start", "deleted_at_end", "limit", "offset"])?;
    let (start, end) = (call.millis("deleted_at_start")?, call.millis("deleted_at_end")?);
    if let (Some(start), Some(end)) = (start, end)
        && end - start > DELETED_WINDOW_MS
    {
        return Err(ApiError::bad("the window has at most 30 days"));
    }
    let rows: Vec<Row> = call.lever.look(|world, _| {
        let account = world.account(&call.account)?;
        let inside = |at: Millis| start.is_none_or(|start| at >= start) && end.is_none_or(|end| at <= end);
        let rows = account.deleted.iter().filter(|deleted| inside(deleted.at)).map(|deleted| {
            let mut json = full_json(account, &deleted.opportunity, View::Blank, &world.switches);
            json["deletedBy"] = json!(deleted.by);
            json["deletedAt"] = json!(deleted.at);
            Row { key: json!([deleted.at, deleted.opportunity.id]), json }
        });
        Ok::<_, ApiError>(rows.collect())
    })?;
    page::answer_exact(&call, &rows)
}

pub(super) async fn applications(Path(id): Path<String>, call: Call) -> Answer {
    call.need("applications:read:admin")?;
    call.only(&PAGING)?;
    let rows: Vec<Row> = call.look(|account| {
        let opportunity = call.visible(account, &OpportunityId::from(id.as_str()))?;
        let of = |application| Row::by_time(application_json(account, opportunity, application));
        Ok::<_, ApiError>(opportunity.application.iter().map(of).collect())
    })??;
    page::answer_exact(&call, &rows)
}
