//! What happens to one result: steps of the candidate, of the team, and of time.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::Value;
use sim_kit::clock::Millis;
use sim_kit::control::{Control, ControlBody, Refusal};

use super::refusal;
use crate::app::App;
use crate::wire;
use crate::world::{ClosedReason, Refused, ResultId, Risk, Submission, Tell, World};

/// A body without fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Termination {
    closed_reason: Option<ClosedReason>,
}

/// A reopening or retake, with a mail to the candidate unless said otherwise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    #[serde(default = "yes")]
    send_email: bool,
}

impl Again {
    fn tell(&self) -> Tell {
        if self.send_email { Tell::Candidate } else { Tell::Nobody }
    }
}

fn yes() -> bool {
    true
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Risks {
    /// The same for every challenge.
    level: Option<Risk>,
    /// One for each challenge in order.
    levels: Vec<Option<Risk>>,
}

type Answer = Result<Json<Value>, Refusal>;
type Step = fn(&mut World, &ResultId, Millis) -> Result<ResultId, Refused>;

/// Takes a step and answers the result it led to.
fn step(
    app: &App,
    id: &str,
    take: impl FnOnce(&mut World, &ResultId, Millis) -> Result<ResultId, Refused>,
) -> Answer {
    app.act(|world, now| {
        let id = take(world, &ResultId::from(id), now).map_err(refusal)?;
        let result = world.result(&id).map_err(refusal)?;
        Ok(Json(wire::result::record(result, world, now)))
    })
}

const OPEN: Step = World::open;
const START: Step = World::start;
const UNLOCK: Step = |world, id, _| {
    world.result_mut(id)?.access_locked = false;
    Ok(id.clone())
};
const EXPIRE: Step = |world, id, now| world.expire_invitation(id, now).map(|()| id.clone());

async fn open(State(app): State<App>, Path(id): Path<String>, _: ControlBody<Nothing>) -> Answer {
    step(&app, &id, OPEN)
}

async fn start(State(app): State<App>, Path(id): Path<String>, _: ControlBody<Nothing>) -> Answer {
    step(&app, &id, START)
}

async fn unlock(State(app): State<App>, Path(id): Path<String>, _: ControlBody<Nothing>) -> Answer {
    step(&app, &id, UNLOCK)
}

async fn expire(State(app): State<App>, Path(id): Path<String>, _: ControlBody<Nothing>) -> Answer {
    step(&app, &id, EXPIRE)
}

async fn submit(State(app): State<App>, Path(id): Path<String>, body: ControlBody<Submission>) -> Answer {
    step(&app, &id, |world, id, now| world.submit(id, body.0, now))
}

async fn terminate(State(app): State<App>, Path(id): Path<String>, body: ControlBody<Termination>) -> Answer {
    let reason = body.0.closed_reason.unwrap_or(ClosedReason::TeamForced);
    step(&app, &id, |world, id, now| world.terminate(id, reason, now).map(|()| id.clone()))
}

async fn reopen(State(app): State<App>, Path(id): Path<String>, body: ControlBody<Again>) -> Answer {
    step(&app, &id, |world, id, now| world.reopen(id, body.0.tell(), now))
}

async fn retake(State(app): State<App>, Path(id): Path<String>, body: ControlBody<Again>) -> Answer {
    step(&app, &id, |world, id, now| world.retake(id, body.0.tell(), now))
}

async fn set_risk(State(app): State<App>, Path(id): Path<String>, body: ControlBody<Risks>) -> Answer {
    step(&app, &id, |world, id, now| {
        let count = world.result(id)?.solutions.len();
        let Risks { level, levels } = body.0;
        let levels = if levels.is_empty() { vec![level; count] } else { levels };
        world.set_risk(id, &levels, now).map(|()| id.clone())
    })
}

/// Adds the routes of this module.
pub(crate) fn add(control: Control<App>) -> Control<App> {
    control
        .post("/_sim/results/{id}/open", "the candidate follows the link; answers the result", open)
        .post("/_sim/results/{id}/start", "the candidate begins, or goes on with a reopened result", start)
        .post(
            "/_sim/results/{id}/submit",
            "the candidate hands in: {scores:[0-100…], languages:[…], similarity:[null|low|medium|high…], \
             candidate_remarks, accumulated_seconds}, all optional; steps left out are taken on the way",
            submit,
        )
        .post("/_sim/results/{id}/terminate", "the team closes the result: {closed_reason}", terminate)
        .post(
            "/_sim/results/{id}/reopen",
            "the team lets the candidate go on with the same result: {send_email:true}; it stays submitted until started",
            reopen,
        )
        .post(
            "/_sim/results/{id}/retake",
            "the candidate may take it anew: {send_email:true}; answers the new result",
            retake,
        )
        .post("/_sim/results/{id}/expire", "the invitation runs out now", expire)
        .post("/_sim/results/{id}/unlock", "the team lets a candidate with locked access in", unlock)
        .post(
            "/_sim/results/{id}/set_risk",
            "similarity is found afterwards: {level} for all challenges or {levels:[…]}; scores below 80 are passed over",
            set_risk,
        )
}
