//! `/feedback_templates`: only those made through the API can be changed through it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use sim_kit::clock::Millis;

use super::call::{Answer, Call};
use super::error::ApiError;
use super::page::{self, PAGING, Row};
use crate::lever::Lever;
use crate::world::{Account, Problem, Template, TemplateId, TemplateWish};

pub(super) fn routes() -> Router<Lever> {
    Router::new()
        .route("/feedback_templates", get(list).post(create))
        .route("/feedback_templates/{id}", get(one).put(replace).delete(delete))
}

pub(super) fn find<'a>(account: &'a Account, id: &str) -> Result<&'a Template, Problem> {
    let found = account.templates.iter().find(|template| template.id.as_str() == id);
    found.ok_or_else(|| Problem::missing("feedback template", id))
}

fn own<'a>(account: &'a mut Account, id: &str) -> Result<&'a mut Template, Problem> {
    let found = account.templates.iter_mut().find(|template| template.id.as_str() == id);
    let template = found.ok_or_else(|| Problem::missing("feedback template", id))?;
    if template.made_by_api {
        return Ok(template);
    }
    Err(Problem::Refused("only feedback templates created through the API can be changed".to_owned()))
}

async fn list(call: Call) -> Answer {
    call.need("feedback_templates:read:admin")?;
    call.only(&PAGING)?;
    let rows: Vec<Row> =
        call.look(|account| account.templates.iter().map(Template::json).map(Row::by_time).collect())?;
    page::answer_exact(&call, &rows)
}

async fn one(Path(id): Path<String>, call: Call) -> Answer {
    call.need("feedback_templates:read:admin")?;
    call.only(&[])?;
    let json = call.look(|account| find(account, &id).map(Template::json))??;
    Ok(Json(json!({"data": json})).into_response())
}

async fn create(call: Call) -> Answer {
    call.need("feedback_templates:write:admin")?;
    call.only(&[])?;
    let wish = call.json::<TemplateWish>()?.checked()?;
    let json = call.lever.change(|world, now: Millis| {
        let template =
            Template { id: TemplateId::fresh(), wish, made_by_api: true, created_at: now, updated_at: now };
        let json = template.json();
        world.account_mut(&call.account)?.templates.push(template);
        Ok::<_, ApiError>(json)
    })?;
    Ok((StatusCode::CREATED, Json(json!({"data": json}))).into_response())
}

async fn replace(Path(id): Path<String>, call: Call) -> Answer {
    call.need("feedback_templates:write:admin")?;
    call.only(&[])?;
    let wish = call.json::<TemplateWish>()?.checked()?;
    let json = call.lever.change(|world, now| {
        let template = own(world.account_mut(&call.account)?, &id)?;
        template.wish = wish;
        template.updated_at = now;
        Ok::<_, ApiError>(template.json())
    })?;
    Ok(Json(json!({"data": json})).into_response())
}

async fn delete(Path(id): Path<String>, call: Call) -> Answer {
    call.need("feedback_templates:write:admin")?;
    call.only(&[])?;
    call.lever.change(|world, _| {
        let account = world.account_mut(&call.account)?;
        own(account, &id)?;
        account.templates.retain(|template| template.id.as_str() != id);
        Ok::<_, ApiError>(())
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
