//! `/v1/team_candidates`: list, retrieve, update, and the verbs on one person.

use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use serde_json::{Value, json};

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
use crate::world::{CandidateState, Refused, TeamCandidate, TeamCandidateId, World};

const KIND: &str = "TeamCandidate";
const LIST: [&str; 5] = ["where", "includes", "page", "limit", "order_by"];
const WHERE: [&str; 17] = [
    "state",
    "id",
    "archived",
    "q",
    "name",
    "first_name",
    "last_name",
    "test_team_member",
    "assessment_ids",
    "assigned_team_member_ids",
    "labels",
    "created_at",
    "updated_at",
    "email",
    "demo_data",
    "cohort_ids",
    "alternate_id",
];
const INCLUDES: [&str; 4] = ["assessments", "assessment_results", "solutions", "assessment_invitations"];
const BLINDINGS: [&str; 4] = ["none", "blind_reviewers", "restricted", "team"];

/// People the team knows.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let params = Params::parse(query.as_deref(), &LIST)?;
    let filter = Filter::parse(params.get("where"), &WHERE)?;
    let includes = Includes::parse(&params, &INCLUDES)?;
    let about_archived = filter.asks_about("archived");
    let listing = Listing { kind: KIND, params: &params, filter, includes };
    listing.answer(&app, |world, _| {
        let archived_too = about_archived || world.switches.q15_finds_archived;
        let of_team = world.candidates.iter().filter(|one| one.team_id == caller.team);
        let asked_for = |one: &&TeamCandidate| {
            listing.filter.allows("email", &json!(one.email), world)
                && listing.filter.allows("alternate_id", &json!(one.alternate_id), world)
        };
        let shown = of_team.filter(|one| archived_too || !one.archived).filter(asked_for);
        shown.map(|one| wire::candidate::record(one, world)).collect()
    })
}

/// One person.
pub(crate) async fn retrieve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let params = Params::parse(query.as_deref(), &["includes"])?;
    let includes = Includes::parse(&params, &INCLUDES)?;
    app.act(|world, now| answer(world, &of_team(world, &caller, id)?, &includes, now))
}

fn of_team(world: &World, caller: &Caller, id: String) -> Result<TeamCandidateId, ApiError> {
    let person = world.candidate(&TeamCandidateId::from(id))?;
    if person.team_id == caller.team { Ok(person.id.clone()) } else { Err(ApiError::not_found()) }
}

fn answer(
    world: &World,
    id: &TeamCandidateId,
    includes: &Includes,
    now: Millis,
) -> Result<Json<Value>, ApiError> {
    let mut record = wire::candidate::record(world.candidate(id)?, world);
    includes.add(&mut record, world, now);
    disturb(&mut record, &world.switches);
    Ok(Json(wire::envelope::one(KIND, &record, &wire::candidate::enums(), includes.names(), now)))
}

/// Changes address, names, own id, labels or blinding.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    Params::parse(request.uri().query(), &[])?;
    let allowed = ["email", "first_name", "last_name", "alternate_id", "labels", "blinding"];
    let fields = RawBody::read(request).await?.wrapped(KIND, &allowed)?;
    let blinding: Option<String> = fields.get("blinding")?;
    if blinding.as_ref().is_some_and(|blinding| !BLINDINGS.contains(&blinding.as_str())) {
        let message = "is not included in the list";
        return Err(ApiError::invalid_misuse("field_value", KIND, "blinding", message));
    }
    app.act(|world, now| {
        let id = of_team(world, &caller, id)?;
        let email: Option<String> = fields.get("email")?;
        let twin = email.as_deref().and_then(|email| world.candidate_by_email(&caller.team, email));
        if twin.is_some_and(|twin| twin.id != id) {
            return Err(ApiError::invalid(KIND, "email", "has already been taken"));
        }
        let person = world.candidate_mut(&id)?;
        person.updated_at = now;
        person.email = email.or(person.email.take());
        person.blinding = blinding.unwrap_or(std::mem::take(&mut person.blinding));
        for (name, place) in [
            ("first_name", &mut person.first_name),
            ("last_name", &mut person.last_name),
            ("alternate_id", &mut person.alternate_id),
        ] {
            if let Some(value) = fields.settable(name)? {
                *place = value;
            }
        }
        if let Some(labels) = fields.settable("labels")? {
            person.labels = labels;
        }
        answer(world, &id, &Includes::default(), now)
    })
}

/// `forget`, `archive`, `unarchive`, `approve`, `reject`; labels may be added with `archive`.
pub(crate) async fn verb(
    State(app): State<App>,
    caller: Caller,
    Path((id, verb)): Path<(String, String)>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    type Verb = fn(&mut World, &TeamCandidateId, Millis) -> Result<(), Refused>;
    let (perform, allowed): (Verb, &[&str]) = match verb.as_str() {
        "forget" => (World::forget_candidate, &[]),
        "archive" => (World::archive_candidate, &["labels"]),
        "unarchive" => (World::unarchive_candidate, &[]),
        "approve" => (|world, id, now| world.decide(id, CandidateState::Approved, now), &[]),
        "reject" => (|world, id, now| world.decide(id, CandidateState::Rejected, now), &[]),
        _ => return Err(ApiError::unknown_route(format!("no verb {verb} on a team candidate"))),
    };
    Params::parse(request.uri().query(), &[])?;
    let fields = RawBody::read(request).await?.wrapped(KIND, allowed)?;
    let labels: Vec<String> = fields.get("labels")?.unwrap_or_default();
    app.act(|world, now| {
        let id = of_team(world, &caller, id)?;
        if !labels.is_empty() {
            world.add_labels(&id, &labels, now)?;
        }
        perform(world, &id, now)?;
        answer(world, &id, &Includes::default(), now)
    })
}
