//! What must hold, read from what the simulators saw: after every step, and when everything has come to rest.
//!
//! I1 one invitation; I2 no mixing of teams; I3 a standing never falls; I4 one note; I5 nobody is invited unseen; I6 tokens
//! are stored before they are used and refreshed one at a time; I7 pace; I8 nothing is left over.

mod mails;
mod rest;
mod secrets;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::gate::RunId;
use crate::wire::{Exchange, LEVER_HOST};
use crate::world::{Candidate, World};

use mails::Mails;
pub use rest::at_rest;
pub use secrets::leaked;

/// The endings of status tags, by how far they are.
const SUFFIXES: [&str; 3] = [" - Invited", " - Started", " - Submitted"];
/// What follows when access was taken back, or ended by a refresh token that was used twice.
pub(crate) const AFTER_THE_END: [&str; 3] = ["dead_refresh_token", "revoked_token", "expired_token"];

/// The rule that clocks with minutes between them make the service break: a living mark looks like that of a dead run.
pub const REFRESHED_TWICE: &str = "refreshed_twice";

/// Looks at what is new since it last looked.
#[derive(Default)]
pub struct Checker {
    seen: usize,
    mails: Mails,
    violations_seen: [usize; 2],
    /// The refresh tokens that were spent, with the access token each brought if that is known.
    spent: BTreeMap<String, Option<String>>,
    /// How many refresh tokens that were on their way while time went on were presented late, by run.
    stalled: BTreeMap<RunId, usize>,
    ranks: BTreeMap<(String, String), usize>,
    falls: BTreeMap<String, usize>,
    reads: BTreeMap<RunId, Vec<Value>>,
    looked_up: BTreeSet<RunId>,
}

impl Checker {
    /// Everything that is wrong and new.
    pub fn step(&mut self, world: &World) -> Vec<String> {
        let mut wrong = if world.is_excused(REFRESHED_TWICE) { Vec::new() } else { world.wire.breaches() };
        let new = world.wire.log_after(self.seen);
        if new.is_empty() {
            return wrong;
        }
        self.mails.step(world, &new, &mut wrong);
        for exchange in new {
            self.seen += 1;
            self.exchange(world, &exchange, &mut wrong);
        }
        self.violations(world, &mut wrong);
        wrong
    }

    /// The refresh tokens that were spent.
    pub fn spent_tokens(&self) -> Vec<String> {
        self.spent.keys().cloned().collect()
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
                ("POST", ["oauth", "token"]) => self.refresh(world, run, exchange, wrong),
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
        } else if exchange.path.ends_with("/team_candidates") {
            self.looked_up.insert(run);
        } else if exchange.method == "POST" && exchange.path.ends_with("/invite_candidates") && is_done {
            self.invitation(world, run, exchange, wrong);
        }
    }

    /// A refresh token may be presented twice only if what it brought was never stored.
    fn refresh(&mut self, world: &World, run: RunId, exchange: &Exchange, wrong: &mut Vec<String>) {
        let Some(token) = exchange.sent["refresh_token"].as_str() else { return };
        let brought = exchange.answered["access_token"].as_str().map(str::to_owned);
        let Some(earlier) = self.spent.get(token) else {
            let is_spent = brought.is_some() || exchange.status.is_none_or(|status| status == 200);
            if is_spent {
                self.spent.insert(token.to_owned(), brought);
            }
            return;
        };
        let is_stored =
            earlier.as_ref().is_some_and(|access| world.stored_tokens.lock().contains_key(access));
        let late = self.stalled.entry(run).or_default();
        if is_stored && *late < world.stalled_refreshes.get(&run).copied().unwrap_or_default() {
            *late += 1;
        } else if is_stored && !world.is_excused(REFRESHED_TWICE) {
            wrong.push("I6: a refresh token was presented after its successor was stored".to_owned());
        }
    }

    fn added(&mut self, world: &World, id: &str, sent: &Value, wrong: &mut Vec<String>) {
        if !candidate(world, id).is_some_and(|candidate| self.mails.reached(candidate)) {
            wrong.push(format!("I3: {id} got a status tag before an invitation"));
        }
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
        if !self.looked_up.contains(&run) {
            wrong.push("I1: an invitation without looking the person up".to_owned());
        }
        let data = &exchange.sent["data"];
        let contact = contact_of(exchange);
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

    fn violations(&mut self, world: &World, wrong: &mut Vec<String>) {
        for (number, kit) in [world.lever.kit(), world.qualified.kit()].into_iter().enumerate() {
            for violation in kit.violations.after(self.violations_seen[number]) {
                self.violations_seen[number] += 1;
                let rule = violation.rule.as_str();
                let is_expected = rule == "reused_refresh_token" || AFTER_THE_END.contains(&rule);
                if !is_expected && !world.is_excused(rule) {
                    wrong.push(format!("violation: {violation:?}"));
                }
            }
        }
    }
}

/// Whom in Lever an invitation is for.
fn contact_of(invitation: &Exchange) -> &str {
    let id = invitation.sent["data"]["alternate_id"].as_str();
    id.and_then(|id| id.rsplit(':').next()).unwrap_or_default()
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
    let removed = exchange.sent["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
    for tag in without_status(removed, exchange.tags_after.as_deref()) {
        wrong.push(format!("I3: {id} shows no status any more after {tag} went"));
    }
}

/// The tags of those that were removed whose title is left without a status. `after` is nothing if there is no such
/// opportunity any more: then nothing was removed, though an answer that got lost does not say so.
fn without_status<'a>(
    removed: impl Iterator<Item = &'a str>,
    after: Option<&[String]>,
) -> impl Iterator<Item = &'a str> {
    removed.filter(move |tag| {
        let title = status_of(tag).map_or(*tag, |(title, _)| title);
        let shows = |tag: &String| status_of(tag).is_some_and(|(shown, _)| shown.eq_ignore_ascii_case(title));
        after.is_some_and(|after| !after.iter().any(shows))
    })
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

#[cfg(test)]
mod tests {
    use super::without_status;

    /// What is found wrong once `Rust - Invited` was taken away.
    fn wrong(after: Option<&[&str]>) -> Vec<&'static str> {
        let after: Option<Vec<String>> = after.map(|tags| tags.iter().map(ToString::to_string).collect());
        without_status(["Rust - Invited"].into_iter(), after.as_deref()).collect()
    }

    #[test]
    fn whoever_loses_a_status_tag_must_show_another_of_the_title() {
        assert_eq!(wrong(Some(&["rust - Started", "Berlin"])), [""; 0]);
        assert_eq!(wrong(Some(&["Go - Started"])), ["Rust - Invited"]);
        assert_eq!(wrong(Some(&[])), ["Rust - Invited"]);
    }

    #[test]
    fn nobody_has_to_show_anything_once_deleted() {
        assert_eq!(wrong(None), [""; 0]);
    }
}
