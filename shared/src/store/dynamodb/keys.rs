//! The keys of all items. The only place that knows how they are put together and taken apart.
//!
//! Every partition key of what belongs to a team starts with the team, so no key of one team can name an
//! item of another. OAuth attempts and launch links are found by a hash of an unguessable value. Ids have
//! no `#` (see [`crate::domain::Id`]), so the parts of a key cannot run into each other.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | activity | `TEAM#<team>` | `ACT#<time>#<id>` |
//! | assignment | `TEAM#<team>` | `ASSIGN#<opportunity>#<assessment>` |
//! | call slot | `TEAM#<team>` | `CALLS` |
//! | connection | `TEAM#<team>` | `LEVER` |
//! | OAuth attempt | `OAUTH#<state hash>` | `OAUTH` |
//! | launch link | `LAUNCH#<link hash>` | `LAUNCH` |
//! | how far a team is reconciled | `TEAM#<team>#RECONCILIATION` | `RECONCILIATION` |
//! | where the walk over all teams stands | `RECONCILER` | `RECONCILER` |
//! | parked event | `TEAM#<team>` | `EVENT#<event>` |
//! | trigger stage | `TEAM#<team>` | `STAGE#<stage>` |
//! | team | `TEAM#<team>` | `TEAM` |

use jiff::Timestamp;
use ring::digest;

use crate::domain::{ActivityId, AssessmentId, EventId, OpportunityId, ResultId, StageId, TeamId};

/// The sort key of a team. The last of those that [`CONTEXT`] spans.
pub(super) const TEAM: &str = "TEAM";
/// The sort key of a connection. The first of those that [`CONTEXT`] spans.
pub(super) const CONNECTION: &str = "LEVER";
/// The sort keys of connection, trigger stages and team: `LEVER` < `STAGE#…` < `TEAM`.
pub(super) const CONTEXT: (&str, &str) = (CONNECTION, TEAM);
/// Over how many partitions of the index the connections are spread.
pub(super) const CONNECTION_SHARDS: u8 = 16;
/// Behind every sort key of activity, as `$` comes after `#`.
pub(super) const ACTIVITY_END: &str = "ACT$";

const TEAM_PREFIX: &str = "TEAM#";
const TRIGGER_STAGE_PREFIX: &str = "STAGE#";
/// What the sort keys of all assignments start with.
pub(super) const ASSIGNMENT_PREFIX: &str = "ASSIGN#";
const OAUTH_ATTEMPT_PREFIX: &str = "OAUTH#";
const ACTIVITY_PREFIX: &str = "ACT#";
/// Outside [`CONTEXT`], so that what waits is not read with every event.
const PARKED_EVENT_PREFIX: &str = "EVENT#";
const RECONCILIATION_SUFFIX: &str = "#RECONCILIATION";

/// The key of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// The partition: everything of one team.
    pub(super) pk: String,
    /// The item in it.
    pub(super) sk: String,
}

pub(super) fn team(team: &TeamId) -> Key {
    Key { pk: partition(team), sk: TEAM.to_owned() }
}

pub(super) fn connection(team: &TeamId) -> Key {
    Key { pk: partition(team), sk: CONNECTION.to_owned() }
}

/// Outside [`CONTEXT`]: it is written with almost every event and read with none.
pub(super) fn call_slot(team: &TeamId) -> Key {
    Key { pk: partition(team), sk: "CALLS".to_owned() }
}

pub(super) fn trigger_stage(team: &TeamId, stage: &StageId) -> Key {
    Key { pk: partition(team), sk: format!("{TRIGGER_STAGE_PREFIX}{stage}") }
}

pub(super) fn assignment(team: &TeamId, opportunity: &OpportunityId, assessment: &AssessmentId) -> Key {
    Key { pk: partition(team), sk: format!("{}{assessment}", assignments_of(opportunity)) }
}

pub(super) fn activity(team: &TeamId, at: Timestamp, id: &ActivityId) -> Key {
    Key { pk: partition(team), sk: format!("{}#{id}", activity_from(at)) }
}

pub(super) fn parked_event(team: &TeamId, event: &EventId) -> Key {
    Key { pk: partition(team), sk: format!("{PARKED_EVENT_PREFIX}{event}") }
}

pub(super) fn oauth_attempt(state_hash: &str) -> Key {
    Key { pk: format!("{OAUTH_ATTEMPT_PREFIX}{state_hash}"), sk: "OAUTH".to_owned() }
}

pub(super) fn parse_oauth_attempt(pk: &str) -> Option<&str> {
    pk.strip_prefix(OAUTH_ATTEMPT_PREFIX)
}

pub(super) fn launch(link_hash: &str) -> Key {
    Key { pk: format!("LAUNCH#{link_hash}"), sk: "LAUNCH".to_owned() }
}

/// In a partition of its own: among the keys of the team it would be read with every event.
pub(super) fn reconciliation(team: &TeamId) -> Key {
    Key { pk: format!("{}{RECONCILIATION_SUFFIX}", partition(team)), sk: "RECONCILIATION".to_owned() }
}

pub(super) fn parse_reconciliation(pk: &str) -> Option<TeamId> {
    parse_team(pk.strip_suffix(RECONCILIATION_SUFFIX)?)
}

pub(super) fn walk() -> Key {
    Key { pk: "RECONCILER".to_owned(), sk: "RECONCILER".to_owned() }
}

/// The key of the open assignments of a team in the index of these.
pub(super) fn open_assignments(team: &TeamId) -> String {
    format!("{}#OPEN", partition(team))
}

/// What the sort keys of all parked events start with.
pub(super) fn parked_events() -> &'static str {
    PARKED_EVENT_PREFIX
}

/// The partition key of everything of a team.
pub(super) fn partition(team: &TeamId) -> String {
    format!("{TEAM_PREFIX}{team}")
}

/// What the sort keys of all assignments of an opportunity start with.
pub(super) fn assignments_of(opportunity: &OpportunityId) -> String {
    format!("{ASSIGNMENT_PREFIX}{opportunity}#")
}

/// Just before the sort keys of all activity of this moment.
pub(super) fn activity_from(at: Timestamp) -> String {
    format!("{ACTIVITY_PREFIX}{}", time(at))
}

/// The key of a result in the index `by_result`.
pub(super) fn result(team: &TeamId, result: &ResultId) -> String {
    format!("{}#RESULT#{result}", partition(team))
}

/// The key of an opportunity in the index `by_opportunity`.
pub(super) fn opportunity(team: &TeamId, opportunity: &OpportunityId) -> String {
    format!("{}#OPPORTUNITY#{opportunity}", partition(team))
}

/// The shard of the index `connections` that a team's connection is in. Stored, so it must never change.
pub(super) fn connection_shard_of(team: &TeamId) -> u8 {
    let hash = digest::digest(&digest::SHA256, team.as_str().as_bytes());
    hash.as_ref().first().map_or(0, |byte| byte % CONNECTION_SHARDS)
}

/// The key of a shard in the index `connections`.
pub(super) fn connection_shard(number: u8) -> String {
    format!("CONNECTION#{number:02}")
}

/// A moment as text of fixed length, so that the order of texts is the order of time.
pub(super) fn time(at: Timestamp) -> String {
    format!("{at:.9}")
}

pub(super) fn parse_team(pk: &str) -> Option<TeamId> {
    pk.strip_prefix(TEAM_PREFIX)?.parse().ok()
}

pub(super) fn is_trigger_stage(sk: &str) -> bool {
    sk.starts_with(TRIGGER_STAGE_PREFIX)
}

pub(super) fn parse_trigger_stage(sk: &str) -> Option<StageId> {
    sk.strip_prefix(TRIGGER_STAGE_PREFIX)?.parse().ok()
}

pub(super) fn parse_assignment(sk: &str) -> Option<(OpportunityId, AssessmentId)> {
    let (opportunity, assessment) = sk.strip_prefix(ASSIGNMENT_PREFIX)?.split_once('#')?;
    Some((opportunity.parse().ok()?, assessment.parse().ok()?))
}

pub(super) fn parse_parked_event(sk: &str) -> Option<EventId> {
    sk.strip_prefix(PARKED_EVENT_PREFIX)?.parse().ok()
}

pub(super) fn parse_activity(sk: &str) -> Option<(Timestamp, ActivityId)> {
    let (at, id) = sk.strip_prefix(ACTIVITY_PREFIX)?.split_once('#')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_back_to_what_they_are_made_of() {
        let team_id: TeamId = "5f00".parse().unwrap();
        let at: Timestamp = "2026-03-01T09:00:00.000000001Z".parse().unwrap();
        let key = activity(&team_id, at, &"e:1-0".parse().unwrap());
        assert_eq!(
            (key.pk.as_str(), key.sk.as_str()),
            ("TEAM#5f00", "ACT#2026-03-01T09:00:00.000000001Z#e:1-0")
        );
        assert_eq!(parse_team(&key.pk), Some(team_id.clone()));
        assert_eq!(parse_activity(&key.sk), Some((at, "e:1-0".parse().unwrap())));

        let key = assignment(&team_id, &"opp".parse().unwrap(), &"ass".parse().unwrap());
        assert_eq!(key.sk, "ASSIGN#opp#ass");
        assert_eq!(parse_assignment(&key.sk), Some(("opp".parse().unwrap(), "ass".parse().unwrap())));

        let key = trigger_stage(&team_id, &"applicant-new".parse().unwrap());
        assert_eq!(parse_trigger_stage(&key.sk), Some("applicant-new".parse().unwrap()));
        assert!(is_trigger_stage(&key.sk) && CONTEXT.0 < key.sk.as_str() && key.sk.as_str() < CONTEXT.1);
    }

    #[test]
    fn the_order_of_activity_keys_is_the_order_of_time() {
        let times = [
            "1969-12-31T23:59:59Z",
            "2026-03-01T09:00:00Z",
            "2026-03-01T09:00:00.1Z",
            "2026-03-01T09:00:01Z",
        ];
        let keys: Vec<_> = times.iter().map(|at| activity_from(at.parse().unwrap())).collect();
        assert!(keys.is_sorted() && keys.iter().all(|key| key.as_str() < ACTIVITY_END), "{keys:?}");
    }

    #[test]
    fn the_shard_of_a_team_never_changes() {
        let shards = ["5f00", "5f01", "5f02"].map(|team| connection_shard_of(&team.parse().unwrap()));
        assert_eq!(shards.map(connection_shard), ["CONNECTION#12", "CONNECTION#01", "CONNECTION#03"]);
    }
}
