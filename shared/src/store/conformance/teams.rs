//! Teams and trigger stages.

use futures_util::future::join_all;
use std::time::Duration;

use super::Outcome;
use super::samples::{connection, done, exactly_one_done, team, trigger_stage};
use crate::clock::{Clock, ManualClock};
use crate::domain::{Connection, Team};
use crate::store::{LeverIntake, Recorded, Store};

pub(super) async fn check(store: &dyn Store, clock: &ManualClock) -> Outcome {
    an_unknown_team_is_absent(store, clock).await?;
    a_team_comes_back_as_it_was_recorded(store).await?;
    an_old_reading_of_a_team_never_wins(store).await?;
    one_of_many_writers_of_a_team_wins(store).await?;
    trigger_stages_come_back_in_order(store, clock).await?;
    intake_reads_the_same_of_a_team(store, clock).await?;
    a_trigger_stage_keeps_when_it_was_added(store, clock).await?;
    teams_are_kept_apart(store, clock).await
}

async fn an_unknown_team_is_absent(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("team-unknown")?;
    assert_eq!(store.load_team(&team.id).await?, None);
    assert_eq!(store.record_team(&Team { version: 1, ..team.clone() }).await?, Recorded::Conflict);
    store.remove_trigger_stage(&team.id, &"applicant-new".parse()?).await?;
    store.record_trigger_stage(&team.id, &trigger_stage("applicant-new", clock)?).await?;
    assert_eq!(store.load_team(&team.id).await?, None);
    Ok(())
}

async fn a_team_comes_back_as_it_was_recorded(store: &dyn Store) -> Outcome {
    let full = team("team-full")?;
    let bare = Team { api_key: None, subscription: None, ..team("team-bare")? };
    for team in [full, bare] {
        assert_eq!(store.record_team(&team).await?, done(1));
        let context = store.load_team(&team.id).await?.ok_or("the team is lost")?;
        assert_eq!(context.team, Team { version: 1, ..team });
        assert_eq!((context.connection, context.trigger_stages), (None, vec![]));
    }
    Ok(())
}

async fn an_old_reading_of_a_team_never_wins(store: &dyn Store) -> Outcome {
    let first = team("team-versions")?;
    assert_eq!(store.record_team(&first).await?, done(1));
    assert_eq!(store.record_team(&first).await?, Recorded::Conflict);
    let second = Team { api_key: None, version: 1, ..first.clone() };
    assert_eq!(store.record_team(&second).await?, done(2));
    for version in [0, 1, 3] {
        let late = Team { subscription: None, version, ..first.clone() };
        assert_eq!(store.record_team(&late).await?, Recorded::Conflict, "version {version}");
    }
    let context = store.load_team(&first.id).await?.ok_or("the team is lost")?;
    assert_eq!(context.team, Team { version: 2, ..second });
    Ok(())
}

async fn one_of_many_writers_of_a_team_wins(store: &dyn Store) -> Outcome {
    let team = team("team-race")?;
    for version in 0..3 {
        let attempt = Team { version, ..team.clone() };
        let recorded = join_all((0..20).map(|_| store.record_team(&attempt))).await;
        exactly_one_done(&recorded.into_iter().collect::<Result<Vec<_>, _>>()?, version + 1)?;
    }
    Ok(())
}

async fn trigger_stages_come_back_in_order(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("team-stages")?;
    let _ = store.record_team(&team).await?;
    let _ = store.record_connection(&connection(&team.id, clock)?).await?;
    let names = ["applicant-new", "5b0f2c1e-0000-4000-8000-000000000001", "Z", "lead.new"];
    let mut expected = Vec::new();
    for name in names {
        let stage = trigger_stage(name, clock)?;
        store.record_trigger_stage(&team.id, &stage).await?;
        expected.push(stage);
    }
    expected.sort_by(|a, b| a.stage.cmp(&b.stage));
    let context = store.load_team(&team.id).await?.ok_or("the team is lost")?;
    assert_eq!(context.trigger_stages, expected);
    assert!(context.connection.is_some());

    let gone = expected.remove(1);
    store.remove_trigger_stage(&team.id, &gone.stage).await?;
    store.remove_trigger_stage(&team.id, &gone.stage).await?;
    let context = store.load_team(&team.id).await?.ok_or("the team is lost")?;
    assert_eq!(context.trigger_stages, expected);
    Ok(())
}

async fn intake_reads_the_same_of_a_team(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("team-intake")?;
    assert_eq!(store.load_lever_intake(&team.id).await?, None);
    assert_eq!(store.load_qualified_url_key(&team.id).await?, None);
    let _ = store.record_team(&team).await?;
    let connection = connection(&team.id, clock)?;
    for step in 0..3 {
        match step {
            0 => {}
            1 => {
                assert_eq!(store.record_connection(&connection).await?, done(1));
                store.record_trigger_stage(&team.id, &trigger_stage("applicant-new", clock)?).await?;
            }
            _ => {
                let without = Connection { webhook: None, version: 1, ..connection.clone() };
                assert_eq!(store.record_connection(&without).await?, done(2));
                store.record_event_seen(&team.id, clock.now()).await?;
            }
        }
        let context = store.load_team(&team.id).await?.ok_or("the team is lost")?;
        assert_eq!(store.load_qualified_url_key(&team.id).await?, Some(team.qualified_url_key.clone()));
        assert_eq!(store.load_lever_intake(&team.id).await?, Some(LeverIntake::from(context)), "step {step}");
    }
    Ok(())
}

async fn a_trigger_stage_keeps_when_it_was_added(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("team-stage-again")?;
    let _ = store.record_team(&team).await?;
    let mut first = trigger_stage("applicant-new", clock)?;
    store.record_trigger_stage(&team.id, &first).await?;

    clock.advance(Duration::from_secs(3600));
    let mut again = trigger_stage("applicant-new", clock)?;
    again.text = String::new();
    again.added_by = "admin-2".parse()?;
    store.record_trigger_stage(&team.id, &again).await?;
    first.text = String::new();
    let context = store.load_team(&team.id).await?.ok_or("the team is lost")?;
    assert_eq!(context.trigger_stages, [first]);

    store.remove_trigger_stage(&team.id, &again.stage).await?;
    store.record_trigger_stage(&team.id, &again).await?;
    let context = store.load_team(&team.id).await?.ok_or("the team is lost")?;
    assert_eq!(context.trigger_stages, [again]);
    Ok(())
}

async fn teams_are_kept_apart(store: &dyn Store, clock: &ManualClock) -> Outcome {
    // One id starts with the other, so a missing separator in a key would show.
    let (one, other) = (team("team-apart")?, team("team-apart-2")?);
    for team in [&one, &other] {
        let _ = store.record_team(team).await?;
    }
    store.record_trigger_stage(&one.id, &trigger_stage("applicant-new", clock)?).await?;
    let _ = store.record_connection(&connection(&one.id, clock)?).await?;
    store.remove_trigger_stage(&other.id, &"applicant-new".parse()?).await?;

    let context = store.load_team(&one.id).await?.ok_or("the team is lost")?;
    assert_eq!(context.trigger_stages.len(), 1);
    assert_eq!(context.team.api_key, one.api_key);
    let context = store.load_team(&other.id).await?.ok_or("the team is lost")?;
    assert_eq!((context.connection, context.trigger_stages), (None, vec![]));
    assert_eq!(context.team.api_key, other.api_key);
    Ok(())
}
