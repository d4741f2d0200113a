//! What users do with candidates.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use sim_kit::control::{Control, ControlBody, Refusal};

use super::refusal;
use crate::lever::Lever;
use crate::world::{Confidentiality, DataProtection, NewOpportunity};

pub(super) fn routes(control: Control<Lever>) -> Control<Lever> {
    control
        .post(
            "/_sim/opportunities",
            "create a candidate: {id,account,contact,name,headline,location,emails,phones,links,stage,tags,posting,\
             sources,origin,owner,followers,archived:true|reason,confidential,anonymised,dataProtection,createdAt,\
             snoozedUntil}; all optional, stage and posting by id or name",
            create,
        )
        .post("/_sim/opportunities/{id}/move", "move to a stage: {stage:id or name, user}", move_to)
        .post("/_sim/opportunities/{id}/tags", "change tags: {add:[…], remove:[…]}", tags)
        .post("/_sim/opportunities/{id}/archive", "archive: {reason:id or name}; Withdrew and the like", archive)
        .post("/_sim/opportunities/{id}/unarchive", "un-archive", unarchive)
        .post("/_sim/opportunities/{id}/anonymise", "remove the person's data", anonymise)
        .post(
            "/_sim/opportunities/{id}/dataProtection",
            "set the policy: {dataProtection:{store:{allowed,expiresAt},contact:{allowed,expiresAt}}|null}",
            protect,
        )
        .post("/_sim/opportunities/{id}/confidential", "set: {confidential:true|false}", confidential)
        .post("/_sim/opportunities/{id}/notes", "write a note as a user: {value, user}", note)
        .delete("/_sim/opportunities/{id}", "delete the opportunity", delete)
}

type Shown = Result<Json<Value>, Refusal>;

fn shown(lever: &Lever, id: &str) -> Shown {
    lever.opportunity(id).map(Json).map_err(refusal)
}

async fn create(State(lever): State<Lever>, ControlBody(new): ControlBody<NewOpportunity>) -> Shown {
    lever.create(new).map(Json).map_err(refusal)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    stage: String,
    #[serde(default)]
    user: Option<String>,
}

async fn move_to(
    State(lever): State<Lever>,
    Path(id): Path<String>,
    ControlBody(body): ControlBody<Move>,
) -> Shown {
    lever.move_to(&id, &body.stage, body.user.as_deref()).map_err(refusal)?;
    shown(&lever, &id)
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Tags {
    add: Vec<String>,
    remove: Vec<String>,
}

async fn tags(
    State(lever): State<Lever>,
    Path(id): Path<String>,
    ControlBody(body): ControlBody<Tags>,
) -> Shown {
    lever.tag(&id, &body.add, &body.remove).map_err(refusal)?;
    shown(&lever, &id)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Archive {
    reason: String,
}

async fn archive(
    State(lever): State<Lever>,
    Path(id): Path<String>,
    ControlBody(body): ControlBody<Archive>,
) -> Shown {
    lever.archive(&id, Some(&body.reason)).map_err(refusal)?;
    shown(&lever, &id)
}

async fn unarchive(State(lever): State<Lever>, Path(id): Path<String>) -> Shown {
    lever.archive(&id, None).map_err(refusal)?;
    shown(&lever, &id)
}

async fn anonymise(State(lever): State<Lever>, Path(id): Path<String>) -> Shown {
    lever.anonymise(&id).map_err(refusal)?;
    shown(&lever, &id)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Protect {
    /// Must be there: `null` lifts the policy.
    #[serde(deserialize_with = "Option::deserialize")]
    data_protection: Option<DataProtection>,
}

async fn protect(
    State(lever): State<Lever>,
    Path(id): Path<String>,
    ControlBody(body): ControlBody<Protect>,
) -> Shown {
    lever.protect(&id, body.data_protection).map_err(refusal)?;
    shown(&lever, &id)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Confidential {
    confidential: bool,
}

async fn confidential(
    State(lever): State<Lever>,
    Path(id): Path<String>,
    ControlBody(body): ControlBody<Confidential>,
) -> Shown {
    let to = if body.confidential { Confidentiality::Confidential } else { Confidentiality::NonConfidential };
    lever.set_confidentiality(&id, to).map_err(refusal)?;
    shown(&lever, &id)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoteText {
    value: String,
    #[serde(default)]
    user: Option<String>,
}

async fn note(
    State(lever): State<Lever>,
    Path(id): Path<String>,
    ControlBody(body): ControlBody<NoteText>,
) -> Shown {
    let note = lever.write_note(&id, &body.value, body.user.as_deref()).map_err(refusal)?;
    Ok(Json(json!({"id": note})))
}

async fn delete(State(lever): State<Lever>, Path(id): Path<String>) -> Shown {
    lever.delete(&id).map_err(refusal)?;
    Ok(Json(json!({"id": id})))
}
