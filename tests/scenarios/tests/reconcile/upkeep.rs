//! Webhooks, subscription, tokens and waiting events are kept in order.

use lever_integration::clock::Clock;
use lever_integration::domain::{ParkedEvent, Reason};
use scenarios::{Made, World};
use serde_json::json;
use sim_kit::faults::Mode;

use super::{A_DAY, AN_HOUR, fail_always, sweep, sweep_after, webhooks};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_deleted_or_doubled_in_lever_is_put_right() -> Made {
    let world = World::start().await?;
    sweep(&world).await?;
    let first = webhooks(&world);
    world.local.lever.delete_webhook(&first[0])?;
    sweep_after(&world, AN_HOUR).await?;
    let second = webhooks(&world);
    assert_eq!((second.len(), second == first), (1, false));
    world.invited("Ada").await?;
    assert_eq!(world.mailed("Ada").len(), 1, "its own event came");

    let connector = world.local.parts.connector()?;
    let context = connector.ready_team(&world.team).await?.ok_or("no team")?;
    let url =
        lever_integration::service::connect::lever_webhook_url(connector.public_base_url(), &context.team);
    connector.lever_api(&context).ok_or("not connected")?.register_webhook(&url).await?;
    assert_eq!(webhooks(&world).len(), 2);
    sweep_after(&world, AN_HOUR).await?;
    assert_eq!(webhooks(&world), second);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_deleted_in_qualified_is_made_again() -> Made {
    let world = World::start().await?;
    let connector = world.local.parts.connector()?;
    let context = connector.ready_team(&world.team).await?.ok_or("no team")?;
    let api = connector.qualified_api(&context).ok_or("no key")?;
    let subscription = context.team.subscription.clone().ok_or("no subscription")?;
    api.unsubscribe(&subscription).await?;
    sweep_after(&world, AN_HOUR).await?;
    let now = api.subscriptions().await?;
    assert_eq!((now.len(), now[0].id == subscription), (1, false));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_token_regenerated_in_lever_costs_one_new_webhook_and_no_candidate() -> Made {
    let world = World::start().await?;
    sweep(&world).await?;
    world.local.lever.regenerate_token(&webhooks(&world)[0])?;
    let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    world.settle().await?;
    assert_eq!(world.mailed("Ada").len(), 0);
    let old = webhooks(&world);
    assert_eq!(sweep(&world).await?.found, 1);
    let new = webhooks(&world);
    assert_eq!((new.len(), new == old, world.mailed("Ada").len()), (1, false, 1));
    world.invited("Bob").await?;
    assert_eq!(world.mailed("Bob").len(), 1, "its own event came");
    sweep(&world).await?;
    assert_eq!(webhooks(&world), new);
    world.finish().await
}

/// The event of a candidate's move waits, as if access had been lost when it came.
async fn park_move(world: &World, id: &str) -> Made {
    let envelope = world.envelope(world.moved(id)?);
    let parked = ParkedEvent {
        team: world.team.clone(),
        event: envelope.event.id().clone(),
        reason: Reason::ReconnectNeeded,
        parked_at: world.clock.now(),
        envelope: envelope.to_json()?,
    };
    world.local.parts.store.park_event(&parked).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_left_waiting_though_access_is_right_goes_on() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    park_move(&world, &id).await?;
    world.local.reconcile().await?;
    world.shows(&id, "Rust Basics - Invited").await?;
    assert_eq!(world.local.parts.store.parked_events(&world.team, 10).await?, []);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_of_upkeep_that_is_refused_for_good_keeps_no_other_from_being_taken() -> Made {
    let world = World::without_deliveries().await?;
    let gone = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&gone, World::TRIGGER, None)?;
    sweep(&world).await?;
    assert_eq!(world.ledger(&gone).await?.len(), 1);
    world.local.lever.delete(&gone)?;
    world.pass(AN_HOUR);
    // Moved just now, so that no look finds it: only the event that waits tells of it.
    let waiting = world.candidate("Bob", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&waiting, World::TRIGGER, None)?;
    park_move(&world, &waiting).await?;
    fail_always(&world, "/v1/webhooks", Mode::Status, Some(403));
    let answer = world.local.reconcile().await?;
    assert_eq!((answer.swept, answer.failed), (0, 1), "it is told");
    world.shows(&waiting, "Rust Basics - Invited").await?;
    assert_eq!(world.local.parts.store.parked_events(&world.team, 10).await?, []);
    assert_eq!((world.ledger(&gone).await?.len(), world.activity(&gone).await?.len()), (0, 0));

    let looks = || world.local.lever.kit().calls.count("GET", "/v1/webhooks");
    let before = looks();
    for _ in 0..3 {
        let answer = sweep(&world).await?;
        assert_eq!((answer.swept, answer.failed), (1, 0));
    }
    assert_eq!(looks(), before, "what is refused for good is not tried every few minutes");
    assert_eq!(sweep_after(&world, AN_HOUR).await?.failed, 1);
    assert_eq!(looks(), before + 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_that_lasts_keeps_an_idle_team_busy_for_an_hour_and_not_for_ever() -> Made {
    let world = World::without_deliveries().await?;
    world.pass(A_DAY * 2);
    fail_always(&world, "/v1/webhooks", Mode::Status, Some(503));
    let mut failed = 0;
    // 28 hours: the first turn with an hour of trying again, then one or two turns more.
    for _ in 0..280 {
        failed += sweep(&world).await?.failed;
    }
    assert!((12..=13).contains(&failed), "{failed} sweeps failed");
    world.local.lever.kit().faults.clear();
    let answer = sweep_after(&world, A_DAY).await?;
    assert_eq!((answer.swept, answer.failed), (1, 0));
    world.finish().await
}
