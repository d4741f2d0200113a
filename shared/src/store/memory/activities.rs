//! Activity, newest first.

use jiff::Timestamp;

use super::MemoryStore;
use crate::domain::{Activity, ActivityId, OpportunityId, TeamId};
use crate::store::{Error, Page, page, retention};

pub(super) fn record(store: &MemoryStore, activity: &Activity) {
    let mut teams = store.teams();
    let lines = &mut teams.entry(activity.team.clone()).or_default().activity;
    lines.insert((activity.at, activity.id.clone()), activity.clone());
}

pub(super) fn record_new(store: &MemoryStore, activity: &Activity) {
    let mut teams = store.teams();
    let lines = &mut teams.entry(activity.team.clone()).or_default().activity;
    lines.entry((activity.at, activity.id.clone())).or_insert_with(|| activity.clone());
}

pub(super) fn load(store: &MemoryStore, team: &TeamId, at: Timestamp, id: &ActivityId) -> Option<Activity> {
    newest(store, team, |line| line.at == at && line.id == *id, 1).pop()
}

pub(super) fn list(
    store: &MemoryStore,
    team: &TeamId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Activity>, Error> {
    let limit = page::checked_limit(limit)?;
    let before = cursor.map(|cursor| page::parse_after_activity(cursor, team)).transpose()?;
    let follows = |line: &Activity| before.as_ref().is_none_or(|(at, id)| (line.at, &line.id) < (*at, id));
    Ok(page::cut(newest(store, team, follows, limit + 1), limit, page::after_activity))
}

pub(super) fn list_of_opportunity(
    store: &MemoryStore,
    team: &TeamId,
    opportunity: &OpportunityId,
    limit: usize,
) -> Result<Vec<Activity>, Error> {
    let limit = page::checked_limit(limit)?;
    Ok(newest(store, team, |line| line.opportunity == *opportunity, limit))
}

/// The newest lines that are wanted, newest first, without those past their time.
fn newest(
    store: &MemoryStore,
    team: &TeamId,
    is_wanted: impl Fn(&Activity) -> bool,
    limit: usize,
) -> Vec<Activity> {
    let oldest = retention::oldest_kept(store.clock.now());
    let teams = store.teams();
    let lines = teams.get(team).into_iter().flat_map(|rows| rows.activity.values().rev());
    lines.filter(|line| line.at >= oldest && is_wanted(line)).take(limit).cloned().collect()
}
