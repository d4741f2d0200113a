//! Pairs that got lost on the way, and calls that come late.

use std::sync::Arc;
use std::time::Duration;

use lever_integration::domain::{LeverTokens, Reason};
use lever_integration::failure::Disposition;
use lever_integration::service::Error;
use scenarios::{Admin, FailingStore, Last, Made, World};
use serde_json::json;
use sim_kit::faults::Mode;
use tokio::task::JoinHandle;

use super::{
    HOUR, MARK_IS_OLD, active, ask, broken_rules, connection, invitations, is_live, keeper, keeper_on,
    parked, pass, plan_token_call, run, switch, token_calls,
};

/// Long enough for a call on this machine to have arrived and taken effect.
const ARRIVED: Duration = Duration::from_millis(300);
/// A call that a test does not wait for.
const FOREVER_MS: u64 = 60_000;
/// What Lever may do about a refresh token that is presented again.
const REUSE: [&str; 3] = ["revoke_family", "refuse", "grace"];

fn spawn_run(world: &World) -> Made<JoinHandle<Result<LeverTokens, Error>>> {
    Ok(tokio::spawn(ask(keeper(world)?, world)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_dies_before_its_token_call_leaves_the_token_to_the_next() -> Made {
    let world = World::start().await?;
    pass(&world, HOUR);
    plan_token_call(&world, Mode::Delay, FOREVER_MS);
    let dying = spawn_run(&world)?;
    tokio::time::sleep(ARRIVED).await;
    dying.abort();
    assert!(connection(&world).await?.refresh_intent.is_some(), "its mark is left");
    pass(&world, MARK_IS_OLD);
    let tokens = run(&world).await??;
    assert!(is_live(&world, &tokens.access).await?);
    assert_eq!(token_calls(&world), 2, "one of them never reached Lever's heart");
    world.finish().await
}

/// What one lost pair of tokens costs, by what Lever does about a token presented again.
async fn lose_a_pair(reuse: &str, lose: impl AsyncFnOnce(&World) -> Made) -> Made {
    let world = World::start().await?;
    switch(&world, json!({"refresh_reuse": reuse}))?;
    pass(&world, HOUR);
    lose(&world).await?;
    assert_eq!(token_calls(&world), 1);
    pass(&world, MARK_IS_OLD);
    let id = world.invited("Candidate 1").await?;
    assert_eq!(token_calls(&world), 2, "the same refresh token is tried once more, and only once");
    if reuse == "grace" {
        assert_eq!(broken_rules(&world), [""; 0]);
    } else {
        reconnect_after_reuse(&world).await?;
    }
    assert!(active(&connection(&world).await?).is_some());
    assert_eq!(parked(&world).await?, []);
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE], "{reuse}");
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    Ok(())
}

/// The connection is over and says so; nothing more is tried until an admin logs in.
async fn reconnect_after_reuse(world: &World) -> Made {
    assert_eq!(broken_rules(world), ["reused_refresh_token"]);
    assert_eq!(active(&connection(world).await?), None);
    assert_eq!(parked(world).await?, [Reason::ReconnectNeeded]);
    world.invited("Candidate 2").await?;
    assert_eq!((token_calls(world), invitations(world)), (2, 0));
    Admin::of(&world.local, &world.team)?.log_in().await?;
    world.settle().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_dies_before_it_stored_the_pair_ends_in_access_or_in_a_plea_to_reconnect() -> Made {
    for reuse in REUSE {
        let die = async |world: &World| {
            plan_token_call(world, Mode::DelayAfter, FOREVER_MS);
            let dying = spawn_run(world)?;
            tokio::time::sleep(ARRIVED).await;
            dying.abort();
            Ok(())
        };
        lose_a_pair(reuse, die).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_ends_in_access_or_in_a_plea_to_reconnect() -> Made {
    for reuse in REUSE {
        let lose = async |world: &World| {
            plan_token_call(world, Mode::DropAfter, 0);
            let failed = run(world).await?.expect_err("no answer came");
            assert!(matches!(failed.disposition(), Disposition::Transient { .. }), "{failed}");
            Ok(())
        };
        lose_a_pair(reuse, lose).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_that_the_table_does_not_take_at_first_is_not_lost() -> Made {
    for last in [Last::Undone, Last::Done] {
        let world = World::start().await?;
        pass(&world, HOUR);
        // The team is read and the mark is set; then the table fails.
        let store = FailingStore::after(Arc::clone(&world.local.parts.store), 2, last).for_calls(4);
        let tokens = ask(keeper_on(Arc::new(store), &world)?, &world).await?;
        assert!(is_live(&world, &tokens.access).await?, "{last:?}");
        assert_eq!(active(&connection(&world).await?), Some(tokens));
        assert_eq!(token_calls(&world), 1);
        world.finish().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_answer_does_not_overwrite_the_pair_of_a_successor() -> Made {
    let world = World::start().await?;
    switch(&world, json!({"refresh_reuse": "grace"}))?;
    pass(&world, HOUR);
    plan_token_call(&world, Mode::DelayAfter, 2_000);
    let late = spawn_run(&world)?;
    tokio::time::sleep(ARRIVED).await;
    world.clock.advance(MARK_IS_OLD);
    let successor = run(&world).await??;
    assert_eq!(late.await??, successor, "the late one uses what is stored");
    assert_eq!(active(&connection(&world).await?), Some(successor));
    assert_eq!(token_calls(&world), 2);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_call_that_is_refused_does_not_end_the_connection_of_a_successor() -> Made {
    for (successor_mode, successor_ms) in [(Mode::Delay, 0), (Mode::DelayAfter, 3_000)] {
        let world = World::start().await?;
        switch(&world, json!({"refresh_reuse": "refuse"}))?;
        pass(&world, HOUR);
        plan_token_call(&world, Mode::Delay, 1_500);
        let late = spawn_run(&world)?;
        tokio::time::sleep(ARRIVED).await;
        world.clock.advance(MARK_IS_OLD);
        plan_token_call(&world, successor_mode, successor_ms);
        let successor = run(&world).await??;
        assert_eq!(late.await??, successor, "{successor_mode:?}");
        assert_eq!(active(&connection(&world).await?), Some(successor.clone()));
        assert!(is_live(&world, &successor.access).await?);
        assert_eq!(broken_rules(&world), ["reused_refresh_token"]);
    }
    Ok(())
}
