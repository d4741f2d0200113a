//! Tokens of Lever and the key of Qualified when they expire, are refused, or get lost on the way.
//!
//! Each [`Tokens`] here stands for a Lambda of its own: they share the table and nothing else.

use std::sync::Arc;
use std::time::Duration;

use lever_integration::clock::Clock;
use lever_integration::domain::{
    AccessToken, Connection, ConnectionState, Event, LeaseHolder, LeverTokens, Reason, StageChanged,
};
use lever_integration::failure::Disposition;
use lever_integration::queue::Envelope;
use lever_integration::service::tokens::{Need, Tokens};
use lever_integration::service::{Error, Handled};
use lever_integration::store::Store;
use lever_integration::{http, lever};
use scenarios::{Admin, FailingStore, Last, Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};
use tokio::task::{JoinHandle, JoinSet};

/// The life of an access token of Lever.
const HOUR: Duration = Duration::from_secs(3600);
/// A mark of this age was left by somebody who died.
const MARK_IS_OLD: Duration = Duration::from_secs(21);
/// Long enough for a call on this machine to have arrived and taken effect.
const ARRIVED: Duration = Duration::from_millis(300);
/// A call that a test does not wait for.
const FOREVER_MS: u64 = 60_000;
/// What Lever may do about a refresh token that is presented again.
const REUSE: [&str; 3] = ["revoke_family", "refuse", "grace"];

fn keeper(world: &World) -> Made<Tokens> {
    keeper_on(Arc::clone(&world.local.parts.store), world)
}

fn keeper_on(store: Arc<dyn Store>, world: &World) -> Made<Tokens> {
    let parts = &world.local.parts;
    let oauth = lever::OAuth::new(
        http::client()?,
        &parts.config.lever_auth_base,
        &parts.config.lever_audience,
        &parts.secret.lever_client_id,
        parts.secret.lever_client_secret.clone(),
    );
    Ok(Tokens::new(store, Arc::clone(&parts.clock), oauth))
}

/// One run that asks for the team's tokens; what it would use.
async fn run(world: &World) -> Made<Result<LeverTokens, Error>> {
    Ok(ask(keeper(world)?, world).await)
}

fn spawn_run(world: &World) -> Made<JoinHandle<Result<LeverTokens, Error>>> {
    Ok(tokio::spawn(ask(keeper(world)?, world)))
}

/// Runs that begin at the same time, each with a keeper of its own.
fn fifty_runs(world: &World) -> Made<JoinSet<Result<LeverTokens, Error>>> {
    let keepers: Vec<Tokens> = (0..50).map(|_| keeper(world)).collect::<Made<_>>()?;
    Ok(keepers.into_iter().map(|keeper| ask(keeper, world)).collect())
}

fn ask(keeper: Tokens, world: &World) -> impl Future<Output = Result<LeverTokens, Error>> + use<> {
    let team = world.team.clone();
    async move {
        let context = keeper.ready_team(&team, Need::Fresh).await?.expect("the team is known");
        Ok(active(&context.connection.expect("the team is connected")).expect("the connection works"))
    }
}

async fn connection(world: &World) -> Made<Connection> {
    let context = world.local.parts.store.load_team(&world.team).await?.ok_or("no team")?;
    Ok(context.connection.ok_or("no connection")?)
}

fn active(connection: &Connection) -> Option<LeverTokens> {
    match &connection.state {
        ConnectionState::Active(tokens) => Some(tokens.clone()),
        ConnectionState::ReconnectNeeded { .. } => None,
    }
}

/// Time passes for everybody.
fn pass(world: &World, by: Duration) {
    world.clock.advance(by);
    world.local.lever.kit().clock.advance_ms(i64::try_from(by.as_millis()).unwrap());
}

fn token_calls(world: &World) -> usize {
    world.local.lever.kit().calls.count("POST", "/oauth/token")
}

fn plan(world: &World, method: &str, path: &str, mode: Mode, change: impl FnOnce(&mut Fault)) {
    let mut fault = Fault::new(method, path, mode);
    change(&mut fault);
    world.local.lever.kit().faults.plan(fault);
}

fn plan_token_call(world: &World, mode: Mode, delay_ms: u64) {
    plan(world, "POST", "/oauth/token", mode, |fault| fault.delay_ms = delay_ms);
}

fn switch(world: &World, switches: serde_json::Value) -> Made {
    world.local.lever.switch(serde_json::from_value(switches)?)?;
    Ok(())
}

fn broken_rules(world: &World) -> Vec<String> {
    world.local.lever.kit().violations.list().into_iter().map(|violation| violation.rule).collect()
}

async fn is_live(world: &World, access: &AccessToken) -> Made<bool> {
    let url = format!("{}/v1/stages", world.local.lever.url());
    let answer = sim_kit::http::client().get(url).bearer_auth(access.expose()).send().await?;
    Ok(answer.status().is_success())
}

async fn parked(world: &World) -> Made<Vec<Reason>> {
    let parked = world.local.parts.store.parked_events(&world.team, 100).await?;
    Ok(parked.into_iter().map(|event| event.reason).collect())
}

fn invitations(world: &World) -> usize {
    world.local.qualified.mails().len()
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
        envelopes.push(Envelope { team: world.team.clone(), event, received_at: now });
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
    let mut refusal = Fault::new("GET", "/api/v1/team_candidates", Mode::Status);
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
