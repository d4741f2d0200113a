//! The control table, and what concerns the simulator as a whole.

use axum::extract::State;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use sim_kit::control::{Control, ControlBody, Refusal, kit_routes};

use super::{candidate, launch, team};
use crate::app::App;
use crate::seed::Seed;
use crate::switches::Switches;
use crate::wire;

/// All control routes, and `GET /_sim` that lists them.
pub(crate) fn routes() -> Router<App> {
    let control = Control::<App>::default()
        .post("/_sim/reset", "everything back to the seed, or to the seed in the body", reset)
        .get("/_sim/state", "everything the simulator knows", state)
        .get("/_sim/mails", "every invitation mail candidates would get, oldest first", mails)
        .get("/_sim/switches", "all switches: assumptions and standing faults", switches)
        .post("/_sim/switches", "set some of them", set_switches);
    let control = candidate::add(control);
    let control = team::add(control);
    kit_routes(launch::add(control)).finish()
}

async fn reset(
    State(app): State<App>,
    ControlBody(body): ControlBody<Value>,
) -> Result<Json<Value>, Refusal> {
    let seed = if body == json!({}) {
        None
    } else {
        Some(
            serde_json::from_value::<Seed>(body)
                .map_err(|error| Refusal::bad(format!("not a seed: {error}")))?,
        )
    };
    app.reset(seed).map_err(Refusal::bad)?;
    Ok(Json(json!({"reset": true})))
}

async fn state(State(app): State<App>) -> Json<Value> {
    let own = app.0.addresses.lock().own.clone();
    Json(app.act(|world, now| wire::state::state(world, &own, now)))
}

async fn mails(State(app): State<App>) -> Json<Value> {
    let own = app.0.addresses.lock().own.clone();
    Json(app.act(|world, _| world.mails.iter().map(|mail| wire::mail::record(mail, &own)).collect()))
}

async fn switches(State(app): State<App>) -> Json<Switches> {
    Json(app.act(|world, _| world.switches.clone()))
}

async fn set_switches(
    State(app): State<App>,
    ControlBody(changes): ControlBody<Map<String, Value>>,
) -> Result<Json<Switches>, Refusal> {
    let changed = app.act(|world, _| world.switches.with(changes)).map_err(Refusal::bad)?;
    app.switch(changed.clone());
    Ok(Json(changed))
}
