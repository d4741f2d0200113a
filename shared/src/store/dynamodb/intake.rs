//! What intake reads: named attributes only, by queries only.
//!
//! The roles of the intake functions allow exactly these attributes (template.yaml). A query and not a
//! get, since only of a query a role can demand that it names what it wants.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::Select;
use jiff::Timestamp;

use super::item::{
    ConnectionItem, HandledItem, IntakeConnection, IntakeConnectionItem, LeverKeyItem, QualifiedKeyItem,
    SCHEMA_VERSION, VERSION, decode,
};
use super::keys;
use super::schema::{PARTITION, SORT};
use super::store::DynamoStore;
use super::table::{rows, text};
use crate::domain::{ActivityId, TeamId, UrlKey};
use crate::store::{Error, Handled, LeverIntake, retention};

const LEVER_URL_KEY: &str = "lever_url_key";
const QUALIFIED_URL_KEY: &str = "qualified_url_key";
const WEBHOOK: &str = "webhook";
const BODY_DIGEST: &str = "body_digest";

/// One consistent query over the neighbours team, connection and trigger stages.
pub(super) async fn load_lever(store: &DynamoStore, team: &TeamId) -> Result<Option<LeverIntake>, Error> {
    let (first, last) = keys::CONTEXT;
    let query = store.table.query(keys::partition(team));
    let query = query.key_condition_expression("#p = :p AND #s BETWEEN :first AND :last");
    let query = query.expression_attribute_values(":first", text(first));
    let query = query.expression_attribute_values(":last", text(last));
    let query = only(
        query,
        &[LEVER_URL_KEY, WEBHOOK, ConnectionItem::LAST_EVENT_AT, ConnectionItem::LAST_REFUSED_AT, VERSION],
    );

    let (mut url_key, mut connection, mut trigger_stages) = (None, IntakeConnection::default(), Vec::new());
    for row in rows(query, usize::MAX).await? {
        let sk = row.get(SORT).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        match sk.as_str() {
            keys::TEAM => url_key = Some(decode::<LeverKeyItem>(row)?.into()),
            keys::CONNECTION => {
                connection = decode::<IntakeConnectionItem>(row)?.open(team, &store.keyring)?
            }
            sk => trigger_stages.extend(keys::parse_trigger_stage(sk)),
        }
    }
    let IntakeConnection { signature_token, last_event_at, last_refused_at } = connection;
    Ok(url_key.map(|url_key| LeverIntake {
        url_key,
        signature_token,
        last_event_at,
        last_refused_at,
        trigger_stages,
    }))
}

pub(super) async fn load_qualified_url_key(
    store: &DynamoStore,
    team: &TeamId,
) -> Result<Option<UrlKey>, Error> {
    let query = one(store, &keys::team(team));
    let row = rows(only(query, &[QUALIFIED_URL_KEY]), 1).await?.pop();
    row.map(|row| Ok(decode::<QualifiedKeyItem>(row)?.into())).transpose()
}

pub(super) async fn load_handled(
    store: &DynamoStore,
    team: &TeamId,
    at: Timestamp,
    id: &ActivityId,
) -> Result<Option<Handled>, Error> {
    if at < retention::oldest_kept(store.clock.now()) {
        return Ok(None);
    }
    let query = one(store, &keys::activity(team, at, id));
    let row = rows(only(query, &[BODY_DIGEST]), 1).await?.pop();
    row.map(|row| Ok(decode::<HandledItem>(row)?.into())).transpose()
}

/// A query of one item.
fn one(store: &DynamoStore, key: &keys::Key) -> QueryFluentBuilder {
    let query = store.table.query(key.pk.clone()).key_condition_expression("#p = :p AND #s = :s");
    query.expression_attribute_values(":s", text(&key.sk))
}

/// Asks for the keys, the version of the form and these attributes.
fn only(query: QueryFluentBuilder, attributes: &[&str]) -> QueryFluentBuilder {
    let names = [("#p".to_owned(), PARTITION), ("#s".to_owned(), SORT), ("#v".to_owned(), SCHEMA_VERSION)];
    let more = attributes.iter().enumerate().map(|(index, name)| (format!("#a{index}"), *name));
    let names: Vec<_> = names.into_iter().chain(more).collect();
    let projection = names.iter().map(|(short, _)| short.as_str()).collect::<Vec<_>>().join(", ");
    let query = query.select(Select::SpecificAttributes).projection_expression(projection);
    names.into_iter().fold(query, |query, (short, name)| query.expression_attribute_names(short, name))
}
