//! What is good for one use: OAuth attempts and launch links.
//!
//! Taking one is a conditional write, so of any number of callers one succeeds. Both are deleted by
//! DynamoDB some time after they expired; that they are refused then is decided by the clock.

use jiff::Timestamp;

use super::item::{OAuthAttemptItem, SCHEMA_VERSION, decode, encode};
use super::keys;
use super::schema::PARTITION;
use super::store::DynamoStore;
use super::table::{holds, number};
use crate::domain::OAuthAttempt;
use crate::store::{Error, Recorded};

/// The version of the form of a used launch link.
const LAUNCH_SCHEMA: i64 = 1;

pub(super) async fn record_attempt(store: &DynamoStore, attempt: &OAuthAttempt) -> Result<(), Error> {
    store.table.put(encode(&OAuthAttemptItem::seal(attempt, &store.keyring)?)?).await
}

pub(super) async fn take_attempt(
    store: &DynamoStore,
    state_hash: &str,
) -> Result<Option<OAuthAttempt>, Error> {
    let Some(item) = store.table.take(&keys::oauth_attempt(state_hash)).await? else { return Ok(None) };
    let attempt = decode::<OAuthAttemptItem>(item)?.open(&store.keyring)?;
    Ok((attempt.expires_at > store.clock.now()).then_some(attempt))
}

pub(super) async fn record_launch(
    store: &DynamoStore,
    link_hash: &str,
    expires_at: Timestamp,
) -> Result<Recorded, Error> {
    let update = store.table.update(&keys::launch(link_hash));
    let update = update.update_expression("SET #schema = :schema, expires_at = :until");
    let update = update.condition_expression("attribute_not_exists(#pk)");
    let update = update.expression_attribute_names("#pk", PARTITION);
    let update = update.expression_attribute_names("#schema", SCHEMA_VERSION);
    let update = update.expression_attribute_values(":schema", number(LAUNCH_SCHEMA));
    let update = update.expression_attribute_values(":until", number(expires_at.as_second()));
    Ok(if holds(update).await? { Recorded::Done { version: 1 } } else { Recorded::Conflict })
}
