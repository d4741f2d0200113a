//! What must hold, read from what the simulators saw: after every step, and when everything has come to rest.
//!
//! I1 one invitation; I2 no mixing of teams; I3 a standing never falls; I4 one note; I5 nobody is invited unseen; I6 tokens
//! are stored before they are used and refreshed one at a time; I7 pace; I8 nothing is left over.

use std::collections::{BTreeMap, BTreeSet};

use lever_integration::clock::Clock as _;
use lever_integration::domain::{Assignment, AssignmentState, Progress};
use lever_integration::store::Store as _;
use qualified_sim::{MailKind, ResultState};
use serde_json::Value;

use crate::gate::RunId;
use crate::wire::{Exchange, LEVER_HOST};
use crate::world::{Candidate, Made, World};

/// The endings of status tags, by how far they are.
const SUFFIXES: [&str; 3] = [" - Invited", " - Started", " - Submitted"];
/// What a run may break when it was told the token is dead, or lost the answer to a refresh.
const TOKEN_RULES: [&str; 3] = ["reused_refresh_token", "dead_refresh_token", "unknown_refresh_token"];

/// Looks at what is new since it last looked.
#[derive(Default)]
pub struct Checker {
    seen: usize,
    mails_seen: usize,
    violations_seen: [usize; 2],
    refused_refreshes: usize,
    invited: BTreeMap<(String, String, String), usize>,
    ranks: BTreeMap<(String, String), usize>,
    falls: BTreeMap<String, usize>,
    reads: BTreeMap<RunId, Vec<Value>>,
}

impl Checker {
    /// Everything that is wrong and new.
    pub fn step(&mut self, world: &World) -> Vec<String> {
        let mut wrong = world.wire.breaches();
        let new = world.wire.log_after(self.seen);
        if new.is_empty() {
            return wrong;
        }
        for exchange in new {
            self.seen += 1;
            self.exchange(world, &exchange, &mut wrong);
        }
        self.mails(world, &mut wrong);
        self.violations(world, &mut wrong);
        wrong
    }

    fn exchange(&mut self, world: &World, exchange: &Exchange, wrong: &mut Vec<String>) {
        let Some(run) = exchange.run else { return };
        let is_done = exchange.status.is_none_or(|status| status < 300);
        let segments: Vec<&str> = exchange.path.trim_matches('/').split('/').collect();
        if exchange.host == LEVER_HOST {
            if segments.first() == Some(&"v1") {
                check_token(world, exchange, &segments, wrong);
            }
            match (exchange.method.as_str(), segments.as_slice()) {
                ("GET", ["v1", "opportunities", _]) if exchange.status == Some(200) => {
                    self.reads.entry(run).or_default().push(exchange.answered["data"].clone());
                }
                ("POST", ["v1", "opportunities", id, "addTags"]) if is_done => {
                    self.added(world, id, &exchange.sent, wrong);
                }
                ("POST", ["v1", "opportunities", id, "removeTags"]) if is_done => {
                    check_removed(world, id, exchange, wrong);
                }
                ("POST", ["v1", "opportunities", id, "notes"]) if is_done => {
                    check_notes(world, id, wrong);
                }
                _ => {}
            }
        } else if exchange.method == "POST" && exchange.path.ends_with("/invite_candidates") && is_done {
            self.invitation(world, run, exchange, wrong);
        }
    }

    fn added(&mut self, world: &World, id: &str, sent: &Value, wrong: &mut Vec<String>) {
        let tags = sent["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for (title, rank) in tags.filter_map(status_of) {
            let known = self.ranks.insert((id.to_owned(), title.to_owned()), rank);
            if known.is_some_and(|known| known > rank) {
                let falls = self.falls.entry(id.to_owned()).or_default();
                *falls += 1;
                let allowed = candidate(world, id).map_or(0, |candidate| candidate.reopened);
                if *falls > allowed {
                    wrong.push(format!("I3: {title} fell to {} on {id}", SUFFIXES[rank]));
                }
            }
        }
    }

    fn invitation(&self, world: &World, run: RunId, exchange: &Exchange, wrong: &mut Vec<String>) {
        let data = &exchange.sent["data"];
        let contact = data["alternate_id"].as_str().and_then(|id| id.rsplit(':').next()).unwrap_or_default();
        let assessment = data["assessment_id"].as_str().unwrap_or_default();
        let Some(title) = world.titles.get(assessment) else {
            wrong.push(format!("I5: an invitation to an unknown assessment {assessment}"));
            return;
        };
        let reads = self.reads.get(&run).into_iter().flatten();
        let mut of_contact = reads.filter(|read| read["contact"] == contact).peekable();
        if of_contact.peek().is_none() {
            wrong.push(format!("I5: an invitation for {contact} whom the run never read"));
            return;
        }
        if !of_contact.any(|read| may_be_invited(world, read, title)) {
            wrong.push(format!("I5: an invitation to {title} for {contact} who must not be invited"));
        }
    }

    fn mails(&mut self, world: &World, wrong: &mut Vec<String>) {
        for mail in world.qualified.mails().into_iter().skip(self.mails_seen) {
            self.mails_seen += 1;
            if mail.kind != MailKind::Invite {
                continue;
            }
            let whose = world.tenants.iter().position(|tenant| tenant.team.as_str() == mail.team_id.as_str());
            if whose.is_none_or(|number| !mail.to.ends_with(&format!("@team{number}.example"))) {
                wrong.push(format!("I2: {} was invited by a foreign team", mail.to));
            }
            let key = (mail.team_id.to_string(), mail.to.clone(), mail.assessment_id.to_string());
            let count = self.invited.entry(key).or_default();
            *count += 1;
            if *count > 1 + world.retakes.get(&mail.to).copied().unwrap_or_default() {
                wrong.push(format!("I1: {} was invited twice to {}", mail.to, mail.assessment_title));
            }
        }
    }

    fn violations(&mut self, world: &World, wrong: &mut Vec<String>) {
        for (number, kit) in [world.lever.kit(), world.qualified.kit()].into_iter().enumerate() {
            for violation in kit.violations.list().into_iter().skip(self.violations_seen[number]) {
                self.violations_seen[number] += 1;
                if TOKEN_RULES.contains(&violation.rule.as_str()) {
                    self.refused_refreshes += 1;
                    if self.refused_refreshes > world.lost_refreshes {
                        wrong.push(format!("I6: {} without a cause", violation.rule));
                    }
                } else if !world.is_excused(&violation.rule) {
                    wrong.push(format!("violation: {violation:?}"));
                }
            }
        }
    }
}

fn candidate<'w>(world: &'w World, id: &str) -> Option<&'w Candidate> {
    world.candidates.iter().find(|candidate| candidate.id == id)
}

/// The title and rank of a status tag.
fn status_of(tag: &str) -> Option<(&str, usize)> {
    SUFFIXES.iter().enumerate().find_map(|(rank, suffix)| Some((tag.strip_suffix(suffix)?, rank)))
}

fn check_token(world: &World, exchange: &Exchange, segments: &[&str], wrong: &mut Vec<String>) {
    let token = exchange.credential.strip_prefix("Bearer ").unwrap_or_default();
    let stored = world.stored_tokens.lock();
    let Some(owner) = stored.get(token) else {
        wrong.push(format!("I6: {} with a token that was never stored", exchange.path));
        return;
    };
    let whose = segments.get(2).and_then(|id| candidate(world, id)).map(|candidate| candidate.tenant);
    if whose.is_some_and(|number| world.tenants[number].team != *owner) {
        wrong.push(format!("I2: {} with the token of another team", exchange.path));
    }
}

/// Whoever loses a tag of a title must be left with a status tag of it.
fn check_removed(world: &World, id: &str, exchange: &Exchange, wrong: &mut Vec<String>) {
    if candidate(world, id).is_none_or(|candidate| candidate.is_touched) {
        return;
    }
    let after = exchange.tags_after.as_deref().unwrap_or_default();
    for tag in exchange.sent["tags"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let title = status_of(tag).map_or(tag, |(title, _)| title);
        if !after.iter().filter_map(|tag| status_of(tag)).any(|(shown, _)| shown.eq_ignore_ascii_case(title))
        {
            wrong.push(format!("I3: {id} shows no status of {title} after {tag} went"));
        }
    }
}

fn check_notes(world: &World, id: &str, wrong: &mut Vec<String>) {
    let notes = world.lever.notes(id).unwrap_or_default();
    let mut known = BTreeSet::new();
    for reference in notes.iter().filter_map(|note| reference_of(note)) {
        if !known.insert(reference.to_owned()) {
            wrong.push(format!("I4: {id} has two notes of {reference}"));
        }
    }
}

fn reference_of(note: &str) -> Option<&str> {
    note.lines().find(|line| line.starts_with("Reference: "))
}

/// Whether a reading of an opportunity allows an invitation to this title.
fn may_be_invited(world: &World, read: &Value, title: &str) -> bool {
    let stage = read["stage"].as_str().unwrap_or_default();
    let is_trigger = world.tenants.iter().any(|tenant| tenant.trigger == stage);
    let is_named = read["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .any(|tag| tag.trim().eq_ignore_ascii_case(title));
    let entered = read["stageChanges"].as_array().and_then(|changes| changes.last());
    let entered_at = entered.and_then(|change| change["updatedAt"].as_i64());
    let added_at = world.added_at.get(stage).copied().unwrap_or(i64::MAX);
    is_trigger && is_named && read["archived"].is_null() && entered_at.is_some_and(|at| at >= added_at)
}

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
        wrong.push(format!("I3: {id} stands at {:?}, {title} is {truth:?}", mirror.standing));
    }
    let later = world.qualified.results().into_iter().find(|other| {
        other.team_candidate_id == result.team_candidate_id
            && other.assessment_id == result.assessment_id
            && other.started_at > result.started_at.or(Some(i64::MIN))
            && other.id != result.id
    });
    if let Some(later) = later {
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
