//! What the reconciler asks: open assignments, the ledger from end to end, erasure, how far it is.

use super::item::{AssignmentItem, ReconciliationItem, WalkItem, decode, encode, unreadable};
use super::keys::{self, Key};
use super::schema::{BY_OPPORTUNITY, CREATED_AT, OPEN_ASSIGNMENTS, PARTITION, SORT};
use super::store::DynamoStore;
use super::table::{Attributes, key_attributes, rows, text};
use crate::domain::{AssessmentId, OpenAssignment, OpportunityId, Reconciliation, TeamId};
use crate::store::{Error, Page, Recorded, page};

pub(super) async fn open_assignments(
    store: &DynamoStore,
    team: &TeamId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<OpenAssignment>, Error> {
    let limit = page::checked_limit(limit)?;
    let after = cursor.map(|cursor| page::parse_after_open(cursor, team)).transpose()?;
    let partition = keys::open_assignments(team);
    let mut query = store.table.query_index(&OPEN_ASSIGNMENTS, partition.clone());
    query = query.key_condition_expression("#p = :p").limit(i32::try_from(limit + 1).unwrap_or(i32::MAX));
    if let Some(OpenAssignment { opportunity, assessment, created_at }) = after {
        let mut start = key_attributes(&keys::assignment(team, &opportunity, &assessment));
        start.insert(OPEN_ASSIGNMENTS.partition.to_owned(), text(&partition));
        start.insert(CREATED_AT.to_owned(), text(&keys::time(created_at)));
        query = query.set_exclusive_start_key(Some(start));
    }
    let open = rows(query, limit + 1).await?.iter().map(parse_open).collect::<Result<_, _>>()?;
    Ok(page::cut(open, limit, |one| page::after_open(team, one)))
}

fn parse_open(row: &Attributes) -> Result<OpenAssignment, Error> {
    let (opportunity, assessment) = entry(row)?;
    let created_at = attribute(row, CREATED_AT).and_then(|at| at.parse().ok());
    let created_at = created_at.ok_or(unreadable::<AssignmentItem>(CREATED_AT))?;
    Ok(OpenAssignment { opportunity, assessment, created_at })
}

pub(super) async fn assigned_opportunities(
    store: &DynamoStore,
    team: &TeamId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<OpportunityId>, Error> {
    let limit = page::checked_limit(limit)?;
    let after = cursor.map(|cursor| page::parse_after_entry(cursor, team)).transpose()?;
    let query = store.table.query(keys::partition(team));
    let query = query.key_condition_expression("#p = :p AND begins_with(#s, :prefix)");
    let query = query.expression_attribute_names("#s", SORT);
    let query = query.expression_attribute_values(":prefix", text(keys::ASSIGNMENT_PREFIX));
    let query = query.projection_expression("#s").limit(i32::try_from(limit + 1).unwrap_or(i32::MAX));
    let start = after.map(|(opportunity, assessment)| keys::assignment(team, &opportunity, &assessment));
    let query = query.set_exclusive_start_key(start.as_ref().map(key_attributes));
    let entries = rows(query, limit + 1).await?.iter().map(entry).collect::<Result<_, _>>()?;
    Ok(page::opportunities(page::cut(entries, limit, |entry| page::after_entry(team, entry))))
}

pub(super) async fn erase_opportunity(
    store: &DynamoStore,
    team: &TeamId,
    opportunity: &OpportunityId,
) -> Result<(), Error> {
    let assignments = store.table.query(keys::partition(team));
    let assignments = assignments.key_condition_expression("#p = :p AND begins_with(#s, :prefix)");
    let assignments = assignments.expression_attribute_names("#s", SORT);
    let assignments =
        assignments.expression_attribute_values(":prefix", text(&keys::assignments_of(opportunity)));
    let activity = store.table.query_index(&BY_OPPORTUNITY, keys::opportunity(team, opportunity));
    for query in [assignments, activity.key_condition_expression("#p = :p")] {
        for row in rows(query, usize::MAX).await? {
            let part = |name| attribute(&row, name).map(str::to_owned);
            let (Some(pk), Some(sk)) = (part(PARTITION), part(SORT)) else {
                return Err(unreadable::<AssignmentItem>(SORT));
            };
            store.table.delete(&Key { pk, sk }).await?;
        }
    }
    Ok(())
}

pub(super) async fn load(store: &DynamoStore, team: &TeamId) -> Result<Option<Reconciliation>, Error> {
    let item = store.table.load(&keys::reconciliation(team)).await?;
    item.map(|item| decode::<ReconciliationItem>(item)?.try_into()).transpose()
}

pub(super) async fn record(store: &DynamoStore, reconciliation: &Reconciliation) -> Result<Recorded, Error> {
    store.table.record(encode(&ReconciliationItem::from(reconciliation))?, reconciliation.version).await
}

pub(super) async fn load_walk(store: &DynamoStore) -> Result<Option<String>, Error> {
    let item = store.table.load(&keys::walk()).await?;
    Ok(item.map(decode::<WalkItem>).transpose()?.and_then(|item| item.cursor))
}

pub(super) async fn record_walk(store: &DynamoStore, cursor: Option<&str>) -> Result<(), Error> {
    store.table.put(encode(&WalkItem::at(cursor))?).await
}

fn entry(row: &Attributes) -> Result<(OpportunityId, AssessmentId), Error> {
    let sk = attribute(row, SORT);
    sk.and_then(keys::parse_assignment).ok_or(unreadable::<AssignmentItem>(SORT))
}

fn attribute<'a>(row: &'a Attributes, name: &str) -> Option<&'a str> {
    row.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
}
