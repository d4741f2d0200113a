//! Activity.

use std::time::Duration;

use super::samples::{activity, moment, team};
use super::{Made, Outcome};
use crate::clock::ManualClock;
use crate::domain::{Activity, Facts, Reason, Tag, TeamId, Title};
use crate::store::{Error, Handled, Page, Store};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) async fn check(store: &dyn Store, clock: &ManualClock) -> Outcome {
    every_reason_comes_back_as_it_was_recorded(store, clock).await?;
    the_same_line_again_replaces_the_first(store, clock).await?;
    a_new_line_leaves_one_that_is_there(store, clock).await?;
    pages_have_every_line_once_and_newest_first(store, clock).await?;
    pages_hold_while_lines_are_added(store, clock).await?;
    the_newest_of_an_opportunity_come_first(store, clock).await?;
    the_activity_of_teams_is_kept_apart(store, clock).await?;
    foreign_cursors_and_limits_are_refused(store, clock).await?;
    lines_past_their_time_are_left_out(store, clock).await
}

async fn every_reason_comes_back_as_it_was_recorded(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("activity-reasons")?.id;
    let full = Facts {
        stage: Some("applicant-new".parse()?),
        entered_at: Some(moment(clock)),
        trigger_added_at: Some(moment(clock)),
        tag: Some(Tag::new(" café: orders ")?),
        title: Some(Title::new("Café: Orders")?),
        result: Some("result-1".parse()?),
        attempt: Some(2),
    };
    for (number, reason) in Reason::ALL.iter().enumerate() {
        let base = activity(&team, moment(clock), reason.code())?;
        let bare = Activity { reason: *reason, ..base };
        let line = if number % 2 == 0 {
            bare
        } else {
            let assessment = Some("assessment-1".parse()?);
            Activity { assessment, facts: full.clone(), body_digest: Some("ab".repeat(32)), ..bare }
        };
        store.record_activity(&line).await?;
        let handled = store.load_handled(&team, line.at, &line.id).await?;
        assert_eq!(handled, Some(Handled::from(line.clone())));
        assert_eq!(store.load_activity(&team, line.at, &line.id).await?, Some(line));
    }
    Ok(())
}

async fn the_same_line_again_replaces_the_first(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("activity-again")?.id;
    let first = activity(&team, moment(clock), "a")?;
    assert_eq!(store.load_activity(&team, first.at, &first.id).await?, None);
    let again = Activity { opportunity: "opportunity-2".parse()?, reason: Reason::MovedOn, ..first.clone() };
    for line in [&first, &first, &again] {
        store.record_activity(line).await?;
        assert_eq!(
            store.team_activity(&team, None, 10).await?,
            Page { rows: vec![line.clone()], next: None }
        );
    }
    assert_eq!(store.opportunity_activity(&team, &first.opportunity, 10).await?, []);
    assert_eq!(
        store.opportunity_activity(&team, &again.opportunity, 10).await?,
        std::slice::from_ref(&again)
    );

    // Another id at the same time and the same id at another time are other lines.
    store.record_activity(&activity(&team, first.at, "b")?).await?;
    store.record_activity(&activity(&team, moment(clock) + Duration::from_nanos(1), "a")?).await?;
    assert_eq!(store.team_activity(&team, None, 10).await?.rows.len(), 3);
    assert_eq!(store.load_activity(&team, first.at, &first.id).await?, Some(again));
    Ok(())
}

async fn a_new_line_leaves_one_that_is_there(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("activity-new")?.id;
    let first = activity(&team, moment(clock), "a")?;
    store.record_new_activity(&first).await?;
    store.record_new_activity(&Activity { reason: Reason::MovedOn, ..first.clone() }).await?;
    assert_eq!(store.load_activity(&team, first.at, &first.id).await?, Some(first));
    Ok(())
}

/// Ten moments, whole seconds among them, with three lines each; recorded neither in order nor backwards.
async fn many(store: &dyn Store, team: &TeamId, clock: &ManualClock) -> Made<Vec<Activity>> {
    let mut lines = Vec::new();
    for number in 0..30_u32 {
        let place = number * 7 % 30;
        let at = moment(clock) + Duration::from_millis(250) * (place / 3);
        let line = activity(team, at, &format!("line-{}", place % 3))?;
        store.record_activity(&line).await?;
        lines.push(line);
    }
    lines.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
    Ok(lines)
}

async fn pages_have_every_line_once_and_newest_first(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("activity-pages")?.id;
    assert_eq!(store.team_activity(&team, None, 10).await?, Page { rows: vec![], next: None });
    let expected = many(store, &team, clock).await?;
    for limit in [1, 4, 10, 29, 30, 100] {
        let (mut listed, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.team_activity(&team, cursor.as_deref(), limit).await?;
            assert!(page.rows.len() <= limit);
            assert!(page.next.is_none() || page.rows.len() == limit, "a page that is not full is the last");
            assert!(!page.rows.is_empty(), "there is no empty page at the end");
            listed.extend(page.rows);
            assert!(listed.len() <= expected.len(), "the listing ends");
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(listed, expected, "limit {limit}");
    }
    Ok(())
}

async fn pages_hold_while_lines_are_added(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("activity-growing")?.id;
    let expected = many(store, &team, clock).await?;
    let first = store.team_activity(&team, None, 12).await?;
    assert_eq!(first.rows, expected[..12]);
    store.record_activity(&activity(&team, moment(clock) + DAY, "newer")?).await?;
    let second = store.team_activity(&team, first.next.as_deref(), 100).await?;
    assert_eq!(second, Page { rows: expected[12..].to_vec(), next: None });
    Ok(())
}

async fn the_newest_of_an_opportunity_come_first(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("activity-opportunity")?.id;
    let mut expected = many(store, &team, clock).await?;
    let other =
        Activity { opportunity: "opportunity-10".parse()?, ..activity(&team, moment(clock), "other")? };
    store.record_activity(&other).await?;
    let opportunity = "opportunity-1".parse()?;
    assert_eq!(store.opportunity_activity(&team, &opportunity, 100).await?, expected);
    expected.truncate(7);
    assert_eq!(store.opportunity_activity(&team, &opportunity, 7).await?, expected);
    assert_eq!(store.opportunity_activity(&team, &other.opportunity, 100).await?, [other]);
    Ok(())
}

async fn the_activity_of_teams_is_kept_apart(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let (one, other) = (team("activity-apart")?.id, team("activity-apart-2")?.id);
    let line = activity(&one, moment(clock), "a")?;
    store.record_activity(&line).await?;
    assert_eq!(store.load_activity(&other, line.at, &line.id).await?, None);
    assert_eq!(store.team_activity(&other, None, 10).await?.rows, []);
    assert_eq!(store.opportunity_activity(&other, &line.opportunity, 10).await?, []);
    let of_other = Activity { team: other.clone(), reason: Reason::MovedOn, ..line.clone() };
    store.record_activity(&of_other).await?;
    for line in [line, of_other] {
        assert_eq!(store.load_activity(&line.team, line.at, &line.id).await?, Some(line.clone()));
        assert!(store.load_handled(&line.team, line.at, &line.id).await?.is_some());
        assert_eq!(store.team_activity(&line.team, None, 10).await?.rows, std::slice::from_ref(&line));
        assert_eq!(store.opportunity_activity(&line.team, &line.opportunity, 10).await?, [line]);
    }
    Ok(())
}

async fn foreign_cursors_and_limits_are_refused(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let (one, other) = (team("activity-cursor")?.id, team("activity-cursor-2")?.id);
    for team in [&one, &other] {
        many(store, team, clock).await?;
    }
    let cursor = store.team_activity(&one, None, 3).await?.next.ok_or("there is more")?;
    assert_eq!(store.team_activity(&one, Some(&cursor), 3).await?.rows.len(), 3);
    assert_eq!(store.team_activity(&other, Some(&cursor), 3).await, Err(Error::InvalidCursor));
    assert_eq!(store.connected_teams(Some(&cursor), 3).await, Err(Error::InvalidCursor));
    for made_up in ["", "x", cursor.to_uppercase().as_str()] {
        assert_eq!(
            store.team_activity(&one, Some(made_up), 3).await,
            Err(Error::InvalidCursor),
            "{made_up:?}"
        );
    }
    for limit in [0, 101] {
        assert_eq!(store.team_activity(&one, None, limit).await, Err(Error::InvalidLimit));
        let opportunity = "opportunity-1".parse()?;
        assert_eq!(store.opportunity_activity(&one, &opportunity, limit).await, Err(Error::InvalidLimit));
    }
    Ok(())
}

async fn lines_past_their_time_are_left_out(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team = team("activity-expiry")?.id;
    let older = activity(&team, moment(clock) - DAY, "older")?;
    let old = activity(&team, moment(clock), "old")?;
    clock.advance(DAY * 60);
    let new = activity(&team, moment(clock), "new")?;
    for line in [&old, &older, &new] {
        store.record_activity(line).await?;
    }
    shown(store, &team, &[&new, &old, &older]).await?;
    let cursor = store.team_activity(&team, None, 2).await?.next.ok_or("there is more")?;

    // First the cursor stands before a line that has expired, then behind one.
    let at_the_end = Page { rows: vec![], next: None };
    clock.advance(DAY * 30);
    shown(store, &team, &[&new, &old]).await?;
    assert_eq!(store.team_activity(&team, None, 2).await?.next, None);
    assert_eq!(store.team_activity(&team, Some(&cursor), 2).await?, at_the_end);
    clock.advance(DAY);
    shown(store, &team, &[&new]).await?;
    assert_eq!(store.team_activity(&team, Some(&cursor), 2).await?, at_the_end);
    for gone in [old, older] {
        assert_eq!(store.load_activity(&team, gone.at, &gone.id).await?, None);
        assert_eq!(store.load_handled(&team, gone.at, &gone.id).await?, None);
    }
    Ok(())
}

/// All ways of reading show these lines and no others.
async fn shown(store: &dyn Store, team: &TeamId, lines: &[&Activity]) -> Outcome {
    let listed = store.team_activity(team, None, 100).await?.rows;
    assert_eq!(listed.iter().collect::<Vec<_>>(), lines);
    assert_eq!(store.opportunity_activity(team, &"opportunity-1".parse()?, 100).await?, listed);
    for line in lines {
        assert_eq!(store.load_activity(team, line.at, &line.id).await?.as_ref(), Some(*line));
    }
    Ok(())
}
