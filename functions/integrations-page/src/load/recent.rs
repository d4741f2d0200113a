//! Opportunities read a moment ago, so that turning pages does not read them again.
//!
//! Names are in no table of ours, so a page reads one opportunity for each of its lines, and Lever allows ten
//! calls a second. What is kept lives in this process only, for a minute, apart for each team.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use lever_integration::domain::{Opportunity, OpportunityId, TeamId};

/// How long a reading serves.
const FRESH: Duration = Duration::from_secs(60);
/// Readings kept by one process: 500 of about 2 KB are 1 MB.
const READINGS_MAX: usize = 500;

/// Readings by team and opportunity.
#[derive(Default)]
pub(crate) struct RecentOpportunities(Mutex<HashMap<(TeamId, OpportunityId), (Timestamp, Opportunity)>>);

impl RecentOpportunities {
    /// The reading of this team, if it is fresh.
    pub(crate) fn get(&self, team: &TeamId, id: &OpportunityId, now: Timestamp) -> Option<Opportunity> {
        let readings = self.lock();
        let (read_at, opportunity) = readings.get(&(team.clone(), id.clone()))?;
        (now.duration_since(*read_at).unsigned_abs() < FRESH).then(|| opportunity.clone())
    }

    /// Keeps a reading and forgets all that no longer serve: they hold names.
    pub(crate) fn keep(&self, team: &TeamId, opportunity: &Opportunity, now: Timestamp) {
        let mut readings = self.lock();
        readings.retain(|_, (read_at, _)| now.duration_since(*read_at).unsigned_abs() < FRESH);
        if readings.len() < READINGS_MAX {
            readings.insert((team.clone(), opportunity.id.clone()), (now, opportunity.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(TeamId, OpportunityId), (Timestamp, Opportunity)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use lever_integration::domain::PersonName;

    use super::*;

    fn opportunity(id: &str) -> Opportunity {
        Opportunity {
            id: id.parse().unwrap(),
            contact: "contact-1".parse().unwrap(),
            name: PersonName::new("Ada"),
            email: None,
            stage: "applicant-new".parse().unwrap(),
            stage_entries: Vec::new(),
            archived_at: None,
            tags: Vec::new(),
            is_anonymised: false,
            is_contact_allowed: true,
        }
    }

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    #[test]
    fn a_reading_serves_its_own_team_for_a_minute() {
        let (team, other): (TeamId, TeamId) = ("team-1".parse().unwrap(), "team-2".parse().unwrap());
        let (recent, one) = (RecentOpportunities::default(), opportunity("opportunity-1"));
        recent.keep(&team, &one, second(0));
        assert_eq!(recent.get(&team, &one.id, second(59)), Some(one.clone()));
        assert_eq!(recent.get(&team, &one.id, second(60)), None);
        assert_eq!(recent.get(&other, &one.id, second(0)), None);
    }

    #[test]
    fn a_reading_that_no_longer_serves_is_forgotten_with_the_next_one() {
        let team: TeamId = "team-1".parse().unwrap();
        let recent = RecentOpportunities::default();
        recent.keep(&team, &opportunity("opportunity-1"), second(0));
        recent.keep(&team, &opportunity("opportunity-2"), second(60));
        assert_eq!(recent.lock().len(), 1);
    }

    #[test]
    fn readings_are_bounded_and_old_ones_make_room() {
        let team: TeamId = "team-1".parse().unwrap();
        let recent = RecentOpportunities::default();
        for number in 0..READINGS_MAX + 100 {
            recent.keep(&team, &opportunity(&format!("opportunity-{number}")), second(0));
        }
        assert_eq!(recent.lock().len(), READINGS_MAX);
        recent.keep(&team, &opportunity("late"), second(61));
        assert_eq!(recent.lock().len(), 1);
    }
}
