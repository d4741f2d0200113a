//! The candidate moves on, or comes back, while runs about the first move end too early.

use std::time::Duration;

use scenarios::{Last, Made, World, new_run};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

/// A stage that lets nobody be invited.
const ELSEWHERE: &str = "Offer";
/// Within this time a run comes to its claim, and the candidate is moved on.
const SLOW: Duration = Duration::from_millis(400);
/// By then the run that goes on slowly is within its slow call.
const MEANWHILE: Duration = Duration::from_millis(100);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_run_began_is_finished_though_a_copy_of_its_event_was_decided_meanwhile() -> Made {
    let world = World::without_deliveries().await?;
    for calls in 0..World::CALLS_MAX {
        let name = format!("Candidate {calls}");
        let id = world.candidate(&name, json!({"tags": [World::TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        let envelope = world.envelope(world.moved(&id)?);
        let (read, delay_ms) = (format!("/v1/opportunities/{id}"), u64::try_from(SLOW.as_millis())?);
        world.local.lever.kit().faults.plan(Fault { delay_ms, ..Fault::new("GET", &read, Mode::Delay) });
        let (ending, run) = (world.failing(calls, Last::Undone).worker()?, new_run());
        let overtaking = async {
            tokio::time::sleep(MEANWHILE).await;
            _ = ending.handle(&envelope, &run).await;
            world.local.lever.move_to(&id, ELSEWHERE, None).map(drop)
        };
        let copy = new_run();
        let (decided, moved) = tokio::join!(world.local.worker.handle(&envelope, &copy), overtaking);
        decided?;
        moved?;
        world.pass(World::LEASE_IS_OVER);
        world.local.worker.handle(&envelope, &new_run()).await?;
        let ledger = world.ledger(&id).await?;
        assert!(ledger.iter().all(|entry| !entry.is_unfinished()), "{calls} calls: {ledger:?}");
        let followed = ledger.iter().filter(|entry| entry.mirror().is_some()).count();
        assert_eq!(world.mailed(&name).len(), followed, "{calls} calls: {ledger:?}");
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_is_invited_though_the_first_move_was_refused_and_the_second_never_told() -> Made {
    let world = World::without_deliveries().await?;
    let mut refused = 0;
    for (first, second) in
        (0..World::CALLS_MAX).flat_map(|first| (0..World::CALLS_MAX).map(move |second| (first, second)))
    {
        let id = world.candidate(&format!("Candidate {first} {second}"), json!({"tags": [World::TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        let envelope = world.envelope(world.moved(&id)?);
        _ = world.failing(first, Last::Undone).worker()?.handle(&envelope, &new_run()).await;
        world.local.lever.move_to(&id, ELSEWHERE, None)?;
        world.pass(World::LEASE_IS_OVER);
        _ = world.failing(second, Last::Undone).worker()?.handle(&envelope, &new_run()).await;
        refused += world.ledger(&id).await?.iter().filter(|entry| entry.is_refused()).count();
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        world.pass(World::LEASE_IS_OVER);
        world.local.worker.handle(&envelope, &new_run()).await?;
    }
    assert!(refused > 0, "no run ended after it had refused");
    world.pass(World::SWEEP_IS_DUE);
    world.local.reconcile().await?;
    world.wait_out().await?;
    for (first, second) in
        (0..World::CALLS_MAX).flat_map(|first| (0..World::CALLS_MAX).map(move |second| (first, second)))
    {
        let mailed = world.mailed(&format!("Candidate {first} {second}"));
        assert_eq!(mailed, [World::TITLE], "after {first} and {second} calls");
    }
    world.finish().await
}
