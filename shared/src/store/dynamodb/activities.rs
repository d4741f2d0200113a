//! Activity, newest first.
//!
//! The sort key begins with the time, so what has expired is simply outside the range that is read.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use jiff::Timestamp;

use super::item::{ActivityItem, decode, encode};
use super::keys;
use super::schema::{BY_OPPORTUNITY, SORT};
use super::store::DynamoStore;
use super::table::{key_attributes, rows, text};
use crate::domain::{Activity, ActivityId, OpportunityId, TeamId};
use crate::store::{Error, Page, page, retention};

pub(super) async fn record(store: &DynamoStore, activity: &Activity) -> Result<(), Error> {
    store.table.put(encode(&ActivityItem::from(activity))?).await
}

pub(super) async fn record_new(store: &DynamoStore, activity: &Activity) -> Result<(), Error> {
    store.table.put_new(encode(&ActivityItem::from(activity))?).await
}

pub(super) async fn load(
    store: &DynamoStore,
    team: &TeamId,
    at: Timestamp,
    id: &ActivityId,
) -> Result<Option<Activity>, Error> {
    if at < retention::oldest_kept(store.clock.now()) {
        return Ok(None);
    }
    let item = store.table.load(&keys::activity(team, at, id)).await?;
    item.map(|item| decode::<ActivityItem>(item)?.try_into()).transpose()
}

pub(super) async fn list(
    store: &DynamoStore,
    team: &TeamId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Activity>, Error> {
    let limit = page::checked_limit(limit)?;
    let before = cursor.map(|cursor| page::parse_after_activity(cursor, team)).transpose()?;
    let oldest = retention::oldest_kept(store.clock.now());
    let mut query = store.table.query(keys::partition(team));
    if let Some((at, id)) = before {
        // DynamoDB refuses to start outside the range; behind an expired line there is nothing anyway.
        if at < oldest {
            return Ok(Page { rows: Vec::new(), next: None });
        }
        query = query.set_exclusive_start_key(Some(key_attributes(&keys::activity(team, at, &id))));
    }
    let lines = newest(query, oldest, limit + 1).await?;
    Ok(page::cut(lines, limit, page::after_activity))
}

pub(super) async fn list_of_opportunity(
    store: &DynamoStore,
    team: &TeamId,
    opportunity: &OpportunityId,
    limit: usize,
) -> Result<Vec<Activity>, Error> {
    let limit = page::checked_limit(limit)?;
    let query = store.table.query_index(&BY_OPPORTUNITY, keys::opportunity(team, opportunity));
    newest(query, retention::oldest_kept(store.clock.now()), limit).await
}

async fn newest(query: QueryFluentBuilder, oldest: Timestamp, limit: usize) -> Result<Vec<Activity>, Error> {
    let query = query.key_condition_expression("#p = :p AND #s BETWEEN :oldest AND :end");
    let query = query.expression_attribute_names("#s", SORT);
    let query = query.expression_attribute_values(":oldest", text(&keys::activity_from(oldest)));
    let query = query.expression_attribute_values(":end", text(keys::ACTIVITY_END));
    let query = query.scan_index_forward(false).limit(i32::try_from(limit).unwrap_or(i32::MAX));
    rows(query, limit).await?.into_iter().map(|row| decode::<ActivityItem>(row)?.try_into()).collect()
}
