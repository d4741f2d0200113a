//! What must hold once nothing is under way any more.

use lever_integration::clock::Clock as _;
use lever_integration::domain::{Assignment, AssignmentState, Progress};
use lever_integration::store::Store as _;
use qualified_sim::{AssessmentResult, ResultState};

use super::told::mails_at_rest;
use super::{reference_of, status_of};
use crate::wire::Exchange;
use crate::world::{Candidate, Made, World};

/// What must hold once nothing is under way any more.
///
/// # Errors
/// When the table fails.
pub async fn at_rest(world: &World) -> Made<Vec<String>> {
    let mut wrong = Vec::new();
    if !world.queue.is_idle() {
        wrong.push(format!("I8: {} messages are left", world.queue.depth()));
    }
    for letter in world.queue.dead_letters() {
        wrong.push(format!("I8: a dead letter: {letter:?}"));
    }
    for candidate in &world.candidates {
        candidate_at_rest(world, candidate, &mut wrong).await?;
    }
    Ok(wrong)
}

async fn candidate_at_rest(world: &World, candidate: &Candidate, wrong: &mut Vec<String>) -> Made {
    let id = &candidate.id;
    let Ok(tags) = world.lever.tags(id) else { return Ok(()) };
    let team = &world.tenants[candidate.tenant].team;
    let ledger = world.store.load_assignments(team, &id.parse()?).await?;
    for entry in &ledger {
        entry_at_rest(world, candidate, entry, &tags, wrong)?;
        mails_at_rest(world, candidate, entry, wrong).await?;
    }
    if candidate.is_asked_for {
        let is_followed = |title: &str| {
            let of_title = ledger.iter().find(|entry| entry.title.as_str() == title);
            of_title.is_some_and(|entry| entry.mirror().is_some())
        };
        let asked = tags.iter().map(|tag| status_of(tag).map_or(tag.as_str(), |(title, _)| title));
        for title in asked.filter(|title| world.titles.values().any(|known| known == title)) {
            if !is_followed(title) {
                wrong.push(format!("I1: {id} was never invited to {title}: {ledger:?}"));
            }
        }
    }
    Ok(())
}

fn entry_at_rest(
    world: &World,
    candidate: &Candidate,
    entry: &Assignment,
    tags: &[String],
    wrong: &mut Vec<String>,
) -> Made {
    let (id, title) = (&candidate.id, entry.title.as_str());
    if entry.is_leased_to_another(&lever_integration::domain::LeaseHolder::of(0), world.clock.now()) {
        wrong.push(format!("I8: a lease is left on {id}"));
    }
    let AssignmentState::Mirrored(mirror) = &entry.state else {
        if entry.state == AssignmentState::Inviting {
            wrong.push(format!("I8: {id} is left in the middle of an invitation to {title}"));
        }
        return Ok(());
    };
    if entry.is_unfinished() {
        wrong.push(format!("I8: {id} is left unfinished: {mirror:?}"));
    }
    let result = world.qualified.result(mirror.result.as_str()).ok_or("a result that is not there")?;
    let truth = match result.state {
        ResultState::Invited | ResultState::Opened => Some(Progress::Invited),
        ResultState::Started => Some(Progress::Started),
        ResultState::Submitted => Some(Progress::Submitted),
        ResultState::Submitting | ResultState::Terminated => None,
    };
    if truth.is_some_and(|truth| truth != mirror.standing.progress) {
        wrong.push(format!("I3: {id} stands at {:?}, {title} ({}) is {truth:?}", mirror.standing, result.id));
    }
    let later = world.qualified.results_that(|other| {
        other.team_candidate_id == result.team_candidate_id
            && other.assessment_id == result.assessment_id
            && other.created_at > result.created_at
            && other.started_at > result.started_at.or(Some(i64::MIN))
    });
    if let Some(later) = later.first() {
        wrong.push(format!("I3: {id} follows {} and not its retake {}", result.id, later.id));
    }
    let rank = mirror.standing.progress as usize;
    let shown: Vec<usize> = tags
        .iter()
        .filter_map(|tag| status_of(tag))
        .filter(|(of, _)| *of == title)
        .map(|(_, rank)| rank)
        .collect();
    if !candidate.is_touched && shown != [rank] {
        wrong.push(format!("I3: {id} shows {tags:?}, {title} is {:?}", mirror.standing));
    }
    if !candidate.is_touched && tags.iter().any(|tag| tag == title) {
        wrong.push(format!("I3: {id} still shows the title {title}"));
    }
    for earlier in earlier_submissions(world, id, entry, &result) {
        let prefix = format!("Reference: {}/", earlier.id);
        let notes = world.lever.notes(id)?;
        if !notes.iter().filter_map(|note| reference_of(note)).any(|known| known.starts_with(&prefix)) {
            wrong.push(format!("I4: {id} has no note of {}, which was taken again", earlier.id));
        }
    }
    if mirror.standing.progress == Progress::Submitted {
        let reference = format!("Reference: {}/{}", mirror.result, mirror.standing.attempt);
        let notes = world.lever.notes(id)?;
        let count = notes.iter().filter(|note| reference_of(note) == Some(&reference)).count();
        if count != 1 {
            wrong.push(format!("I4: {id} has {count} notes of {reference}"));
        }
    }
    Ok(())
}

/// What was handed in before a retake and after Lever first showed its invitation: from then on it was followed.
fn earlier_submissions(
    world: &World,
    id: &str,
    entry: &Assignment,
    followed: &AssessmentResult,
) -> Vec<AssessmentResult> {
    let is_earlier = |one: &AssessmentResult| {
        one.team_candidate_id == followed.team_candidate_id
            && one.assessment_id == followed.assessment_id
            && one.created_at < followed.created_at
            && one.state == ResultState::Submitted
    };
    let mut earlier = world.qualified.results_that(is_earlier);
    if earlier.is_empty() {
        return earlier;
    }
    let path = format!("/v1/opportunities/{id}/addTags");
    let shows_it = |exchange: &Exchange| {
        let tag = exchange.sent["tags"][0].as_str().unwrap_or_default();
        exchange.path == path && status_of(tag).is_some_and(|(title, _)| title == entry.title.as_str())
    };
    earlier.retain(|one| {
        let since = |exchange: &Exchange| exchange.at_ms >= one.created_at && shows_it(exchange);
        let shown_at = world.wire.first(since).map_or(i64::MAX, |exchange| exchange.at_ms);
        one.submitted_at.is_some_and(|at| at > shown_at)
    });
    earlier
}
