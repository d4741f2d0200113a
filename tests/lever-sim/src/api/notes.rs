//! `/opportunities/:id/notes`: notes and the comments in their threads.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use sim_kit::clock::Millis;

use super::call::{Answer, Call, unreadable};
use super::error::ApiError;
use super::page::{self, PAGING, Row};
use crate::lever::Lever;
use crate::world::{Author, Comment, Note, NoteId, Opportunity, OpportunityId, Problem, Secrecy, UserId};

pub(super) fn routes() -> Router<Lever> {
    Router::new()
        .route("/opportunities/{id}/notes", get(list).post(create))
        .route("/opportunities/{id}/notes/{note}", get(one).put(replace).delete(delete))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewNote {
    value: String,
    #[serde(default)]
    secret: bool,
    #[serde(default)]
    score: Option<u8>,
    /// Nobody is notified by a simulator.
    #[serde(default)]
    #[expect(dead_code, reason = "accepted and without effect")]
    notify_followers: bool,
    #[serde(default)]
    created_at: Option<Millis>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replacement {
    values: Vec<NewValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewValue {
    value: String,
    #[serde(default)]
    created_at: Option<Millis>,
}

async fn list(Path(id): Path<String>, call: Call) -> Answer {
    call.need("notes:read:admin")?;
    call.only(&PAGING)?;
    let rows: Vec<Row> = call.look(|account| {
        let opportunity = call.visible(account, &id.as_str().into())?;
        Ok::<_, ApiError>(opportunity.notes.iter().map(Note::json).map(Row::by_time).collect())
    })??;
    page::answer_exact(&call, &rows)
}

async fn one(Path((id, note)): Path<(String, String)>, call: Call) -> Answer {
    call.need("notes:read:admin")?;
    call.only(&[])?;
    let json = call.look(|account| {
        let opportunity = call.visible(account, &id.as_str().into())?;
        Ok::<_, ApiError>(find(opportunity, &note)?.json())
    })??;
    Ok(Json(json!({"data": json})).into_response())
}

fn find<'a>(opportunity: &'a Opportunity, note: &str) -> Result<&'a Note, Problem> {
    opportunity
        .notes
        .iter()
        .find(|known| known.id.as_str() == note)
        .ok_or_else(|| Problem::missing("note", note))
}

/// Answers the whole note and its id once more as `noteId`, as recorded.
async fn create(Path(id): Path<String>, call: Call) -> Answer {
    call.need("notes:write:admin")?;
    call.only(&["perform_as", "note_id"])?;
    let (actor, thread) = (call.actor()?, call.one("note_id")?);
    let new = read(&call)?;
    let id = OpportunityId::from(id.as_str());
    let mut json = call.lever.change(|world, now| {
        let limit = world.switches.note_max_chars;
        check(&new, limit, now)?;
        let account = world.account_mut(&call.account)?;
        let stage = call.visible(account, &id)?.stage.clone();
        let opportunity = account.opportunity_mut(&id)?;
        opportunity.last_interaction_at = now;
        let created_at = new.created_at.unwrap_or(now);
        let secrecy = if new.secret { Secrecy::Secret } else { Secrecy::Open };
        let comment = Comment { value: new.value, score: new.score, user: actor.user, stage, created_at };
        let note = match thread {
            None => opportunity.add_note(Author::Api, secrecy, comment),
            Some(thread) => opportunity.add_comment(&NoteId::from(thread), comment)?,
        };
        Ok::<_, ApiError>(note.json())
    })?;
    json["noteId"] = json["id"].clone();
    Ok((StatusCode::CREATED, Json(json!({"data": json}))).into_response())
}

/// JSON, or a form as one known client sends it.
fn read(call: &Call) -> Result<NewNote, ApiError> {
    if !call.content_type.starts_with("application/x-www-form-urlencoded") {
        return call.json();
    }
    let field = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
        let value = match name.as_ref() {
            "value" => json!(value),
            _ => serde_json::from_str(&value).unwrap_or_else(|_| json!(value)),
        };
        (name.into_owned(), value)
    };
    let fields: serde_json::Map<_, _> = url::form_urlencoded::parse(&call.body).map(field).collect();
    serde_json::from_value(fields.into()).map_err(|error| unreadable(&error))
}

fn check(new: &NewNote, limit: usize, now: Millis) -> Result<(), ApiError> {
    check_value(&new.value, limit)?;
    if new.score.is_some_and(|score| !(1..=4).contains(&score)) {
        return Err(ApiError::bad("score is 1 to 4"));
    }
    check_past(new.created_at, now)
}

fn check_value(value: &str, limit: usize) -> Result<(), ApiError> {
    if value.is_empty() {
        return Err(ApiError::bad("value is required"));
    }
    if value.chars().count() > limit {
        return Err(ApiError::bad(format!("a note has at most {limit} characters")));
    }
    Ok(())
}

fn check_past(created_at: Option<Millis>, now: Millis) -> Result<(), ApiError> {
    if created_at.is_some_and(|at| at > now) {
        return Err(ApiError::bad("createdAt lies in the future"));
    }
    Ok(())
}

async fn replace(Path((id, note)): Path<(String, String)>, call: Call) -> Answer {
    call.need("notes:write:admin")?;
    call.only(&["perform_as"])?;
    let user: Option<UserId> = call.actor()?.user;
    let body: Replacement = call.json()?;
    let id = OpportunityId::from(id.as_str());
    let json = call.lever.change(|world, now| {
        let limit = world.switches.note_max_chars;
        for value in &body.values {
            check_value(&value.value, limit)?;
            check_past(value.created_at, now)?;
        }
        let account = world.account_mut(&call.account)?;
        let stage = call.visible(account, &id)?.stage.clone();
        let opportunity = account.opportunity_mut(&id)?;
        let known = opportunity.api_note_mut(&note)?;
        let comment = |value: NewValue| Comment {
            value: value.value,
            score: None,
            user: user.clone(),
            stage: stage.clone(),
            created_at: value.created_at.unwrap_or(now),
        };
        known.comments = body.values.into_iter().map(comment).collect();
        let json = known.json();
        opportunity.touch(now);
        Ok::<_, ApiError>(json)
    })?;
    Ok(Json(json!({"data": json})).into_response())
}

async fn delete(Path((id, note)): Path<(String, String)>, call: Call) -> Answer {
    call.need("notes:write:admin")?;
    call.only(&["perform_as"])?;
    call.actor()?;
    let id = OpportunityId::from(id.as_str());
    call.lever.change(|world, _| {
        let account = world.account_mut(&call.account)?;
        call.visible(account, &id)?;
        let opportunity = account.opportunity_mut(&id)?;
        opportunity.api_note_mut(&note)?;
        opportunity.notes.retain(|known| known.id.as_str() != note);
        Ok::<_, ApiError>(())
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
