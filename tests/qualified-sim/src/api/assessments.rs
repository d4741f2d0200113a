//! `/v1/assessments`: list, and retrieve with or without a key; `/v1/team_members`: list.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde_json::Value;

use super::auth::{Caller, is_anonymous};
use super::error::ApiError;
use super::filter::Filter;
use super::include::Includes;
use super::list::{Listing, PAGING};
use super::query::Params;
use crate::app::App;
use crate::wire;
use crate::wire::disturb::disturb;
use crate::world::{AssessmentId, AssessmentState};

const KIND: &str = "Assessment";
/// `limit` and `where` are not among them (Qualified: API reference, Assessments).
const LIST: [&str; 3] = ["page", "order_by", "includes"];

/// All assessments of the team, whatever their state.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let params = Params::parse(query.as_deref(), &LIST)?;
    let includes = Includes::parse(&params, &["assessment_results"])?;
    let listing = Listing { kind: KIND, params: &params, filter: Filter::default(), includes };
    listing.answer(&app, |world, _| {
        let of_team = world.assessments.iter().filter(|one| one.team_id == caller.team);
        of_team.map(|one| wire::assessment::full(one, world)).collect()
    })
}

/// One assessment; without a key a published one comes with fewer fields.
pub(crate) async fn retrieve(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, ApiError>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let params = Params::parse(query.as_deref(), &["includes"])?;
    let includes = Includes::parse(&params, &["assessment_results"])?;
    let caller = match caller {
        Ok(caller) => Some(caller),
        Err(_) if is_anonymous(&headers) => None,
        Err(refused) => return Err(refused),
    };
    app.act(|world, now| {
        let assessment = world.assessment(&AssessmentId::from(id))?;
        let mut record = match caller {
            Some(caller) if caller.team == assessment.team_id => wire::assessment::full(assessment, world),
            Some(_) => return Err(ApiError::not_found()),
            None if assessment.state == AssessmentState::Published => wire::assessment::reduced(assessment),
            None => {
                return Err(ApiError::unauthorized(
                    "auth_missing",
                    "only published assessments are open to all",
                ));
            }
        };
        includes.add(&mut record, world, now);
        disturb(&mut record, &world.switches);
        Ok(Json(wire::envelope::one(KIND, &record, &wire::assessment::enums(), includes.names(), now)))
    })
}

/// People working for the team.
pub(crate) async fn members(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let params = Params::parse(query.as_deref(), &PAGING)?;
    let (filter, includes) = (Filter::default(), Includes::default());
    let listing = Listing { kind: "TeamMember", params: &params, filter, includes };
    listing.answer(&app, |world, _| {
        let team = world.team(&caller.team);
        team.into_iter()
            .flat_map(|team| team.members.iter().map(|one| wire::team::member(one, team)))
            .collect()
    })
}
