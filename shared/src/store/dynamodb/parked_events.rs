//! Events that wait for an admin.

use super::item::{ParkedEventItem, decode, encode};
use super::keys;
use super::schema::SORT;
use super::store::DynamoStore;
use super::table::{rows, text};
use crate::domain::{ParkedEvent, TeamId};
use crate::store::{Error, page};

pub(super) async fn park(store: &DynamoStore, parked: &ParkedEvent) -> Result<(), Error> {
    store.table.put(encode(&ParkedEventItem::from(parked))?).await
}

pub(super) async fn list(
    store: &DynamoStore,
    team: &TeamId,
    limit: usize,
) -> Result<Vec<ParkedEvent>, Error> {
    let limit = page::checked_limit(limit)?;
    let query = store.table.query(keys::partition(team));
    let query = query.key_condition_expression("#p = :p AND begins_with(#s, :prefix)");
    let query = query.expression_attribute_names("#s", SORT);
    let query = query.expression_attribute_values(":prefix", text(keys::parked_events()));
    let query = query.limit(i32::try_from(limit).unwrap_or(i32::MAX));
    rows(query, limit).await?.into_iter().map(|row| decode::<ParkedEventItem>(row)?.try_into()).collect()
}

pub(super) async fn remove(store: &DynamoStore, parked: &ParkedEvent) -> Result<(), Error> {
    let key = keys::parked_event(&parked.team, &parked.event);
    store.table.delete_if(&key, ParkedEventItem::PARKED_AT, &keys::time(parked.parked_at)).await
}
