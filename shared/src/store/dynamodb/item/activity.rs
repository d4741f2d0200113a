//! The item of a line of activity.

use serde::{Deserialize, Serialize};

use super::{Stored, parse, parse_optional, parse_reason, parse_team, time, unreadable};
use crate::domain::{Activity, Facts, Tag, Title};
use crate::store::dynamodb::keys;
use crate::store::{Error, retention};

#[derive(Serialize, Deserialize)]
pub(in crate::store::dynamodb) struct ActivityItem {
    pk: String,
    sk: String,
    schema_version: u32,
    event: String,
    opportunity: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assessment: Option<String>,
    reason: String,
    facts: FactsItem,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_digest: Option<String>,
    /// Partition key of the index by opportunity.
    opportunity_key: String,
    /// When DynamoDB may delete the item, in seconds since 1970.
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct FactsItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stage: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entered_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trigger_added_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
}

impl Stored for ActivityItem {
    const NAME: &'static str = "activity";
    const SCHEMA: u32 = 1;
}

impl From<&Activity> for ActivityItem {
    fn from(activity: &Activity) -> Self {
        let keys::Key { pk, sk } = keys::activity(&activity.team, activity.at, &activity.id);
        Self {
            pk,
            sk,
            schema_version: Self::SCHEMA,
            event: activity.event.to_string(),
            opportunity: activity.opportunity.to_string(),
            assessment: activity.assessment.as_ref().map(ToString::to_string),
            reason: activity.reason.code().to_owned(),
            facts: FactsItem::from(&activity.facts),
            body_digest: activity.body_digest.clone(),
            opportunity_key: keys::opportunity(&activity.team, &activity.opportunity),
            expires_at: retention::expires_at(activity.at),
        }
    }
}

impl TryFrom<ActivityItem> for Activity {
    type Error = Error;

    fn try_from(item: ActivityItem) -> Result<Self, Error> {
        type Item = ActivityItem;
        let (at, id) = keys::parse_activity(&item.sk).ok_or(unreadable::<Item>("sk"))?;
        Ok(Self {
            team: parse_team::<Item>(&item.pk)?,
            at,
            id,
            event: parse::<Item, _>(&item.event, "event")?,
            opportunity: parse::<Item, _>(&item.opportunity, "opportunity")?,
            assessment: parse_optional::<Item, _>(item.assessment, "assessment")?,
            reason: parse_reason::<Item>(&item.reason)?,
            facts: item.facts.try_into()?,
            body_digest: item.body_digest,
        })
    }
}

impl From<&Facts> for FactsItem {
    fn from(facts: &Facts) -> Self {
        Self {
            stage: facts.stage.as_ref().map(ToString::to_string),
            entered_at: time(facts.entered_at),
            trigger_added_at: time(facts.trigger_added_at),
            tag: facts.tag.as_ref().map(ToString::to_string),
            title: facts.title.as_ref().map(ToString::to_string),
            result: facts.result.as_ref().map(ToString::to_string),
            attempt: facts.attempt,
        }
    }
}

impl TryFrom<FactsItem> for Facts {
    type Error = Error;

    fn try_from(item: FactsItem) -> Result<Self, Error> {
        type Item = ActivityItem;
        let tag = item.tag.map(|tag| Tag::new(&tag).map_err(|_| unreadable::<Item>("facts.tag")));
        let title = item.title.map(|title| Title::new(&title).map_err(|_| unreadable::<Item>("facts.title")));
        Ok(Self {
            stage: parse_optional::<Item, _>(item.stage, "facts.stage")?,
            entered_at: parse_optional::<Item, _>(item.entered_at, "facts.entered_at")?,
            trigger_added_at: parse_optional::<Item, _>(item.trigger_added_at, "facts.trigger_added_at")?,
            tag: tag.transpose()?,
            title: title.transpose()?,
            result: parse_optional::<Item, _>(item.result, "facts.result")?,
            attempt: item.attempt,
        })
    }
}
