//! What a comparison with Lever and Qualified looks at, and what of it nobody has told us.
//!
//! A sweep finds; it decides nothing. What it finds takes the way of a late delivery.

use std::time::Duration;

use jiff::Timestamp;
use ring::digest;

use super::matching::{TagVerdict, read_tags};
use crate::domain::{
    Activity, Assessment, Look, Opportunity, Reason, StageEntry, StageId, TeamId, TriggerStage,
};

/// A team without any sign of life for this long is idle.
const ACTIVE_FOR: Duration = Duration::from_secs(DAY);
/// Seconds of a day: how often an idle team is swept.
const DAY: u64 = 24 * 60 * 60;
/// How late a tag may be put on after the move and still count.
const TAG_GRACE: Duration = Duration::from_secs(DAY);
/// How far each look reaches back over the last one: clocks differ, and what is fresh is left to its event.
const OVERLAP: Duration = Duration::from_mins(15);
/// How far back a look reaches at most. A longer silence needs a person: nobody wants to be invited for a move of
/// last month (Lever itself keeps deliveries to be sent again for two weeks).
const LOOK_BACK_MAX: Duration = Duration::from_secs(14 * DAY);
/// The time of the last event is exact to a minute; a minute more for clocks that differ.
const EVENT_BLUR: Duration = Duration::from_mins(2);
/// The ages at which an open assignment is read again; after that it is every day.
const FIRST_READINGS: [Duration; 4] =
    [Duration::from_mins(15), Duration::from_hours(1), Duration::from_hours(6), Duration::from_hours(12)];
/// An assignment this many days old is no longer read by itself; news of it still counts.
const READ_FOR_DAYS: u64 = 60;

/// Whether a team is to be swept: `interval` after the last sweep while it shows signs of life (`active_at` is
/// the newest), else at its own time of the day, so that idle teams are spread over the day.
pub fn is_sweep_due(
    team: &TeamId,
    (swept_at, active_at): (Option<Timestamp>, Option<Timestamp>),
    interval: Duration,
    now: Timestamp,
) -> bool {
    let Some(swept_at) = swept_at else { return true };
    if active_at.is_some_and(|at| since(at, now) < ACTIVE_FOR) {
        return since(swept_at, now) >= interval;
    }
    day_of(team, now) > day_of(team, swept_at)
}

/// The number of the day, which for each team begins at its own time.
fn day_of(team: &TeamId, at: Timestamp) -> i64 {
    let hash = digest::digest(&digest::SHA256, team.as_str().as_bytes());
    let number = hash.as_ref().iter().take(4).fold(0, |sum, byte| sum * 256 + i64::from(*byte));
    let day = i64::try_from(DAY).unwrap_or(i64::MAX);
    (at.as_second() + number % day).div_euclid(day)
}

/// Whether one of the times at which an open assignment is read again came between `last` (exclusive) and
/// `now` (inclusive). Follows from its age alone, so nothing has to be written down.
pub fn is_reading_due(created_at: Timestamp, last: Timestamp, now: Timestamp) -> bool {
    readings_until(since(created_at, now)) > readings_until(since(created_at, last))
}

fn readings_until(age: Duration) -> u64 {
    let first = FIRST_READINGS.iter().filter(|at| **at <= age).count() as u64;
    first + (age.as_secs() / DAY).min(READ_FOR_DAYS)
}

/// From `earlier` to `later`; nothing if they are the other way round.
fn since(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::try_from(later.duration_since(earlier)).unwrap_or(Duration::ZERO)
}

/// The entry of a candidate into a trigger stage, as Lever's history tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The trigger stage.
    pub stage: StageId,
    /// When.
    pub at: Timestamp,
}

/// The entry that could still lead to an invitation, if there is one.
pub fn trigger_entry(opportunity: &Opportunity, trigger_stages: &[TriggerStage]) -> Option<Entry> {
    let trigger = trigger_stages.iter().find(|trigger| trigger.stage == opportunity.stage)?;
    let at = opportunity.entered_present_stage_at()?;
    let is_of_use = opportunity.archived_at.is_none() && !opportunity.is_anonymised;
    (at >= trigger.added_at && is_of_use).then(|| Entry { stage: trigger.stage.clone(), at })
}

/// The last entry into a trigger stage, whether or not the candidate has left it since.
pub fn last_trigger_entry(opportunity: &Opportunity, trigger_stages: &[TriggerStage]) -> Option<Entry> {
    let is_trigger = |entry: &&StageEntry| {
        trigger_stages.iter().any(|trigger| trigger.stage == entry.stage && entry.at >= trigger.added_at)
    };
    let last = opportunity.stage_entries.iter().rev().find(is_trigger)?;
    Some(Entry { stage: last.stage.clone(), at: last.at })
}

impl Entry {
    /// Whether this line of activity tells a decision about the entry.
    pub fn is_told_by(&self, line: &Activity) -> bool {
        line.facts.stage.as_ref() == Some(&self.stage) && line.facts.entered_at == Some(self.at)
    }
}

/// Whether a move that no event told of came after the last event. Then it was not its event that is late: events
/// do not come.
pub fn is_silence(moved_at: Timestamp, last_event_at: Option<Timestamp>) -> bool {
    last_event_at.is_none_or(|last| since(last, moved_at) > EVENT_BLUR)
}

/// What of an entry is still to be looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding<'a> {
    /// Nobody has decided about it.
    Missed,
    /// No tag matched then, and one does now. The line told last.
    LateTag(&'a Activity),
    /// Nothing.
    Nothing,
}

/// Judges an entry by the activity of its opportunity, newest first.
pub fn judge_entry<'a>(entry: &Entry, activity: &'a [Activity], asks: Asks) -> Finding<'a> {
    let mut told = activity.iter().filter(|line| entry.is_told_by(line)).peekable();
    let Some(last) = told.peek().copied() else { return Finding::Missed };
    let waits_for_tag = told.all(|line| matches!(line.reason, Reason::NoMatchingTag | Reason::MisspeltTag));
    match asks {
        Asks::ForAssessment if waits_for_tag => Finding::LateTag(last),
        Asks::ForAssessment | Asks::ForNothing => Finding::Nothing,
    }
}

/// From when on the next sweep looks at entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// At every entry since then.
    pub all: Timestamp,
    /// At entries since then whose tags ask for something.
    pub asked_for: Timestamp,
}

impl Reach {
    /// What a look reaches that begins at `now`, of a team whose first trigger stage was added at `first_added`.
    pub fn of(look: &Look, first_added: Timestamp, now: Timestamp) -> Self {
        let before = |at: Timestamp, by: Duration| at.saturating_sub(by).unwrap_or(Timestamp::MIN);
        let all = look.done_until.map_or(first_added, |until| before(until, OVERLAP).max(first_added));
        let all = all.max(before(now, LOOK_BACK_MAX));
        Self { all, asked_for: all.min(before(now, TAG_GRACE)).max(first_added) }
    }

    /// Whether the next sweep acts on an entry whose tags ask for something: then an invitation follows by itself.
    pub fn is_open(&self, entry: &Entry, activity: &[Activity]) -> bool {
        match judge_entry(entry, activity, Asks::ForAssessment) {
            Finding::Missed | Finding::LateTag(_) => entry.at >= self.asked_for,
            Finding::Nothing => false,
        }
    }
}

/// Whether the tags of an opportunity ask for anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// A tag names an assessment of which no status tag is there.
    ForAssessment,
    /// None does.
    ForNothing,
}

impl Asks {
    /// What the tags ask for.
    pub fn of(opportunity: &Opportunity, assessments: &[Assessment]) -> Self {
        let tags = &opportunity.tags;
        let is_open = |verdict: &TagVerdict<'_>| match verdict {
            TagVerdict::Names(assessment, _) => {
                !tags.iter().any(|tag| assessment.title.claimed_progress(tag).is_some())
            }
            TagVerdict::Ambiguous(..)
            | TagVerdict::NotPublished(..)
            | TagVerdict::NotForCandidates(..)
            | TagVerdict::OnlyStatus(..) => false,
        };
        let asks = read_tags(tags, assessments).verdicts.iter().any(is_open);
        if asks { Self::ForAssessment } else { Self::ForNothing }
    }
}

#[cfg(test)]
mod tests;
