//! Credentials that are refused: what is tried again, and what waits.

use std::time::Duration;

use lever_integration::domain::Reason;
use scenarios::calls::LOOK_UP;
use scenarios::{Admin, Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

use super::{active, broken_rules, connection, invitations, parked, plan, switch, token_calls};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_401_at_any_call_of_an_event_costs_one_refresh_and_one_repeat() -> Made {
    for (method, path, calls) in [
        ("GET", "/v1/opportunities/*", 2),
        ("POST", "/v1/opportunities/*/addTags", 2),
        ("POST", "/v1/opportunities/*/removeTags", 2),
    ] {
        let world = World::start().await?;
        plan(&world, method, path, Mode::Status, |fault| fault.status = Some(401));
        let id = world.invited("Candidate 1").await?;
        assert_eq!(token_calls(&world), 1, "{path}");
        assert_eq!(world.local.lever.kit().calls.count(method, path), calls, "{path}");
        assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
        assert_eq!(world.tags(&id)?, ["Rust Basics - Invited"], "{path}");
        assert_eq!(parked(&world).await?, []);
        world.finish().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_401_parks_the_event_until_an_admin_has_reconnected() -> Made {
    let world = World::start().await?;
    plan(&world, "GET", "/v1/opportunities/*", Mode::Status, |fault| {
        fault.status = Some(401);
        fault.times = 2;
    });
    world.invited("Candidate 1").await?;
    assert_eq!(token_calls(&world), 1);
    assert_eq!(active(&connection(&world).await?), None);
    assert_eq!(parked(&world).await?, [Reason::ReconnectNeeded]);
    let (calls, _) = world.calls_during(async { world.invited("Candidate 2").await.map(drop) }).await?;
    assert_eq!(calls, [], "nothing is asked of Lever meanwhile");
    assert_eq!(parked(&world).await?, [Reason::ReconnectNeeded; 2]);
    Admin::of(&world.local, &world.team)?.log_in().await?;
    world.settle().await?;
    assert_eq!(parked(&world).await?, []);
    for name in ["Candidate 1", "Candidate 2"] {
        assert_eq!(world.mailed(name), [World::TITLE]);
    }
    world.rerun_all().await?;
    assert_eq!(invitations(&world), 2);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_app_is_noticed_and_comes_back_by_a_login() -> Made {
    let world = World::start().await?;
    switch(&world, json!({"after_revocation": "continue"}))?;
    world.local.lever.revoke(None)?;
    world.invited("Candidate 1").await?;
    assert_eq!(broken_rules(&world), ["revoked_token", "dead_refresh_token"]);
    assert_eq!(parked(&world).await?, [Reason::ReconnectNeeded]);
    Admin::of(&world.local, &world.team)?.log_in().await?;
    world.settle().await?;
    assert_eq!((world.mailed("Candidate 1"), parked(&world).await?), (vec![World::TITLE.to_owned()], vec![]));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_refused_with_old_tokens_is_not_parked_after_a_login() -> Made {
    let world = World::start().await?;
    plan(&world, "GET", "/v1/opportunities/*", Mode::Status, |fault| fault.status = Some(401));
    plan(&world, "GET", "/v1/opportunities/*", Mode::Status, |fault| {
        fault.status = Some(401);
        fault.delay_ms = 1_500;
    });
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(token_calls(&world), 1, "the repetition is under way");
    Admin::of(&world.local, &world.team)?.log_in().await?;
    world.wait_out().await?;
    assert!(active(&connection(&world).await?).is_some(), "the new tokens were not refused");
    assert_eq!(parked(&world).await?, []);
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_key_parks_events_until_the_new_one_is_there() -> Made {
    let world = World::start().await?;
    world.local.qualified.rotate_api_key(world.team.as_str(), "the-new-key".into());
    world.invited("Candidate 1").await?;
    assert_eq!(parked(&world).await?, [Reason::ApiKeyNeeded]);
    let refusals = world.local.qualified.kit().violations.list().len();
    assert_eq!(refusals, 1, "the old key is tried once");
    let (_, calls) = world.calls_during(async { world.invited("Candidate 2").await.map(drop) }).await?;
    assert_eq!(calls, [], "and not again");
    assert_eq!(parked(&world).await?, [Reason::ApiKeyNeeded; 2]);
    let admin = Admin::of(&world.local, &world.team)?;
    admin.connector.set_api_key(&world.team, " the-new-key ").await?;
    world.settle().await?;
    assert_eq!(parked(&world).await?, []);
    for name in ["Candidate 1", "Candidate 2"] {
        assert_eq!(world.mailed(name), [World::TITLE]);
    }
    assert_eq!(world.local.qualified.kit().violations.list().len(), refusals);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_of_the_old_key_is_not_held_against_the_new_one() -> Made {
    let world = World::start().await?;
    let mut refusal = Fault::new("GET", LOOK_UP, Mode::Status);
    refusal.status = Some(401);
    refusal.delay_ms = 1_500;
    world.local.qualified.kit().faults.plan(refusal);
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    tokio::time::sleep(Duration::from_millis(700)).await;
    world.local.qualified.rotate_api_key(world.team.as_str(), "the-new-key".into());
    let admin = Admin::of(&world.local, &world.team)?;
    admin.connector.set_api_key(&world.team, "the-new-key").await?;
    world.wait_out().await?;
    let team = world.local.parts.store.load_team(&world.team).await?.ok_or("no team")?.team;
    assert_eq!(team.api_key_refused_at, None);
    assert_eq!(parked(&world).await?, []);
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}
