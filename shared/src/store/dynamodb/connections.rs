//! Connections, and the walk over them.

use super::item::{ConnectionItem, encode, unreadable};
use super::keys;
use super::schema::{CONNECTIONS, PARTITION};
use super::store::DynamoStore;
use super::table::{holds, rows, text};
use crate::domain::{Connection, TeamId};
use crate::store::{Error, Page, Recorded, page};
use jiff::Timestamp;

/// Writes everything but the times of the last event seen and refused, which only [`move_on`] and
/// [`forget_deliveries`] change: the intake
/// writes them without a version, so a connection read before and recorded after would set them back.
pub(super) async fn record(store: &DynamoStore, connection: &Connection) -> Result<Recorded, Error> {
    let item = ConnectionItem::seal(connection, &store.keyring)?;
    let key = keys::connection(&connection.team);
    store.table.record_within(encode(&item)?, &key, connection.version).await
}

pub(super) async fn remove(store: &DynamoStore, team: &TeamId) -> Result<(), Error> {
    store.table.delete(&keys::connection(team)).await
}

pub(super) async fn record_event_seen(
    store: &DynamoStore,
    team: &TeamId,
    at: Timestamp,
) -> Result<(), Error> {
    move_on(store, team, ConnectionItem::LAST_EVENT_AT, at).await
}

pub(super) async fn record_event_refused(
    store: &DynamoStore,
    team: &TeamId,
    at: Timestamp,
) -> Result<(), Error> {
    move_on(store, team, ConnectionItem::LAST_REFUSED_AT, at).await
}

pub(super) async fn forget_deliveries(store: &DynamoStore, team: &TeamId) -> Result<(), Error> {
    let update = store.table.update(&keys::connection(team)).update_expression("REMOVE #seen, #refused");
    let update = update.condition_expression("attribute_exists(#pk)");
    let update = update.expression_attribute_names("#pk", PARTITION);
    let update = update.expression_attribute_names("#seen", ConnectionItem::LAST_EVENT_AT);
    let update = update.expression_attribute_names("#refused", ConnectionItem::LAST_REFUSED_AT);
    // No connection: nothing to forget.
    holds(update).await.map(|_| ())
}

/// Moves one attribute forward in time.
async fn move_on(
    store: &DynamoStore,
    team: &TeamId,
    attribute: &'static str,
    at: Timestamp,
) -> Result<(), Error> {
    let update = store.table.update(&keys::connection(team));
    let update = update.update_expression("SET #seen = :at");
    let update =
        update.condition_expression("attribute_exists(#pk) AND (attribute_not_exists(#seen) OR #seen < :at)");
    let update = update.expression_attribute_names("#pk", PARTITION);
    let update = update.expression_attribute_names("#seen", attribute);
    let update = update.expression_attribute_values(":at", text(&keys::time(at)));
    // No connection, or a later event was seen already: nothing to do in either case.
    holds(update).await.map(|_| ())
}

/// Goes through the shards in order, each by team. A page takes at most one query for each shard.
pub(super) async fn list(
    store: &DynamoStore,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<TeamId>, Error> {
    let limit = page::checked_limit(limit)?;
    let mut after = cursor.map(page::parse_after_team).transpose()?;
    let first = after.as_ref().map_or(0, keys::connection_shard_of);
    let mut teams = Vec::new();
    for shard in first..keys::CONNECTION_SHARDS {
        let missing = limit + 1 - teams.len();
        if missing == 0 {
            break;
        }
        // Only the first shard is continued; the others are read from their start.
        teams.extend(list_shard(store, shard, after.take(), missing).await?);
    }
    Ok(page::cut(teams, limit, page::after_team))
}

async fn list_shard(
    store: &DynamoStore,
    shard: u8,
    after: Option<TeamId>,
    limit: usize,
) -> Result<Vec<TeamId>, Error> {
    let query = store.table.query_index(&CONNECTIONS, keys::connection_shard(shard));
    let query = match after {
        None => query.key_condition_expression("#p = :p"),
        Some(team) => query
            .key_condition_expression("#p = :p AND #pk > :after")
            .expression_attribute_names("#pk", PARTITION)
            .expression_attribute_values(":after", text(&keys::partition(&team))),
    };
    let query = query.limit(i32::try_from(limit).unwrap_or(i32::MAX));
    let team_of = |row: &super::table::Attributes| keys::parse_team(row.get(PARTITION)?.as_s().ok()?);
    rows(query, limit)
        .await?
        .iter()
        .map(|row| team_of(row).ok_or(unreadable::<ConnectionItem>(PARTITION)))
        .collect()
}
