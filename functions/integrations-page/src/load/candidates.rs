//! Candidates as the page needs them: names for lines of activity, and who is meant by what was typed.

use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use lever_integration::domain::{
    Activity, LeverEnvironment, Opportunity, OpportunityId, PersonName, StageId, TeamId,
};
use lever_integration::failure::Disposition;
use lever_integration::lever::{self, Api, Confidentiality};
use lever_integration::store::TeamContext;
use url::Url;

use super::StagesRead;
use crate::Page;
use crate::view::model::{ActivityLine, CandidateRef, Unread};

/// Opportunities read at once for one page; Lever allows ten a second.
const READS_AT_ONCE: usize = 5;
/// Opportunities read for one page.
const READS_MAX: usize = 20;
/// Candidates offered to choose from.
const MATCHES_MAX: usize = 10;

/// Opportunities by id, as far as Lever showed them.
pub(crate) type Known = HashMap<OpportunityId, Opportunity>;

/// How far a reading of opportunities came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Lever said of each what it is, or that we may not see it.
    Whole,
    /// There are more than were asked for, or some were not answered.
    Cut,
}

/// The opportunities of some lines, the first of them up to a bound: read a moment ago, or now.
pub(crate) async fn read_all(
    page: &Page,
    team: &TeamId,
    api: Option<&Api<'_>>,
    lines: &[Activity],
) -> (Known, Extent) {
    let mut known = Known::new();
    let Some(api) = api else { return (known, Extent::Whole) };
    let mut seen = HashSet::new();
    let mut newest = lines.iter().map(|line| &line.opportunity).filter(|id| seen.insert(*id));
    let asked: Vec<OpportunityId> = newest.by_ref().take(READS_MAX).cloned().collect();
    let mut extent = if newest.next().is_some() { Extent::Cut } else { Extent::Whole };
    let mut reads = stream::iter(asked).map(|id| read(page, team, api, id)).buffer_unordered(READS_AT_ONCE);
    while let Some(read) = reads.next().await {
        match read {
            Ok(opportunity) => _ = known.insert(opportunity.id.clone(), opportunity),
            Err(lever::Error::NotFound | lever::Error::Forbidden) => {}
            // Each of the others could be waited for as long.
            Err(lever::Error::Transport(_)) => return (known, Extent::Cut),
            Err(_) => extent = Extent::Cut,
        }
    }
    (known, extent)
}

async fn read(
    page: &Page,
    team: &TeamId,
    api: &Api<'_>,
    id: OpportunityId,
) -> Result<Opportunity, lever::Error> {
    let now = page.clock.now();
    if let Some(known) = page.recent.get(team, &id, now) {
        return Ok(known);
    }
    let read = api.opportunity(&id).await?;
    page.recent.keep(team, &read, now);
    Ok(read)
}

/// What stages are called: in Lever now, or when they were added.
pub(crate) struct StageNames(HashMap<StageId, String>);

impl StageNames {
    /// From the team's trigger stages and the stages that Lever lists, if it does.
    pub(crate) fn new(context: &TeamContext, read: &StagesRead) -> Self {
        let listed = read.as_ref().and_then(|read| read.as_deref().ok()).unwrap_or_default();
        let added =
            context.trigger_stages.iter().map(|trigger| (trigger.stage.clone(), trigger.text.clone()));
        let listed = listed.iter().map(|stage| (stage.id.clone(), stage.text.clone()));
        Self(added.chain(listed).collect())
    }

    /// Asks Lever.
    pub(crate) async fn read(context: &TeamContext, api: Option<&Api<'_>>) -> Self {
        let read = match api {
            Some(api) => Some(api.stages().await),
            None => None,
        };
        Self::new(context, &read)
    }

    /// The name of a stage; an id would say nothing to anybody.
    pub(crate) fn text(&self, stage: &StageId) -> Option<String> {
        self.0.get(stage).cloned()
    }
}

/// A line of activity with what is known of its candidate.
pub(crate) fn line(activity: &Activity, names: &StageNames, known: &Known, page: &Page) -> ActivityLine {
    let opportunity = known.get(&activity.opportunity);
    ActivityLine {
        at: activity.at,
        candidate: candidate(&activity.opportunity, opportunity.map(|one| &one.name), page),
        reason: activity.reason,
        tag: activity.facts.tag.clone(),
        title: activity.facts.title.clone(),
        stage: activity.facts.stage.as_ref().and_then(|stage| names.text(stage)),
        attempt: activity.facts.attempt,
    }
}

/// A candidate with a link to Lever.
pub(crate) fn candidate(id: &OpportunityId, name: Option<&PersonName>, page: &Page) -> CandidateRef {
    let host = match page.environment {
        LeverEnvironment::Production => "hire.lever.co",
        LeverEnvironment::Sandbox => "hire.sandbox.lever.co",
    };
    CandidateRef {
        opportunity: id.clone(),
        name: name.filter(|name| !name.as_str().is_empty()).cloned(),
        lever_url: Some(format!("https://{host}/candidates/{id}")),
    }
}

/// The opportunity that a Lever link or a bare id names.
pub(crate) fn named_by_link(asked: &str) -> Option<OpportunityId> {
    let asked = asked.trim();
    let last = match Url::parse(asked) {
        Ok(url) => url.path_segments()?.rfind(|part| !part.is_empty())?.to_owned(),
        Err(_) => asked.to_owned(),
    };
    // A name of one word would be a valid id; Lever's are UUIDs.
    (last.len() == 36 && last.matches('-').count() == 4).then(|| last.parse().ok()).flatten()
}

/// The candidates whose name contains what was typed.
pub(crate) struct Named {
    pub(crate) rows: Vec<Opportunity>,
    /// Whether there are more, or may be: Lever lists more candidates than were looked at.
    pub(crate) is_cut: bool,
}

/// Why nobody could be looked up.
pub(crate) enum NotNamed {
    /// Lever did not accept the access token.
    TokenRefused,
    /// The table or Lever was asked in vain.
    Unavailable(Unread),
}

/// Looks among those with recent activity and those in trigger stages.
pub(crate) async fn named(
    page: &Page,
    context: &TeamContext,
    api: &Api<'_>,
    asked: &str,
) -> Result<Named, NotNamed> {
    let wanted = asked.trim().to_lowercase();
    let recent = page.store.team_activity(&context.team.id, None, 100).await;
    let recent = recent.map_err(|_| NotNamed::Unavailable(Unread::NoAnswer))?.rows;
    let stages: Vec<_> = context.trigger_stages.iter().map(|trigger| trigger.stage.clone()).collect();
    let mut found = Vec::new();
    let mut has_more = false;
    if !stages.is_empty() {
        let since = Timestamp::UNIX_EPOCH;
        let listed = api.opportunities_advanced(&stages, since, Confidentiality::NonConfidential, None).await;
        let listed = listed.map_err(|error| match error.disposition() {
            Disposition::Disconnected => NotNamed::TokenRefused,
            Disposition::Transient { .. }
            | Disposition::Rejected
            | Disposition::Unprocessable
            | Disposition::Defect => NotNamed::Unavailable(error.into()),
        })?;
        has_more = listed.next.is_some();
        found = listed.rows;
    }
    let (known, extent) = read_all(page, &context.team.id, Some(api), &recent).await;
    found.extend(known.into_values());
    found.retain(|one| one.name.as_str().to_lowercase().contains(&wanted));
    found.sort_by(|one, other| one.id.cmp(&other.id));
    found.dedup_by(|one, other| one.id == other.id);
    let is_cut = found.len() > MATCHES_MAX || has_more || extent == Extent::Cut;
    found.truncate(MATCHES_MAX);
    Ok(Named { rows: found, is_cut })
}
