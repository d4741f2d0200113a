//! `/v1/assessment_invitations`: list the active ones, cancel one.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use serde_json::Value;

use super::auth::Caller;
use super::error::ApiError;
use super::filter::Filter;
use super::include::Includes;
use super::list::Listing;
use super::query::Params;
use crate::app::App;
use crate::wire;
use crate::world::InvitationId;

/// Active invitations only; there is no filter by assessment (Qualified: API reference).
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let params = Params::parse(query.as_deref(), &["team_candidate_id", "page", "limit", "order_by"])?;
    let person = params.get("team_candidate_id");
    let (filter, includes) = (Filter::default(), Includes::default());
    let listing = Listing { kind: "AssessmentInvitation", params: &params, filter, includes };
    listing.answer(&app, |world, now| {
        let wanted = world.invitations.iter().filter(|one| {
            one.team_id == caller.team
                && one.is_active(now)
                && person.is_none_or(|id| one.team_candidate_id.as_str() == id)
        });
        wanted.map(|one| wire::invitation::record(one, world)).collect()
    })
}

/// Kills the link.
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, ApiError> {
    Params::parse(query.as_deref(), &[])?;
    app.act(|world, now| {
        let invitation = world.invitation(&InvitationId::from(id))?;
        if invitation.team_id != caller.team || invitation.cancelled {
            return Err(ApiError::not_found());
        }
        let id = invitation.id.clone();
        world.cancel_invitation(&id, now)?;
        Ok(StatusCode::NO_CONTENT)
    })
}
