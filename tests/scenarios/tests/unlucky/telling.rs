//! What is told once, whoever finishes it.

use std::time::Duration;

use lever_integration::domain::{Event, Reason};
use lever_integration::queue::{Envelope, Queue as _};
use scenarios::calls::INVITE;
use scenarios::{Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

use super::plan;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_sweep_finished_meanwhile_is_told_once() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    let mut fault = Fault { status: Some(429), ..Fault::new("POST", INVITE, Mode::Status) };
    fault.headers.insert("retry-after".to_owned(), "600".to_owned());
    world.local.qualified.kit().faults.plan(fault);
    world.move_to(&id, World::TRIGGER).await?;
    world.pass(Duration::from_secs(180));
    world.local.reconcile().await?;
    world.shows(&id, "Rust Basics - Invited").await?;
    world.wait_out().await?;
    assert_eq!(world.mailed("Candidate 1").len(), 1);
    let mut reasons = world.reasons(&id).await?;
    reasons.sort();
    let mut expected = [Reason::Invited, Reason::AlreadyAssigned];
    expected.sort();
    assert_eq!(reasons, expected);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_is_told_as_one_although_levers_clock_is_ahead() -> Made {
    let world = World::start().await?;
    world.local.lever.kit().clock.advance_ms(30_000);
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    plan(&world, "POST", "/v1/opportunities/*/addTags", Mode::Status, 1, 0);
    world.move_to(&id, World::TRIGGER).await?;
    world.wait_out().await?;
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    world.finish().await
}

/// The same event, told at another time, as the reconciler tells what is left open.
fn told_again(world: &World, event: &Event) -> Made<Envelope> {
    let Event::StageChanged(mut event) = event.clone() else { return Err("no stage change".into()) };
    event.triggered_at = event.triggered_at.saturating_add(Duration::from_secs(900))?;
    Ok(world.envelope(Event::StageChanged(event)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_told_twice_tells_its_invitation_once() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    let moved = world.moved(&id)?;
    world.local.queue.send(&told_again(&world, &moved)?).await?;
    world.settle().await?;
    world.local.queue.send(&world.envelope(moved)).await?;
    world.settle().await?;
    assert_eq!(world.reasons(&id).await?, [Reason::Invited, Reason::AlreadyAssigned]);
    assert_eq!(world.mailed("Candidate 1").len(), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_put_there_by_hand_is_not_overlooked_by_the_second_telling() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    plan(&world, "POST", INVITE, Mode::Status, 1, 0);
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    let moved = world.moved(&id)?;
    world.local.queue.send(&world.envelope(moved.clone())).await?;
    world.settle().await?;
    let status = format!("{} - Invited", World::TITLE);
    world.local.lever.tag(&id, &[status], &[World::TITLE.to_owned()])?;
    world.local.queue.send(&told_again(&world, &moved)?).await?;
    world.wait_out().await?;
    assert_eq!(world.mailed("Candidate 1").len(), 0);
    assert_eq!(world.reasons(&id).await?, [Reason::StatusTagPresent, Reason::StatusTagPresent]);
    world.finish().await
}
