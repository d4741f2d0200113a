//! What the reconciler asks: open assignments, the ledger from end to end, erasure, how far it is.

use std::time::Duration;

use super::samples::{activity, assignment, connection, done, mirror, moment, team};
use super::{Made, Outcome};
use crate::clock::{Clock, ManualClock};
use crate::domain::{
    Assignment, AssignmentState, Connection, Look, Mirror, OpenAssignment, Progress, Reason, Reconciliation,
    Standing, TeamId, UnderWay,
};
use crate::store::{Error, Recorded, Store};

pub(super) async fn check(store: &dyn Store, clock: &ManualClock) -> Outcome {
    an_assignment_is_open_until_nothing_can_come(store, clock).await?;
    open_assignments_come_oldest_first_by_pages(store, clock).await?;
    every_opportunity_of_the_ledger_is_listed(store, clock).await?;
    an_erased_opportunity_leaves_nothing_and_takes_nobody_along(store, clock).await?;
    a_reconciliation_comes_back_as_it_was_recorded(store, clock).await?;
    the_walk_stays_where_it_was_left(store).await?;
    a_refused_event_touches_nothing_else(store, clock).await
}

async fn open(store: &dyn Store, team: &TeamId) -> Made<Vec<OpenAssignment>> {
    Ok(store.open_assignments(team, None, 100).await?.rows)
}

async fn an_assignment_is_open_until_nothing_can_come(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("open-states")?.id;
    let base = assignment(&team, "opportunity-1", "assessment-1", clock)?;
    let submitted = Standing::first(Progress::Submitted);
    let shown = |standing, noted| -> Made<AssignmentState> {
        let mirror = mirror("result-1")?;
        Ok(AssignmentState::Mirrored(Mirror { standing, shown: Some(standing), noted, ..mirror }))
    };
    let states = [
        (AssignmentState::Inviting, true),
        (shown(Standing::first(Progress::Invited), 0)?, true),
        (shown(Standing::first(Progress::Started), 0)?, true),
        (shown(submitted, 0)?, true),
        (shown(submitted, 1)?, false),
        (shown(Standing { attempt: 2, progress: Progress::Started }, 1)?, true),
        (AssignmentState::Refused { reason: Reason::EmailRefused }, false),
    ];
    for (version, (state, is_open)) in (0..).zip(states) {
        let written = Assignment { state, version, ..base.clone() };
        assert_eq!(store.record_assignment(&written).await?, done(version + 1));
        assert_eq!(!open(store, &team).await?.is_empty(), is_open, "{:?}", written.state);
    }
    Ok(())
}

async fn open_assignments_come_oldest_first_by_pages(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let (ours, other) = (team("open-order")?.id, team("open-order-2")?.id);
    let mut expected = Vec::new();
    for number in 0..7 {
        let opportunity = format!("opportunity-{}", 9 - number);
        let new = assignment(&ours, &opportunity, "assessment-1", clock)?;
        assert_eq!(store.record_assignment(&new).await?, done(1));
        let Assignment { opportunity, assessment, created_at, .. } = new;
        expected.push(OpenAssignment { opportunity, assessment, created_at });
        clock.advance(Duration::from_millis(1));
    }
    assert_eq!(
        store.record_assignment(&assignment(&other, "opportunity-1", "assessment-1", clock)?).await?,
        done(1)
    );
    for limit in [1, 2, 3, 7, 100] {
        let (mut listed, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.open_assignments(&ours, cursor.as_deref(), limit).await?;
            assert!(page.rows.len() <= limit && (page.next.is_none() || page.rows.len() == limit));
            listed.extend(page.rows);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(listed, expected, "limit {limit}");
    }
    let cursor = store.open_assignments(&ours, None, 1).await?.next;
    assert_eq!(store.open_assignments(&other, cursor.as_deref(), 1).await, Err(Error::InvalidCursor));
    assert_eq!(store.open_assignments(&ours, None, 0).await, Err(Error::InvalidLimit));
    Ok(())
}

async fn every_opportunity_of_the_ledger_is_listed(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let ours = team("ledger-walk")?.id;
    for (opportunity, assessment) in [("b", "2"), ("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")] {
        assert_eq!(
            store.record_assignment(&assignment(&ours, opportunity, assessment, clock)?).await?,
            done(1)
        );
    }
    for limit in [1, 2, 3, 100] {
        let (mut listed, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.assigned_opportunities(&ours, cursor.as_deref(), limit).await?;
            listed.extend(page.rows.iter().map(ToString::to_string));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        listed.dedup();
        assert_eq!(listed, ["a", "b", "c", "d"], "limit {limit}");
    }
    let cursor = store.assigned_opportunities(&ours, None, 1).await?.next;
    let other = "ledger-walk-2".parse()?;
    assert_eq!(store.assigned_opportunities(&other, cursor.as_deref(), 1).await, Err(Error::InvalidCursor));
    Ok(())
}

/// Three assignments of two opportunities, each with a line of activity.
async fn fill(store: &dyn Store, team: &TeamId, clock: &ManualClock) -> Outcome {
    for (opportunity, assessment) in [("gone", "1"), ("gone", "2"), ("gone-2", "1")] {
        let new = assignment(team, opportunity, assessment, clock)?;
        assert_eq!(store.record_assignment(&new).await?, done(1));
        let mut line = activity(team, clock.now(), &format!("line-{opportunity}-{assessment}"))?;
        line.opportunity = opportunity.parse()?;
        store.record_activity(&line).await?;
    }
    Ok(())
}

async fn an_erased_opportunity_leaves_nothing_and_takes_nobody_along(
    store: &dyn Store,
    clock: &ManualClock,
) -> Outcome {
    let (ours, other) = (team("erasure")?.id, team("erasure-2")?.id);
    for team in [&ours, &other] {
        fill(store, team, clock).await?;
    }
    let gone = "gone".parse()?;
    store.erase_opportunity(&ours, &gone).await?;
    store.erase_opportunity(&ours, &gone).await?;
    assert_eq!(store.load_assignments(&ours, &gone).await?, []);
    assert_eq!(store.opportunity_activity(&ours, &gone, 10).await?, []);
    assert_eq!(store.team_activity(&ours, None, 10).await?.rows.len(), 1);
    assert_eq!(open(store, &ours).await?.len(), 1);
    assert_eq!(store.load_assignments(&ours, &"gone-2".parse()?).await?.len(), 1);
    assert_eq!(store.load_assignments(&other, &gone).await?.len(), 2);
    assert_eq!(store.team_activity(&other, None, 10).await?.rows.len(), 3);
    Ok(())
}

async fn a_reconciliation_comes_back_as_it_was_recorded(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team: TeamId = "reconciliation".parse()?;
    assert_eq!(store.load_reconciliation(&team).await?, None);
    let empty = Reconciliation::new(team.clone());
    assert_eq!(store.record_reconciliation(&empty).await?, done(1));
    assert_eq!(store.load_reconciliation(&team).await?, Some(Reconciliation { version: 1, ..empty.clone() }));
    assert_eq!(store.record_reconciliation(&empty).await?, Recorded::Conflict);
    let at = Some(moment(clock));
    let under_way = Some(UnderWay { since: clock.now(), until: moment(clock), cursor: "place".to_owned() });
    let look = Look { done_until: at, under_way };
    let full = Reconciliation {
        team: team.clone(),
        swept_at: at,
        found_at: at,
        missed_at: at,
        stage_changes: look.clone(),
        results_until: at,
        open_assignments: look.clone(),
        deletions: look,
        ledger_cursor: Some("place".to_owned()),
        upkept_at: at,
        upkeep_failing_since: at,
        webhook_renewed_at: at,
        version: 1,
    };
    assert_eq!(store.record_reconciliation(&full).await?, done(2));
    assert_eq!(store.load_reconciliation(&team).await?, Some(Reconciliation { version: 2, ..full }));
    assert_eq!(store.load_team(&team).await?, None, "it is none of the items of a team");
    Ok(())
}

async fn the_walk_stays_where_it_was_left(store: &dyn Store) -> Outcome {
    assert_eq!(store.load_walk().await?, None);
    for place in [Some("place"), None] {
        store.record_walk(place).await?;
        assert_eq!(store.load_walk().await?.as_deref(), place);
    }
    Ok(())
}

async fn a_refused_event_touches_nothing_else(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("refused")?;
    let _ = store.record_team(&team).await?;
    let new = connection(&team.id, clock)?;
    assert_eq!(store.record_connection(&new).await?, done(1));
    store.record_event_refused(&team.id, moment(clock)).await?;
    store.record_event_refused(&team.id, clock.now()).await?;
    let read = store.load_team(&team.id).await?.and_then(|context| context.connection);
    let expected = Connection { last_refused_at: Some(moment(clock)), version: 1, ..new };
    assert_eq!(read.as_ref(), Some(&expected));
    let older = Connection { last_refused_at: None, ..expected.clone() };
    assert_eq!(store.record_connection(&older).await?, done(2));
    let read = store.load_team(&team.id).await?.and_then(|context| context.connection);
    assert_eq!(read, Some(Connection { version: 2, ..expected }));
    Ok(())
}
