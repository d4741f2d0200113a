//! Activity, its filter, and the weeks of the funnel.

use jiff::Timestamp;
use jiff::civil::Date;
use lever_integration::domain::{OpportunityId, PersonName, Reason, Tag, Title};

use super::{Reading, Shell};

/// The activity page.
#[derive(Debug, Clone)]
pub struct ActivityPage {
    /// What every page has.
    pub shell: Shell,
    /// What was asked for.
    pub filter: ActivityFilter,
    /// The lines, newest first. Unavailable if a search needed Lever and it was asked in vain.
    pub lines: Reading<Vec<ActivityLine>>,
    /// Where these lines start, if not at the newest.
    pub cursor: Option<String>,
    /// Where older lines start, if there are any.
    pub older: Option<String>,
    /// Whether the search may mean more candidates than were found.
    pub is_cut: bool,
}

/// What to show of the activity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivityFilter {
    /// Only this reason.
    pub reason: Option<Reason>,
    /// Only this candidate: a name or a Lever link, as typed.
    pub search: String,
}

impl ActivityFilter {
    /// Whether everything is shown.
    pub fn is_empty(&self) -> bool {
        self.reason.is_none() && self.search.is_empty()
    }
}

/// One decision.
#[derive(Debug, Clone)]
pub struct ActivityLine {
    /// When the event behind it happened.
    pub at: Timestamp,
    /// About whom.
    pub candidate: CandidateRef,
    /// What was decided.
    pub reason: Reason,
    /// The tag that decided.
    pub tag: Option<Tag>,
    /// The title of the assessment, or the nearest one if no tag matched.
    pub title: Option<Title>,
    /// The name of the stage.
    pub stage: Option<String>,
    /// The attempt, from 1.
    pub attempt: Option<u32>,
}

/// A candidate, as far as Lever told us for this page.
#[derive(Debug, Clone)]
pub struct CandidateRef {
    /// The opportunity.
    pub opportunity: OpportunityId,
    /// The name, if Lever was asked and there is one.
    pub name: Option<PersonName>,
    /// Where the opportunity is in Lever.
    pub lever_url: Option<String>,
}

/// Invited, started and submitted by week.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Funnel {
    /// Oldest first, without gaps; 12 at most are drawn.
    pub weeks: Vec<Week>,
    /// From when on the activity was counted, if not all of it.
    pub since: Option<Timestamp>,
}

/// How many assignments reached each step in a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub monday: Date,
    /// Invited.
    pub invited: u32,
    /// Started.
    pub started: u32,
    /// Submitted.
    pub submitted: u32,
}
