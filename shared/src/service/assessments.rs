//! The assessments of a team, remembered for a minute.
//!
//! A list this old may make a candidate wait for nothing, never get the wrong invitation: Qualified
//! refuses what is unpublished, and before a tag is said to name nothing the list is read again. A list
//! serves no longer than the team item it was read with: another API key may be one of another team.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{Assessment, Team, TeamId};
use crate::qualified;

/// How long a list serves without being read again.
const FRESH: Duration = Duration::from_secs(60);
/// A list read this recently is not read again just because a tag matched nothing.
const JUST_READ: Duration = Duration::from_secs(2);
/// Teams remembered by one process: 64 lists of 100 assessments of 200 bytes are about 1.3 MB.
const TEAMS_MAX: usize = 64;

/// Lists of assessments by team.
#[derive(Default)]
pub struct AssessmentCache {
    lists: Mutex<HashMap<TeamId, List>>,
}

#[derive(Clone)]
struct List {
    /// The version of the team whose API key it was read with.
    version: u64,
    read_at: Timestamp,
    assessments: Arc<Vec<Assessment>>,
}

/// How old a list may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// A minute is good enough.
    Recent,
    /// As it is now, give or take two seconds.
    Now,
}

impl AssessmentCache {
    /// The team's assessments, read again if the list at hand is too old.
    pub(crate) async fn load(
        &self,
        team: &Team,
        api: &qualified::Api<'_>,
        freshness: Freshness,
        now: Timestamp,
    ) -> Result<Arc<Vec<Assessment>>, qualified::Error> {
        let age_max = match freshness {
            Freshness::Recent => FRESH,
            Freshness::Now => JUST_READ,
        };
        let known = self.lock().get(&team.id).filter(|list| list.version == team.version).cloned();
        if let Some(list) = known.filter(|list| now.duration_since(list.read_at).unsigned_abs() < age_max) {
            return Ok(list.assessments);
        }
        let assessments = Arc::new(api.assessments().await?);
        let mut lists = self.lock();
        if lists.len() >= TEAMS_MAX && !lists.contains_key(&team.id) {
            let oldest = lists.iter().min_by_key(|(_, list)| list.read_at).map(|(team, _)| team.clone());
            oldest.map(|team| lists.remove(&team));
        }
        let list = List { version: team.version, read_at: now, assessments: Arc::clone(&assessments) };
        lists.insert(team.id.clone(), list);
        Ok(assessments)
    }

    /// Forgets a list that proved wrong.
    pub(crate) fn forget(&self, team: &TeamId) {
        self.lock().remove(team);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<TeamId, List>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
