//! Views of items: the attributes that intake may read, and no others.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::activity::ActivityItem;
use super::connection::{ConnectionItem, WebhookItem, open_webhook};
use super::sealer::Sealer;
use super::team::TeamItem;
use super::{Stored, parse_optional};
use crate::domain::{SignatureToken, TeamId, UrlKey};
use crate::seal::Keyring;
use crate::store::{Error, Handled};

/// Of a team, what Lever's deliveries are checked against.
#[derive(Serialize, Deserialize)]
pub(in crate::store::dynamodb) struct LeverKeyItem {
    lever_url_key: String,
}

/// Of a team, what Qualified's deliveries are checked against.
#[derive(Serialize, Deserialize)]
pub(in crate::store::dynamodb) struct QualifiedKeyItem {
    qualified_url_key: String,
}

/// Of a connection, what Lever's deliveries are checked against. The version is part of the seal.
#[derive(Serialize, Deserialize)]
pub(in crate::store::dynamodb) struct IntakeConnectionItem {
    version: u64,
    webhook: Option<WebhookItem>,
    #[serde(default)]
    last_event_at: Option<String>,
    #[serde(default)]
    last_refused_at: Option<String>,
}

/// An [`IntakeConnectionItem`], opened.
#[derive(Default)]
pub(in crate::store::dynamodb) struct IntakeConnection {
    pub(in crate::store::dynamodb) signature_token: Option<SignatureToken>,
    pub(in crate::store::dynamodb) last_event_at: Option<Timestamp>,
    pub(in crate::store::dynamodb) last_refused_at: Option<Timestamp>,
}

/// Of a line of activity, what tells a repetition from a forgery.
#[derive(Serialize, Deserialize)]
pub(in crate::store::dynamodb) struct HandledItem {
    #[serde(default)]
    body_digest: Option<String>,
}

impl Stored for LeverKeyItem {
    const NAME: &'static str = TeamItem::NAME;
    const SCHEMA: u32 = TeamItem::SCHEMA;
}

impl Stored for QualifiedKeyItem {
    const NAME: &'static str = TeamItem::NAME;
    const SCHEMA: u32 = TeamItem::SCHEMA;
}

impl Stored for IntakeConnectionItem {
    const NAME: &'static str = ConnectionItem::NAME;
    const SCHEMA: u32 = ConnectionItem::SCHEMA;
}

impl Stored for HandledItem {
    const NAME: &'static str = ActivityItem::NAME;
    const SCHEMA: u32 = ActivityItem::SCHEMA;
}

impl From<LeverKeyItem> for UrlKey {
    fn from(item: LeverKeyItem) -> Self {
        Self::new(item.lever_url_key)
    }
}

impl From<QualifiedKeyItem> for UrlKey {
    fn from(item: QualifiedKeyItem) -> Self {
        Self::new(item.qualified_url_key)
    }
}

impl From<HandledItem> for Handled {
    fn from(item: HandledItem) -> Self {
        Self { body_digest: item.body_digest }
    }
}

impl IntakeConnectionItem {
    /// What intake needs to know, beside what other items say.
    pub(in crate::store::dynamodb) fn open(
        self,
        team: &TeamId,
        keyring: &Keyring,
    ) -> Result<IntakeConnection, Error> {
        let sealer = Sealer { keyring, team, version: self.version };
        let webhook = self.webhook.map(|webhook| open_webhook(webhook, &sealer)).transpose()?;
        let moment = |text, name| parse_optional::<ConnectionItem, _>(text, name);
        Ok(IntakeConnection {
            signature_token: webhook.map(|webhook| webhook.signature_token),
            last_event_at: moment(self.last_event_at, ConnectionItem::LAST_EVENT_AT)?,
            last_refused_at: moment(self.last_refused_at, ConnectionItem::LAST_REFUSED_AT)?,
        })
    }
}
