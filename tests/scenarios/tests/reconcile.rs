//! What was lost heals: every webhook dropped, and the sweep brings the same end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use lever_integration::clock::Clock;
use lever_integration::domain::{
    AccessToken, Connection, ConnectionState, Event, EventId, LeverEnvironment, LeverTokens, ParkedEvent,
    Reason, RefreshToken, StageChanged, TeamId,
};
use lever_integration::queue::{Envelope, Error as QueueError, MemoryQueue, Queue};
use lever_integration::service::Handled;
use lever_integration::service::reconcile::{Reconciler, Rhythm};
use lever_integration::setup::Parts;
use local::connect::add_trigger_stage;
use reconciler::Answer;
use scenarios::{Last, Made, World, new_run};
use serde_json::json;
use sim_kit::deliveries::ModeChange;
use sim_kit::faults::{Fault, Mode};

/// Longer than a stage change is left to its own event, and than the pause between two sweeps.
const A_WHILE: Duration = Duration::from_secs(6 * 60);
/// Longer than the pause between two looks after webhooks and deletions.
const AN_HOUR: Duration = Duration::from_secs(61 * 60);
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Time passes, the reconciler runs, and the worker does what was found.
async fn sweep_after(world: &World, pause: Duration) -> Made<Answer> {
    world.pass(pause);
    let answer = world.local.reconcile().await?;
    world.settle().await?;
    Ok(answer)
}

async fn sweep(world: &World) -> Made<Answer> {
    sweep_after(world, A_WHILE).await
}

/// Every reading of this path fails from now on.
fn fail_always(world: &World, path: &str, mode: Mode, status: Option<u16>) {
    let fault = Fault { times: u64::MAX, status, ..Fault::new("GET", path, mode) };
    world.local.lever.kit().faults.plan(fault);
}

async fn connection(world: &World, team: &TeamId) -> Made<Connection> {
    let context = world.local.parts.store.load_team(team).await?.ok_or("no team")?;
    Ok(context.connection.ok_or("no connection")?)
}

fn webhooks(world: &World) -> Vec<String> {
    let state = world.local.lever.state();
    let webhooks = state["accounts"][0]["webhooks"].as_array().cloned().unwrap_or_default();
    webhooks.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)).collect()
}

fn shown(world: &World, id: &str) -> Made<Vec<String>> {
    Ok(world.tags(id)?.into_iter().filter(|tag| tag.starts_with(World::TITLE)).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_candidate_whose_event_was_lost_is_invited_once_by_the_next_sweep() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    assert_eq!(sweep(&world).await?, Answer { swept: 1, failed: 0, found: 1, complete: true });
    assert_eq!(shown(&world, &id)?, ["Rust Basics - Invited"]);
    assert_eq!(sweep(&world).await?.found, 0);
    assert_eq!(world.mailed("Ada"), [World::TITLE]);
    assert_eq!(world.reasons(&id).await?, [Reason::Invited]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_every_delivery_lost_a_candidates_whole_way_ends_as_with_all_of_them() -> Made {
    let told = World::start().await?;
    let lost = World::without_deliveries().await?;
    let mut ends = Vec::new();
    for world in [told, lost] {
        let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
        world.move_to(&id, World::TRIGGER).await?;
        sweep(&world).await?;
        let result = world.result(&id).await?;
        world.start_result(&result)?;
        sweep(&world).await?;
        world.shows(&id, "Rust Basics - Started").await?;
        world.submit_result(&result).await?;
        sweep(&world).await?;
        world.shows(&id, "Rust Basics - Submitted").await?;
        let entry = world.ledger(&id).await?.remove(0);
        let mirror = entry.mirror().ok_or("nothing is followed")?;
        let mut notes = world.notes(&id)?;
        notes.iter_mut().for_each(|note| *note = note.lines().take(1).collect());
        let reasons = world.reasons(&id).await?;
        ends.push((
            shown(&world, &id)?,
            notes,
            world.mailed("Ada"),
            reasons,
            (mirror.standing, mirror.noted),
        ));
        world.finish().await?;
    }
    assert_eq!(ends[0], ends[1]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sweep_amid_deliveries_that_come_after_all_brings_no_second_mail_or_note() -> Made {
    let world = World::start().await?;
    let kit = world.local.lever.kit();
    for round in 0..5 {
        let name = format!("Ada {round}");
        kit.deliveries.set_mode(ModeChange { hold: Some(true), ..Default::default() });
        let id = world.candidate(&name, json!({"tags": [World::TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        world.pass(A_WHILE);
        let late = async {
            kit.deliveries.set_mode(ModeChange { hold: Some(false), ..Default::default() });
            kit.deliveries.release(Default::default());
        };
        let (first, second, ()) = tokio::join!(world.local.reconcile(), world.local.reconcile(), late);
        assert_eq!((first?.failed, second?.failed), (0, 0));
        world.wait_out().await?;
        sweep(&world).await?;
        assert_eq!(world.mailed(&name), [World::TITLE]);
        assert_eq!(shown(&world, &id)?, ["Rust Basics - Invited"]);
        let told = world.reasons(&id).await?;
        assert!(told.iter().filter(|one| **one == Reason::Invited).count() == 1, "{told:?}");
    }
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_after_the_sweep_changes_nothing() -> Made {
    let world = World::start().await?;
    let kit = world.local.lever.kit();
    kit.deliveries.set_mode(ModeChange { hold: Some(true), ..Default::default() });
    let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    world.pass(A_WHILE);
    world.local.reconcile().await?;
    world.shows(&id, "Rust Basics - Invited").await?;
    kit.deliveries.release(Default::default());
    world.wait_out().await?;
    assert_eq!((world.mailed("Ada").len(), shown(&world, &id)?.len()), (1, 1));
    let mut reasons = world.reasons(&id).await?;
    reasons.sort();
    assert_eq!(reasons, [Reason::Invited, Reason::AlreadyAssigned]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_in_the_stage_when_it_was_added_stays_uninvited() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
    let stage = "Phone screen";
    world.local.lever.move_to(&id, stage, None)?;
    world.pass(A_WHILE);
    add_trigger_stage(&world.local, &world.team, stage).await?;
    for _ in 0..3 {
        assert_eq!(sweep(&world).await?.found, 0);
    }
    assert_eq!(world.mailed("Ada"), [""; 0]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fresh_move_is_left_to_its_own_event() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
    world.pass(A_WHILE);
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    let first = world.local.reconcile().await?;
    assert_eq!((first.swept, first.found), (1, 0));
    assert_eq!(sweep(&world).await?.found, 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_put_on_after_the_move_counts_for_a_day() -> Made {
    let world = World::start().await?;
    let id = world.candidate("Ada", json!({}))?;
    let later = world.candidate("Bob", json!({}))?;
    for id in [&id, &later] {
        world.move_to(id, World::TRIGGER).await?;
        assert_eq!(world.reasons(id).await?, [Reason::NoMatchingTag]);
    }
    for _ in 0..4 {
        assert_eq!(sweep_after(&world, AN_HOUR).await?.found, 0);
    }
    world.local.lever.tag(&id, &[World::TITLE.to_owned()], &[])?;
    assert_eq!(sweep(&world).await?.found, 1);
    assert_eq!(shown(&world, &id)?, ["Rust Basics - Invited"]);
    assert_eq!(world.reasons(&id).await?, [Reason::Invited, Reason::NoMatchingTag]);
    assert_eq!(sweep(&world).await?.found, 0);
    world.pass(A_DAY);
    world.local.lever.tag(&later, &[World::TITLE.to_owned()], &[])?;
    assert_eq!(sweep(&world).await?.found, 0);
    assert_eq!((world.mailed("Ada").len(), world.mailed("Bob").len()), (1, 0));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_taken_off_by_the_recruiter_does_not_bring_a_second_look() -> Made {
    let world = World::start().await?;
    let id = world.invited("Ada").await?;
    world.local.lever.tag(&id, &[World::TITLE.to_owned()], &["Rust Basics - Invited".to_owned()])?;
    assert_eq!(sweep(&world).await?.found, 0);
    assert_eq!(shown(&world, &id)?, [World::TITLE]);
    world.finish().await
}

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_deleted_or_anonymised_in_lever_is_erased_here() -> Made {
    let world = World::start().await?;
    let (gone, faceless, stays) =
        (world.invited("Ada").await?, world.invited("Bob").await?, world.invited("Eve").await?);
    sweep(&world).await?;
    world.local.lever.delete(&gone)?;
    world.local.lever.anonymise(&faceless)?;
    sweep_after(&world, AN_HOUR).await?;
    sweep_after(&world, AN_HOUR).await?;
    for id in [&gone, &faceless] {
        assert_eq!((world.ledger(id).await?.len(), world.activity(id).await?.len()), (0, 0), "{id}");
    }
    let stored = world.local.stored_items().await?.join("\n");
    assert!(!stored.contains(&gone) && !stored.contains(&faceless), "still named in the table");
    assert_eq!((world.ledger(&stays).await?.len(), world.activity(&stays).await?.len()), (1, 1));
    world.finish().await
}

/// So many other candidates are created and deleted in Lever.
fn delete_others(world: &World, count: usize) -> Made {
    for _ in 0..count {
        let id = world.candidate("Somebody else", json!({}))?;
        world.local.lever.delete(&id)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_deletions_than_one_look_reads_are_met_by_the_next() -> Made {
    let world = World::start().await?;
    let last = world.invited("Ada").await?;
    sweep(&world).await?;
    // Lever lists the oldest deletion first.
    delete_others(&world, 500)?;
    world.local.lever.delete(&last)?;
    sweep_after(&world, AN_HOUR).await?;
    assert_eq!(world.ledger(&last).await?.len(), 1, "five hundred are read at once");
    sweep_after(&world, AN_HOUR).await?;
    assert_eq!((world.ledger(&last).await?.len(), world.activity(&last).await?.len()), (0, 0));
    let later = world.invited("Bob").await?;
    world.local.lever.delete(&later)?;
    sweep_after(&world, AN_HOUR).await?;
    sweep_after(&world, AN_HOUR).await?;
    assert_eq!(world.ledger(&later).await?.len(), 0, "later deletions are asked for");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_among_the_deletions_that_lever_no_longer_knows_costs_a_new_beginning() -> Made {
    let world = World::start().await?;
    let last = world.invited("Ada").await?;
    sweep(&world).await?;
    delete_others(&world, 100)?;
    world.local.lever.delete(&last)?;
    let body = Some(json!({"code": "BadRequestError", "message": "Invalid offset token"}));
    let second_page = Fault::new("GET", "/v1/opportunities/deleted", Mode::Status);
    let fault = Fault { status: Some(400), body, skip: 1, ..second_page };
    world.local.lever.kit().faults.plan(fault);
    let answer = sweep_after(&world, AN_HOUR).await?;
    assert_eq!((answer.failed, world.ledger(&last).await?.len()), (0, 0));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_behind_opportunities_that_lever_does_not_show_readably_is_kept() -> Made {
    let world = World::start().await?;
    let mut ids = [world.invited("Ada").await?, world.invited("Bob").await?, world.invited("Eve").await?];
    // As the walk over the ledger goes.
    ids.sort();
    let [garbled, refused, behind] = ids;
    sweep(&world).await?;
    world.local.lever.anonymise(&behind)?;
    fail_always(&world, &format!("/v1/opportunities/{garbled}"), Mode::MalformedJson, None);
    fail_always(&world, &format!("/v1/opportunities/{refused}"), Mode::Status, Some(400));
    sweep_after(&world, AN_HOUR).await?;
    sweep_after(&world, AN_HOUR).await?;
    let mut left = Vec::new();
    for id in [&garbled, &refused, &behind] {
        left.push(world.ledger(id).await?.len());
    }
    assert_eq!(left, [1, 1, 0]);
    world.local.lever.kit().faults.clear();
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_behind_an_opportunity_that_always_fails_is_kept_for_ever() -> Made {
    let world = World::start().await?;
    let mut ids = [world.invited("Ada").await?, world.invited("Bob").await?];
    ids.sort();
    let [broken, behind] = ids;
    sweep(&world).await?;
    world.local.lever.anonymise(&behind)?;
    fail_always(&world, &format!("/v1/opportunities/{broken}"), Mode::Status, Some(500));
    assert_eq!(sweep_after(&world, AN_HOUR).await?.failed, 1, "Lever may be down: it is asked again soon");
    assert_eq!(world.ledger(&behind).await?.len(), 1);
    for _ in 0..10 {
        sweep(&world).await?;
    }
    assert_eq!((world.ledger(&broken).await?.len(), world.ledger(&behind).await?.len()), (1, 0));
    assert_eq!(sweep(&world).await?.failed, 0);
    world.local.lever.kit().faults.clear();
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_lever_could_not_show_for_a_moment_is_looked_at_by_the_next_sweep() -> Made {
    let world = World::start().await?;
    let faceless = world.invited("Ada").await?;
    sweep(&world).await?;
    world.local.lever.anonymise(&faceless)?;
    let path = format!("/v1/opportunities/{faceless}");
    world.local.lever.kit().faults.plan(Fault::new("GET", &path, Mode::Status));
    sweep_after(&world, AN_HOUR).await?;
    assert_eq!(world.ledger(&faceless).await?.len(), 1);
    sweep(&world).await?;
    assert_eq!(world.ledger(&faceless).await?.len(), 0);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_opportunity_that_lever_merely_does_not_know_is_kept() -> Made {
    let world = World::start().await?;
    let id = world.invited("Ada").await?;
    let other = world.local.lever.add_account(&serde_json::from_value(json!({"name": "Another"}))?)?;
    let minted = world.local.lever.mint(serde_json::from_value(json!({"account": other}))?)?;
    connect(&world, &world.team.clone(), &minted).await?;
    for _ in 0..3 {
        sweep_after(&world, AN_HOUR).await?;
    }
    assert_eq!(world.ledger(&id).await?.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_team_idle_for_months_stays_connected() -> Made {
    let world = World::start().await?;
    for _ in 0..120 {
        let answer = sweep_after(&world, A_DAY).await?;
        assert_eq!((answer.failed, answer.complete), (0, true));
    }
    assert!(matches!(connection(&world, &world.team).await?.state, ConnectionState::Active(_)));
    world.invited("Ada").await?;
    assert_eq!(world.mailed("Ada").len(), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_active_team_is_swept_every_few_minutes_and_an_idle_one_once_a_day() -> Made {
    let world = World::without_deliveries().await?;
    let mut swept = 0;
    for _ in 0..12 {
        swept += sweep_after(&world, Duration::from_secs(5 * 60)).await?.swept;
    }
    assert_eq!(swept, 12);
    world.pass(A_DAY * 2);
    world.local.reconcile().await?;
    let mut swept = 0;
    for _ in 0..288 {
        swept += sweep_after(&world, Duration::from_secs(5 * 60)).await?.swept;
    }
    assert_eq!(swept, 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_closed_without_a_submission_is_told_once_however_often_it_is_looked_at() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Ada", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    sweep(&world).await?;
    let result = world.result(&id).await?;
    world.local.qualified.terminate_result(result.as_str()).map_err(|error| error.to_string())?;
    for _ in 0..3 {
        sweep(&world).await?;
    }
    for _ in 0..4 {
        sweep_after(&world, A_DAY).await?;
    }
    assert_eq!(world.reasons(&id).await?, [Reason::Terminated, Reason::Invited]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_worker_left_unfinished_for_good_is_taken_up() -> Made {
    let world = World::without_deliveries().await?;
    for calls in 1..9 {
        for last in [Last::Undone, Last::Done] {
            let name = format!("Ada {calls} {last:?}");
            let id = world.candidate(&name, json!({"tags": [World::TITLE]}))?;
            world.local.lever.move_to(&id, World::TRIGGER, None)?;
            let envelope = world.envelope(world.moved(&id)?);
            _ = world.failing(calls, last).worker()?.handle(&envelope, &new_run()).await;
            sweep_after(&world, Duration::from_secs(20 * 60)).await?;
            world.wait_out().await?;
            assert_eq!(shown(&world, &id)?, ["Rust Basics - Invited"], "{name}");
            assert_eq!(world.mailed(&name).len(), 1, "{name}");
        }
    }
    world.finish().await
}

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

/// Connects a team with these tokens, without a key for Qualified.
async fn connect(world: &World, id: &TeamId, minted: &serde_json::Value) -> Made {
    let store = &world.local.parts.store;
    let context = world.local.parts.connector()?.ensure_team(id).await?;
    let text = |name: &str| minted[name].as_str().unwrap_or_default().to_owned();
    let connection = Connection {
        team: id.clone(),
        account: None,
        environment: LeverEnvironment::Sandbox,
        api_base: None,
        state: ConnectionState::Active(LeverTokens {
            access: AccessToken::new(text("access_token")),
            refresh: RefreshToken::new(text("refresh_token")),
            expires_at: world.clock.now() + Duration::from_secs(3600),
        }),
        refresh_intent: None,
        webhook: None,
        last_event_at: None,
        last_refused_at: None,
        version: context.connection.map_or(0, |connection| connection.version),
    };
    let _ = store.record_connection(&connection).await?;
    Ok(())
}

async fn teams(world: &World, count: usize) -> Made<Vec<TeamId>> {
    let mut teams = Vec::new();
    for number in 0..count {
        let team: TeamId = format!("team-{number}").parse()?;
        connect(world, &team, &world.local.lever.mint(Default::default())?).await?;
        teams.push(team);
    }
    Ok(teams)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_without_time_for_all_teams_is_continued_by_the_next() -> Made {
    let world = World::without_deliveries().await?;
    let count = teams(&world, 80).await?.len() + 1;
    let (mut swept, mut runs, mut was_cut) = (0, 0, 0);
    // More and more time, until a run comes beyond its first page on any machine.
    let mut time = Duration::from_millis(40);
    loop {
        let ends_at = world.clock.now() + time;
        let answer = reconciler::handle(&world.local.reconciler, ends_at).await?;
        assert_eq!(answer.failed, 0);
        swept += answer.swept;
        runs += 1;
        if answer.complete {
            break;
        }
        let is_cut = world.local.parts.store.load_walk().await?.is_some();
        was_cut += usize::from(is_cut);
        time = if is_cut { time } else { time.mul_f64(1.5) };
        assert!(runs < 200, "it never ends");
    }
    assert_eq!(swept, count, "each team once");
    assert!(runs > 1 && was_cut > 0, "{runs} runs, stopped {was_cut} times in the middle");
    assert_eq!(world.local.parts.store.load_walk().await?, None);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_broken_team_among_ten_stops_no_other() -> Made {
    let world = World::without_deliveries().await?;
    let teams = teams(&world, 9).await?;
    let broken = &teams[4];
    connect(&world, broken, &json!({"access_token": "made up", "refresh_token": "made up"})).await?;
    let answer = sweep(&world).await?;
    assert_eq!((answer.swept, answer.failed, answer.complete), (9, 1, true));
    let state = connection(&world, broken).await?.state;
    assert!(matches!(state, ConnectionState::ReconnectNeeded { .. }), "put on record");
    let next = sweep(&world).await?;
    assert_eq!((next.failed, next.complete), (0, true));
    Ok(())
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
    world.pass(A_WHILE);
    assert_eq!(world.local.reconcile().await?.found, 500);
    let stored = world.local.parts.store.load_reconciliation(&world.team).await?.ok_or("nothing stored")?;
    assert!(stored.stage_changes.under_way.is_some(), "the place is stored");
    drain(&world).await;
    world.pass(A_WHILE);
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_decided_while_the_finding_waited_in_the_queue_is_not_decided_again() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Ada", json!({}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    let Event::StageChanged(delivered) = world.moved(&id)? else { return Err("no stage change".into()) };
    let worker = &world.local.worker;
    worker.handle(&world.envelope(Event::StageChanged(delivered.clone())), &new_run()).await?;
    let told = world.activity(&id).await?;
    let entered_at = told[0].facts.entered_at.ok_or("no entry")?;
    let found = StageChanged { id: EventId::found(1), triggered_at: entered_at, ..delivered };
    let handled = worker.handle(&world.envelope(Event::StageChanged(found)), &new_run()).await?;
    assert_eq!(handled, Handled::Duplicate);
    assert_eq!(world.activity(&id).await?, told);
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
