//! The facts about the table, and its creation for local runs and tests.
//!
//! In AWS the deployment template creates the table; it has to say the same as [`TABLE`].

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification, TimeToLiveStatus,
};

use super::table::failure;
use crate::store::Error;

/// A table with its indexes. Every key attribute is a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSchema {
    /// The attribute of the partition key.
    pub partition: &'static str,
    /// The attribute of the sort key.
    pub sort: &'static str,
    /// The attribute that says when an item may be deleted, in seconds since 1970.
    pub expiry: &'static str,
    /// The global secondary indexes.
    pub indexes: &'static [IndexSchema],
}

/// A global secondary index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexSchema {
    /// Its name.
    pub name: &'static str,
    /// The attribute of its partition key; only items that have it are in the index.
    pub partition: &'static str,
    /// The attribute of its sort key, if it has one.
    pub sort: Option<&'static str>,
    /// What of an item is in the index.
    pub projected: Projected,
}

/// What of an item is in an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projected {
    /// The keys; the item is read from the table.
    Keys,
    /// Everything.
    All,
}

/// The partition key's attribute.
pub(super) const PARTITION: &str = "pk";
/// The sort key's attribute.
pub(super) const SORT: &str = "sk";

/// When an assignment was first written.
pub(super) const CREATED_AT: &str = "created_at";

/// Finds the assignments that follow a result.
pub(super) const BY_RESULT: IndexSchema =
    IndexSchema { name: "by_result", partition: "result_key", sort: None, projected: Projected::Keys };
/// Lists the activity of an opportunity.
pub(super) const BY_OPPORTUNITY: IndexSchema = IndexSchema {
    name: "by_opportunity",
    partition: "opportunity_key",
    sort: Some(SORT),
    projected: Projected::All,
};
/// Lists the connections, spread over several partitions.
pub(super) const CONNECTIONS: IndexSchema = IndexSchema {
    name: "connections",
    partition: "connection_shard",
    sort: Some(PARTITION),
    projected: Projected::Keys,
};

/// Lists the assignments that news may still come about, oldest first. Of an assignment in it nothing changes
/// but that it leaves, so most writes of an assignment cost nothing here.
pub(super) const OPEN_ASSIGNMENTS: IndexSchema = IndexSchema {
    name: "open_assignments",
    partition: "open_key",
    sort: Some(CREATED_AT),
    projected: Projected::Keys,
};

/// The table as this code needs it.
pub const TABLE: TableSchema = TableSchema {
    partition: PARTITION,
    sort: SORT,
    expiry: "expires_at",
    indexes: &[BY_RESULT, BY_OPPORTUNITY, CONNECTIONS, OPEN_ASSIGNMENTS],
};

/// Creates the table with its indexes, unless it is there already. For local runs and tests, whose
/// engines have a new table ready at once.
///
/// # Errors
/// When DynamoDB cannot be reached or refuses.
pub async fn create_table(client: &Client, name: &str) -> Result<(), Error> {
    let attributes = attribute_definitions().map_err(incomplete)?;
    let indexes = TABLE.indexes.iter().map(index).collect::<Result<Vec<_>, _>>().map_err(incomplete)?;
    let created = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes))
        .set_key_schema(Some(key_schema(TABLE.partition, Some(TABLE.sort)).map_err(incomplete)?))
        .set_global_secondary_indexes(Some(indexes))
        .send()
        .await;
    match created {
        Ok(_) => {}
        Err(error)
            if error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) => {}
        Err(error) => return Err(failure(&error)),
    }
    enable_expiry(client, name).await
}

async fn enable_expiry(client: &Client, name: &str) -> Result<(), Error> {
    let present =
        client.describe_time_to_live().table_name(name).send().await.map_err(|error| failure(&error))?;
    let status = present.time_to_live_description().and_then(|description| description.time_to_live_status());
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return Ok(());
    }
    let specification = TimeToLiveSpecification::builder()
        .attribute_name(TABLE.expiry)
        .enabled(true)
        .build()
        .map_err(incomplete)?;
    let update = client.update_time_to_live().table_name(name).time_to_live_specification(specification);
    update.send().await.map_err(|error| failure(&error))?;
    Ok(())
}

fn attribute_definitions() -> Result<Vec<AttributeDefinition>, BuildError> {
    let of_indexes =
        TABLE.indexes.iter().flat_map(|index| std::iter::once(index.partition).chain(index.sort));
    let names: BTreeSet<_> = [TABLE.partition, TABLE.sort].into_iter().chain(of_indexes).collect();
    names.into_iter().map(text_attribute).collect()
}

fn text_attribute(name: &str) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()
}

fn index(index: &IndexSchema) -> Result<GlobalSecondaryIndex, BuildError> {
    let projection = match index.projected {
        Projected::Keys => ProjectionType::KeysOnly,
        Projected::All => ProjectionType::All,
    };
    GlobalSecondaryIndex::builder()
        .index_name(index.name)
        .set_key_schema(Some(key_schema(index.partition, index.sort)?))
        .projection(Projection::builder().projection_type(projection).build())
        .build()
}

fn key_schema(partition: &str, sort: Option<&str>) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element =
        |name: &str, key_type| KeySchemaElement::builder().attribute_name(name).key_type(key_type).build();
    let sort = sort.map(|sort| element(sort, KeyType::Range));
    std::iter::once(element(partition, KeyType::Hash)).chain(sort).collect()
}

/// A part of a request lacks a field: only a change of this file can cause it.
fn incomplete(_: BuildError) -> Error {
    Error::Refused { code: "incomplete request".to_owned() }
}
