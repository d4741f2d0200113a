//! The item of an assignment.

use serde::{Deserialize, Serialize};

use super::standing::StandingItem;
use super::{Stored, parse, parse_optional, parse_reason, parse_team, time, unreadable};
use crate::domain::{Assignment, AssignmentState, Lease, Mirror, Tag, Title};
use crate::store::Error;
use crate::store::dynamodb::keys;

#[derive(Serialize, Deserialize)]
pub(in crate::store::dynamodb) struct AssignmentItem {
    pk: String,
    sk: String,
    schema_version: u32,
    version: u64,
    contact: String,
    title: String,
    original_tag: String,
    trigger_stage: String,
    cause: String,
    state: StateItem,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lease: Option<LeaseItem>,
    note_in_doubt: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entered_at: Option<String>,
    created_at: String,
    /// Partition key of the index by result; absent while no result is followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result_key: Option<String>,
    /// Partition key of the index of open assignments; absent when no news can come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open_key: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateItem {
    Inviting,
    Mirrored(MirrorItem),
    Refused { reason: String },
}

#[derive(Serialize, Deserialize)]
struct MirrorItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invitation: Option<String>,
    result: String,
    team_candidate: String,
    standing: StandingItem,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<StandingItem>,
    noted: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    submitted_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked_again_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    came_to: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_closed: bool,
}

#[derive(Serialize, Deserialize)]
struct LeaseItem {
    holder: String,
    until: String,
}

impl Stored for AssignmentItem {
    const NAME: &'static str = "assignment";
    const SCHEMA: u32 = 1;
}

/// The item of the version after the assignment.
impl From<&Assignment> for AssignmentItem {
    fn from(assignment: &Assignment) -> Self {
        let team = &assignment.team;
        let keys::Key { pk, sk } = keys::assignment(team, &assignment.opportunity, &assignment.assessment);
        Self {
            pk,
            sk,
            schema_version: Self::SCHEMA,
            version: assignment.version + 1,
            contact: assignment.contact.to_string(),
            title: assignment.title.to_string(),
            original_tag: assignment.original_tag.to_string(),
            trigger_stage: assignment.trigger_stage.to_string(),
            cause: assignment.cause.to_string(),
            state: StateItem::from(&assignment.state),
            lease: assignment.lease.as_ref().map(LeaseItem::from),
            note_in_doubt: assignment.is_note_in_doubt,
            entered_at: time(assignment.entered_at),
            created_at: keys::time(assignment.created_at),
            result_key: assignment.mirror().map(|mirror| keys::result(team, &mirror.result)),
            open_key: assignment.is_open().then(|| keys::open_assignments(team)),
        }
    }
}

impl TryFrom<AssignmentItem> for Assignment {
    type Error = Error;

    fn try_from(item: AssignmentItem) -> Result<Self, Error> {
        type Item = AssignmentItem;
        let (opportunity, assessment) = keys::parse_assignment(&item.sk).ok_or(unreadable::<Item>("sk"))?;
        Ok(Self {
            team: parse_team::<Item>(&item.pk)?,
            opportunity,
            contact: parse::<Item, _>(&item.contact, "contact")?,
            assessment,
            title: Title::new(&item.title).map_err(|_| unreadable::<Item>("title"))?,
            original_tag: Tag::new(&item.original_tag).map_err(|_| unreadable::<Item>("original_tag"))?,
            trigger_stage: parse::<Item, _>(&item.trigger_stage, "trigger_stage")?,
            cause: parse::<Item, _>(&item.cause, "cause")?,
            state: item.state.try_into()?,
            lease: item.lease.map(Lease::try_from).transpose()?,
            is_note_in_doubt: item.note_in_doubt,
            entered_at: parse_optional::<Item, _>(item.entered_at, "entered_at")?,
            created_at: parse::<Item, _>(&item.created_at, "created_at")?,
            version: item.version,
        })
    }
}

impl From<&AssignmentState> for StateItem {
    fn from(state: &AssignmentState) -> Self {
        match state {
            AssignmentState::Inviting => Self::Inviting,
            AssignmentState::Mirrored(mirror) => Self::Mirrored(mirror.into()),
            AssignmentState::Refused { reason } => Self::Refused { reason: reason.code().to_owned() },
        }
    }
}

impl TryFrom<StateItem> for AssignmentState {
    type Error = Error;

    fn try_from(item: StateItem) -> Result<Self, Error> {
        Ok(match item {
            StateItem::Inviting => Self::Inviting,
            StateItem::Mirrored(mirror) => Self::Mirrored(mirror.try_into()?),
            StateItem::Refused { reason } => {
                Self::Refused { reason: parse_reason::<AssignmentItem>(&reason)? }
            }
        })
    }
}

impl From<&Mirror> for MirrorItem {
    fn from(mirror: &Mirror) -> Self {
        Self {
            invitation: mirror.invitation.as_ref().map(ToString::to_string),
            result: mirror.result.to_string(),
            team_candidate: mirror.team_candidate.to_string(),
            standing: mirror.standing.into(),
            shown: mirror.shown.map(StandingItem::from),
            noted: mirror.noted,
            submitted_at: time(mirror.submitted_at),
            asked_again_at: time(mirror.asked_again_at),
            came_to: mirror.came_to.map(|reason| reason.code().to_owned()),
            is_closed: mirror.is_closed,
        }
    }
}

impl TryFrom<MirrorItem> for Mirror {
    type Error = Error;

    fn try_from(item: MirrorItem) -> Result<Self, Error> {
        type Item = AssignmentItem;
        Ok(Self {
            invitation: parse_optional::<Item, _>(item.invitation, "state.invitation")?,
            result: parse::<Item, _>(&item.result, "state.result")?,
            team_candidate: parse::<Item, _>(&item.team_candidate, "state.team_candidate")?,
            standing: item.standing.into(),
            shown: item.shown.map(Into::into),
            noted: item.noted,
            submitted_at: parse_optional::<Item, _>(item.submitted_at, "state.submitted_at")?,
            asked_again_at: parse_optional::<Item, _>(item.asked_again_at, "state.asked_again_at")?,
            came_to: item.came_to.as_deref().map(parse_reason::<Item>).transpose()?,
            is_closed: item.is_closed,
        })
    }
}

impl From<&Lease> for LeaseItem {
    fn from(lease: &Lease) -> Self {
        Self { holder: lease.holder.to_string(), until: keys::time(lease.until) }
    }
}

impl TryFrom<LeaseItem> for Lease {
    type Error = Error;

    fn try_from(item: LeaseItem) -> Result<Self, Error> {
        Ok(Self {
            holder: parse::<AssignmentItem, _>(&item.holder, "lease.holder")?,
            until: parse::<AssignmentItem, _>(&item.until, "lease.until")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::encode;
    use super::*;
    use crate::domain::{Progress, Reason, Standing};
    use crate::store::dynamodb::tests::size_bytes;

    #[test]
    fn a_typical_assignment_costs_one_write_unit() {
        let uuid = "7d0f2c1e-0000-4000-8000-000000000001";
        let hex = "65f0aa01bb02cc03dd04ee05";
        let at = "2026-03-01T09:00:00Z".parse().unwrap();
        let submitted = Standing { attempt: 1, progress: Progress::Submitted };
        let assignment = Assignment {
            team: hex.parse().unwrap(),
            opportunity: uuid.parse().unwrap(),
            contact: uuid.parse().unwrap(),
            assessment: hex.parse().unwrap(),
            title: Title::new("Senior Backend Engineer (Rust, Go): Systems and Data").unwrap(),
            original_tag: Tag::new("senior backend engineer (rust, go): systems and data").unwrap(),
            trigger_stage: uuid.parse().unwrap(),
            cause: format!("lever:{}", "a".repeat(64)).parse().unwrap(),
            state: AssignmentState::Mirrored(Mirror {
                invitation: Some(hex.parse().unwrap()),
                result: hex.parse().unwrap(),
                team_candidate: hex.parse().unwrap(),
                standing: submitted,
                shown: Some(submitted),
                noted: 1,
                submitted_at: Some(at),
                asked_again_at: Some(at),
                came_to: Some(Reason::AttachedToExisting),
                is_closed: true,
            }),
            lease: Some(Lease { holder: uuid.parse().unwrap(), until: at }),
            is_note_in_doubt: false,
            entered_at: Some(at),
            created_at: at,
            version: 7,
        };
        let size = size_bytes(&encode(&AssignmentItem::from(&assignment)).unwrap());
        assert!(size < 1024, "{size} bytes");
    }
}
