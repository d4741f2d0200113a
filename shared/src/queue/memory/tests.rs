//! The promises of a standard SQS queue, as far as the worker relies on them.

use super::*;
use crate::clock::{ManualClock, SystemClock};
use crate::queue::{RECEIVES_MAX, VISIBILITY_TIMEOUT};

struct Case {
    clock: Arc<ManualClock>,
    queue: MemoryQueue,
}

fn case() -> Case {
    let clock = Arc::new(ManualClock::at("2026-11-01T12:00:00Z".parse().unwrap()));
    Case { queue: MemoryQueue::new(Arc::clone(&clock) as Arc<dyn Clock>), clock }
}

fn team(name: &str) -> TeamId {
    name.parse().unwrap()
}

fn bodies(event: &SqsEvent) -> Vec<&str> {
    event.records.iter().map(|record| record.body.as_deref().unwrap()).collect()
}

fn all_failed(event: &SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for record in &event.records {
        response.add_failure(record.message_id.clone().unwrap());
    }
    response
}

fn receipt(event: &SqsEvent) -> &str {
    event.records[0].receipt_handle.as_deref().unwrap()
}

#[test]
fn a_received_message_is_hidden_until_the_time_out_and_then_comes_back() {
    let Case { clock, queue } = case();
    queue.send_body(&team("a"), "one");
    let first = queue.receive(10);
    assert_eq!(bodies(&first), ["one"]);
    assert_eq!(first.records[0].attributes["ApproximateReceiveCount"], "1");
    assert_eq!(first.records[0].attributes["MessageGroupId"], "a");
    assert_eq!(queue.next_visible_at(), Some(clock.now() + VISIBILITY_TIMEOUT));

    clock.advance(VISIBILITY_TIMEOUT - Duration::from_millis(1));
    assert_eq!(queue.receive(10).records.len(), 0);
    clock.advance(Duration::from_millis(1));
    let second = queue.receive(10);
    assert_eq!(second.records[0].message_id, first.records[0].message_id);
    assert_eq!(second.records[0].attributes["ApproximateReceiveCount"], "2");
}

#[test]
fn completing_deletes_what_did_not_fail_and_keeps_the_rest() {
    let Case { clock, queue } = case();
    for body in ["one", "two", "three"] {
        queue.send_body(&team("a"), body);
    }
    let batch = queue.receive(10);
    let mut response = SqsBatchResponse::default();
    response.add_failure(batch.records[1].message_id.clone().unwrap());
    queue.complete(&batch, &response);
    assert_eq!(queue.depth(), 1);
    assert_eq!(queue.receive(10).records.len(), 0);

    clock.advance(VISIBILITY_TIMEOUT);
    let batch = queue.receive(10);
    assert_eq!(bodies(&batch), ["two"]);
    queue.complete(&batch, &SqsBatchResponse::default());
    assert!(queue.is_idle());
    assert_eq!(queue.next_visible_at(), None);
}

#[test]
fn a_reported_id_that_is_not_in_the_batch_brings_the_whole_batch_back() {
    let Case { queue, .. } = case();
    queue.send_body(&team("a"), "one");
    let batch = queue.receive(10);
    let mut response = SqsBatchResponse::default();
    response.add_failure("");
    queue.complete(&batch, &response);
    assert_eq!(queue.depth(), 1);
}

#[test]
fn a_receipt_of_an_earlier_receive_deletes_nothing() {
    let Case { clock, queue } = case();
    queue.send_body(&team("a"), "one");
    let late = queue.receive(10);
    clock.advance(VISIBILITY_TIMEOUT);
    let present = queue.receive(10);
    queue.complete(&late, &SqsBatchResponse::default());
    assert_eq!(queue.depth(), 1);
    queue.complete(&present, &SqsBatchResponse::default());
    assert_eq!(queue.depth(), 0);
}

#[tokio::test]
async fn a_postponed_message_comes_back_at_its_own_time() {
    let Case { clock, queue } = case();
    queue.send_body(&team("a"), "one");
    let batch = queue.receive(10);
    queue.postpone(receipt(&batch), Duration::from_secs(30)).await.unwrap();
    queue.complete(&batch, &all_failed(&batch));
    clock.advance(Duration::from_secs(29));
    assert_eq!(queue.receive(10).records.len(), 0);
    clock.advance(Duration::from_secs(1));
    assert_eq!(bodies(&queue.receive(10)), ["one"]);
}

#[tokio::test]
async fn only_a_message_being_handled_can_be_postponed() {
    let Case { clock, queue } = case();
    queue.send_body(&team("a"), "one");
    let batch = queue.receive(10);
    let postpone = async |receipt| queue.postpone(receipt, Duration::from_secs(1)).await;
    assert_eq!(postpone("unknown").await, Err(Error::ReceiptExpired));
    clock.advance(VISIBILITY_TIMEOUT);
    assert_eq!(postpone(receipt(&batch)).await, Err(Error::ReceiptExpired));
    let batch = queue.receive(10);
    queue.complete(&batch, &SqsBatchResponse::default());
    assert_eq!(postpone(receipt(&batch)).await, Err(Error::ReceiptExpired));
}

#[tokio::test]
async fn a_delay_is_cut_to_what_sqs_accepts() {
    let Case { clock, queue } = case();
    queue.send_body(&team("a"), "one");
    let batch = queue.receive(10);
    queue.postpone(receipt(&batch), Duration::MAX).await.unwrap();
    assert_eq!(queue.next_visible_at(), Some(clock.now() + POSTPONE_MAX));
}

#[test]
fn a_message_never_completed_becomes_a_dead_letter_and_can_be_redriven() {
    let Case { clock, queue } = case();
    queue.send_body(&team("a"), "poison");
    for receive in 1..=RECEIVES_MAX {
        let batch = queue.receive(10);
        assert_eq!(batch.records[0].attributes["ApproximateReceiveCount"], receive.to_string());
        queue.complete(&batch, &all_failed(&batch));
        clock.advance(VISIBILITY_TIMEOUT);
    }
    assert_eq!(queue.dead_letters(), []);
    assert_eq!(queue.receive(10).records.len(), 0);
    assert!(queue.is_idle());
    let dead = queue.dead_letters();
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].body.as_str(), dead[0].receives), ("poison", RECEIVES_MAX));

    assert_eq!(queue.redrive(), 1);
    assert_eq!(queue.dead_letters(), []);
    assert_eq!(queue.receive(10).records[0].attributes["ApproximateReceiveCount"], "1");
}

#[test]
fn a_backlog_of_one_team_does_not_hold_up_the_others() {
    let Case { queue, .. } = case();
    for number in 0..100 {
        queue.send_body(&team("b"), &format!("b{number}"));
    }
    queue.send_body(&team("a"), "a0");
    queue.send_body(&team("c"), "c0");
    queue.send_body(&team("c"), "c1");
    assert_eq!(bodies(&queue.receive(4)), ["a0", "b0", "c0", "b1"]);
    assert_eq!(bodies(&queue.receive(3)), ["c1", "b2", "b3"]);
    queue.send_body(&team("a"), "a1");
    assert_eq!(bodies(&queue.receive(2)), ["a1", "b4"]);
}

#[test]
fn no_more_than_ten_messages_are_handed_out_at_once() {
    let Case { queue, .. } = case();
    for _ in 0..25 {
        queue.send_body(&team("a"), "x");
    }
    let sizes: Vec<_> = (0..4).map(|_| queue.receive(1_000).records.len()).collect();
    assert_eq!(sizes, [10, 10, 5, 0]);
    assert_eq!(queue.receive(0).records.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_poller_is_woken_by_a_message_and_by_time() {
    let queue = Arc::new(MemoryQueue::new(Arc::new(SystemClock)));
    let started = tokio::time::Instant::now();
    queue.wait(Duration::from_secs(5)).await;
    assert_eq!(started.elapsed(), Duration::from_secs(5));

    let poller = tokio::spawn({
        let queue = Arc::clone(&queue);
        async move { queue.wait(Duration::from_secs(3_600)).await }
    });
    tokio::task::yield_now().await;
    queue.send_body(&team("a"), "one");
    poller.await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(6));

    let batch = queue.receive(10);
    queue.postpone(receipt(&batch), Duration::from_secs(60)).await.unwrap();
    queue.wait(Duration::from_secs(3_600)).await;
    queue.wait(Duration::from_secs(3_600)).await;
    assert!(started.elapsed() <= Duration::from_secs(66), "woken when the postponed message is due");
}
