//! The calls to DynamoDB, with its answers turned into the store's own.
//!
//! Knows keys, versions and conditions, and nothing of what the items mean. The client retries by itself;
//! a write whose answer was lost is recognised by its write id, so a repetition does not look like a
//! conflict with somebody else.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};

use super::item::{VERSION, WRITE_ID};
use super::keys::Key;
use super::schema::{IndexSchema, PARTITION, SORT};
use crate::metrics::Metric;
use crate::store::{Error, Recorded};

/// An item as the SDK has it.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// The error codes by which DynamoDB asks for patience (DynamoDB: developer guide, Error handling).
const THROTTLED: [&str; 4] = [
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "ThrottledException",
];

/// The table.
pub(super) struct Table {
    client: Client,
    name: String,
}

impl Table {
    pub(super) fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Reads an item, consistently.
    pub(super) async fn load(&self, key: &Key) -> Result<Option<Attributes>, Error> {
        let call = self.client.get_item().table_name(&self.name).set_key(Some(key_attributes(key)));
        let answer = call.consistent_read(true).send().await.map_err(|error| failure(&error))?;
        Ok(answer.item)
    }

    /// Writes an item, whatever was there.
    pub(super) async fn put(&self, item: Attributes) -> Result<(), Error> {
        let call = self.client.put_item().table_name(&self.name).set_item(Some(item));
        call.send().await.map_err(|error| failure(&error))?;
        Ok(())
    }

    /// Writes an item, unless one with its key is there.
    pub(super) async fn put_new(&self, item: Attributes) -> Result<(), Error> {
        let (condition, names, _) = version_condition(0);
        let call = self.client.put_item().table_name(&self.name).set_item(Some(item));
        let call = call.condition_expression(condition).set_expression_attribute_names(Some(names));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(failure(&error)),
            },
        }
    }

    /// Puts an item in place of the one with version `named`, or of none if that is 0.
    pub(super) async fn record(&self, mut item: Attributes, named: u64) -> Result<Recorded, Error> {
        let write_id = write_id()?;
        item.insert(WRITE_ID.to_owned(), text(&write_id));
        let (condition, names, values) = version_condition(named);
        let call = self.client.put_item().table_name(&self.name).set_item(Some(item));
        let call = call.condition_expression(condition).set_expression_attribute_names(Some(names));
        let call = call.set_expression_attribute_values(values);
        let call = call.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match call.send().await {
            Ok(_) => Ok(Recorded::Done { version: named + 1 }),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(lost_or_won(failed.item(), &write_id, named))
                }
                _ => Err(failure(&error)),
            },
        }
    }

    /// Like [`Table::record`], but leaves attributes alone that `item` does not have.
    pub(super) async fn record_within(
        &self,
        mut item: Attributes,
        key: &Key,
        named: u64,
    ) -> Result<Recorded, Error> {
        let write_id = write_id()?;
        item.insert(WRITE_ID.to_owned(), text(&write_id));
        let (condition, names, values) = version_condition(named);
        let mut call = self.update(key).condition_expression(condition);
        for (name, attribute) in names {
            call = call.expression_attribute_names(name, attribute);
        }
        for (name, value) in values.into_iter().flatten() {
            call = call.expression_attribute_values(name, value);
        }
        let mut assignments = Vec::new();
        for (index, (attribute, value)) in item.into_iter().filter(|(name, _)| !is_key(name)).enumerate() {
            let (name, placeholder) = (format!("#a{index}"), format!(":a{index}"));
            assignments.push(format!("{name} = {placeholder}"));
            call = call
                .expression_attribute_names(name, attribute)
                .expression_attribute_values(placeholder, value);
        }
        let call = call.update_expression(format!("SET {}", assignments.join(", ")));
        let call = call.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match call.send().await {
            Ok(_) => Ok(Recorded::Done { version: named + 1 }),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(lost_or_won(failed.item(), &write_id, named))
                }
                _ => Err(failure(&error)),
            },
        }
    }

    /// Begins an update of some attributes.
    pub(super) fn update(&self, key: &Key) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.name).set_key(Some(key_attributes(key)))
    }

    /// Deletes an item, if it is there.
    pub(super) async fn delete(&self, key: &Key) -> Result<(), Error> {
        let call = self.client.delete_item().table_name(&self.name).set_key(Some(key_attributes(key)));
        call.send().await.map_err(|error| failure(&error))?;
        Ok(())
    }

    /// Deletes an item whose attribute has this value; another one stays.
    pub(super) async fn delete_if(&self, key: &Key, attribute: &str, value: &str) -> Result<(), Error> {
        let call = self.client.delete_item().table_name(&self.name).set_key(Some(key_attributes(key)));
        let call = call.condition_expression("#c = :c").expression_attribute_names("#c", attribute);
        match call.expression_attribute_values(":c", text(value)).send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(failure(&error)),
            },
        }
    }

    /// Takes an item away; of any number of callers one gets it.
    pub(super) async fn take(&self, key: &Key) -> Result<Option<Attributes>, Error> {
        let call = self.client.delete_item().table_name(&self.name).set_key(Some(key_attributes(key)));
        let answer = call.return_values(ReturnValue::AllOld).send().await.map_err(|error| failure(&error))?;
        Ok(answer.attributes)
    }

    /// Begins a consistent query of one partition.
    pub(super) fn query(&self, partition: String) -> QueryFluentBuilder {
        let call = self.client.query().table_name(&self.name).consistent_read(true);
        call.expression_attribute_names("#p", PARTITION)
            .expression_attribute_values(":p", AttributeValue::S(partition))
    }

    /// Begins a query of one partition of an index, which lags a little behind the table.
    pub(super) fn query_index(&self, index: &IndexSchema, partition: String) -> QueryFluentBuilder {
        let call = self.client.query().table_name(&self.name).index_name(index.name);
        call.expression_attribute_names("#p", index.partition)
            .expression_attribute_values(":p", AttributeValue::S(partition))
    }
}

/// Makes an update; `false` when its condition did not hold.
pub(super) async fn holds(update: UpdateItemFluentBuilder) -> Result<bool, Error> {
    match update.send().await {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
            _ => Err(failure(&error)),
        },
    }
}

/// Reads rows of a query, page after page, until there are `limit` or no more.
pub(super) async fn rows(query: QueryFluentBuilder, limit: usize) -> Result<Vec<Attributes>, Error> {
    let mut rows = Vec::new();
    let mut stream = query.into_paginator().items().send();
    while rows.len() < limit
        && let Some(row) = stream.next().await
    {
        rows.push(row.map_err(|error| failure(&error))?);
    }
    Ok(rows)
}

/// A text as an attribute.
pub(super) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// A number as an attribute.
pub(super) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A key as attributes.
pub(super) fn key_attributes(key: &Key) -> Attributes {
    [(PARTITION, &key.pk), (SORT, &key.sk)].map(|(name, value)| (name.to_owned(), text(value))).into()
}

/// What a failed call means.
pub(super) fn failure<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Error {
    if matches!(error, SdkError::ConstructionFailure(_)) {
        return Error::Refused { code: "unsendable request".to_owned() };
    }
    // No connection, no answer in time, or half an answer.
    let SdkError::ServiceError(service) = error else { return Error::Unreachable };
    let code = service.err().code().unwrap_or("unknown");
    if THROTTLED.contains(&code) {
        Metric::TableThrottled.count();
        Error::Throttled
    } else if service.raw().status().is_server_error() {
        Error::Unreachable
    } else {
        Error::Refused { code: code.to_owned() }
    }
}

type Condition = (&'static str, HashMap<String, String>, Option<Attributes>);

fn version_condition(named: u64) -> Condition {
    let names = |attribute: &str| HashMap::from([("#c".to_owned(), attribute.to_owned())]);
    if named == 0 {
        return ("attribute_not_exists(#c)", names(PARTITION), None);
    }
    let values = HashMap::from([(":c".to_owned(), AttributeValue::N(named.to_string()))]);
    ("#c = :c", names(VERSION), Some(values))
}

/// The condition did not hold: because this very write is there already, or somebody else's is.
fn lost_or_won(present: Option<&Attributes>, write_id: &str, named: u64) -> Recorded {
    let present = present.and_then(|item| item.get(WRITE_ID)?.as_s().ok());
    if present.is_some_and(|present| present == write_id) {
        Recorded::Done { version: named + 1 }
    } else {
        Recorded::Conflict
    }
}

/// 96 random bits: as many writes as there may be, no two meet.
fn write_id() -> Result<String, Error> {
    let mut bytes = [0; 12];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::Unwritable { item: "write id" })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn is_key(attribute: &str) -> bool {
    attribute == PARTITION || attribute == SORT
}
