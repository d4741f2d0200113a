//! What admins do with webhooks in Lever's settings.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sim_kit::control::{Control, ControlBody, Refusal};
use sim_kit::deliveries::State as DeliveryState;

use super::refusal;
use crate::lever::Lever;
use crate::world::Event;

pub(super) fn routes(control: Control<Lever>) -> Control<Lever> {
    control
        .post(
            "/_sim/webhooks/groups",
            "switch groups of events on or off: {candidateStageChange:true, …, account:one account only}",
            groups,
        )
        .post("/_sim/webhooks/{id}/verify", "click Verify connection; answers the delivery", verify)
        .post("/_sim/webhooks/{id}/regenerate", "give it a new signature token", regenerate)
        .delete("/_sim/webhooks/{id}", "delete it as a user", delete)
}

#[derive(Debug, Deserialize)]
struct Groups {
    #[serde(default)]
    account: Option<String>,
    #[serde(flatten)]
    groups: Map<String, Value>,
}

async fn groups(
    State(lever): State<Lever>,
    ControlBody(body): ControlBody<Groups>,
) -> Result<Json<Value>, Refusal> {
    let groups: BTreeMap<Event, bool> = serde_json::from_value(body.groups.into()).map_err(Refusal::bad)?;
    lever.switch_groups(body.account.as_deref(), &groups).map_err(refusal)?;
    let all = lever.look(|world, _| {
        let accounts = world.accounts.iter();
        accounts.map(|account| (account.id.to_string(), json!(account.groups))).collect::<Map<_, _>>()
    });
    Ok(Json(all.into()))
}

/// Waits for the outcome, as the button in Lever's settings does.
async fn verify(State(lever): State<Lever>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let delivery = lever.verify_webhook(&id).map_err(refusal)?;
    loop {
        match lever.kit.deliveries.get(&delivery) {
            Some(shown) if shown.state == DeliveryState::Queued => {
                tokio::time::sleep(Duration::from_millis(5)).await
            }
            shown => return Ok(Json(json!(shown))),
        }
    }
}

async fn regenerate(State(lever): State<Lever>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let token = lever.regenerate_token(&id).map_err(refusal)?;
    Ok(Json(json!({"id": id, "signatureToken": token})))
}

async fn delete(State(lever): State<Lever>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    lever.delete_webhook(&id).map_err(refusal)?;
    Ok(Json(json!({"id": id})))
}
