//! How far a team's table has been compared with what Lever and Qualified say.
//!
//! Only places and times. Without it every look begins anew: deletions of more than a day ago are missed then, and
//! open results are read again only at their next age.

use jiff::Timestamp;

use super::{AssessmentId, OpportunityId, TeamId};

/// How far one team is reconciled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// Whose.
    pub team: TeamId,
    /// When the last sweep that came to its end began.
    pub swept_at: Option<Timestamp>,
    /// When a sweep last found anything.
    pub found_at: Option<Timestamp>,
    /// When the newest stage change happened that a sweep found and no event had told.
    pub missed_at: Option<Timestamp>,
    /// The look for stage changes in Lever.
    pub stage_changes: Look,
    /// Results that changed in Qualified before this are known.
    pub results_until: Option<Timestamp>,
    /// The walk over the open assignments.
    pub open_assignments: Look,
    /// The look for deletions in Lever.
    pub deletions: Look,
    /// Where the slow walk over the whole ledger stands; from the start if nothing.
    pub ledger_cursor: Option<String>,
    /// When webhooks, subscription, waiting events and erasure were last looked after, with nothing left to try again
    /// soon.
    pub upkept_at: Option<Timestamp>,
    /// Since when looking after these fails each time in a way that may pass.
    pub upkeep_failing_since: Option<Timestamp>,
    /// When the webhook was last replaced because its signature token no longer matched.
    pub webhook_renewed_at: Option<Timestamp>,
    /// Counts the writes; a write names the version it replaces.
    pub version: u64,
}

/// A look that may take several sweeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// All before this has been looked at.
    pub done_until: Option<Timestamp>,
    /// A look that did not come to its end.
    pub under_way: Option<UnderWay>,
}

/// Where a look goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnderWay {
    /// What it looks at begins here.
    pub since: Timestamp,
    /// Until when all will have been looked at.
    pub until: Timestamp,
    /// The place in the listing.
    pub cursor: String,
}

/// An assignment that news may still come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAssignment {
    /// Which opportunity.
    pub opportunity: OpportunityId,
    /// Which assessment.
    pub assessment: AssessmentId,
    /// When it was first written.
    pub created_at: Timestamp,
}

impl Reconciliation {
    /// A team that was never looked at.
    pub fn new(team: TeamId) -> Self {
        Self {
            team,
            swept_at: None,
            found_at: None,
            missed_at: None,
            stage_changes: Look::default(),
            results_until: None,
            open_assignments: Look::default(),
            deletions: Look::default(),
            ledger_cursor: None,
            upkept_at: None,
            upkeep_failing_since: None,
            webhook_renewed_at: None,
            version: 0,
        }
    }
}
