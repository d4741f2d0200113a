//! `/v1/webhook_events` and `/v1/webhook_examples`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use serde_json::{Value, json};
use sim_kit::deliveries::Delivery;

use super::auth::Caller;
use super::body::RawBody;
use super::error::ApiError;
use super::filter::Filter;
use super::include::Includes;
use super::list::{Listing, PAGING};
use super::query::Params;
use super::results;
use crate::app::App;
use crate::sender::to_url;
use crate::wire;
use crate::wire::disturb::disturb;
use crate::world::{Event, Happening, ResultId, Subject, TeamCandidateId, World};

const KIND: &str = "WebhookEvent";
/// Stored events that are kept of each subscription.
const KEPT: usize = 100;

/// Stored events of the team, newest first.
fn events(app: &App, caller: &Caller) -> Vec<Value> {
    let mut count = std::collections::HashMap::new();
    let is_of_team = |one: &Delivery| one.about["team_id"].as_str() == Some(caller.team.as_str());
    let newest_first = app.0.kit.deliveries.list_that(is_of_team).into_iter().rev();
    let kept = newest_first.filter(|one| {
        let so_far: &mut usize = count.entry(one.about["subscription_id"].to_string()).or_default();
        *so_far += 1;
        *so_far <= KEPT
    });
    kept.filter_map(|one| wire::subscription::event(&one)).collect()
}

/// Stored events.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let params = Params::parse(query.as_deref(), &PAGING)?;
    let events = events(&app, &caller);
    let (filter, includes) = (Filter::default(), Includes::default());
    Listing { kind: KIND, params: &params, filter, includes }.answer(&app, |_, _| events)
}

/// One stored event.
pub(crate) async fn retrieve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    Params::parse(query.as_deref(), &[])?;
    let mut events = events(&app, &caller).into_iter();
    let mut record =
        events.find(|event| event["id"].as_str() == Some(&id)).ok_or_else(ApiError::not_found)?;
    app.act(|world, now| {
        disturb(&mut record, &world.switches);
        Ok(Json(wire::envelope::one(KIND, &record, &wire::subscription::event_enums(), &[], now)))
    })
}

/// The payload that would be sent for a record.
pub(crate) async fn example(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let params = Params::parse(query.as_deref(), &["type", "event"])?;
    let (kind, event) = (params.required("type")?, params.required("event")?);
    app.act(|world, _| payload(world, &caller, &id, kind, event).map(Json))
}

/// Sends that payload to a URL; the body is flat.
pub(crate) async fn send_example(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    Params::parse(request.uri().query(), &[])?;
    let fields = RawBody::read(request).await?.flat("WebhookExample", &["type", "event", "url"])?;
    let (kind, event, url) = (
        fields.required::<String>("type")?,
        fields.required::<String>("event")?,
        fields.required::<String>("url")?,
    );
    let payload = app.act(|world, _| payload(world, &caller, &id, &kind, &event))?;
    let wire = to_url(&url, &payload);
    app.0
        .kit
        .deliveries
        .send_once(json!({"example": true, "event": event}), Arc::new(move |_| Some(wire.clone())));
    Ok(Json(payload))
}

fn payload(world: &World, caller: &Caller, id: &str, kind: &str, event: &str) -> Result<Value, ApiError> {
    let known = Event::ALL.into_iter().find(|known| known.as_str() == event);
    let refused =
        || ApiError::misuse("webhook_example", format!("there is no example of {event} for {kind}"));
    let event = known.ok_or_else(refused)?;
    let subject = match (kind, event.is_about_result()) {
        ("AssessmentResult", true) => {
            let result = Box::new(results::of_team(world, caller, &ResultId::from(id))?.clone());
            let candidate = Box::new(world.candidate(&result.team_candidate_id)?.clone());
            Subject::Result { result, candidate }
        }
        ("TeamCandidate", false) => {
            let candidate = world.candidate(&TeamCandidateId::from(id))?;
            if candidate.team_id != caller.team {
                return Err(ApiError::not_found());
            }
            Subject::Candidate(Box::new(candidate.clone()))
        }
        _ => return Err(refused()),
    };
    Ok(wire::webhook::payload(&Happening { event, subject }, world))
}
