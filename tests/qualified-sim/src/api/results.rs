//! `/v1/assessment_results`: list, retrieve, exhibit, share, terminate.

use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use serde_json::{Value, json};
use sim_kit::random;

use sim_kit::clock::Millis;

use super::auth::Caller;
use super::body::RawBody;
use super::error::ApiError;
use super::filter::Filter;
use super::include::Includes;
use super::list::Listing;
use super::query::Params;
use crate::app::App;
use crate::wire;
use crate::wire::disturb::disturb;
use crate::world::{AssessmentResult, ClosedReason, ResultId, World};

const KIND: &str = "AssessmentResult";
const LIST: [&str; 7] =
    ["where", "includes", "page", "limit", "order_by", "assessment_id", "team_candidate_id"];
const WHERE: [&str; 8] =
    ["updated_at", "created_at", "state", "score", "current_take", "id", "labels", "team_candidate_id"];
const LIST_INCLUDES: [&str; 3] = ["team_candidate", "assessment", "solutions"];
const ONE_INCLUDES: [&str; 5] =
    ["team_candidate", "assessment", "solutions", "most_recent_invitation", "invitations"];

/// What a shared report may leave out (Qualified: API reference, Share).
const HIDE: [&str; 17] = [
    "pageStyling",
    "candidateName",
    "candidateAnonymousName",
    "candidateEmail",
    "candidateRemarks",
    "interact",
    "summary",
    "summaryScore",
    "summaryTiming",
    "reviews",
    "purpose",
    "solutionsSummary",
    "solutions",
    "candidateNotes",
    "instructions",
    "solutionErrors",
    "solutionAnswers",
];

/// The result if it belongs to the caller's team; others' results do not exist for them.
pub(crate) fn of_team<'a>(
    world: &'a World,
    caller: &Caller,
    id: &ResultId,
) -> Result<&'a AssessmentResult, ApiError> {
    let result = world.result(id)?;
    if result.team_id == caller.team { Ok(result) } else { Err(ApiError::not_found()) }
}

/// A result in its envelope.
pub(crate) fn answer_one(world: &World, id: &ResultId, now: Millis) -> Result<Value, ApiError> {
    let mut record = wire::result::record(world.result(id)?, world, now);
    disturb(&mut record, &world.switches);
    Ok(wire::envelope::one(KIND, &record, &wire::result::enums(), &[], now))
}

/// Results of one person or assessment, retakes included.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let params = Params::parse(query.as_deref(), &LIST)?;
    let filter = Filter::parse(params.get("where"), &WHERE)?;
    let includes = Includes::parse(&params, &LIST_INCLUDES)?;
    let (person, assessment) = (params.get("team_candidate_id"), params.get("assessment_id"));
    let listing = Listing { kind: KIND, params: &params, filter, includes };
    listing.answer(&app, |world, now| {
        let wanted = world.results.iter().filter(|result| {
            result.team_id == caller.team
                && person.is_none_or(|id| result.team_candidate_id.as_str() == id)
                && assessment.is_none_or(|id| result.assessment_id.as_str() == id)
        });
        wanted.map(|result| wire::result::record(result, world, now)).collect()
    })
}

/// One result.
pub(crate) async fn retrieve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let params = Params::parse(query.as_deref(), &["includes"])?;
    let includes = Includes::parse(&params, &ONE_INCLUDES)?;
    app.act(|world, now| {
        let result = of_team(world, &caller, &ResultId::from(id))?;
        let mut record = wire::result::record(result, world, now);
        includes.add(&mut record, world, now);
        disturb(&mut record, &world.switches);
        Ok(Json(wire::envelope::one(KIND, &record, &wire::result::enums(), includes.names(), now)))
    })
}

/// The exhibit, the way Qualified advises to read a result.
pub(crate) async fn exhibit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    Params::parse(query.as_deref(), &[])?;
    app.act(|world, _| {
        let result = of_team(world, &caller, &ResultId::from(id))?;
        let mut answer = wire::exhibit::answer(result, world);
        disturb(&mut answer["data"], &world.switches);
        Ok(Json(answer))
    })
}

/// Links that open without a login; not enveloped.
pub(crate) async fn share(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let params = Params::parse(query.as_deref(), &["hide"])?;
    let mut hidden = params.get("hide").unwrap_or_default().split(',').filter(|name| !name.is_empty());
    if let Some(name) = hidden.find(|name| !HIDE.contains(name)) {
        return Err(ApiError::misuse("hide", format!("cannot hide {name}")));
    }
    if !caller.features.sharable_reports {
        return Err(ApiError::forbidden("Sharable reports are not part of the plan"));
    }
    let base = app.0.addresses.lock().own.clone();
    app.act(|world, _| {
        let result = of_team(world, &caller, &ResultId::from(id))?;
        let token = random::token(40);
        let solutions = result.solutions.iter().map(|solution| {
            let token = random::token(40);
            let url = format!("{base}/research/embed/solution-view/{}?token={token}", solution.id);
            json!({"id": solution.id, "token": token, "embedUrl": url})
        });
        Ok(Json(json!({
            "id": result.id,
            "url": format!("{base}/reports/{token}/assessment_result"),
            "pdf": format!("{base}/pdf/reports/{token}/assessment_result"),
            "resultWidgetUrl": format!("{base}/research/embed/widgets/assessment-results/{token}/"),
            "solutions": solutions.collect::<Vec<_>>(),
        })))
    })
}

/// Closes a result.
pub(crate) async fn terminate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    Params::parse(request.uri().query(), &[])?;
    let fields = RawBody::read(request).await?.wrapped(KIND, &["closed_reason"])?;
    let reason = fields.get("closed_reason")?.unwrap_or(ClosedReason::TeamForced);
    app.act(|world, now| {
        let id = ResultId::from(id);
        of_team(world, &caller, &id)?;
        world.terminate(&id, reason, now)?;
        answer_one(world, &id, now).map(Json)
    })
}
