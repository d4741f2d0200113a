//! The item of a trigger stage. Written by an update expression, attribute by attribute.

use serde::{Deserialize, Serialize};

use super::{Stored, parse, unreadable};
use crate::domain::TriggerStage;
use crate::store::Error;
use crate::store::dynamodb::keys;

#[derive(Serialize, Deserialize)]
pub(in crate::store::dynamodb) struct TriggerStageItem {
    sk: String,
    text: String,
    added_at: String,
    added_by: String,
}

impl Stored for TriggerStageItem {
    const NAME: &'static str = "trigger stage";
    const SCHEMA: u32 = 1;
}

impl TriggerStageItem {
    pub(in crate::store::dynamodb) const TEXT: &'static str = "text";
    pub(in crate::store::dynamodb) const ADDED_AT: &'static str = "added_at";
    pub(in crate::store::dynamodb) const ADDED_BY: &'static str = "added_by";
}

impl TryFrom<TriggerStageItem> for TriggerStage {
    type Error = Error;

    fn try_from(item: TriggerStageItem) -> Result<Self, Error> {
        Ok(Self {
            stage: keys::parse_trigger_stage(&item.sk).ok_or(unreadable::<TriggerStageItem>("sk"))?,
            text: item.text,
            added_at: parse::<TriggerStageItem, _>(&item.added_at, TriggerStageItem::ADDED_AT)?,
            added_by: parse::<TriggerStageItem, _>(&item.added_by, TriggerStageItem::ADDED_BY)?,
        })
    }
}
