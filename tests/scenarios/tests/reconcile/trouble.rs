//! Sweeps that end early, meet too much or cannot go on lose nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use lever_integration::clock::Clock;
use lever_integration::domain::Reason;
use lever_integration::queue::{Envelope, Error as QueueError, MemoryQueue, Queue};
use lever_integration::service::reconcile::{Reconciler, Rhythm};
use lever_integration::setup::Parts;
use scenarios::{Last, Made, World};
use serde_json::json;
use sim_kit::deliveries::ModeChange;
use sim_kit::faults::{Fault, Mode};

use super::{A_DAY, AN_HOUR, shown, sweep, sweep_after};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sweep_that_ends_at_any_call_of_the_table_loses_nothing() -> Made {
    let world = World::without_deliveries().await?;
    for calls in 0..24 {
        let name = format!("Ada {calls}");
        let id = world.candidate(&name, json!({"tags": [World::TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        world.pass(AN_HOUR);
        let doomed: Reconciler = world.failing(calls, Last::Done).reconciler(Rhythm::default())?;
        let ends_at = world.clock.now() + Duration::from_secs(240);
        _ = reconciler::handle(&doomed, ends_at).await;
        world.settle().await?;
        sweep(&world).await?;
        world.wait_out().await?;
        assert_eq!(shown(&world, &id)?, ["Rust Basics - Invited"], "after {calls} calls");
        assert_eq!(world.mailed(&name).len(), 1, "after {calls} calls");
    }
    world.finish().await
}

/// Lets time pass quickly until the queue is empty: at Lever's rate a crowd would take minutes.
///
/// Slower while an event is handled, or a busy machine would hold it for hours.
async fn drain(world: &World) {
    while !world.local.queue.is_idle() {
        world.pass(if world.local.is_busy() { Duration::from_millis(200) } else { Duration::from_secs(1) });
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_candidates_than_one_sweep_looks_at_are_found_by_the_next() -> Made {
    let world = World::without_deliveries().await?;
    let mut ids = Vec::new();
    for number in 0..520 {
        let id = world.candidate(&format!("Ada {number}"), json!({}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        ids.push(id);
    }
    world.pass(World::SWEEP_IS_DUE);
    assert_eq!(world.local.reconcile().await?.found, 500);
    let stored = world.local.parts.store.load_reconciliation(&world.team).await?.ok_or("nothing stored")?;
    assert!(stored.stage_changes.under_way.is_some(), "the place is stored");
    drain(&world).await;
    world.pass(World::SWEEP_IS_DUE);
    assert_eq!(world.local.reconcile().await?.found, 20);
    drain(&world).await;
    let stored = world.local.parts.store.load_reconciliation(&world.team).await?.ok_or("nothing stored")?;
    assert!(stored.stage_changes.under_way.is_none() && stored.missed_at.is_some());
    for id in ids {
        assert_eq!(world.reasons(&id).await?, [Reason::NoMatchingTag]);
    }
    world.finish().await
}

/// A queue that takes so many events and then refuses.
struct FullQueue {
    inner: Arc<MemoryQueue>,
    left: AtomicUsize,
}

#[async_trait]
impl Queue for FullQueue {
    async fn send(&self, envelope: &Envelope) -> Result<(), QueueError> {
        match self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
            Ok(_) => self.inner.send(envelope).await,
            Err(_) => Err(QueueError::Unavailable { cause: "full".to_owned() }),
        }
    }
    async fn postpone(&self, receipt: &str, delay: Duration) -> Result<(), QueueError> {
        self.inner.postpone(receipt, delay).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_queue_does_not_take_is_found_again() -> Made {
    let world = World::without_deliveries().await?;
    let mut ids = Vec::new();
    for number in 0..5 {
        let id = world.candidate(&format!("Ada {number}"), json!({"tags": [World::TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        ids.push(id);
    }
    // Longer than the next look reaches back by itself.
    world.pass(AN_HOUR);
    for left in [0, 2] {
        let inner = Arc::clone(&world.local.queue);
        let queue = Arc::new(FullQueue { inner, left: AtomicUsize::new(left) });
        let parts = Parts { queue, ..world.failing(usize::MAX, Last::Undone) };
        let ends_at = world.clock.now() + Duration::from_secs(240);
        let answer = reconciler::handle(&parts.reconciler(Rhythm::default())?, ends_at).await?;
        assert_eq!((answer.swept, answer.failed), (0, 1));
    }
    world.settle().await?;
    // A day without a run, and still nothing is forgotten.
    sweep_after(&world, A_DAY).await?;
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(shown(&world, id)?, ["Rust Basics - Invited"]);
        assert_eq!(world.mailed(&format!("Ada {number}")).len(), 1);
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_access_token_refused_in_the_middle_is_replaced_and_the_sweep_comes_to_its_end() -> Made {
    let world = World::without_deliveries().await?;
    for path in ["/v1/opportunities", "/v1/webhooks", "/v1/opportunities/deleted"] {
        let mut fault = Fault::new("GET", path, Mode::Status);
        fault.status = Some(401);
        world.local.lever.kit().faults.plan(fault);
        let answer = sweep_after(&world, AN_HOUR).await?;
        assert_eq!((answer.swept, answer.failed), (1, 0), "{path}");
        let stored = world.local.parts.store.load_reconciliation(&world.team).await?.ok_or("nothing")?;
        let age = world.clock.now().duration_since(stored.swept_at.ok_or("never swept")?);
        assert!(age.as_secs() < 60, "{path}: the sweep is on record");
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_at_either_service_leaves_the_team_due() -> Made {
    let world = World::without_deliveries().await?;
    let calls = [
        ("/v1/opportunities", true),
        ("/api/v1/assessment_results", false),
        ("/v1/opportunities/deleted", true),
    ];
    for (path, is_lever) in calls {
        world.pass(AN_HOUR);
        let kit = if is_lever { world.local.lever.kit() } else { world.local.qualified.kit() };
        kit.faults.plan(Fault::new("GET", path, Mode::Status));
        let answer = world.local.reconcile().await?;
        assert_eq!((answer.swept, answer.failed), (0, 1), "{path}");
        let answer = world.local.reconcile().await?;
        assert_eq!(
            (answer.swept, answer.failed),
            (1, 0),
            "{path}: at once, without waiting for the next turn"
        );
        assert_eq!(world.local.reconcile().await?.swept, 0, "{path}");
    }
    world.finish().await
}

/// People whom others invite, and whose results are in the team's list as well.
async fn strangers(world: &World, count: usize) -> Made {
    let emails: Vec<String> = (0..count).map(|number| format!("stranger-{number}@example.com")).collect();
    let assessment = world.first_assessment().await?;
    let invitation = json!({"data": {"candidates": emails, "assessment_id": assessment}});
    let (_, key) = world.local.qualified.first_team().ok_or("no team")?;
    let url = format!("{}/v1/assessment_invitations/invite_candidates", world.local.qualified.api_base());
    let post = sim_kit::http::client().post(url).header("authorization", key.expose()).json(&invitation);
    post.send().await?.error_for_status()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_results_than_one_list_holds_do_not_keep_the_next_from_being_read() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let result = world.result(&id).await?;
    world.local.qualified.kit().deliveries.set_mode(ModeChange { hold: Some(true), ..Default::default() });
    world.local.qualified.switch(|switches| switches.page_size = Some(1));
    world.pass(AN_HOUR);
    // Eighty pages are read of one list.
    strangers(&world, 81).await?;
    // A look begins a quarter of an hour before the end of the last one.
    for _ in 0..4 {
        assert_eq!(sweep(&world).await?.found, 0);
    }
    world.start_result(&result)?;
    assert_eq!(sweep(&world).await?.found, 1);
    world.shows(&id, "Rust Basics - Started").await?;
    Ok(())
}
