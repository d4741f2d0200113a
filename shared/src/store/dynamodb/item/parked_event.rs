//! The item of a parked event.

use serde::{Deserialize, Serialize};

use super::{Stored, parse, parse_reason, parse_team, unreadable};
use crate::domain::ParkedEvent;
use crate::store::Error;
use crate::store::dynamodb::keys;

#[derive(Serialize, Deserialize)]
pub(in crate::store::dynamodb) struct ParkedEventItem {
    pk: String,
    sk: String,
    schema_version: u32,
    reason: String,
    parked_at: String,
    envelope: String,
}

impl ParkedEventItem {
    /// When it was parked: tells one parking of an event from the next.
    pub(in crate::store::dynamodb) const PARKED_AT: &'static str = "parked_at";
}

impl Stored for ParkedEventItem {
    const NAME: &'static str = "parked event";
    const SCHEMA: u32 = 1;
}

impl From<&ParkedEvent> for ParkedEventItem {
    fn from(parked: &ParkedEvent) -> Self {
        let keys::Key { pk, sk } = keys::parked_event(&parked.team, &parked.event);
        Self {
            pk,
            sk,
            schema_version: Self::SCHEMA,
            reason: parked.reason.code().to_owned(),
            parked_at: keys::time(parked.parked_at),
            envelope: parked.envelope.clone(),
        }
    }
}

impl TryFrom<ParkedEventItem> for ParkedEvent {
    type Error = Error;

    fn try_from(item: ParkedEventItem) -> Result<Self, Error> {
        Ok(Self {
            team: parse_team::<ParkedEventItem>(&item.pk)?,
            event: keys::parse_parked_event(&item.sk).ok_or(unreadable::<ParkedEventItem>("sk"))?,
            reason: parse_reason::<ParkedEventItem>(&item.reason)?,
            parked_at: parse::<ParkedEventItem, _>(&item.parked_at, ParkedEventItem::PARKED_AT)?,
            envelope: item.envelope,
        })
    }
}
