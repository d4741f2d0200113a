//! The item of a connection.

use serde::{Deserialize, Serialize};

use super::sealer::Sealer;
use super::{Stored, parse, parse_optional, parse_team};
use crate::domain::{
    Connection, ConnectionState, LeverEnvironment, LeverTokens, LeverWebhook, RefreshIntent,
};
use crate::seal::{self, Keyring};
use crate::store::Error;
use crate::store::dynamodb::keys;

/// Written attribute by attribute, so one that is absent has to be written as null.
#[derive(Serialize, Deserialize)]
pub(in crate::store::dynamodb) struct ConnectionItem {
    pk: String,
    sk: String,
    schema_version: u32,
    version: u64,
    account: Option<String>,
    environment: EnvironmentItem,
    api_base: Option<String>,
    state: StateItem,
    #[serde(default)]
    refresh_intent: Option<IntentItem>,
    webhook: Option<WebhookItem>,
    /// Written by itself, see [`ConnectionItem::LAST_EVENT_AT`].
    #[serde(default, skip_serializing)]
    last_event_at: Option<String>,
    /// Written by itself, see [`ConnectionItem::LAST_REFUSED_AT`].
    #[serde(default, skip_serializing)]
    last_refused_at: Option<String>,
    /// Partition key of the index of connections.
    connection_shard: String,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EnvironmentItem {
    Production,
    Sandbox,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateItem {
    /// Both tokens are sealed.
    Active {
        access: String,
        refresh: String,
        expires_at: String,
    },
    ReconnectNeeded {
        since: String,
    },
}

#[derive(Serialize, Deserialize)]
struct IntentItem {
    holder: String,
    since: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct WebhookItem {
    id: String,
    /// Sealed.
    signature_token: String,
}

impl Stored for ConnectionItem {
    const NAME: &'static str = "connection";
    const SCHEMA: u32 = 1;
}

impl ConnectionItem {
    /// The attribute with the time of the last event; no write of the connection touches it.
    pub(in crate::store::dynamodb) const LAST_EVENT_AT: &'static str = "last_event_at";
    /// The attribute with the time of the last delivery refused; likewise.
    pub(in crate::store::dynamodb) const LAST_REFUSED_AT: &'static str = "last_refused_at";

    /// The item of the version after `connection`.
    pub(in crate::store::dynamodb) fn seal(
        connection: &Connection,
        keyring: &Keyring,
    ) -> Result<Self, Error> {
        let version = connection.version + 1;
        let sealer = Sealer { keyring, team: &connection.team, version };
        let keys::Key { pk, sk } = keys::connection(&connection.team);
        let webhook = connection.webhook.as_ref().map(|webhook| seal_webhook(webhook, &sealer));
        Ok(Self {
            pk,
            sk,
            schema_version: Self::SCHEMA,
            version,
            account: connection.account.as_ref().map(ToString::to_string),
            environment: connection.environment.into(),
            api_base: connection.api_base.clone(),
            state: seal_state(&connection.state, &sealer).map_err(unusable)?,
            refresh_intent: connection.refresh_intent.as_ref().map(|intent| IntentItem {
                holder: intent.holder.to_string(),
                since: keys::time(intent.since),
            }),
            webhook: webhook.transpose().map_err(unusable)?,
            last_event_at: None,
            last_refused_at: None,
            connection_shard: keys::connection_shard(keys::connection_shard_of(&connection.team)),
        })
    }

    pub(in crate::store::dynamodb) fn open(self, keyring: &Keyring) -> Result<Connection, Error> {
        let team = parse_team::<Self>(&self.pk)?;
        let sealer = Sealer { keyring, team: &team, version: self.version };
        Ok(Connection {
            account: parse_optional::<Self, _>(self.account, "account")?,
            environment: self.environment.into(),
            api_base: self.api_base,
            state: open_state(self.state, &sealer)?,
            refresh_intent: self.refresh_intent.map(RefreshIntent::try_from).transpose()?,
            webhook: self.webhook.map(|webhook| open_webhook(webhook, &sealer)).transpose()?,
            last_event_at: parse_optional::<Self, _>(self.last_event_at, Self::LAST_EVENT_AT)?,
            last_refused_at: parse_optional::<Self, _>(self.last_refused_at, Self::LAST_REFUSED_AT)?,
            version: self.version,
            team,
        })
    }
}

impl TryFrom<IntentItem> for RefreshIntent {
    type Error = Error;

    fn try_from(item: IntentItem) -> Result<Self, Error> {
        Ok(Self {
            holder: parse::<ConnectionItem, _>(&item.holder, "refresh_intent.holder")?,
            since: parse::<ConnectionItem, _>(&item.since, "refresh_intent.since")?,
        })
    }
}

fn seal_state(state: &ConnectionState, sealer: &Sealer<'_>) -> Result<StateItem, seal::Error> {
    Ok(match state {
        ConnectionState::Active(tokens) => StateItem::Active {
            access: sealer.seal(&tokens.access)?,
            refresh: sealer.seal(&tokens.refresh)?,
            expires_at: keys::time(tokens.expires_at),
        },
        ConnectionState::ReconnectNeeded { since } => {
            StateItem::ReconnectNeeded { since: keys::time(*since) }
        }
    })
}

fn open_state(state: StateItem, sealer: &Sealer<'_>) -> Result<ConnectionState, Error> {
    Ok(match state {
        StateItem::Active { access, refresh, expires_at } => ConnectionState::Active(LeverTokens {
            access: sealer.open(&access).map_err(unusable)?,
            refresh: sealer.open(&refresh).map_err(unusable)?,
            expires_at: parse::<ConnectionItem, _>(&expires_at, "state.expires_at")?,
        }),
        StateItem::ReconnectNeeded { since } => {
            ConnectionState::ReconnectNeeded { since: parse::<ConnectionItem, _>(&since, "state.since")? }
        }
    })
}

fn seal_webhook(webhook: &LeverWebhook, sealer: &Sealer<'_>) -> Result<WebhookItem, seal::Error> {
    let signature_token = sealer.seal(&webhook.signature_token)?;
    Ok(WebhookItem { id: webhook.id.to_string(), signature_token })
}

pub(super) fn open_webhook(webhook: WebhookItem, sealer: &Sealer<'_>) -> Result<LeverWebhook, Error> {
    let signature_token = sealer.open(&webhook.signature_token).map_err(unusable)?;
    Ok(LeverWebhook { id: parse::<ConnectionItem, _>(&webhook.id, "webhook.id")?, signature_token })
}

fn unusable(source: seal::Error) -> Error {
    Error::Credential { item: ConnectionItem::NAME, source }
}

impl From<LeverEnvironment> for EnvironmentItem {
    fn from(environment: LeverEnvironment) -> Self {
        match environment {
            LeverEnvironment::Production => Self::Production,
            LeverEnvironment::Sandbox => Self::Sandbox,
        }
    }
}

impl From<EnvironmentItem> for LeverEnvironment {
    fn from(item: EnvironmentItem) -> Self {
        match item {
            EnvironmentItem::Production => Self::Production,
            EnvironmentItem::Sandbox => Self::Sandbox,
        }
    }
}
