//! What admins do with stages and postings.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use sim_kit::control::{Control, ControlBody, Refusal};

use super::refusal;
use crate::lever::Lever;
use crate::world::PostingChange;

pub(super) fn routes(control: Control<Lever>) -> Control<Lever> {
    control
        .post("/_sim/stages", "add a stage: {text, id, at:position, account}", add)
        .post("/_sim/stages/{id}/rename", "rename a stage: {text, account}", rename)
        .delete("/_sim/stages/{id}", "delete a stage: {moveTo:stage for those in it, account}", delete)
        .post(
            "/_sim/postings/{id}",
            "edit a posting (id or title), its opportunities follow: {text,state,tags,owner,categories:{team,\
             department,location,commitment}}",
            edit,
        )
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    text: String,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    at: Option<usize>,
    #[serde(default)]
    account: Option<String>,
}

async fn add(
    State(lever): State<Lever>,
    ControlBody(body): ControlBody<Add>,
) -> Result<Json<Value>, Refusal> {
    let id =
        lever.add_stage(body.account.as_deref(), &body.text, body.id.as_deref(), body.at).map_err(refusal)?;
    Ok(Json(json!({"id": id, "text": body.text})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rename {
    text: String,
    #[serde(default)]
    account: Option<String>,
}

async fn rename(
    State(lever): State<Lever>,
    Path(id): Path<String>,
    ControlBody(body): ControlBody<Rename>,
) -> Result<Json<Value>, Refusal> {
    lever.rename_stage(body.account.as_deref(), &id, &body.text).map_err(refusal)?;
    Ok(Json(json!({"id": id, "text": body.text})))
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Delete {
    move_to: Option<String>,
    account: Option<String>,
}

async fn delete(
    State(lever): State<Lever>,
    Path(id): Path<String>,
    ControlBody(body): ControlBody<Delete>,
) -> Result<Json<Value>, Refusal> {
    lever.delete_stage(body.account.as_deref(), &id, body.move_to.as_deref()).map_err(refusal)?;
    Ok(Json(json!({"id": id})))
}

async fn edit(
    State(lever): State<Lever>,
    Path(id): Path<String>,
    ControlBody(change): ControlBody<PostingChange>,
) -> Result<Json<Value>, Refusal> {
    lever.edit_posting(&id, change).map(Json).map_err(refusal)
}
