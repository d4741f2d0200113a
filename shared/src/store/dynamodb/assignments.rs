//! Assignments, by opportunity and by result.

use super::item::{AssignmentItem, decode, encode, unreadable};
use super::keys::{self, Key};
use super::schema::{BY_RESULT, PARTITION, SORT};
use super::store::DynamoStore;
use super::table::{Attributes, rows, text};
use crate::domain::{Assignment, OpportunityId, ResultId, TeamId};
use crate::store::{Error, Recorded};

pub(super) async fn load(
    store: &DynamoStore,
    team: &TeamId,
    opportunity: &OpportunityId,
) -> Result<Vec<Assignment>, Error> {
    let query = store.table.query(keys::partition(team));
    let query = query.key_condition_expression("#p = :p AND begins_with(#s, :prefix)");
    let query = query.expression_attribute_names("#s", SORT);
    let query = query.expression_attribute_values(":prefix", text(&keys::assignments_of(opportunity)));
    rows(query, usize::MAX).await?.into_iter().map(|row| decode::<AssignmentItem>(row)?.try_into()).collect()
}

/// The index says which items to read; what counts is what they hold then, since the index lags behind.
pub(super) async fn find(
    store: &DynamoStore,
    team: &TeamId,
    result: &ResultId,
) -> Result<Vec<Assignment>, Error> {
    let query = store.table.query_index(&BY_RESULT, keys::result(team, result));
    let mut found: Vec<Assignment> = Vec::new();
    for row in rows(query.key_condition_expression("#p = :p"), usize::MAX).await? {
        let key = key_of(&row).ok_or(unreadable::<AssignmentItem>(SORT))?;
        if let Some(item) = store.table.load(&key).await? {
            found.push(decode::<AssignmentItem>(item)?.try_into()?);
        }
    }
    found.retain(|assignment| assignment.mirror().is_some_and(|mirror| mirror.result == *result));
    found.sort_by(|a, b| (&a.opportunity, &a.assessment).cmp(&(&b.opportunity, &b.assessment)));
    Ok(found)
}

pub(super) async fn record(store: &DynamoStore, assignment: &Assignment) -> Result<Recorded, Error> {
    store.table.record(encode(&AssignmentItem::from(assignment))?, assignment.version).await
}

fn key_of(row: &Attributes) -> Option<Key> {
    let part = |name| row.get(name).and_then(|value| value.as_s().ok()).cloned();
    Some(Key { pk: part(PARTITION)?, sk: part(SORT)? })
}
