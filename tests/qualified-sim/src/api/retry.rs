//! `PUT /v1/assessment_results/:id/schedule_retry` and `…/cancel_retry`.

use axum::Json;
use axum::extract::{Path, Request, State};
use serde_json::{Value, json};

use super::auth::Caller;
use super::body::{Fields, RawBody};
use super::error::ApiError;
use super::results::{answer_one, of_team};
use crate::app::App;
use crate::wire;
use crate::world::{Action, ResultId, RetryOrder};

const KIND: &str = "AssessmentResult";

const FIELDS: [&str; 7] = [
    "enforced_time_limit",
    "send_email_to_candidate",
    "custom_message",
    "retry_action",
    "reset_challenge_timers",
    "access_starts_at",
    "access_ends_at",
];

/// `reopen`, `retake` or nothing.
pub(crate) fn retry_action(fields: &Fields, kind: &'static str) -> Result<Option<Action>, ApiError> {
    match fields.get::<String>("retry_action")?.as_deref() {
        None => Ok(None),
        Some("reopen") => Ok(Some(Action::Reopen)),
        Some("retake") => Ok(Some(Action::Retake)),
        Some(_) => {
            Err(ApiError::invalid_misuse("field_value", kind, "retry_action", "is not included in the list"))
        }
    }
}

/// Allows a submitted result to be taken up again; `reopen` unless said otherwise.
pub(crate) async fn schedule(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    super::query::Params::parse(request.uri().query(), &[])?;
    let fields = RawBody::read(request).await?.wrapped(KIND, &FIELDS)?;
    let mut order = RetryOrder::new(retry_action(&fields, KIND)?.unwrap_or(Action::Reopen));
    order.send_email_to_candidate = fields.get("send_email_to_candidate")?.unwrap_or(true);
    order.custom_message = fields.get("custom_message")?;
    order.enforced_time_limit = fields.get("enforced_time_limit")?;
    order.access_starts_at = fields.time("access_starts_at")?;
    order.access_ends_at = fields.time("access_ends_at")?;
    fields.get::<bool>("reset_challenge_timers")?;
    app.act(|world, now| {
        let id = ResultId::from(id);
        of_team(world, &caller, &id)?;
        let invitation = world.schedule_retry(&id, &order, now)?;
        let mut answer = answer_one(world, &id, now)?;
        answer["data"]["invitation"] = wire::invitation::record(&invitation, world);
        Ok(Json(answer))
    })
}

/// Takes a retry back.
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    super::query::Params::parse(request.uri().query(), &[])?;
    RawBody::read(request).await?.wrapped(KIND, &[])?;
    app.act(|world, now| {
        let id = ResultId::from(id);
        of_team(world, &caller, &id)?;
        world.cancel_retry(&id, now)?;
        let mut answer = answer_one(world, &id, now)?;
        answer["data"]["invitation"] = json!(null);
        Ok(Json(answer))
    })
}
