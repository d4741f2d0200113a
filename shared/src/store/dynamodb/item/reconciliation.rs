//! The items of the reconciler: how far each team is, and where the walk over all teams stands.

use serde::{Deserialize, Serialize};

use super::{Stored, parse, parse_optional, time, unreadable};
use crate::domain::{Look, Reconciliation, UnderWay};
use crate::store::Error;
use crate::store::dynamodb::keys;

#[derive(Serialize, Deserialize)]
pub(in crate::store::dynamodb) struct ReconciliationItem {
    pk: String,
    sk: String,
    schema_version: u32,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    swept_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    found_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    missed_at: Option<String>,
    stage_changes: LookItem,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    results_until: Option<String>,
    open_assignments: LookItem,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deletions_until: Option<String>,
    /// Apart from the attribute above, which is older: who reads only that begins the look anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deletions_under_way: Option<UnderWayItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ledger_cursor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upkept_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upkeep_failing_since: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    webhook_renewed_at: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct LookItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    done_until: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    under_way: Option<UnderWayItem>,
}

#[derive(Serialize, Deserialize)]
struct UnderWayItem {
    since: String,
    until: String,
    cursor: String,
}

/// Where the walk over all teams stands.
#[derive(Serialize, Deserialize)]
pub(in crate::store::dynamodb) struct WalkItem {
    pk: String,
    sk: String,
    schema_version: u32,
    /// Of the listing of connections; absent at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::store::dynamodb) cursor: Option<String>,
}

impl Stored for ReconciliationItem {
    const NAME: &'static str = "reconciliation";
    const SCHEMA: u32 = 1;
}

impl Stored for WalkItem {
    const NAME: &'static str = "walk";
    const SCHEMA: u32 = 1;
}

impl WalkItem {
    pub(in crate::store::dynamodb) fn at(cursor: Option<&str>) -> Self {
        let keys::Key { pk, sk } = keys::walk();
        Self { pk, sk, schema_version: Self::SCHEMA, cursor: cursor.map(str::to_owned) }
    }
}

/// The item of the version after the reconciliation.
impl From<&Reconciliation> for ReconciliationItem {
    fn from(reconciliation: &Reconciliation) -> Self {
        let keys::Key { pk, sk } = keys::reconciliation(&reconciliation.team);
        Self {
            pk,
            sk,
            schema_version: Self::SCHEMA,
            version: reconciliation.version + 1,
            swept_at: time(reconciliation.swept_at),
            found_at: time(reconciliation.found_at),
            missed_at: time(reconciliation.missed_at),
            stage_changes: LookItem::from(&reconciliation.stage_changes),
            results_until: time(reconciliation.results_until),
            open_assignments: LookItem::from(&reconciliation.open_assignments),
            deletions_until: time(reconciliation.deletions.done_until),
            deletions_under_way: reconciliation.deletions.under_way.as_ref().map(UnderWayItem::from),
            ledger_cursor: reconciliation.ledger_cursor.clone(),
            upkept_at: time(reconciliation.upkept_at),
            upkeep_failing_since: time(reconciliation.upkeep_failing_since),
            webhook_renewed_at: time(reconciliation.webhook_renewed_at),
        }
    }
}

impl TryFrom<ReconciliationItem> for Reconciliation {
    type Error = Error;

    fn try_from(item: ReconciliationItem) -> Result<Self, Error> {
        type Item = ReconciliationItem;
        Ok(Self {
            team: keys::parse_reconciliation(&item.pk).ok_or(unreadable::<Item>("pk"))?,
            swept_at: parse_optional::<Item, _>(item.swept_at, "swept_at")?,
            found_at: parse_optional::<Item, _>(item.found_at, "found_at")?,
            missed_at: parse_optional::<Item, _>(item.missed_at, "missed_at")?,
            stage_changes: item.stage_changes.try_into()?,
            results_until: parse_optional::<Item, _>(item.results_until, "results_until")?,
            open_assignments: item.open_assignments.try_into()?,
            deletions: Look {
                done_until: parse_optional::<Item, _>(item.deletions_until, "deletions_until")?,
                under_way: item.deletions_under_way.map(UnderWay::try_from).transpose()?,
            },
            ledger_cursor: item.ledger_cursor,
            upkept_at: parse_optional::<Item, _>(item.upkept_at, "upkept_at")?,
            upkeep_failing_since: parse_optional::<Item, _>(
                item.upkeep_failing_since,
                "upkeep_failing_since",
            )?,
            webhook_renewed_at: parse_optional::<Item, _>(item.webhook_renewed_at, "webhook_renewed_at")?,
            version: item.version,
        })
    }
}

impl From<&Look> for LookItem {
    fn from(look: &Look) -> Self {
        let under_way = look.under_way.as_ref().map(UnderWayItem::from);
        Self { done_until: time(look.done_until), under_way }
    }
}

impl TryFrom<LookItem> for Look {
    type Error = Error;

    fn try_from(item: LookItem) -> Result<Self, Error> {
        type Item = ReconciliationItem;
        Ok(Self {
            done_until: parse_optional::<Item, _>(item.done_until, "done_until")?,
            under_way: item.under_way.map(UnderWay::try_from).transpose()?,
        })
    }
}

impl From<&UnderWay> for UnderWayItem {
    fn from(way: &UnderWay) -> Self {
        Self { since: keys::time(way.since), until: keys::time(way.until), cursor: way.cursor.clone() }
    }
}

impl TryFrom<UnderWayItem> for UnderWay {
    type Error = Error;

    fn try_from(item: UnderWayItem) -> Result<Self, Error> {
        type Item = ReconciliationItem;
        Ok(Self {
            since: parse::<Item, _>(&item.since, "under_way.since")?,
            until: parse::<Item, _>(&item.until, "under_way.until")?,
            cursor: item.cursor,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::{decode, encode};
    use super::*;

    #[test]
    fn what_was_written_before_deletions_had_a_place_is_read() {
        let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let under_way = Some(UnderWay { since: at, until: at, cursor: "place".to_owned() });
        let written = Reconciliation {
            deletions: Look { done_until: Some(at), under_way },
            upkeep_failing_since: Some(at),
            ..Reconciliation::new("team".parse().unwrap())
        };
        let mut stored = encode(&ReconciliationItem::from(&written)).unwrap();
        for attribute in ["deletions_under_way", "upkeep_failing_since"] {
            assert!(stored.remove(attribute).is_some(), "{attribute}");
        }
        let read = Reconciliation::try_from(decode::<ReconciliationItem>(stored).unwrap()).unwrap();
        let expected = Reconciliation {
            deletions: Look { done_until: Some(at), under_way: None },
            upkeep_failing_since: None,
            version: 1,
            ..written
        };
        assert_eq!(read, expected);
    }
}
