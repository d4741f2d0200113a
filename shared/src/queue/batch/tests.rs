//! A batch over a queue in memory: mates are done, failures come back, nothing leaks.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;

use super::*;
use crate::clock::ManualClock;
use crate::domain::{ResultChanged, ResultNews, StageChanged, TeamId};
use crate::queue::{MemoryQueue, RECEIVES_MAX, VISIBILITY_TIMEOUT};
use crate::telemetry::{Capture, capture};

struct Case {
    clock: Arc<ManualClock>,
    queue: MemoryQueue,
    log: Capture,
}

fn case() -> Case {
    let clock = Arc::new(ManualClock::at("2026-11-01T12:00:00Z".parse().unwrap()));
    Case { queue: MemoryQueue::new(Arc::clone(&clock) as Arc<dyn Clock>), clock, log: capture() }
}

fn team() -> TeamId {
    "team-1".parse().unwrap()
}

fn envelope(event: &str, received_at: Timestamp) -> Envelope {
    let event = Event::StageChanged(StageChanged {
        id: event.parse().unwrap(),
        triggered_at: received_at,
        opportunity: "opportunity-1".parse().unwrap(),
        to_stage: "stage-1".parse().unwrap(),
        body_digest: "a".repeat(64),
    });
    Envelope::new(team(), event, received_at)
}

fn told_to_wait(seconds: u64) -> Disposition {
    Disposition::Transient { retry_after: Some(Duration::from_secs(seconds)) }
}

fn ids(response: &SqsBatchResponse) -> Vec<&str> {
    response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect()
}

impl Case {
    async fn send(&self, event: &str) {
        self.queue.send(&envelope(event, self.clock.now())).await.unwrap();
    }

    /// One run of the worker: every event fails with what `dispositions` says of it, or else succeeds.
    async fn work(&self, dispositions: impl Fn(&str) -> Option<Disposition> + Sync) -> usize {
        let batch = self.queue.receive(10);
        let response = handle_batch(batch.clone(), &self.queue, self.clock.as_ref(), |item| {
            let disposition = dispositions(item.envelope.event.id().as_str());
            async move {
                disposition.map_or(Ok(()), |disposition| Err(BatchError::new(disposition, "for the test")))
            }
        })
        .await;
        self.queue.complete(&batch, &response);
        response.batch_item_failures.len()
    }

    fn wait_of_the_next(&self) -> Duration {
        Duration::try_from(self.queue.next_visible_at().unwrap().duration_since(self.clock.now())).unwrap()
    }
}

#[tokio::test]
async fn the_handler_gets_what_was_sent() {
    let case = case();
    case.send("event-1").await;
    case.queue.receive(10);
    case.clock.advance(VISIBILITY_TIMEOUT);
    let batch = case.queue.receive(10);
    let seen = Mutex::new(Vec::new());
    let response = handle_batch(batch.clone(), &case.queue, case.clock.as_ref(), |item| {
        seen.lock().unwrap().push(item);
        async { Ok(()) }
    })
    .await;
    assert_eq!(ids(&response), [""; 0]);
    let expected = BatchItem {
        envelope: envelope("event-1", "2026-11-01T12:00:00Z".parse().unwrap()),
        receipt: batch.records[0].receipt_handle.clone().unwrap(),
        message_id: batch.records[0].message_id.clone().unwrap(),
        receive_count: 2,
    };
    assert_eq!(seen.into_inner().unwrap(), [expected]);
}

#[tokio::test]
async fn a_message_that_is_not_ours_fails_alone_and_its_body_is_not_logged() {
    let case = case();
    case.send("event-1").await;
    for body in ["canary, not JSON", r#"{"v":1,"canary":true}"#, r#"{"v":99,"canary":true}"#] {
        case.queue.send_body(&team(), body);
    }
    case.send("event-2").await;
    let batch = case.queue.receive(10);
    let handled = AtomicUsize::new(0);
    let response = handle_batch(batch.clone(), &case.queue, case.clock.as_ref(), |_| {
        handled.fetch_add(1, Ordering::Relaxed);
        async { Ok(()) }
    })
    .await;
    let mut failed = ids(&response);
    failed.sort_unstable();
    let expected: Vec<_> =
        batch.records[1..4].iter().map(|record| record.message_id.as_deref().unwrap()).collect();
    assert_eq!(failed, expected);
    assert_eq!(handled.load(Ordering::Relaxed), 2);
    assert!(!case.log.text().contains("canary"), "{}", case.log.text());
    let mut outcomes: Vec<_> = case.log.closings().iter().map(|line| line["outcome"].to_string()).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, [r#""done""#, r#""done""#, r#""failed""#, r#""failed""#, r#""postponed""#]);
}

#[tokio::test]
async fn a_batch_of_nothing_but_poison_is_reported_whole_and_ends_as_dead_letters() {
    let case = case();
    for _ in 0..10 {
        case.queue.send_body(&team(), "poison");
    }
    for _ in 0..RECEIVES_MAX {
        assert_eq!(case.work(|_| None).await, 10);
        assert_eq!(case.wait_of_the_next(), Duration::from_secs(30));
        case.clock.advance(Duration::from_secs(30));
    }
    assert_eq!(case.work(|_| None).await, 0);
    assert_eq!(case.queue.dead_letters().len(), 10);
    assert!(case.queue.is_idle());
}

#[tokio::test]
async fn an_empty_batch_has_no_failures() {
    let case = case();
    assert_eq!(case.work(|_| None).await, 0);
    assert_eq!(case.log.text(), "");
}

#[tokio::test]
async fn a_panic_fails_its_own_message_only() {
    let case = case();
    case.send("event-1").await;
    case.send("event-2").await;
    case.send("event-3").await;
    let batch = case.queue.receive(10);
    let response = handle_batch(batch.clone(), &case.queue, case.clock.as_ref(), |item| {
        let event = item.envelope.event.id().to_string();
        assert_ne!(event, "event-1", "before its future is made");
        async move {
            tokio::task::yield_now().await;
            assert_ne!(event, "event-2", "while it runs");
            Ok(())
        }
    })
    .await;
    let mut failed = ids(&response);
    failed.sort_unstable();
    assert_eq!(
        failed,
        [batch.records[0].message_id.as_deref(), batch.records[1].message_id.as_deref()].map(Option::unwrap)
    );
    let errors = case.log.closings().into_iter().filter(|line| line["level"] == "ERROR").count();
    assert_eq!(errors, 2);
    assert!(!case.log.text().contains("before its future"), "a panic's text is not logged");
}

#[tokio::test]
async fn a_transient_failure_is_postponed_with_jitter_or_by_the_hint() {
    let case = case();
    case.send("event-1").await;
    assert_eq!(case.work(|_| Some(told_to_wait(17))).await, 1);
    assert_eq!(case.wait_of_the_next(), Duration::from_secs(17));
    case.clock.advance(Duration::from_secs(17));
    assert_eq!(case.work(|_| Some(Disposition::TRANSIENT)).await, 1);
    let wait = case.wait_of_the_next();
    assert!(wait >= Duration::from_secs(1) && wait <= Duration::from_secs(120), "{wait:?}");
    case.clock.advance(wait);
    assert_eq!(case.work(|_| None).await, 0);
    assert!(case.queue.is_idle());
}

#[tokio::test]
async fn a_failure_that_is_recorded_is_done() {
    let case = case();
    case.send("event-1").await;
    case.send("event-2").await;
    let recorded = |event: &str| {
        Some(if event == "event-1" { Disposition::Disconnected } else { Disposition::Unprocessable })
    };
    assert_eq!(case.work(recorded).await, 0);
    assert!(case.queue.is_idle());
    let closings = case.log.closings();
    assert_eq!(
        (&closings[0]["outcome"], &closings[0]["disposition"]),
        (&"done".into(), &"disconnected".into())
    );
}

#[tokio::test]
async fn a_defect_is_an_error_line_with_all_that_is_known() {
    let case = case();
    case.send("event-1").await;
    assert_eq!(case.work(|_| Some(Disposition::Defect)).await, 1);
    let line = &case.log.closings()[0];
    for (field, value) in [
        ("level", "ERROR"),
        ("unit", "message"),
        ("outcome", "failed"),
        ("team.id", "team-1"),
        ("opportunity.id", "opportunity-1"),
        ("event.id", "event-1"),
        ("disposition", "defect"),
        ("error", "for the test"),
    ] {
        assert_eq!(line[field], value, "{field}");
    }
    assert_eq!(line["spans"][0]["receive_count"], 1);
}

#[tokio::test]
async fn the_last_line_of_a_dead_letter_is_an_error_that_says_so() {
    let case = case();
    case.send("event-1").await;
    for _ in 0..RECEIVES_MAX {
        case.work(|_| Some(Disposition::Transient { retry_after: None })).await;
        case.clock.advance(VISIBILITY_TIMEOUT * 3);
    }
    let closings = case.log.closings();
    let told: Vec<_> = closings.iter().map(|line| (&line["outcome"], &line["level"])).collect();
    let (last, before) = told.split_last().unwrap();
    assert_eq!(*last, (&"given_up".into(), &"ERROR".into()));
    assert_eq!(before, [(&"postponed".into(), &"INFO".into()); RECEIVES_MAX as usize - 1]);
}

#[tokio::test]
async fn a_handler_can_add_its_reason_to_the_closing_line() {
    let case = case();
    case.send("event-1").await;
    let batch = case.queue.receive(10);
    handle_batch(batch, &case.queue, case.clock.as_ref(), |_| async {
        tracing::Span::current().record("reason", "no_tag");
        Ok(())
    })
    .await;
    assert_eq!(case.log.closings()[0]["spans"][0]["reason"], "no_tag");
}

#[tokio::test]
async fn being_told_to_wait_for_hours_ends_in_success_and_for_a_day_as_a_dead_letter() {
    let case = case();
    case.send("event-1").await;
    let mut receives = 0;
    while case.clock.now() < "2026-11-01T18:00:00Z".parse().unwrap() {
        case.work(|_| Some(told_to_wait(300))).await;
        receives += 1;
        case.clock.advance(Duration::from_secs(300));
    }
    assert!(receives > 3 * RECEIVES_MAX);
    assert_eq!(case.queue.dead_letters(), []);
    assert_eq!(case.queue.depth(), 1);

    case.clock.advance(Duration::from_secs(12 * 60 * 60));
    for _ in 0..2 * RECEIVES_MAX {
        case.work(|_| Some(told_to_wait(300))).await;
        case.clock.advance(Duration::from_secs(300));
    }
    assert_eq!(case.queue.dead_letters().len(), 1);
    assert!(case.queue.is_idle());
}

#[tokio::test]
async fn a_record_that_cannot_be_reported_alone_brings_the_whole_batch_back() {
    let case = case();
    case.send("event-1").await;
    let mut batch = case.queue.receive(10);
    let mut nameless = batch.records[0].clone();
    nameless.message_id = None;
    batch.records.push(nameless);
    let response = handle_batch(batch.clone(), &case.queue, case.clock.as_ref(), |_| async { Ok(()) }).await;
    assert_eq!(ids(&response), [""]);
    case.queue.complete(&batch, &response);
    assert_eq!(case.queue.depth(), 1);
}

#[tokio::test]
async fn a_record_without_body_or_receipt_fails_by_its_id() {
    let case = case();
    case.send("event-1").await;
    case.send("event-2").await;
    let mut batch = case.queue.receive(10);
    batch.records[0].body = None;
    batch.records[1].receipt_handle = None;
    let response = handle_batch(batch, &case.queue, case.clock.as_ref(), |_| async { Ok(()) }).await;
    assert_eq!(response.batch_item_failures.len(), 2);
}

#[tokio::test]
async fn a_large_batch_is_handled_a_few_messages_at_a_time() {
    let case = case();
    let record = {
        case.send("event-1").await;
        case.queue.receive(1).records.remove(0)
    };
    let mut batch = SqsEvent::default();
    batch.records = vec![record; 10_000];
    let (running, most, done) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let response = handle_batch(batch, &case.queue, case.clock.as_ref(), |_| async {
        most.fetch_max(running.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        running.fetch_sub(1, Ordering::Relaxed);
        done.fetch_add(1, Ordering::Relaxed);
        Ok(())
    })
    .await;
    assert_eq!(ids(&response), [""; 0]);
    assert_eq!(done.into_inner(), 10_000);
    assert_eq!(most.into_inner(), CONCURRENCY_MAX);
}

/// A queue that cannot be reached.
struct Unreachable;

#[async_trait]
impl Queue for Unreachable {
    async fn send(&self, _: &Envelope) -> Result<(), Error> {
        Err(Error::Unavailable { cause: "for the test".to_owned() })
    }

    async fn postpone(&self, _: &str, _: Duration) -> Result<(), Error> {
        Err(Error::Unavailable { cause: "for the test".to_owned() })
    }
}

#[tokio::test]
async fn a_queue_that_is_not_reached_loses_nothing() {
    let case = case();
    case.send("event-1").await;
    for receive in 1..=RECEIVES_MAX {
        let batch = case.queue.receive(10);
        assert_eq!(batch.records[0].attributes["ApproximateReceiveCount"], receive.to_string());
        let response = handle_batch(batch.clone(), &Unreachable, case.clock.as_ref(), |_| async {
            Err(BatchError::new(told_to_wait(5), "for the test"))
        })
        .await;
        assert_eq!(response.batch_item_failures.len(), 1);
        case.queue.complete(&batch, &response);
        assert_eq!(case.wait_of_the_next(), VISIBILITY_TIMEOUT);
        case.clock.advance(VISIBILITY_TIMEOUT);
    }
}

#[tokio::test]
async fn a_batch_can_be_handled_on_any_thread() {
    let case = case();
    let event = Event::ResultChanged(ResultChanged {
        id: "event-1".parse().unwrap(),
        result: "result-1".parse().unwrap(),
        news: ResultNews::Started,
        changed_at: None,
        team_candidate: None,
        assessment: None,
    });
    case.queue.send(&Envelope { event, ..envelope("event-1", case.clock.now()) }).await.unwrap();
    let Case { queue, clock, .. } = case;
    let task = tokio::spawn(async move {
        let batch = queue.receive(10);
        handle_batch(batch, &queue, clock.as_ref(), |item| async move {
            let _: &Envelope = &item.envelope;
            Ok(())
        })
        .await
    });
    assert_eq!(ids(&task.await.unwrap()), [""; 0]);
}
