//! The queue of deliveries and the background tasks that work it off.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use tokio::task::JoinSet;

use super::model::{Attempt, Attempts, Compose, Delivery, ModeChange, Order, Outcome, Rules, State, Wire};
use crate::clock::{Clock, Millis};
use crate::guarded::Guarded;

pub(super) struct Entry {
    pub(super) shown: Delivery,
    pub(super) compose: Compose,
    attempts: Attempts,
}

#[derive(Default)]
pub(super) struct Queue {
    pub(super) entries: Vec<Entry>,
    mode: ModeChange,
    rules: Rules,
    pub(super) tasks: JoinSet<()>,
}

/// The webhook sender of one simulator; clones share the queue.
#[derive(Clone)]
pub struct Deliveries {
    pub(super) clock: Clock,
    /// Made when the first delivery is sent.
    client: Arc<OnceLock<reqwest::Client>>,
    pub(super) queue: Guarded<Queue>,
}

impl fmt::Debug for Deliveries {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Deliveries").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl Deliveries {
    /// An empty queue.
    pub fn new(clock: Clock, rules: Rules) -> Self {
        Self { clock, client: Arc::default(), queue: Guarded::new(Queue { rules, ..Queue::default() }) }
    }

    /// Queues a delivery and returns its id.
    ///
    /// A delivery that is called off at once leaves no trace and `None` is returned.
    pub fn send(&self, about: Value, compose: Compose) -> Option<String> {
        self.queue_up(about, compose, Attempts::ByRules)
    }

    /// Like [`Self::send`], but never tried again by itself.
    pub fn send_once(&self, about: Value, compose: Compose) -> Option<String> {
        self.queue_up(about, compose, Attempts::One)
    }

    fn queue_up(&self, about: Value, compose: Compose, attempts: Attempts) -> Option<String> {
        let first = compose(1)?;
        let mut queue = self.queue.lock();
        let state = if take_one(&mut queue.mode.drop_next) {
            State::Dropped
        } else if queue.mode.hold == Some(true) {
            State::Held
        } else {
            State::Queued
        };
        let copies = if state != State::Dropped && take_one(&mut queue.mode.duplicate_next) { 2 } else { 1 };
        let id = format!("d{}", queue.entries.len() + 1);
        let shown = Delivery {
            id: id.clone(),
            queued_ms: self.clock.now_ms(),
            url: first.url,
            body: readable(&first.body),
            about,
            state,
            attempts: Vec::new(),
        };
        queue.entries.push(Entry { shown, compose, attempts });
        drop(queue);
        if state == State::Queued {
            for _ in 0..copies {
                self.spawn(Self::see_through, &id);
            }
        } else if copies == 2 {
            self.hold_copy(&id);
        }
        Some(id)
    }

    /// Sends a delivery once more, whatever became of it; `false` if there is no such delivery.
    pub fn rerun(&self, id: &str) -> bool {
        let known = self.queue.lock().entries.iter().any(|entry| entry.shown.id == id);
        if known {
            self.spawn(Self::once, id);
        }
        known
    }

    /// Changes how the next deliveries are disturbed and returns what now holds.
    pub fn set_mode(&self, change: ModeChange) -> ModeChange {
        let mut queue = self.queue.lock();
        queue.mode.duplicate_next = change.duplicate_next.or(queue.mode.duplicate_next);
        queue.mode.drop_next = change.drop_next.or(queue.mode.drop_next);
        queue.mode.hold = change.hold.or(queue.mode.hold);
        queue.mode
    }

    /// Stops holding and sends what is held, each after the first attempt of the one before; returns their ids in order.
    pub fn release(&self, order: Order) -> Vec<String> {
        let mut queue = self.queue.lock();
        queue.mode.hold = None;
        let held = queue.entries.iter_mut().filter(|entry| entry.shown.state == State::Held);
        let mut ids: Vec<String> = held
            .map(|entry| {
                entry.shown.state = State::Queued;
                entry.shown.id.clone()
            })
            .collect();
        drop(queue);
        if order == Order::Reversed {
            ids.reverse();
        }
        let (sender, in_order) = (self.clone(), ids.clone());
        self.spawn_task(async move {
            for id in in_order {
                if sender.attempt(&id, 1, Self::verdict).await == Some(State::Waiting) {
                    sender.spawn(Self::retry, &id);
                }
            }
        });
        ids
    }

    /// Changes the factor on the pauses between attempts, from the next pause on.
    pub fn set_time_scale(&self, factor: f64) {
        self.queue.lock().rules.time_scale = factor;
    }

    /// Changes the rules, from the next attempt and the next pause on.
    pub fn set_rules(&self, rules: Rules) {
        self.queue.lock().rules = rules;
    }

    /// Forgets every delivery and disturbance and abandons running attempts.
    pub fn clear(&self) {
        let mut queue = self.queue.lock();
        let rules = queue.rules.clone();
        *queue = Queue { rules, ..Queue::default() };
    }

    fn hold_copy(&self, id: &str) {
        let mut queue = self.queue.lock();
        let copy_id = format!("d{}", queue.entries.len() + 1);
        let Some(entry) = queue.entries.iter().find(|entry| entry.shown.id == id) else { return };
        let shown = Delivery { id: copy_id, ..entry.shown.clone() };
        let copy = Entry { shown, compose: Arc::clone(&entry.compose), attempts: entry.attempts };
        queue.entries.push(copy);
    }

    fn spawn<F>(&self, sending: fn(Self, String) -> F, id: &str)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.spawn_task(sending(self.clone(), id.to_owned()));
    }

    fn spawn_task(&self, task: impl Future<Output = ()> + Send + 'static) {
        let tasks = &mut self.queue.lock().tasks;
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// All attempts the rules allow.
    async fn see_through(self, id: String) {
        if self.attempt(&id, 1, Self::verdict).await == Some(State::Waiting) {
            self.retry(id).await;
        }
    }

    async fn retry(self, id: String) {
        for number in 2.. {
            let Some(pause) = self.pause_before(number) else { return };
            self.clock.sleep_until(self.clock.now_ms().saturating_add(pause)).await;
            if self.attempt(&id, number, Self::verdict).await != Some(State::Waiting) {
                return;
            }
        }
    }

    async fn once(self, id: String) {
        self.attempt(&id, 1, Self::last_verdict).await;
    }

    /// The scaled pause before attempt `number`, `None` if there is no such attempt.
    pub(super) fn pause_before(&self, number: u32) -> Option<Millis> {
        let queue = self.queue.lock();
        let at = usize::try_from(number).ok()?.checked_sub(2)?;
        let pause = *queue.rules.pauses_ms.get(at)?;
        Some((pause as f64 * queue.rules.time_scale) as Millis)
    }

    /// The state after attempt `number` ended like this, while the rules may allow more attempts.
    pub(super) fn verdict(&self, id: &str, outcome: &Outcome, number: u32) -> State {
        let again = {
            let queue = self.queue.lock();
            let by_rules = |entry: &Entry| entry.shown.id == id && entry.attempts == Attempts::ByRules;
            queue.entries.iter().any(by_rules) && (queue.rules.retried)(outcome)
        };
        if again && !outcome.is_success() && self.pause_before(number.saturating_add(1)).is_some() {
            State::Waiting
        } else {
            self.last_verdict(id, outcome, number)
        }
    }

    /// The state after an attempt that is not followed by another.
    fn last_verdict(&self, _: &str, outcome: &Outcome, _: u32) -> State {
        if outcome.is_success() { State::Delivered } else { State::Failed }
    }

    /// One attempt and the state after it; `None` if the delivery was called off or forgotten.
    async fn attempt(
        &self,
        id: &str,
        number: u32,
        verdict: fn(&Self, &str, &Outcome, u32) -> State,
    ) -> Option<State> {
        let compose = {
            let queue = self.queue.lock();
            Arc::clone(&queue.entries.iter().find(|entry| entry.shown.id == id)?.compose)
        };
        let Some(wire) = compose(number) else {
            self.change(id, |shown| shown.state = State::CalledOff);
            return None;
        };
        let at_ms = self.clock.now_ms();
        let outcome = self.post(&wire).await;
        let state = verdict(self, id, &outcome, number);
        self.change(id, |shown| {
            shown.url.clone_from(&wire.url);
            shown.body = readable(&wire.body);
            shown.attempts.push(Attempt { at_ms, outcome });
            shown.state = state;
        });
        Some(state)
    }

    async fn post(&self, wire: &Wire) -> Outcome {
        let timeout = self.queue.lock().rules.timeout;
        let mut request =
            self.client.get_or_init(client).post(&wire.url).timeout(timeout).body(wire.body.clone());
        for (name, value) in &wire.headers {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(response) => Outcome::Status(response.status().as_u16()),
            Err(error) if error.is_timeout() => Outcome::Error("timeout".to_owned()),
            Err(error) if error.is_connect() => Outcome::Error("connection refused".to_owned()),
            Err(error) => Outcome::Error(error.to_string()),
        }
    }

    pub(super) fn change(&self, id: &str, change: impl FnOnce(&mut Delivery)) {
        if let Some(entry) = self.queue.lock().entries.iter_mut().find(|entry| entry.shown.id == id) {
            change(&mut entry.shown);
        }
    }
}

/// Without a root store (the only way this fails) plain http still works through the default client.
fn client() -> reqwest::Client {
    let client = crate::http::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    client.build().unwrap_or_default()
}

fn take_one(left: &mut Option<u32>) -> bool {
    match left {
        Some(count @ 1..) => {
            *count -= 1;
            true
        }
        Some(0) | None => false,
    }
}

fn readable(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()))
}
