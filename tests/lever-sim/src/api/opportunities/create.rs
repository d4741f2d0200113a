//! `POST /opportunities`: the contact is found by e-mail, the opportunity is always a new one.

use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use serde_json::json;
use sim_kit::clock::Millis;

use super::wire::{View, full_json};
use crate::api::call::{Answer, Call};
use crate::api::error::ApiError;
use crate::world::{Actor, ArchivedWish, ContactId, NewOpportunity, Origin, Phone, UserId, Via};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[derive(Default)]
struct Body {
    name: Option<String>,
    headline: Option<String>,
    location: Option<String>,
    emails: Vec<String>,
    phones: Vec<Phone>,
    links: Vec<String>,
    postings: Vec<String>,
    stage: Option<String>,
    tags: Vec<String>,
    sources: Vec<String>,
    origin: Option<Origin>,
    owner: Option<UserId>,
    followers: Vec<UserId>,
    created_at: Option<Millis>,
    archived: Option<ArchivedWish>,
    contact: Option<ContactId>,
}

pub(super) async fn create(call: Call) -> Answer {
    call.need("opportunities:write:admin")?;
    call.only(&["perform_as"])?;
    let actor = Actor { via: Via::Api, user: Some(call.performer()?) };
    let body: Body = call.json()?;
    if body.postings.len() > 1 {
        return Err(ApiError::bad("an opportunity has at most one posting"));
    }
    let (json, deduped) = call.lever.change(|world, now| {
        let (account, switches) = world.account_and_switches(&call.account)?;
        if let Some(stage) = &body.stage {
            account.stage(&stage.as_str().into())?;
        }
        let created = account.create(wish(body), &actor, now, switches)?;
        let opportunity = account.opportunity(&created.id)?;
        Ok::<_, ApiError>((full_json(account, opportunity, View::Full, switches), created.deduped))
    })?;
    Ok((StatusCode::CREATED, Json(json!({"data": json, "deduped": deduped}))).into_response())
}

fn wish(body: Body) -> NewOpportunity {
    NewOpportunity {
        name: body.name,
        headline: body.headline,
        location: body.location,
        emails: body.emails,
        phones: body.phones,
        links: body.links,
        posting: body.postings.into_iter().next(),
        stage: body.stage,
        tags: body.tags,
        sources: body.sources,
        origin: body.origin,
        owner: body.owner,
        followers: body.followers,
        created_at: body.created_at,
        archived: body.archived,
        contact: body.contact,
        ..NewOpportunity::default()
    }
}
