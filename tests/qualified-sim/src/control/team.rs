//! What people of the team do in Qualified: assessments, invitations, candidates, keys.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use sim_kit::clock::Millis;
use sim_kit::control::{Control, ControlBody, Refusal};
use sim_kit::random;

use super::refusal;
use crate::app::App;
use crate::seed::{AssessmentSeed, add_assessment};
use crate::wire;
use crate::world::{ApiKey, AssessmentId, Features, InviteOrder, Refused, TeamCandidateId, TeamId, World};

type Answer = Result<Json<Value>, Refusal>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    title: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAssessment {
    #[serde(default)]
    team_id: Option<TeamId>,
    assessment: AssessmentSeed,
}

/// An invitation a member makes on the page, outside of any integration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InviteByMember {
    #[serde(default)]
    team_id: Option<TeamId>,
    email: String,
    assessment_id: AssessmentId,
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
    #[serde(default)]
    test_team_member: bool,
    #[serde(default)]
    dry_run: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Into {
    into: TeamCandidateId,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct NewKey {
    api_key: Option<ApiKey>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The team named, or the only one.
pub(super) fn team(world: &World, id: Option<TeamId>) -> Result<TeamId, Refusal> {
    match (id, &world.teams[..]) {
        (Some(id), teams) if teams.iter().any(|team| team.id == id) => Ok(id),
        (Some(id), _) => Err(Refusal::missing(format!("team {id} was not found"))),
        (None, [only]) => Ok(only.id.clone()),
        (None, _) => Err(Refusal::bad("there are several teams: name one by team_id")),
    }
}

async fn add_one(State(app): State<App>, ControlBody(body): ControlBody<NewAssessment>) -> Answer {
    app.act(|world, now| {
        let team = team(world, body.team_id)?;
        if body.assessment.id.as_ref().is_some_and(|id| world.assessment(id).is_ok()) {
            return Err(Refusal::bad("an assessment with this id exists"));
        }
        let id = add_assessment(world, &team, &body.assessment, now);
        shown(world, &id)
    })
}

fn shown(world: &World, id: &AssessmentId) -> Answer {
    let assessment = world.assessment(id).map_err(refusal)?;
    Ok(Json(wire::assessment::full(assessment, world)))
}

fn change(
    app: &App,
    id: &str,
    verb: impl FnOnce(&mut World, &AssessmentId, Millis) -> Result<(), Refused>,
) -> Answer {
    app.act(|world, now| {
        let id = AssessmentId::from(id);
        verb(world, &id, now).map_err(refusal)?;
        shown(world, &id)
    })
}

async fn rename(State(app): State<App>, Path(id): Path<String>, body: ControlBody<Title>) -> Answer {
    change(&app, &id, |world, id, _| world.rename_assessment(id, &body.0.title))
}

async fn publish(State(app): State<App>, Path(id): Path<String>, _: ControlBody<Nothing>) -> Answer {
    change(&app, &id, World::publish_assessment)
}

async fn unpublish(State(app): State<App>, Path(id): Path<String>, _: ControlBody<Nothing>) -> Answer {
    change(&app, &id, |world, id, _| world.unpublish_assessment(id))
}

async fn archive(State(app): State<App>, Path(id): Path<String>, _: ControlBody<Nothing>) -> Answer {
    change(&app, &id, World::archive_assessment)
}

async fn invite(State(app): State<App>, ControlBody(body): ControlBody<InviteByMember>) -> Answer {
    app.act(|world, now| {
        let team = team(world, body.team_id)?;
        let mut order = InviteOrder::new(team, body.assessment_id, &body.email);
        order.first_name = body.first_name;
        order.last_name = body.last_name;
        order.test_team_member = body.test_team_member;
        order.dry_run = body.dry_run;
        order.inviter_role = "owner";
        let invitation = world.invite(&order, now).map_err(refusal)?;
        Ok(Json(wire::invitation::record(&invitation, world)))
    })
}

fn person(
    app: &App,
    id: &str,
    verb: impl FnOnce(&mut World, &TeamCandidateId, Millis) -> Result<TeamCandidateId, Refused>,
) -> Answer {
    app.act(|world, now| {
        let id = verb(world, &TeamCandidateId::from(id), now).map_err(refusal)?;
        Ok(Json(wire::candidate::record(world.candidate(&id).map_err(refusal)?, world)))
    })
}

async fn forget(State(app): State<App>, Path(id): Path<String>, _: ControlBody<Nothing>) -> Answer {
    person(&app, &id, |world, id, now| world.forget_candidate(id, now).map(|()| id.clone()))
}

async fn archive_person(State(app): State<App>, Path(id): Path<String>, _: ControlBody<Nothing>) -> Answer {
    person(&app, &id, |world, id, now| world.archive_candidate(id, now).map(|()| id.clone()))
}

async fn merge(
    State(app): State<App>,
    Path(id): Path<String>,
    ControlBody(body): ControlBody<Into>,
) -> Answer {
    person(&app, &id, |world, id, now| {
        world.merge_candidates(id, &body.into, now).map(|()| body.into.clone())
    })
}

async fn rotate_key(State(app): State<App>, Path(id): Path<String>, body: ControlBody<NewKey>) -> Answer {
    let key = body.0.api_key.unwrap_or_else(|| ApiKey::from(random::token(32)));
    app.act(|world, _| {
        let id = team(world, Some(TeamId::from(id)))?;
        world.rotate_key(&id, key.clone());
        Ok(Json(json!({"team_id": id, "api_key": key})))
    })
}

async fn features(State(app): State<App>, Path(id): Path<String>, body: ControlBody<Features>) -> Answer {
    app.act(|world, _| {
        let id = team(world, Some(TeamId::from(id)))?;
        world.set_features(&id, body.0);
        Ok(Json(json!({"team_id": id, "features": body.0})))
    })
}

/// Adds the routes of this module.
pub(super) fn add(control: Control<App>) -> Control<App> {
    control
        .post("/_sim/assessments", "a new assessment: {team_id, assessment:{as in the seed}}", add_one)
        .post("/_sim/assessments/{id}/rename", "another title: {title}", rename)
        .post("/_sim/assessments/{id}/publish", "publish it", publish)
        .post("/_sim/assessments/{id}/unpublish", "back to draft: no new invitations, existing ones stay", unpublish)
        .post("/_sim/assessments/{id}/archive", "put it away: cancels invitations, closes begun results", archive)
        .post(
            "/_sim/invitations",
            "a member invites on the page: {team_id, email, assessment_id, first_name, last_name, test_team_member, \
             dry_run}",
            invite,
        )
        .post("/_sim/team_candidates/{id}/forget", "wipe personal data", forget)
        .post("/_sim/team_candidates/{id}/archive", "put a person away", archive_person)
        .post("/_sim/team_candidates/{id}/merge", "merge the person into another: {into}", merge)
        .post("/_sim/teams/{id}/rotate_key", "a new API key, the old one dies: {api_key}", rotate_key)
        .post("/_sim/teams/{id}/features", "what the plan allows; what is left out is allowed", features)
}
