//! News of a result: follow it with tags and, at the end, the note.
//!
//! The event is only a reason to look: the state, the score and everything else are read from Qualified
//! while the assignment is in this run's hands, so that no older reading can overtake a newer one.

use jiff::Timestamp;

use crate::domain::{
    Activity, ActivityId, AssessmentResult, Assignment, AssignmentState, Facts, LeaseHolder, Mirror, Reason,
    ResultChanged, ResultId, TeamId,
};
use crate::flow::{MirrorUpdate, decide_result, decide_retake, is_old_news};
use crate::metrics::count_decision;
use crate::qualified;
use crate::store::TeamContext;

use super::ledger::claim;
use super::{Access, Error, Handled, Worker};

/// The event and the run that handles it.
#[derive(Clone, Copy)]
struct News<'a> {
    event: &'a ResultChanged,
    /// The result and the earlier takes of it, as far as they had to be asked for; the result comes last.
    takes: &'a [ResultId],
    received_at: Timestamp,
    holder: &'a LeaseHolder,
}

/// What a reading of a result means for one who follows it, or an earlier take of it.
type Decide = fn(&Mirror, &AssessmentResult) -> MirrorUpdate;

/// Lines of activity of one event for one take: what is new, and what Lever refused of tags and note.
const LINES_OF_TAKE: usize = 3;
/// Lines of activity of one event for one assignment: ten takes are more than anybody gets.
const LINES_OF_ONE: usize = 10 * LINES_OF_TAKE;

/// A result to be read for somebody.
#[derive(Clone, Copy)]
struct Take<'a> {
    result: &'a ResultId,
    decide: Decide,
    /// The number of its first line of activity.
    line: usize,
}

impl Worker {
    /// Handles news of a result.
    ///
    /// # Errors
    /// See [`Worker::handle`].
    pub(crate) async fn report(
        &self,
        context: &TeamContext,
        received_at: Timestamp,
        event: &ResultChanged,
        holder: &LeaseHolder,
    ) -> Result<Handled, Error> {
        let team = &context.team.id;
        let mut followers = self.store.find_assignments(team, &event.result).await?;
        let is_known =
            |assignment: &Assignment| assignment.mirror().is_some_and(|mirror| is_old_news(mirror, event));
        // Several opportunities of a person follow one retake one after the other: of the later attempt that some
        // follow, others may not have learned yet.
        let is_retake = followers.iter().any(is_retaken);
        let is_complete = !followers.is_empty() && !is_retake;
        if is_complete && followers.iter().all(is_known) {
            return Ok(Handled::Duplicate);
        }
        let access = self.open(context)?;
        let mut takes = vec![event.result.clone()];
        if !is_complete {
            takes = self.takes_until(&access, event).await?;
            if takes.len() > 1 {
                followers = self.find_followers(team, followers, &takes).await?;
            }
        }
        if followers.is_empty() {
            return Ok(Handled::NotOurs);
        }
        if followers.iter().all(is_known) {
            return Ok(Handled::Duplicate);
        }
        let news = News { event, takes: &takes, received_at, holder };
        // The number stays the same when the event comes back for one of them: it names the line of activity.
        let count = followers.len();
        let due = followers.into_iter().enumerate().filter(|(_, one)| !is_known(one));
        let (followed, mut reasons) = self.follow_all(&access, due, news).await?;
        // A retake that was given a moment before somebody was invited to it looked like a first take until it was read.
        if is_complete && followed.iter().any(is_retaken) {
            let takes = self.takes_until(&access, event).await?;
            let all = self.find_followers(team, followed.clone(), &takes).await?;
            let behind = all.into_iter().filter(|one| !followed.iter().any(|done| is_same(one, done)));
            let due = behind.enumerate().map(|(number, one)| (count + number, one));
            reasons.extend(self.follow_all(&access, due, News { takes: &takes, ..news }).await?.1);
        }
        Ok(Handled::Decided(reasons))
    }

    /// Those who follow one of the takes, besides those known already.
    ///
    /// Followers move from earlier to later takes only, so whoever reads in that order misses nobody. Late news of an
    /// earlier take must not turn back who follows a later one.
    async fn find_followers(
        &self,
        team: &TeamId,
        mut followers: Vec<Assignment>,
        takes: &[ResultId],
    ) -> Result<Vec<Assignment>, Error> {
        for take in takes {
            followers.extend(self.store.find_assignments(team, take).await?);
        }
        // Of one that moved on while it was looked for, the newest reading counts: it comes last.
        followers.reverse();
        followers.sort_by(|a, b| (&a.opportunity, &a.assessment).cmp(&(&b.opportunity, &b.assessment)));
        followers.dedup_by(|a, b| is_same(a, b));
        Ok(followers)
    }

    /// The result of an event after the earlier takes of it, oldest first. Alone if Qualified does not list it
    /// where the event says it is.
    async fn takes_until(&self, access: &Access<'_>, event: &ResultChanged) -> Result<Vec<ResultId>, Error> {
        let alone = vec![event.result.clone()];
        let (Some(person), Some(assessment)) = (&event.team_candidate, &event.assessment) else {
            return Ok(alone);
        };
        let results = match access.qualified.results_of(person, assessment).await {
            Ok(results) => results,
            Err(qualified::Error::NotFound) => return Ok(alone),
            Err(error) => return Err(error.into()),
        };
        let own = results.iter().position(|result| result.id == event.result);
        Ok(own.map_or(alone, |own| results.into_iter().take(own + 1).map(|result| result.id).collect()))
    }

    /// Brings every follower up to date; one that fails does not keep the others from being done.
    async fn follow_all(
        &self,
        access: &Access<'_>,
        followers: impl Iterator<Item = (usize, Assignment)>,
        news: News<'_>,
    ) -> Result<(Vec<Assignment>, Vec<Reason>), Error> {
        let (mut followed, mut reasons) = (Vec::new(), Vec::new());
        let mut failure = None;
        for follower in followers {
            match self.follow(access, follower, news).await {
                Ok((assignment, told)) => {
                    followed.push(assignment);
                    reasons.extend(told);
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok((followed, reasons)), Err)
    }

    /// Brings an assignment from the take it follows to the one that the event is about. Nobody looks at those in
    /// between again, so what was handed in gets its note on the way.
    async fn follow(
        &self,
        access: &Access<'_>,
        (number, mut assignment): (usize, Assignment),
        news: News<'_>,
    ) -> Result<(Assignment, Vec<Reason>), Error> {
        let is_followed = |assignment: &Assignment, take: &ResultId| {
            assignment.mirror().is_some_and(|mirror| mirror.result == *take)
        };
        let mut told = Vec::new();
        let on_the_way = news.takes.iter().rev().position(|take| is_followed(&assignment, take)).unwrap_or(0);
        for (index, result) in news.takes.iter().rev().take(on_the_way + 1).enumerate().rev() {
            let is_followed = is_followed(&assignment, result);
            if is_followed && index > 0 && !assignment.is_open() {
                continue;
            }
            let decide: Decide = if is_followed { decide_result } else { decide_retake };
            let take = Take { result, decide, line: number * LINES_OF_ONE + index * LINES_OF_TAKE };
            let (followed, reasons) = self.follow_take(access, assignment, take, news).await?;
            assignment = followed;
            told.extend(reasons);
        }
        Ok((assignment, told))
    }

    /// Claims an assignment, reads the result while holding it, decides, tells the decision and shows what
    /// is due. A result that Qualified no longer knows changes nothing.
    async fn follow_take(
        &self,
        access: &Access<'_>,
        assignment: Assignment,
        take: Take<'_>,
        news: News<'_>,
    ) -> Result<(Assignment, Vec<Reason>), Error> {
        let mut claim = claim(&*self.store, &*self.clock, assignment, news.holder).await?;
        let result = match access.qualified.exhibit(take.result).await {
            Ok(result) => result,
            Err(error) => {
                let released = claim.release().await;
                return if error == qualified::Error::NotFound {
                    released.map(|assignment| (assignment, Vec::new()))
                } else {
                    Err(error.into())
                };
            }
        };
        if let Err(left) = self.check_connected(&claim.assignment().team, access).await {
            claim.release().await?;
            return Err(left);
        }
        let Some(MirrorUpdate { mirror, reason }) =
            claim.assignment().mirror().map(|mirror| (take.decide)(mirror, &result))
        else {
            return Ok((claim.release().await?, Vec::new()));
        };
        claim.set_state(AssignmentState::Mirrored(mirror));
        // Told first: once the ledger knows the standing, this event again would bring nothing new.
        if let Some(reason) = reason {
            self.record_reason(news, (take, 0), claim.assignment(), reason).await?;
            // On record before Lever shows it: a run that finishes something older must not turn the tags back.
            claim.record().await?;
        }
        let (assignment, problems) = self.show(access, claim, Some(&result)).await?;
        for (offset, problem) in (1..).zip(&problems) {
            self.record_reason(news, (take, offset), &assignment, *problem).await?;
        }
        Ok((assignment, reason.into_iter().chain(problems).collect()))
    }

    /// Writes a line of activity; the same event again writes the same line.
    async fn record_reason(
        &self,
        news: News<'_>,
        (take, offset): (Take<'_>, usize),
        assignment: &Assignment,
        reason: Reason,
    ) -> Result<(), Error> {
        let activity = Activity {
            team: assignment.team.clone(),
            at: news.received_at,
            id: ActivityId::line(&news.event.id, take.line + offset),
            event: news.event.id.clone(),
            opportunity: assignment.opportunity.clone(),
            assessment: Some(assignment.assessment.clone()),
            reason,
            facts: Facts {
                title: Some(assignment.title.clone()),
                result: Some(take.result.clone()),
                attempt: assignment.mirror().map(|mirror| mirror.standing.attempt),
                ..Facts::default()
            },
            body_digest: None,
        };
        self.store.record_activity(&activity).await?;
        count_decision(reason);
        Ok(())
    }
}

/// Whether somebody has a later take than the first.
fn is_retaken(assignment: &Assignment) -> bool {
    assignment.mirror().is_some_and(|mirror| mirror.standing.attempt > 1)
}

fn is_same(one: &Assignment, other: &Assignment) -> bool {
    (&one.opportunity, &one.assessment) == (&other.opportunity, &other.assessment)
}
