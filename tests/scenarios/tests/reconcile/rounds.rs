//! Who is looked at when: idle teams, many teams, results that stay closed, runs without time.

use std::time::Duration;

use lever_integration::clock::Clock;
use lever_integration::domain::{ConnectionState, Reason, TeamId};
use scenarios::{Last, Made, World, new_run};
use serde_json::json;

use super::{A_DAY, connect, connection, shown, sweep, sweep_after};

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
