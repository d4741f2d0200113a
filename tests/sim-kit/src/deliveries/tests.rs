//! Retries, duplicates, losses and reorderings of the sender.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::{Value, json};

use super::*;
use crate::clock::Clock;
use crate::guarded::Guarded;
use crate::serve::{Server, serve};

/// A receiver that answers the first `failing` requests with 500.
struct Receiver {
    server: Server,
    got: Guarded<Vec<String>>,
}

impl Receiver {
    async fn start(failing: usize) -> Self {
        let got = Guarded::new(Vec::new());
        let (kept, seen) = (got.clone(), Arc::new(AtomicUsize::new(0)));
        let handler = async move |body: String| {
            kept.lock().push(body);
            let failed = seen.fetch_add(1, Ordering::SeqCst) < failing;
            if failed { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
        };
        Self { server: serve(0, Router::new().route("/", post(handler))).await.unwrap(), got }
    }

    fn compose(&self, body: &'static str) -> Compose {
        let url = format!("{}/", self.server.url());
        Arc::new(move |number| {
            let body = if body == "counted" { format!("{{\"attempt\":{number}}}") } else { body.to_owned() };
            Some(Wire { url: url.clone(), headers: Vec::new(), body })
        })
    }
}

fn sender(pauses_ms: Vec<i64>) -> (Clock, Deliveries) {
    let clock = Clock::default();
    let rules = Rules { pauses_ms, timeout: Duration::from_secs(2), ..Rules::default() };
    (clock.clone(), Deliveries::new(clock, rules))
}

async fn until(sender: &Deliveries, wanted: impl Fn(&[Delivery]) -> bool) -> Vec<Delivery> {
    for _ in 0..400 {
        let list = sender.list();
        if wanted(&list) {
            return list;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("not in time: {:?}", sender.list());
}

#[tokio::test]
async fn a_failed_delivery_is_retried_when_the_simulated_pause_is_over() {
    let receiver = Receiver::start(2).await;
    let (clock, sender) = sender(vec![10_000, 60_000]);
    sender.send(json!({"webhook": "w"}), receiver.compose("counted")).unwrap();
    until(&sender, |all| all[0].state == State::Waiting && all[0].attempts.len() == 1).await;
    clock.advance_ms(10_001);
    until(&sender, |all| all[0].attempts.len() == 2).await;
    clock.advance_ms(60_001);
    let list = until(&sender, |all| all[0].state == State::Delivered).await;
    assert_eq!(
        list[0].attempts.iter().map(|a| a.outcome.clone()).collect::<Vec<_>>(),
        [Outcome::Status(500), Outcome::Status(500), Outcome::Status(200)]
    );
    assert_eq!(list[0].body, json!({"attempt": 3}));
}

#[tokio::test]
async fn a_delivery_fails_when_no_pause_is_left_and_can_be_rerun() {
    let receiver = Receiver::start(2).await;
    let (_, sender) = sender(vec![1]);
    let id = sender.send(Value::Null, receiver.compose("x")).unwrap();
    until(&sender, |all| all[0].state == State::Failed).await;
    assert!(sender.rerun(&id));
    until(&sender, |all| all[0].state == State::Delivered).await;
    assert!(!sender.rerun("d9"));
}

#[tokio::test]
async fn duplicates_drops_and_reordering_come_on_demand() {
    let receiver = Receiver::start(0).await;
    let (_, sender) = sender(Vec::new());
    sender.set_mode(ModeChange { drop_next: Some(1), duplicate_next: Some(1), hold: None });
    sender.send(Value::Null, receiver.compose("lost")).unwrap();
    sender.send(Value::Null, receiver.compose("twice")).unwrap();
    until(&sender, |all| all[1].attempts.len() == 2).await;
    assert_eq!(sender.list()[0].state, State::Dropped);
    sender.set_mode(ModeChange { hold: Some(true), ..ModeChange::default() });
    sender.send(Value::Null, receiver.compose("first")).unwrap();
    sender.send(Value::Null, receiver.compose("second")).unwrap();
    assert_eq!(receiver.got.lock().clone(), ["twice", "twice"]);
    assert_eq!(sender.release(Order::Reversed), ["d4", "d3"]);
    until(&sender, |all| all[2].state == State::Delivered).await;
    assert_eq!(receiver.got.lock().clone(), ["twice", "twice", "second", "first"]);
}

#[tokio::test]
async fn an_unreachable_receiver_is_an_error_and_a_called_off_delivery_is_not_sent() {
    let (_, sender) = sender(Vec::new());
    let wire = Wire { url: "http://127.0.0.1:1/".to_owned(), headers: Vec::new(), body: String::new() };
    sender.send(Value::Null, Arc::new(move |_| Some(wire.clone()))).unwrap();
    let list = until(&sender, |all| all[0].state == State::Failed).await;
    assert!(matches!(&list[0].attempts[0].outcome, Outcome::Error(text) if text == "connection refused"));
    assert_eq!(sender.send(Value::Null, Arc::new(|_| None)), None);
}
