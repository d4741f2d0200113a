//! Teams and their trigger stages.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{ConnectionItem, SCHEMA_VERSION, Stored, TeamItem, TriggerStageItem, decode, encode};
use super::keys;
use super::schema::{PARTITION, SORT};
use super::store::DynamoStore;
use super::table::{Attributes, holds, rows, text};
use crate::domain::{StageId, Team, TeamId, TriggerStage};
use crate::store::{Error, Recorded, TeamContext};

/// One consistent query for team, connection and trigger stages: their sort keys are neighbours.
pub(super) async fn load(store: &DynamoStore, team: &TeamId) -> Result<Option<TeamContext>, Error> {
    let (first, last) = keys::CONTEXT;
    let query = store.table.query(keys::partition(team));
    let query = query.key_condition_expression("#p = :p AND #s BETWEEN :first AND :last");
    let query = query.expression_attribute_names("#s", SORT);
    let query = query.expression_attribute_values(":first", text(first));
    let query = query.expression_attribute_values(":last", text(last));

    let (mut found, mut connection, mut trigger_stages) = (None, None, Vec::new());
    for row in rows(query, usize::MAX).await? {
        match sort_key(&row) {
            keys::TEAM => found = Some(decode::<TeamItem>(row)?.open(&store.keyring)?),
            keys::CONNECTION => connection = Some(decode::<ConnectionItem>(row)?.open(&store.keyring)?),
            sk if keys::is_trigger_stage(sk) => {
                trigger_stages.push(decode::<TriggerStageItem>(row)?.try_into()?)
            }
            _ => return Err(Error::Newer { item: TeamItem::NAME, attribute: SORT }),
        }
    }
    Ok(found.map(|team| TeamContext { team, connection, trigger_stages }))
}

pub(super) async fn record(store: &DynamoStore, team: &Team) -> Result<Recorded, Error> {
    let item = TeamItem::seal(team, &store.keyring)?;
    store.table.record(encode(&item)?, team.version).await
}

/// Of a stage that is there already only the text is renewed. An item of a newer version is left alone.
pub(super) async fn record_trigger_stage(
    store: &DynamoStore,
    team: &TeamId,
    stage: &TriggerStage,
) -> Result<(), Error> {
    let schema = AttributeValue::N(TriggerStageItem::SCHEMA.to_string());
    let update = store.table.update(&keys::trigger_stage(team, &stage.stage));
    let update = update.condition_expression("attribute_not_exists(#pk) OR #schema = :schema");
    let update = update.update_expression(
        "SET #schema = :schema, #text = :text, #at = if_not_exists(#at, :at), #by = if_not_exists(#by, :by)",
    );
    let update = update.expression_attribute_names("#pk", PARTITION);
    let update = update.expression_attribute_names("#schema", SCHEMA_VERSION);
    let update = update.expression_attribute_names("#text", TriggerStageItem::TEXT);
    let update = update.expression_attribute_names("#at", TriggerStageItem::ADDED_AT);
    let update = update.expression_attribute_names("#by", TriggerStageItem::ADDED_BY);
    let update = update.expression_attribute_values(":schema", schema);
    let update = update.expression_attribute_values(":text", text(&stage.text));
    let update = update.expression_attribute_values(":at", text(&keys::time(stage.added_at)));
    let update = update.expression_attribute_values(":by", text(stage.added_by.as_str()));
    if holds(update).await? {
        Ok(())
    } else {
        Err(Error::Newer { item: TriggerStageItem::NAME, attribute: SCHEMA_VERSION })
    }
}

pub(super) async fn remove_trigger_stage(
    store: &DynamoStore,
    team: &TeamId,
    stage: &StageId,
) -> Result<(), Error> {
    store.table.delete(&keys::trigger_stage(team, stage)).await
}

fn sort_key(row: &Attributes) -> &str {
    row.get(SORT).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}
