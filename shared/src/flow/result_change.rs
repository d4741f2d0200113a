//! What a result, freshly read from Qualified, means for its assignment.
//!
//! The standing only ever grows. Within one attempt a lower progress is old news; going back from
//! submitted to started needs evidence that the result was reopened, so that a late or stale reading
//! cannot do it.

use jiff::Timestamp;

use crate::domain::{
    AssessmentResult, Mirror, Progress, Reason, ResultChanged, ResultNews, ResultState, Standing,
};

/// What a reading changed.
#[derive(Debug, Clone, PartialEq)]
pub struct MirrorUpdate {
    /// The mirror as it is now.
    pub mirror: Mirror,
    /// What to tell; nothing if the reading brought nothing new.
    pub reason: Option<Reason>,
}

/// Decides what a reading of the followed result means.
pub fn decide_result(mirror: &Mirror, result: &AssessmentResult) -> MirrorUpdate {
    let unchanged = |reason| MirrorUpdate { mirror: mirror.clone(), reason };
    if result.is_dry_run || result.id != mirror.result {
        return unchanged(None);
    }
    let Some(progress) = result.progress() else {
        let is_closed_anew = result.state == ResultState::Terminated
            && mirror.standing.progress < Progress::Submitted
            && !mirror.is_closed;
        return if is_closed_anew { close(mirror) } else { unchanged(None) };
    };
    let standing = mirror.standing;
    // Whoever was invited to a retake may have taken it for the first one.
    let attempt = standing.attempt.max(result.attempt());
    let same_attempt = |reason| advance(mirror, result, Standing { attempt, progress }, reason);
    let next_attempt = |reason| {
        advance(mirror, result, Standing { attempt: standing.attempt.saturating_add(1), progress }, reason)
    };
    match (standing.progress, progress) {
        (Progress::Invited, Progress::Started) => same_attempt(Reason::Started),
        (Progress::Started, Progress::Started) if mirror.is_closed => same_attempt(Reason::Reopened),
        (Progress::Invited | Progress::Started, Progress::Submitted)
            if !is_earlier_submission(mirror, result) =>
        {
            same_attempt(Reason::Submitted)
        }
        (Progress::Submitted, Progress::Started) if is_reopened(mirror, result) => {
            next_attempt(Reason::Reopened)
        }
        (Progress::Submitted, Progress::Submitted) if is_later(result.submitted_at, mirror.submitted_at) => {
            next_attempt(Reason::Submitted)
        }
        (Progress::Invited | Progress::Started, Progress::Invited | Progress::Submitted)
        | (Progress::Started, Progress::Started)
        | (Progress::Submitted, Progress::Invited | Progress::Started | Progress::Submitted) => {
            unchanged(None)
        }
    }
}

/// Decides what a retake means: a later result of the same person and assessment, as Qualified lists them.
///
/// It is followed from the moment the candidate starts it. The person may have another id by now, since
/// two records of one person can be merged.
pub fn decide_retake(mirror: &Mirror, retake: &AssessmentResult) -> MirrorUpdate {
    let unchanged = MirrorUpdate { mirror: mirror.clone(), reason: None };
    let is_another = retake.id != mirror.result;
    let attempt = retake.retake_number.max(mirror.standing.attempt.saturating_add(1));
    match retake.progress() {
        Some(progress @ (Progress::Started | Progress::Submitted)) if is_another && !retake.is_dry_run => {
            let reason = if progress == Progress::Started { Reason::Retaken } else { Reason::Submitted };
            let followed = Mirror {
                result: retake.id.clone(),
                team_candidate: retake.team_candidate.clone(),
                invitation: None,
                ..mirror.clone()
            };
            advance(&followed, retake, Standing { attempt, progress }, reason)
        }
        Some(Progress::Invited | Progress::Started | Progress::Submitted) | None => unchanged,
    }
}

/// Whether an event can be dropped without reading the result: what it claims is known and shown. The
/// claim is not signed, so it may only spare work.
pub fn is_old_news(mirror: &Mirror, event: &ResultChanged) -> bool {
    if mirror.result != event.result || mirror.is_tag_due() || mirror.is_note_due() {
        return false;
    }
    let is_after_submission = is_later(event.changed_at, mirror.submitted_at);
    match (event.news, mirror.standing.progress) {
        (ResultNews::Started, Progress::Started) => !mirror.is_closed,
        (ResultNews::Started | ResultNews::Submitted, Progress::Submitted) => {
            event.changed_at.is_some() && !is_after_submission
        }
        (ResultNews::Started, Progress::Invited)
        | (ResultNews::Submitted, Progress::Invited | Progress::Started)
        | (ResultNews::StateChanged, _) => false,
    }
}

/// It stays closed however often it is looked at, until we give it anew or it is begun anew.
fn close(mirror: &Mirror) -> MirrorUpdate {
    MirrorUpdate { mirror: Mirror { is_closed: true, ..mirror.clone() }, reason: Some(Reason::Terminated) }
}

fn advance(mirror: &Mirror, result: &AssessmentResult, standing: Standing, reason: Reason) -> MirrorUpdate {
    let submitted_at = if standing.progress == Progress::Submitted { result.submitted_at } else { None };
    MirrorUpdate {
        mirror: Mirror {
            standing,
            submitted_at: submitted_at.or(mirror.submitted_at),
            asked_again_at: None,
            came_to: mirror.came_to.or(mirror.asked_again_at.map(|_| Reason::TagsRestored)),
            is_closed: false,
            ..mirror.clone()
        },
        reason: Some(reason),
    }
}

/// A reading of `started` after a submission is believed when it started later than that submission or
/// remembers it as the original one. A stale reading does neither.
fn is_reopened(mirror: &Mirror, result: &AssessmentResult) -> bool {
    let remembers = mirror.submitted_at.is_some() && result.original_submitted_at == mirror.submitted_at;
    remembers || is_later(result.started_at, mirror.submitted_at)
}

/// A stale reading of the submission that the present attempt came after.
fn is_earlier_submission(mirror: &Mirror, result: &AssessmentResult) -> bool {
    matches!((result.submitted_at, mirror.submitted_at), (Some(this), Some(known)) if this <= known)
}

fn is_later(this: Option<Timestamp>, than: Option<Timestamp>) -> bool {
    matches!((this, than), (Some(this), Some(than)) if this > than)
}
