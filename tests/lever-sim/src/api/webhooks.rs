//! `/webhooks`: registering receivers. The signature token is told once, in the answer to the creation.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::error::ApiError;
use crate::lever::Lever;
use crate::switches::VerifyOnCreate;
use crate::world::{Event, Origin, Webhook, WebhookId, checked_origins, checked_url};

pub(super) fn routes() -> Router<Lever> {
    let collection = get(list).post(create).put(update);
    Router::new()
        .route("/webhooks", collection.clone())
        .route("/webhooks/", collection)
        .route("/webhooks/{id}", delete(remove))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    event: Event,
    url: String,
    #[serde(default)]
    configuration: Option<Configuration>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Configuration {
    #[serde(default)]
    conditions: Option<Conditions>,
    #[serde(default)]
    verify_connection: Option<bool>,
}

impl Configuration {
    fn origins(&self) -> Option<Vec<Origin>> {
        self.conditions.as_ref().and_then(|conditions| conditions.origins.clone())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Conditions {
    #[serde(default)]
    origins: Option<Vec<Origin>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    data: Vec<Update>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    id: WebhookId,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    event: Option<Event>,
    #[serde(default)]
    configuration: Option<Configuration>,
}

/// Only `data`: this list has no pages.
async fn list(call: Call) -> Answer {
    call.need("webhooks:read:admin")?;
    call.only(&[])?;
    let all: Vec<Value> = call.look(|account| account.webhooks.iter().map(Webhook::json).collect())?;
    Ok(Json(json!({"data": all})).into_response())
}

/// Takes the same event and URL as often as it is sent.
async fn create(call: Call) -> Answer {
    call.need("webhooks:write:admin")?;
    call.only(&[])?;
    let NewWebhook { event, url, configuration } = call.json()?;
    let configuration = configuration.unwrap_or_default();
    let webhook = call.lever.change(|world, now| {
        let webhook = Webhook::new(event, url, configuration.origins(), now)?;
        world.account_mut(&call.account)?.webhooks.push(webhook.clone());
        Ok::<_, ApiError>(webhook)
    })?;
    verify(&call, &configuration, &webhook.id);
    Ok((StatusCode::CREATED, Json(json!({"data": webhook.json_with_token()}))).into_response())
}

fn verify(call: &Call, configuration: &Configuration, webhook: &WebhookId) {
    let wanted = configuration.verify_connection == Some(true);
    if wanted && call.lever.look(|world, _| world.switches.verify_on_create == VerifyOnCreate::Ping) {
        call.lever.ping(&call.account, webhook);
    }
}

/// All or nothing.
async fn update(call: Call) -> Answer {
    call.need("webhooks:write:admin")?;
    call.only(&[])?;
    let batch: Batch = call.json()?;
    let updated = call.lever.change(|world, now| {
        let account = world.account_mut(&call.account)?;
        let mut all = account.webhooks.clone();
        let mut updated = Vec::new();
        for update in &batch.data {
            let webhook = all.iter_mut().find(|webhook| webhook.id == update.id);
            let webhook = webhook.ok_or_else(|| crate::world::Problem::missing("webhook", &update.id))?;
            webhook.event = update.event.unwrap_or(webhook.event);
            if let Some(url) = &update.url {
                webhook.url = checked_url(url.clone())?;
            }
            let origins = update.configuration.as_ref().and_then(Configuration::origins);
            let kept = webhook.origins.clone().filter(|_| webhook.event.takes_conditions());
            webhook.origins = checked_origins(webhook.event, origins.or(kept))?;
            webhook.updated_at = now;
            updated.push(webhook.json());
        }
        account.webhooks = all;
        Ok::<_, ApiError>(updated)
    })?;
    for update in &batch.data {
        verify(&call, update.configuration.as_ref().unwrap_or(&Configuration::default()), &update.id);
    }
    Ok(Json(json!({"data": updated})).into_response())
}

async fn remove(Path(id): Path<String>, call: Call) -> Answer {
    call.need("webhooks:write:admin")?;
    call.only(&[])?;
    call.lever.change(|world, _| world.account_mut(&call.account)?.delete_webhook(&id.as_str().into()))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
