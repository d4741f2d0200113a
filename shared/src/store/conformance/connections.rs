//! Connections and the walk over them.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use jiff::Timestamp;

use super::samples::{connection, done, exactly_one_done, moment, team};
use super::{Made, Outcome};
use crate::clock::ManualClock;
use crate::domain::{Connection, ConnectionState, LeverEnvironment, TeamId};
use crate::store::{Error, Recorded, Store};

/// More than all connections of the suite.
const LISTED_MAX: usize = 1000;

pub(super) async fn check(store: &dyn Store, clock: &ManualClock) -> Outcome {
    a_connection_comes_back_as_it_was_recorded(store, clock).await?;
    an_old_reading_of_a_connection_never_wins(store, clock).await?;
    one_of_many_writers_of_a_connection_wins(store, clock).await?;
    a_seen_event_never_moves_back(store, clock).await?;
    a_seen_event_survives_an_older_reading(store, clock).await?;
    a_seen_event_needs_a_connection(store, clock).await?;
    deliveries_are_forgotten_and_come_anew(store, clock).await?;
    every_connected_team_is_listed_once(store, clock).await?;
    cursors_of_other_listings_are_refused(store).await
}

/// A team with a connection, and the connection as recorded.
async fn connected(store: &dyn Store, name: &str, clock: &ManualClock) -> Made<Connection> {
    let team = team(name)?;
    let _ = store.record_team(&team).await?;
    let new = connection(&team.id, clock)?;
    assert_eq!(store.record_connection(&new).await?, done(1));
    Ok(Connection { version: 1, ..new })
}

async fn load(store: &dyn Store, team: &TeamId) -> Made<Connection> {
    let context = store.load_team(team).await?.ok_or("the team is lost")?;
    Ok(context.connection.ok_or("the connection is lost")?)
}

async fn a_connection_comes_back_as_it_was_recorded(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let active = connected(store, "connection-full", clock).await?;
    assert_eq!(load(store, &active.team).await?, active);

    // Everything optional goes away, and comes back.
    let broken = Connection {
        account: None,
        environment: LeverEnvironment::Production,
        api_base: None,
        state: ConnectionState::ReconnectNeeded { since: moment(clock) },
        webhook: None,
        ..active.clone()
    };
    assert_eq!(store.record_connection(&broken).await?, done(2));
    assert_eq!(load(store, &active.team).await?, Connection { version: 2, ..broken });
    assert_eq!(store.record_connection(&Connection { version: 2, ..active.clone() }).await?, done(3));
    assert_eq!(load(store, &active.team).await?, Connection { version: 3, ..active });
    Ok(())
}

async fn an_old_reading_of_a_connection_never_wins(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let first = connected(store, "connection-versions", clock).await?;
    assert_eq!(store.record_connection(&first).await?, done(2));
    for version in [0, 1, 3] {
        let late = Connection { webhook: None, version, ..first.clone() };
        assert_eq!(store.record_connection(&late).await?, Recorded::Conflict, "version {version}");
    }
    assert_eq!(load(store, &first.team).await?, Connection { version: 2, ..first });

    let absent = Connection { version: 1, ..connection(&"connection-absent".parse()?, clock)? };
    assert_eq!(store.record_connection(&absent).await?, Recorded::Conflict);
    Ok(())
}

async fn one_of_many_writers_of_a_connection_wins(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let new = connection(&team("connection-race")?.id, clock)?;
    for version in 0..3 {
        let attempt = Connection { version, ..new.clone() };
        let recorded = join_all((0..20).map(|_| store.record_connection(&attempt))).await;
        exactly_one_done(&recorded.into_iter().collect::<Result<Vec<_>, _>>()?, version + 1)?;
    }
    Ok(())
}

async fn a_seen_event_never_moves_back(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let connection = connected(store, "connection-seen", clock).await?;
    // With and without a fraction of a second: their order as text is not always that of time.
    let whole: Timestamp = "2026-02-01T10:00:00Z".parse()?;
    let fraction: Timestamp = "2026-02-01T10:00:00.5Z".parse()?;
    let cases = [(whole, whole), (fraction, fraction), (whole, fraction), (fraction, fraction)];
    for (seen, expected) in cases {
        store.record_event_seen(&connection.team, seen).await?;
        let expected = Connection { last_event_at: Some(expected), ..connection.clone() };
        assert_eq!(load(store, &connection.team).await?, expected);
    }
    Ok(())
}

async fn a_seen_event_survives_an_older_reading(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let read_before = connected(store, "connection-seen-meanwhile", clock).await?;
    store.record_event_seen(&read_before.team, moment(clock)).await?;
    assert_eq!(store.record_connection(&read_before).await?, done(2));
    let present = load(store, &read_before.team).await?;
    assert_eq!(present, Connection { last_event_at: Some(moment(clock)), version: 2, ..read_before });

    let made_up = Connection { last_event_at: Some(Timestamp::UNIX_EPOCH), ..present.clone() };
    assert_eq!(store.record_connection(&made_up).await?, done(3));
    assert_eq!(load(store, &present.team).await?, Connection { version: 3, ..present });
    Ok(())
}

async fn a_seen_event_needs_a_connection(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("connection-none")?;
    store.record_event_seen(&team.id, moment(clock)).await?;
    let _ = store.record_team(&team).await?;
    store.record_event_seen(&team.id, moment(clock)).await?;
    let context = store.load_team(&team.id).await?.ok_or("the team is lost")?;
    assert_eq!(context.connection, None);
    Ok(())
}

async fn deliveries_are_forgotten_and_come_anew(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let connection = connected(store, "connection-forgotten", clock).await?;
    store.record_event_seen(&connection.team, moment(clock)).await?;
    store.record_event_refused(&connection.team, moment(clock)).await?;
    for _ in 0..2 {
        store.forget_deliveries(&connection.team).await?;
        assert_eq!(load(store, &connection.team).await?, connection);
    }
    let earlier: Timestamp = "2026-01-01T10:00:00Z".parse()?;
    store.record_event_seen(&connection.team, earlier).await?;
    let expected = Connection { last_event_at: Some(earlier), ..connection };
    assert_eq!(load(store, &expected.team).await?, expected);
    store.forget_deliveries(&"connection-of-nobody".parse()?).await?;
    Ok(())
}

async fn every_connected_team_is_listed_once(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let mut expected = BTreeSet::new();
    for number in 0..23 {
        let name = format!("connection-list-{number}");
        expected.insert(connected(store, &name, clock).await?.team);
    }
    let _ = store.record_team(&team("connection-list-without")?).await?;

    let all = walk(store, 100).await?;
    let ours: Vec<_> =
        all.iter().filter(|team| team.as_str().starts_with("connection-list-")).cloned().collect();
    assert_eq!(ours.len(), expected.len());
    assert_eq!(ours.into_iter().collect::<BTreeSet<_>>(), expected);
    for limit in [1, 2, 5, 23] {
        assert_eq!(walk(store, limit).await?, all, "limit {limit}");
    }
    for limit in [0, 101] {
        assert_eq!(store.connected_teams(None, limit).await, Err(Error::InvalidLimit));
    }
    Ok(())
}

/// All connected teams in the order given, by pages of `limit`.
async fn walk(store: &dyn Store, limit: usize) -> Result<Vec<TeamId>, Error> {
    let (mut listed, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.connected_teams(cursor.as_deref(), limit).await?;
        assert!(page.rows.len() <= limit);
        assert!(page.next.is_none() || page.rows.len() == limit, "a page that is not full is the last");
        listed.extend(page.rows);
        assert!(listed.len() < LISTED_MAX, "the walk ends");
        cursor = page.next;
        if cursor.is_none() {
            return Ok(listed);
        }
    }
}

async fn cursors_of_other_listings_are_refused(store: &dyn Store) -> Outcome {
    let team = "connection-list-0".parse()?;
    let cursor = store.connected_teams(None, 1).await?.next.ok_or("there is more than one connection")?;
    assert_eq!(store.team_activity(&team, Some(&cursor), 10).await, Err(Error::InvalidCursor));
    for made_up in ["", "x", "connection-list-0"] {
        assert_eq!(store.connected_teams(Some(made_up), 10).await, Err(Error::InvalidCursor), "{made_up:?}");
    }
    Ok(())
}
