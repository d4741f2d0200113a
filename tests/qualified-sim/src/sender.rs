//! From happenings to webhook deliveries: who is told, what is sent, what is tried again.

use std::sync::{Arc, Weak};
use std::time::Duration;

use ring::hmac;
use serde_json::{Value, json};
use sim_kit::clock::Millis;
use sim_kit::deliveries::{Compose, Outcome, Rules, Wire};
use sim_kit::random;

use crate::app::{App, Inner};
use crate::switches::Switches;
use crate::wire;
use crate::wire::subscription::RETRY_AFTER;
use crate::world::{EventId, SubscriptionId, World};

/// How Qualified sends (Qualified: Webhooks): 5 s, at most one retry at least 60 s later.
pub(crate) fn rules(switches: &Switches) -> Rules {
    Rules {
        timeout: Duration::from_millis(switches.webhook_timeout_ms),
        pauses_ms: vec![RETRY_AFTER],
        time_scale: switches.webhook_time_scale,
        retried: is_retried,
    }
}

/// Connection failure, timeout and exactly these statuses; 500, 429 and every 4xx are final.
fn is_retried(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Error(_) => true,
        Outcome::Status(status) => {
            matches!(status, 502 | 503 | 504 | 520 | 521 | 523 | 525 | 526 | 527 | 530)
        }
    }
}

/// Queues a delivery for every subscriber of everything that happened.
pub(crate) fn send_happenings(app: &App, world: &mut World, now: Millis) {
    for happening in std::mem::take(&mut world.happenings) {
        let team = happening.team_id();
        // Plans without webhooks send nothing, even if subscriptions are left over.
        if !world.team(team).is_some_and(|team| team.features.webhook_events) {
            continue;
        }
        let subscribers = world.subscribers(team, happening.event.as_str());
        let body = wire::webhook::payload(&happening, world);
        for subscription in subscribers {
            let event_id: EventId = world.ids.next(now);
            let about = json!({
                "event_id": event_id,
                "event": happening.event.as_str(),
                "subscription_id": subscription.id,
                "team_id": subscription.team_id,
            });
            let signing_key = world.switches.q11_signing_key.as_deref();
            // The queue lives in the kit, which the app holds: a strong reference would never be freed.
            let subscription = (Arc::downgrade(&app.0), subscription.id, subscription.url);
            app.0.kit.deliveries.send(about, to_subscription(subscription, &body, signing_key));
        }
    }
}

/// Sends to wherever the subscription points at the time; called off when it is gone.
fn to_subscription(
    (inner, id, first_url): (Weak<Inner>, SubscriptionId, String),
    body: &Value,
    signing_key: Option<&str>,
) -> Compose {
    let mut wire = to_url(&first_url, body);
    if let Some(key) = signing_key {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        let signature = random::hex_of(hmac::sign(&key, wire.body.as_bytes()).as_ref());
        wire.headers.push(("X-Qualified-Signature".to_owned(), signature));
    }
    // The sender composes once while queueing, under the world's lock: that time the URL is known already.
    let queueing = std::sync::atomic::AtomicBool::new(true);
    Arc::new(move |_| {
        if queueing.swap(false, std::sync::atomic::Ordering::SeqCst) {
            return Some(wire.clone());
        }
        let inner = inner.upgrade()?;
        let world = inner.world.lock();
        let url = world.subscriptions.iter().find(|subscription| subscription.id == id)?.url.clone();
        Some(Wire { url, ..wire.clone() })
    })
}

/// A JSON body to a URL, without a signature.
pub(crate) fn to_url(url: &str, body: &Value) -> Wire {
    let json = ("Content-Type".to_owned(), "application/json".to_owned());
    Wire { url: url.to_owned(), headers: vec![json], body: body.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_listed_statuses_are_tried_again() {
        let retried: Vec<u16> = (100..1000).filter(|status| is_retried(&Outcome::Status(*status))).collect();
        assert_eq!(retried, [502, 503, 504, 520, 521, 523, 525, 526, 527, 530]);
        assert!(is_retried(&Outcome::Error("timeout".to_owned())));
    }
}
