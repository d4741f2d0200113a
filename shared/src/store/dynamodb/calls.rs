//! The call slot of a team: one small item, moved forward by one conditional write.
//!
//! Apart from the connection, whose item is several times as large and would have to be paid for with
//! every call. A write that the client repeated because its answer was lost moves the slot twice: some calls
//! less than allowed, never more.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::{SignedDuration, Timestamp};

use super::item::SCHEMA_VERSION;
use super::keys;
use super::store::DynamoStore;
use super::table::{Attributes, failure, holds, number};
use crate::domain::{CallGrant, CallRequest, TeamId};
use crate::store::Error;

/// The version of the form of the item.
const SCHEMA: i64 = 1;
/// The slot in milliseconds since 1970.
const SLOT: &str = "slot";
/// How often a slot that others move at the same time is tried.
const TRIES_MAX: u32 = 8;
/// When an item is of no use any more; deleting it is left to the table.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// First as after a rest, which is the usual case and takes one write; a slot that is not over is moved on
/// from where it is.
pub(super) async fn reserve(
    store: &DynamoStore,
    team: &TeamId,
    request: CallRequest,
) -> Result<CallGrant, Error> {
    let mut present = None;
    for _ in 0..TRIES_MAX {
        let attempt = match present {
            Some(slot) if slot > request.latest_slot() => return Ok(request.refused(slot)),
            Some(slot) if slot > request.now => push(store, team, request),
            Some(_) | None => begin(store, team, request),
        };
        match moved(attempt).await? {
            Moved::To(slot) => return Ok(request.granted(slot)),
            Moved::Not(slot) => present = slot,
        }
    }
    Err(Error::Throttled)
}

pub(super) async fn hold(store: &DynamoStore, team: &TeamId, slot: Timestamp) -> Result<(), Error> {
    let update =
        written(store, team, slot).update_expression("SET #schema = :schema, #until = :until, #slot = :slot");
    let update = update.condition_expression("attribute_not_exists(#slot) OR #slot < :slot");
    let update = update.expression_attribute_values(":slot", number(slot.as_millisecond()));
    // A later slot holds calls back longer still.
    holds(update).await.map(|_| ())
}

/// Starts a slot where there is none or an earlier one is over.
fn begin(store: &DynamoStore, team: &TeamId, request: CallRequest) -> UpdateItemFluentBuilder {
    let slot = request.slot_after_rest();
    written(store, team, slot)
        .update_expression("SET #schema = :schema, #until = :until, #slot = :slot")
        .condition_expression("attribute_not_exists(#slot) OR #slot <= :now")
        .expression_attribute_values(":slot", number(slot.as_millisecond()))
        .expression_attribute_values(":now", number(request.now.as_millisecond()))
}

/// Moves a slot on that is not over.
fn push(store: &DynamoStore, team: &TeamId, request: CallRequest) -> UpdateItemFluentBuilder {
    let length = i64::try_from(request.length().as_millis()).unwrap_or(i64::MAX);
    written(store, team, request.latest_slot())
        .update_expression("SET #schema = :schema, #until = :until, #slot = #slot + :length")
        .condition_expression("#slot > :now AND #slot <= :latest")
        .expression_attribute_values(":length", number(length))
        .expression_attribute_values(":now", number(request.now.as_millisecond()))
        .expression_attribute_values(":latest", number(request.latest_slot().as_millisecond()))
}

/// An update that also says until when the item is kept.
fn written(store: &DynamoStore, team: &TeamId, slot: Timestamp) -> UpdateItemFluentBuilder {
    let until = slot.saturating_add(KEPT).unwrap_or(Timestamp::MAX).as_second();
    store
        .table
        .update(&keys::call_slot(team))
        .expression_attribute_names("#schema", SCHEMA_VERSION)
        .expression_attribute_names("#until", "expires_at")
        .expression_attribute_names("#slot", SLOT)
        .expression_attribute_values(":schema", number(SCHEMA))
        .expression_attribute_values(":until", number(until))
        .return_values(ReturnValue::UpdatedNew)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
}

/// What became of a slot.
enum Moved {
    /// It stands here now.
    To(Timestamp),
    /// It stands elsewhere than was believed, if there is one.
    Not(Option<Timestamp>),
}

async fn moved(attempt: UpdateItemFluentBuilder) -> Result<Moved, Error> {
    match attempt.send().await {
        Ok(answer) => {
            let slot = answer.attributes.as_ref().and_then(slot_of);
            slot.map(Moved::To).ok_or(Error::Unreadable { item: "call slot", attribute: SLOT })
        }
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                Ok(Moved::Not(failed.item().and_then(slot_of)))
            }
            _ => Err(failure(&error)),
        },
    }
}

fn slot_of(item: &Attributes) -> Option<Timestamp> {
    Timestamp::from_millisecond(item.get(SLOT)?.as_n().ok()?.parse().ok()?).ok()
}
