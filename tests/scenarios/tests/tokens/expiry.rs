//! Tokens that expire or soon will: one refresh for all.

use std::sync::Arc;
use std::time::Duration;

use lever_integration::clock::Clock;
use lever_integration::domain::{Event, LeaseHolder, LeverTokens, Reason, StageChanged};
use lever_integration::failure::Disposition;
use lever_integration::lever;
use lever_integration::queue::Envelope;
use lever_integration::service::tokens::{Need, Tokens};
use lever_integration::service::{Error, Handled};
use scenarios::{Made, World};
use serde_json::json;
use sim_kit::faults::Mode;
use tokio::task::JoinSet;

use super::{
    HOUR, MARK_IS_OLD, active, ask, connection, invitations, is_live, keeper, pass, plan, plan_token_call,
    run, switch, token_calls,
};

/// Runs that begin at the same time, each with a keeper of its own.
fn fifty_runs(world: &World) -> Made<JoinSet<Result<LeverTokens, Error>>> {
    let keepers: Vec<Tokens> = (0..50).map(|_| keeper(world)).collect::<Made<_>>()?;
    Ok(keepers.into_iter().map(|keeper| ask(keeper, world)).collect())
}

/// Candidates in the trigger stage whose webhooks got lost, with the events as the intake would queue them.
async fn unheard(world: &World, count: usize) -> Made<Vec<Envelope>> {
    let context = world.local.parts.store.load_team(&world.team).await?.ok_or("no team")?;
    let to_stage = context.trigger_stages.first().ok_or("no trigger stage")?.stage.clone();
    world
        .local
        .lever_control()
        .post("/_sim/webhooks/groups", &json!({"candidateStageChange": false}))
        .await?;
    let mut envelopes = Vec::new();
    for number in 0..count {
        let id = world.candidate(&format!("Candidate {number}"), json!({"tags": [World::TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        let now = world.clock.now();
        let event = StageChanged {
            id: format!("unheard-{number}").parse()?,
            triggered_at: now,
            opportunity: id.parse()?,
            to_stage: to_stage.clone(),
            body_digest: "0".repeat(64),
        };
        let event = Event::StageChanged(event);
        envelopes.push(Envelope::new(world.team.clone(), event, now));
    }
    Ok(envelopes)
}

/// Handles all at the same time, as so many Lambdas would; what Lever's rate keeps from being handled comes
/// back when told.
async fn handle_all(world: &World, envelopes: Vec<Envelope>) -> Vec<Result<Handled, Error>> {
    let mut runs = JoinSet::new();
    for (envelope, number) in envelopes.into_iter().zip(1..) {
        let worker = Arc::clone(&world.local.worker);
        runs.spawn(async move {
            loop {
                match worker.handle(&envelope, &LeaseHolder::of(number)).await {
                    Err(Error::Lever(lever::Error::Paced { retry_after: Some(wait) })) => {
                        tokio::time::sleep(wait).await;
                    }
                    handled => return handled,
                }
            }
        });
    }
    runs.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_runs_at_expiry_buy_one_pair_and_all_get_it() -> Made {
    let world = World::start().await?;
    pass(&world, HOUR);
    plan_token_call(&world, Mode::Delay, 200);
    let runs = fifty_runs(&world)?;
    let got: Vec<_> = runs.join_all().await.into_iter().collect::<Result<_, _>>()?;
    let stored = active(&connection(&world).await?).ok_or("not active")?;
    assert!(got.iter().all(|tokens| *tokens == stored), "all get what is stored");
    assert!(is_live(&world, &stored.access).await?);
    assert_eq!(token_calls(&world), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_events_at_expiry_buy_one_pair_and_invite_fifty() -> Made {
    let world = World::start().await?;
    let envelopes = unheard(&world, 50).await?;
    pass(&world, HOUR);
    for handled in handle_all(&world, envelopes).await {
        assert_eq!(handled?, Handled::Decided(vec![Reason::Invited]));
    }
    assert_eq!((token_calls(&world), invitations(&world)), (1, 50));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_whose_token_lever_refuses_buy_one_pair_and_are_done() -> Made {
    let world = World::start().await?;
    let envelopes = unheard(&world, 20).await?;
    // As many as Lever's rate lets begin at once: three calls each, ten at once.
    plan(&world, "GET", "/v1/opportunities/*", Mode::Status, |fault| {
        fault.status = Some(401);
        fault.times = 3;
        fault.delay_ms = 200;
    });
    for handled in handle_all(&world, envelopes).await {
        assert_eq!(handled?, Handled::Decided(vec![Reason::Invited]));
    }
    assert_eq!((token_calls(&world), invitations(&world)), (1, 20));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_runs_whose_token_lever_refused_buy_one_pair_and_all_get_it() -> Made {
    let world = World::start().await?;
    let refused = active(&connection(&world).await?).ok_or("not active")?.access;
    plan_token_call(&world, Mode::Delay, 200);
    let mut runs = JoinSet::new();
    for _ in 0..50 {
        let (keeper, team, refused) = (keeper(&world)?, world.team.clone(), refused.clone());
        runs.spawn(async move { keeper.ready_team(&team, Need::Replace(&refused)).await });
    }
    let contexts = runs.join_all().await;
    let stored = active(&connection(&world).await?).ok_or("not active")?;
    for context in contexts {
        let context = context?.ok_or("the team is known")?;
        let tokens = active(&context.connection.ok_or("the team is connected")?).ok_or("not active")?;
        assert_eq!(tokens, stored);
    }
    assert!(is_live(&world, &stored.access).await?);
    assert_eq!(token_calls(&world), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_at_lever_is_no_reason_for_a_refresh() -> Made {
    let world = World::start().await?;
    for status in [429, 500, 503] {
        plan(&world, "GET", "/v1/opportunities/*", Mode::Status, |fault| fault.status = Some(status));
        let name = format!("Candidate {status}");
        world.invited(&name).await?;
        // The message waits some seconds; a quarter of an hour would bring the token near its end.
        for _ in 0..6 {
            pass(&world, Duration::from_secs(20));
            world.settle().await?;
        }
        assert_eq!(world.mailed(&name), [World::TITLE], "{status}");
        assert_eq!(token_calls(&world), 0, "{status}");
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_are_replaced_some_minutes_early_and_not_before() -> Made {
    let world = World::start().await?;
    let first = run(&world).await??;
    pass(&world, Duration::from_secs(49 * 60));
    assert_eq!(run(&world).await??, first, "eleven minutes are enough for any team");
    assert_eq!(token_calls(&world), 0);
    pass(&world, Duration::from_secs(6 * 60 + 30));
    let second = run(&world).await??;
    assert!(is_live(&world, &first.access).await?, "the old one would still have served");
    assert_ne!(second, first);
    assert_eq!(run(&world).await??, second);
    assert_eq!(token_calls(&world), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_still_serves_is_used_while_no_new_one_can_be_had() -> Made {
    let world = World::start().await?;
    let first = run(&world).await??;
    pass(&world, Duration::from_secs(56 * 60));
    plan(&world, "POST", "/oauth/token", Mode::Status, |fault| fault.times = 100);
    for _ in 0..5 {
        assert_eq!(run(&world).await??, first);
    }
    assert_eq!(token_calls(&world), 1, "Lever is left in peace for a while");
    pass(&world, MARK_IS_OLD);
    assert_eq!(run(&world).await??, first);
    assert_eq!(token_calls(&world), 2);
    world.local.lever.kit().faults.clear();
    pass(&world, MARK_IS_OLD);
    assert_ne!(run(&world).await??, first);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_waited_for_a_refresh_that_failed_do_not_all_try_it_again() -> Made {
    let world = World::start().await?;
    pass(&world, HOUR);
    plan(&world, "POST", "/oauth/token", Mode::Status, |fault| {
        fault.times = 100;
        fault.delay_ms = 1_000;
    });
    let runs = fifty_runs(&world)?;
    for outcome in runs.join_all().await {
        let failed = outcome.expect_err("no token can be had");
        assert!(matches!(failed.disposition(), Disposition::Transient { .. }), "{failed}");
    }
    assert_eq!(token_calls(&world), 1);
    world.local.lever.kit().faults.clear();
    assert!(is_live(&world, &run(&world).await??.access).await?);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_lives_a_minute_is_bought_once_and_used() -> Made {
    let world = World::start().await?;
    switch(&world, json!({"access_token_seconds": 60}))?;
    pass(&world, HOUR);
    let tokens = run(&world).await??;
    assert!(is_live(&world, &tokens.access).await?);
    assert_eq!(token_calls(&world), 1);
    world.finish().await
}
