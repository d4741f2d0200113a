//! `/opportunities/:id/feedback`: filled-in forms.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use sim_kit::clock::Millis;

use super::call::{Answer, Call};
use super::error::ApiError;
use super::feedback_templates;
use super::page::{self, PAGING, Row};
use crate::lever::Lever;
use crate::world::{Feedback, FeedbackId, FieldValue, Opportunity, OpportunityId, Problem};

pub(super) fn routes() -> Router<Lever> {
    Router::new()
        .route("/opportunities/{id}/feedback", get(list).post(create))
        .route("/opportunities/{id}/feedback/{feedback}", get(one).put(update).delete(delete))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewFeedback {
    base_template_id: String,
    #[serde(default)]
    field_values: Vec<FieldValue>,
    #[serde(default)]
    panel: Option<String>,
    #[serde(default)]
    interview: Option<String>,
    #[serde(default)]
    created_at: Option<Millis>,
    #[serde(default)]
    completed_at: Option<Millis>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Update {
    #[serde(default)]
    field_values: Option<Vec<FieldValue>>,
    #[serde(default)]
    completed_at: Option<Millis>,
}

fn find<'a>(opportunity: &'a Opportunity, id: &str) -> Result<&'a Feedback, Problem> {
    let found = opportunity.feedback.iter().find(|feedback| feedback.id.as_str() == id);
    found.ok_or_else(|| Problem::missing("feedback", id))
}

async fn list(Path(id): Path<String>, call: Call) -> Answer {
    call.need("feedback:read:admin")?;
    call.only(&PAGING)?;
    let rows: Vec<Row> = call.look(|account| {
        let opportunity = call.visible(account, &id.as_str().into())?;
        Ok::<_, ApiError>(opportunity.feedback.iter().map(Feedback::json).map(Row::by_time).collect())
    })??;
    page::answer_exact(&call, &rows)
}

async fn one(Path((id, feedback)): Path<(String, String)>, call: Call) -> Answer {
    call.need("feedback:read:admin")?;
    call.only(&[])?;
    let json = call.look(|account| {
        let opportunity = call.visible(account, &id.as_str().into())?;
        Ok::<_, ApiError>(find(opportunity, &feedback)?.json())
    })??;
    Ok(Json(json!({"data": json})).into_response())
}

async fn create(Path(id): Path<String>, call: Call) -> Answer {
    call.need("feedback:write:admin")?;
    call.only(&["perform_as"])?;
    let user = call.performer()?;
    let new: NewFeedback = call.json()?;
    if new.panel.is_some() != new.interview.is_some() {
        return Err(ApiError::bad("panel and interview go together"));
    }
    let id = OpportunityId::from(id.as_str());
    let json = call.lever.change(|world, now| {
        let account = world.account_mut(&call.account)?;
        call.visible(account, &id)?;
        let template = feedback_templates::find(account, &new.base_template_id)
            .map_err(|problem| ApiError::bad(problem.to_string()))?
            .clone();
        Feedback::check(&template, &new.field_values)?;
        let feedback = Feedback {
            id: FeedbackId::fresh(),
            template,
            values: new.field_values,
            user,
            panel: new.panel,
            interview: new.interview,
            created_at: new.created_at.unwrap_or(now),
            completed_at: new.completed_at,
            updated_at: now,
        };
        let json = feedback.json();
        account.opportunity_mut(&id)?.feedback.push(feedback);
        account.touch(&id, now)?;
        Ok::<_, ApiError>(json)
    })?;
    Ok((StatusCode::CREATED, Json(json!({"data": json}))).into_response())
}

/// Its answer has a different, internal shape, as recorded.
async fn update(Path((id, feedback)): Path<(String, String)>, call: Call) -> Answer {
    call.need("feedback:write:admin")?;
    call.only(&["perform_as"])?;
    call.performer()?;
    let update: Update = call.json()?;
    let id = OpportunityId::from(id.as_str());
    let json = call.lever.change(|world, now| {
        let account = world.account_mut(&call.account)?;
        find(call.visible(account, &id)?, &feedback)?;
        let opportunity = account.opportunity_mut(&id)?;
        let found = opportunity.feedback.iter_mut().find(|known| known.id.as_str() == feedback);
        let known = found.ok_or_else(|| Problem::missing("feedback", &feedback))?;
        if let Some(values) = update.field_values {
            Feedback::check(&known.template, &values)?;
            known.values = values;
        }
        known.completed_at = update.completed_at.or(known.completed_at);
        known.updated_at = now;
        Ok::<_, ApiError>(json!({
            "_id": known.id, "accountId": call.account, "userId": known.user, "profileId": id,
            "baseTemplateId": known.template.id, "updatedAt": now, "completedAt": known.completed_at,
        }))
    })?;
    Ok(Json(json!({"data": json})).into_response())
}

async fn delete(Path((id, feedback)): Path<(String, String)>, call: Call) -> Answer {
    call.need("feedback:write:admin")?;
    call.only(&["perform_as"])?;
    call.performer()?;
    let id = OpportunityId::from(id.as_str());
    call.lever.change(|world, _| {
        let account = world.account_mut(&call.account)?;
        find(call.visible(account, &id)?, &feedback)?;
        account.opportunity_mut(&id)?.feedback.retain(|known| known.id.as_str() != feedback);
        Ok::<_, ApiError>(())
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
