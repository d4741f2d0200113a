//! `/v1/webhook_subscriptions`: create, read, change, delete by id or URL.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::StatusCode;
use serde_json::Value;
use sim_kit::deliveries::State as DeliveryState;

use sim_kit::clock::Millis;

use super::auth::Caller;
use super::body::{Fields, RawBody};
use super::error::ApiError;
use super::filter::Filter;
use super::include::Includes;
use super::list::{Listing, PAGING};
use super::query::Params;
use crate::app::App;
use crate::wire;
use crate::wire::case::snake;
use crate::wire::disturb::disturb;
use crate::world::{Subscription, SubscriptionId, TRIGGERS, World};

const KIND: &str = "WebhookSubscription";
const FIELDS: [&str; 5] = ["name", "url", "support_email", "trigger_on_all", "event_triggers"];

/// Subscriptions need the plan, and a key that may make them (Q12).
fn check_allowed(app: &App, caller: &Caller) -> Result<(), ApiError> {
    if !caller.features.webhook_events {
        return Err(ApiError::forbidden("Webhooks are not part of the plan"));
    }
    if !app.act(|world, _| world.switches.q12_subscribe_by_key) {
        return Err(ApiError::forbidden("User is not permitted to manage WebhookSubscription"));
    }
    Ok(())
}

fn record(app: &App, subscription: &Subscription) -> Value {
    let failing = app.0.kit.deliveries.list_that(|delivery| {
        delivery.state == DeliveryState::Failed
            && delivery.about["subscription_id"].as_str() == Some(subscription.id.as_str())
    });
    wire::subscription::record(subscription, failing.len())
}

fn answer(app: &App, subscription: &Subscription, world: &World, now: Millis) -> Json<Value> {
    let mut record = record(app, subscription);
    disturb(&mut record, &world.switches);
    Json(wire::envelope::one(KIND, &record, &Value::Object(serde_json::Map::new()), &[], now))
}

fn find<'a>(world: &'a mut World, caller: &Caller, id: &str) -> Result<&'a mut Subscription, ApiError> {
    let of_team = world.subscriptions.iter_mut().filter(|one| one.team_id == caller.team);
    { of_team }.find(|one| one.id.as_str() == id).ok_or_else(ApiError::not_found)
}

/// Subscriptions of the team.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    check_allowed(&app, &caller)?;
    let params = Params::parse(query.as_deref(), &PAGING)?;
    let (filter, includes) = (Filter::default(), Includes::default());
    let listing = Listing { kind: KIND, params: &params, filter, includes };
    listing.answer(&app, |world, _| {
        let of_team = world.subscriptions.iter().filter(|one| one.team_id == caller.team);
        of_team.map(|one| record(&app, one)).collect()
    })
}

/// One subscription.
pub(crate) async fn retrieve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    check_allowed(&app, &caller)?;
    Params::parse(query.as_deref(), &[])?;
    app.act(|world, now| {
        let found = find(world, &caller, &id)?.clone();
        Ok(answer(&app, &found, world, now))
    })
}

/// A new subscription; the answer is 200, not 201.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    check_allowed(&app, &caller)?;
    Params::parse(request.uri().query(), &[])?;
    let fields = RawBody::read(request).await?.wrapped(KIND, &FIELDS)?;
    let url = url_of(&fields)?.ok_or_else(|| missing("url"))?;
    let triggers = triggers_of(&fields)?.ok_or_else(|| missing("event_triggers"))?;
    let (name, support_email) = (fields.get("name")?, fields.get("support_email")?);
    let trigger_on_all = fields.get("trigger_on_all")?.unwrap_or(false);
    app.act(|world, now| {
        let subscription = Subscription {
            id: world.ids.next(now),
            team_id: caller.team.clone(),
            name: name.unwrap_or_else(|| "Default".to_owned()),
            url,
            support_email,
            trigger_on_all,
            triggers_id: world.ids.next(now),
            triggers,
        };
        world.subscriptions.push(subscription.clone());
        Ok(answer(&app, &subscription, world, now))
    })
}

/// Changes the fields given; triggers are replaced as a whole.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    check_allowed(&app, &caller)?;
    Params::parse(request.uri().query(), &[])?;
    let fields = RawBody::read(request).await?.wrapped(KIND, &FIELDS)?;
    let (url, triggers) = (url_of(&fields)?, triggers_of(&fields)?);
    let (name, on_all) = (fields.get("name")?, fields.get("trigger_on_all")?);
    let support_email = fields.settable("support_email")?;
    app.act(|world, now| {
        let found = find(world, &caller, &id)?;
        found.url = url.unwrap_or(std::mem::take(&mut found.url));
        found.triggers = triggers.unwrap_or(std::mem::take(&mut found.triggers));
        found.name = name.unwrap_or(std::mem::take(&mut found.name));
        found.trigger_on_all = on_all.unwrap_or(found.trigger_on_all);
        found.support_email = support_email.unwrap_or(found.support_email.take());
        let found = found.clone();
        Ok(answer(&app, &found, world, now))
    })
}

/// Deletes one; what was still to be sent to it is called off.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, ApiError> {
    check_allowed(&app, &caller)?;
    Params::parse(query.as_deref(), &[])?;
    app.act(|world, _| {
        let id: SubscriptionId = find(world, &caller, &id)?.id.clone();
        world.subscriptions.retain(|one| one.id != id);
        Ok(StatusCode::NO_CONTENT)
    })
}

/// Deletes those with this URL.
pub(crate) async fn delete_by_url(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, ApiError> {
    check_allowed(&app, &caller)?;
    let params = Params::parse(query.as_deref(), &["url"])?;
    let url = params.required("url")?;
    app.act(|world, _| {
        let before = world.subscriptions.len();
        world.subscriptions.retain(|one| one.team_id != caller.team || one.url != url);
        if world.subscriptions.len() == before {
            Err(ApiError::not_found())
        } else {
            Ok(StatusCode::NO_CONTENT)
        }
    })
}

fn missing(field: &str) -> ApiError {
    ApiError::invalid_misuse("missing_field", KIND, field, "can't be blank")
}

fn url_of(fields: &Fields) -> Result<Option<String>, ApiError> {
    let Some(text) = fields.get::<String>("url")? else { return Ok(None) };
    let is_http = url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if is_http {
        return Ok(Some(text));
    }
    Err(ApiError::invalid_misuse("field_value", KIND, "url", "is not a valid URL"))
}

fn triggers_of(fields: &Fields) -> Result<Option<BTreeMap<String, bool>>, ApiError> {
    let Some(given) = fields.get::<BTreeMap<String, bool>>("event_triggers")? else { return Ok(None) };
    let triggers: BTreeMap<_, _> = given.into_iter().map(|(event, on)| (snake(&event), on)).collect();
    match triggers.keys().find(|event| !TRIGGERS.contains(&event.as_str())) {
        Some(event) => {
            let message = format!("{event} is no event");
            Err(ApiError::invalid_misuse("field_value", KIND, "event_triggers", &message))
        }
        None => Ok(Some(triggers)),
    }
}
