//! Starting over, looking at everything, authorisation and switches.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sim_kit::control::{Control, ControlBody, Refusal};

use super::{refusal, state};
use crate::lever::Lever;
use crate::seed::{AccountSeed, Seed};
use crate::verbs::TokenWish;
use crate::world::Consent;

pub(super) fn routes(control: Control<Lever>) -> Control<Lever> {
    control
        .post(
            "/_sim/reset",
            "start over; the body may be another seed {app,switches,accounts:[{id,name,users,stages,archiveReasons,\
             postings,feedbackTemplates,opportunities,groups}]}, see the README",
            reset,
        )
        .get("/_sim/state", "the whole world with full contact data and signature tokens", state::state)
        .post(
            "/_sim/token",
            "mint tokens without the browser: {client_id,user,account,scopes}; all optional, answers like /oauth/token",
            token,
        )
        .post(
            "/_sim/consent",
            "how /authorize behaves: {mode:page|accept|deny, user:id or e-mail}",
            consent,
        )
        .post("/_sim/revoke", "a Super Admin revokes the app: {account}", revoke)
        .get("/_sim/switches", "every switch with value and meaning", switches)
        .post("/_sim/switches", "change switches: {name:value,…}", switch)
        .post("/_sim/accounts", "add an account: the shape of an account in a seed, everything optional", add_account)
}

async fn reset(State(lever): State<Lever>, request: Request) -> Result<Json<Value>, Refusal> {
    let bytes = to_bytes(request.into_body(), 64 << 20).await.map_err(Refusal::bad)?;
    let text = String::from_utf8_lossy(bytes.trim_ascii());
    let empty = text.is_empty() || text == "{}";
    let seed = if empty { None } else { Some(Seed::from_json(&text).map_err(Refusal::bad)?) };
    lever.reset(seed).map_err(Refusal::bad)?;
    Ok(Json(json!({"reset": true})))
}

async fn token(
    State(lever): State<Lever>,
    ControlBody(wish): ControlBody<TokenWish>,
) -> Result<Json<Value>, Refusal> {
    lever.mint(wish).map(Json).map_err(refusal)
}

async fn consent(
    State(lever): State<Lever>,
    ControlBody(consent): ControlBody<Consent>,
) -> Result<Json<Value>, Refusal> {
    let shown = json!(consent);
    lever.set_consent(consent).map_err(refusal)?;
    Ok(Json(shown))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InAccount {
    #[serde(default)]
    account: Option<String>,
}

async fn revoke(
    State(lever): State<Lever>,
    ControlBody(body): ControlBody<InAccount>,
) -> Result<Json<Value>, Refusal> {
    lever.revoke(body.account.as_deref()).map_err(refusal)?;
    Ok(Json(json!({"revoked": true})))
}

async fn switches(State(lever): State<Lever>) -> Json<Value> {
    Json(lever.look(|world, _| world.switches.described()))
}

async fn switch(
    State(lever): State<Lever>,
    ControlBody(changes): ControlBody<Map<String, Value>>,
) -> Result<Json<Value>, Refusal> {
    lever.switch(changes).map(Json).map_err(Refusal::bad)
}

async fn add_account(
    State(lever): State<Lever>,
    ControlBody(seed): ControlBody<AccountSeed>,
) -> Result<Json<Value>, Refusal> {
    let id = lever.add_account(&seed).map_err(refusal)?;
    Ok(Json(json!({"id": id})))
}
