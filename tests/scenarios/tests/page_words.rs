//! What the page says when something is amiss names the true cause, and what it offers helps.

use std::time::Duration;

use jiff::Timestamp;
use lever_integration::domain::Reconciliation;
use local::connect::add_trigger_stage;
use scenarios::{Admin, Made, World};
use serde_json::{Value, json};

use crate::api::User;

/// Longer than a stage change is left to its own event, and than the pause between two sweeps.
const A_WHILE: Duration = Duration::from_secs(6 * 60);
/// Longer than a move may go without its event.
const SILENCE: Duration = Duration::from_secs(12 * 60);

/// The overview, as JSON.
async fn overview(world: &World) -> Made<Value> {
    Ok(User::sign_in(world, "admin").await?.get("/overview").await?.json().await?)
}

async fn webhook_state(world: &World) -> Made<String> {
    let overview = overview(world).await?;
    Ok(overview["connection"]["webhook"]["state"].as_str().unwrap_or_default().to_owned())
}

async fn reconciliation(world: &World) -> Made<Option<Reconciliation>> {
    Ok(world.local.parts.store.load_reconciliation(&world.team).await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_moves_within_a_minute_are_no_silence() -> Made {
    let world = World::start().await?;
    world.invited("Ada Byron").await?;
    world.pass(Duration::from_secs(30));
    world.invited("Bob Late").await?;
    world.pass(SILENCE);
    assert_eq!(webhook_state(&world).await?, "receiving");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_missed_before_the_integration_was_set_up_again_is_no_silence() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Ada Byron", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    world.pass(A_WHILE);
    world.local.reconcile().await?;
    world.settle().await?;
    assert_eq!(webhook_state(&world).await?, "silent");
    let admin = Admin::of(&world.local, &world.team)?;
    admin.connector.remove_integration(&world.team).await?;
    world.pass(A_WHILE);
    let (_, key) = world.local.qualified.first_team().ok_or("no team")?;
    admin.connector.set_api_key(&world.team, key.expose()).await?;
    admin.log_in().await?;
    add_trigger_stage(&world.local, &world.team, World::TRIGGER).await?;
    assert_eq!(webhook_state(&world).await?, "waiting");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_whoever_is_created_in_a_trigger_stage_no_event_is_missed() -> Made {
    let world = World::without_deliveries().await?;
    add_trigger_stage(&world.local, &world.team, "New applicant").await?;
    world.candidate("Ada Byron", json!({"tags": [World::TITLE]}))?;
    world.pass(SILENCE);
    assert_eq!(webhook_state(&world).await?, "waiting");
    world.local.reconcile().await?;
    world.settle().await?;
    assert_eq!(world.mailed("Ada Byron"), [World::TITLE], "and is invited all the same");
    assert_eq!(reconciliation(&world).await?.and_then(|one| one.missed_at), None::<Timestamp>);
    assert_eq!(webhook_state(&world).await?, "waiting");
    world.finish().await
}
