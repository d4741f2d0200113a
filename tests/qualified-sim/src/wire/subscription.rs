//! Webhook subscriptions and stored webhook events as the API shows them.

use serde_json::{Map, Value, json};
use sim_kit::clock::Millis;
use sim_kit::deliveries::{Delivery, Outcome, State};

use super::case::camel;
use super::envelope::labelled;
use super::time::{iso, iso_or_null};
use crate::world::Subscription;

/// How long after a failed attempt the retry comes, simulated milliseconds before scaling (Qualified: Webhooks).
pub(crate) const RETRY_AFTER: Millis = 60_000;

/// The subscription; triggers come back in camelCase with an id among them.
pub(crate) fn record(subscription: &Subscription, failing: usize) -> Value {
    let mut triggers = Map::new();
    triggers.insert("id".to_owned(), json!(subscription.triggers_id));
    triggers.extend(subscription.triggers.iter().map(|(event, on)| (camel(event), json!(on))));
    json!({
        "id": subscription.id,
        "name": subscription.name,
        "url": subscription.url,
        "supportEmail": subscription.support_email,
        "schema": "v1",
        "triggerOnAll": subscription.trigger_on_all,
        "eventTriggers": triggers,
        "failingEventsCount": if failing == 0 { Value::Null } else { json!(failing) },
    })
}

/// The stored event behind a delivery; `None` for deliveries that belong to no subscription.
pub(crate) fn event(delivery: &Delivery) -> Option<Value> {
    let about = &delivery.about;
    about["subscription_id"].as_str()?;
    let last = delivery.attempts.last().map(|attempt| attempt.at_ms);
    let responses: Vec<Value> = delivery.attempts.iter().map(|attempt| response(&attempt.outcome)).collect();
    Some(json!({
        "id": about["event_id"],
        "name": about["event"],
        "url": delivery.url,
        "data": delivery.body["data"],
        "postAttempts": delivery.attempts.len(),
        "createdAt": iso(delivery.queued_ms),
        "retryPendingAt": iso_or_null(last.filter(|_| delivery.state == State::Waiting).map(|at| at + RETRY_AFTER)),
        "failedAt": iso_or_null(last.filter(|_| delivery.state == State::Failed)),
        "postSucceededAt": iso_or_null(last.filter(|_| delivery.state == State::Delivered)),
        "webhookSubscriptionId": about["subscription_id"],
        "state": state(delivery.state),
        "postResponses": responses,
    }))
}

fn state(state: State) -> &'static str {
    match state {
        State::Queued | State::Held | State::Dropped => "pending",
        State::Waiting => "retry_pending",
        State::Delivered => "posted",
        State::Failed | State::CalledOff => "failed",
    }
}

fn response(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Status(status) => json!({"status": status, "error": null}),
        Outcome::Error(error) => json!({"status": null, "error": error}),
    }
}

/// `meta.enums` of a stored event.
pub(crate) fn event_enums() -> Value {
    let states = ["pending", "posting", "retry_pending", "failed", "posted"].map(labelled);
    json!({"state": states})
}
