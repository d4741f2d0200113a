//! What the reconciler asks: open assignments, the ledger from end to end, erasure, how far it is.

use super::{MemoryStore, next_version};
use crate::domain::{OpenAssignment, OpportunityId, Reconciliation, TeamId};
use crate::store::{Error, Page, Recorded, page};

pub(super) fn open_assignments(
    store: &MemoryStore,
    team: &TeamId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<OpenAssignment>, Error> {
    let limit = page::checked_limit(limit)?;
    let after = cursor.map(|cursor| page::parse_after_open(cursor, team)).transpose()?;
    let teams = store.teams();
    let entries = teams.get(team).into_iter().flat_map(|rows| rows.assignments.values());
    let mut open: Vec<_> = entries
        .filter(|entry| entry.is_open())
        .map(|entry| OpenAssignment {
            opportunity: entry.opportunity.clone(),
            assessment: entry.assessment.clone(),
            created_at: entry.created_at,
        })
        .filter(|one| after.as_ref().is_none_or(|after| place(one) > place(after)))
        .collect();
    open.sort_by(|one, other| place(one).cmp(&place(other)));
    open.truncate(limit + 1);
    Ok(page::cut(open, limit, |one| page::after_open(team, one)))
}

fn place(one: &OpenAssignment) -> impl Ord + use<'_> {
    (one.created_at, &one.opportunity, &one.assessment)
}

pub(super) fn assigned_opportunities(
    store: &MemoryStore,
    team: &TeamId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<OpportunityId>, Error> {
    let limit = page::checked_limit(limit)?;
    let after = cursor.map(|cursor| page::parse_after_entry(cursor, team)).transpose()?;
    let teams = store.teams();
    let keys = teams.get(team).into_iter().flat_map(|rows| rows.assignments.keys());
    let keys = keys.filter(|key| after.as_ref().is_none_or(|after| *key > after)).cloned();
    let entries = keys.take(limit + 1).collect();
    Ok(page::opportunities(page::cut(entries, limit, |entry| page::after_entry(team, entry))))
}

pub(super) fn erase_opportunity(store: &MemoryStore, team: &TeamId, opportunity: &OpportunityId) {
    if let Some(rows) = store.teams().get_mut(team) {
        rows.assignments.retain(|_, entry| entry.opportunity != *opportunity);
        rows.activity.retain(|_, line| line.opportunity != *opportunity);
    }
}

pub(super) fn record(store: &MemoryStore, reconciliation: &Reconciliation) -> Recorded {
    let mut teams = store.teams();
    let row = &mut teams.entry(reconciliation.team.clone()).or_default().reconciliation;
    let recorded = next_version(row.as_ref().map(|row| row.version), reconciliation.version);
    if let Recorded::Done { version } = recorded {
        *row = Some(Reconciliation { version, ..reconciliation.clone() });
    }
    recorded
}
