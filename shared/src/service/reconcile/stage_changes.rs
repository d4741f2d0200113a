//! Candidates who entered a trigger stage without anybody saying so, and tags that came late.
//!
//! Lever lists who last advanced since a moment (Lever API reference, List all opportunities). Whoever is in a
//! trigger stage, entered it after it was added, and has no line of activity about that entry was missed. Of
//! those whose tags named nothing then, the ones whose tags name something now are looked at again.

use jiff::Timestamp;

use super::sweep::Sweep;
use crate::domain::{Look, Opportunity, Reconciliation, UnderWay};
use crate::flow::{Asks, Finding, Reach, is_silence, judge_entry, trigger_entry};
use crate::lever::{self, Confidentiality};
use crate::metrics::Metric;
use crate::service::assessments::Freshness;
use crate::service::{Error, LINES_MAX};

/// Pages of a hundred read in one sweep of a team; the next sweep goes on there.
const PAGES_MAX: usize = 5;

/// What was put into the queue for an opportunity.
enum Told {
    /// A stage change of this moment, whose event did not come.
    Missed(Timestamp),
    /// A candidate created in the stage, of whom no event comes.
    Created,
    LateTag,
    Nothing,
}

/// What one sweep found.
struct Found<'a> {
    count: usize,
    /// Whether an event did not come though none came after it either.
    is_silent: bool,
    /// When the newest stage change happened that was ever found missed.
    missed_at: &'a mut Option<Timestamp>,
}

impl Sweep<'_> {
    /// Puts every missed stage change and every late tag into the queue; says how many.
    pub(super) async fn find_stage_changes(
        &self,
        reconciliation: &mut Reconciliation,
    ) -> Result<usize, Error> {
        let triggers = &self.context.trigger_stages;
        let Some(first_added) = triggers.iter().map(|trigger| trigger.added_at).min() else {
            reconciliation.stage_changes = Look { done_until: Some(self.now), under_way: None };
            return Ok(0);
        };
        let stages: Vec<_> = triggers.iter().map(|trigger| trigger.stage.clone()).collect();
        let look = &mut reconciliation.stage_changes;
        let reach = Reach::of(look, first_added, self.now);
        let (since, until, mut cursor) = match look.under_way.take() {
            Some(way) => (way.since, way.until, Some(way.cursor)),
            None => (reach.asked_for, self.now, None),
        };
        let mut found = Found { count: 0, is_silent: false, missed_at: &mut reconciliation.missed_at };
        for _ in 0..PAGES_MAX {
            let asked = (since, Confidentiality::NonConfidential);
            let page =
                match self.lever.opportunities_advanced(&stages, asked.0, asked.1, cursor.as_deref()).await {
                    Err(lever::Error::StaleCursor) if cursor.is_some() => {
                        cursor = None;
                        continue;
                    }
                    page => page?,
                };
            // The place moves on only behind a page that was looked at whole: what was found on this one before the
            // time was over has the same id when it is found again.
            if !self.look_at_rows(&page.rows, &reach, &mut found).await? {
                break;
            }
            match page.next {
                Some(next) if self.has_time() => cursor = Some(next),
                Some(next) => {
                    cursor = Some(next);
                    break;
                }
                None => {
                    cursor = None;
                    look.done_until = Some(until);
                    break;
                }
            }
        }
        look.under_way = cursor.map(|cursor| UnderWay { since, until, cursor });
        if found.is_silent {
            Metric::WebhookSilent.count();
            tracing::warn!(team.id = %self.team(), "webhook.silent");
        }
        Ok(found.count)
    }

    /// Judges the opportunities of a page; whether there was time for all of them.
    async fn look_at_rows(
        &self,
        rows: &[Opportunity],
        reach: &Reach,
        found: &mut Found<'_>,
    ) -> Result<bool, Error> {
        for opportunity in rows {
            if !self.has_time() {
                return Ok(false);
            }
            match self.look_at(opportunity, reach).await? {
                Told::Missed(at) => {
                    found.is_silent |= is_silence(at, self.connection.last_event_at);
                    *found.missed_at = (*found.missed_at).max(Some(at));
                    found.count += 1;
                }
                Told::Created | Told::LateTag => found.count += 1,
                Told::Nothing => {}
            }
        }
        Ok(true)
    }

    /// Judges one opportunity; what was put into the queue for it.
    async fn look_at(&self, opportunity: &Opportunity, reach: &Reach) -> Result<Told, Error> {
        let Some(entry) = trigger_entry(opportunity, &self.context.trigger_stages) else {
            return Ok(Told::Nothing);
        };
        let settle = self.reconciler.rhythm.settle;
        if self.now.duration_since(entry.at) < settle.try_into().unwrap_or_default() {
            return Ok(Told::Nothing);
        }
        // Reading the tags is slow. They decide about all that came before the reach of everything. Since then they
        // matter only where one may have come late: who was missed was missed whatever the tags say.
        let is_within_reach = entry.at >= reach.all;
        if !is_within_reach && self.asks(opportunity).await? == Asks::ForNothing {
            return Ok(Told::Nothing);
        }
        let store = &self.reconciler.store;
        let activity = store.opportunity_activity(self.team(), &opportunity.id, LINES_MAX).await?;
        match judge_entry(&entry, &activity, Asks::ForAssessment) {
            Finding::Missed => {
                self.tell_missed(&opportunity.id, &entry).await?;
                Ok(if opportunity.was_moved_here() { Told::Missed(entry.at) } else { Told::Created })
            }
            Finding::LateTag(last) => {
                if is_within_reach && self.asks(opportunity).await? == Asks::ForNothing {
                    return Ok(Told::Nothing);
                }
                self.tell_late_tag(&opportunity.id, &entry, &last.event).await?;
                Ok(Told::LateTag)
            }
            Finding::Nothing => Ok(Told::Nothing),
        }
    }

    /// What the tags ask for. Without a key for Qualified nobody knows; what was missed is found all the same.
    async fn asks(&self, opportunity: &Opportunity) -> Result<Asks, Error> {
        let Some(qualified) = &self.qualified else { return Ok(Asks::ForNothing) };
        let cache = &self.reconciler.assessments;
        let assessments = cache.load(&self.context.team, qualified, Freshness::Recent, self.now).await?;
        Ok(Asks::of(opportunity, &assessments))
    }
}
