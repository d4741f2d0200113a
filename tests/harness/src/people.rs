//! What recruiters, candidates and admins do in a seeded run.

use lever_sim::world::{DataProtection, Problem};
use qualified_sim::{ResultState, Submission};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::world::{Candidate, Made, World};

/// The people of a seeded run and their moods.
pub struct People {
    rng: StdRng,
    /// Teams whose account took the access back and did not give it again yet.
    pub cut_off: Vec<bool>,
    may_revoke: bool,
    may_interfere: bool,
    may_repeat: bool,
    may_correct: bool,
    /// Whom somebody asked for last.
    asked_last: Option<String>,
}

impl People {
    /// People of so many teams; which of the rarer things they do is decided by the seed.
    pub fn new(teams: usize, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        Self {
            cut_off: vec![false; teams],
            may_revoke: rng.random_bool(0.4),
            may_interfere: rng.random_bool(0.7),
            may_repeat: rng.random_bool(0.6),
            may_correct: rng.random_bool(0.4),
            asked_last: None,
            rng,
        }
    }

    /// Somebody does something; says what.
    ///
    /// # Errors
    /// When a simulator refuses what a person can do.
    pub fn act(&mut self, world: &mut World) -> Made<String> {
        let tenant = self.rng.random_range(0..world.tenants.len());
        let roll = self.rng.random_range(0..100);
        match roll {
            0..24 => self.arrive(world, tenant),
            24..46 => self.ask(world),
            46..53 if self.may_correct => self.correct(world),
            46..76 => self.take(world),
            76..82 => self.move_on(world),
            82..90 if self.may_repeat => self.repeat(world),
            90..97 if self.may_interfere => self.interfere(world),
            97.. if self.may_revoke => self.revoke(world, tenant),
            _ => self.take(world),
        }
    }

    fn pick(&mut self, world: &World) -> Option<Candidate> {
        let count = world.candidates.len();
        (count > 0).then(|| world.candidates[self.rng.random_range(0..count)].clone())
    }

    fn arrive(&mut self, world: &mut World, tenant: usize) -> Made<String> {
        let number = if self.rng.random_bool(0.1) {
            self.rng.random_range(0..=world.candidates.len())
        } else {
            world.candidates.len()
        };
        let wish = match self.rng.random_range(0..10) {
            0..5 => json!({"tags": [World::TITLE]}),
            5..7 => json!({"tags": ["Berlin", World::TITLE, World::OTHER_TITLE]}),
            7 => json!({"posting": format!("Engineer {tenant}")}),
            8 => json!({"tags": [World::OTHER_TITLE.to_lowercase()]}),
            _ => json!({"tags": ["Nothing of the kind"]}),
        };
        let id = world.candidate(tenant, &format!("Candidate {number}"), wish)?;
        Ok(format!("{id} arrives"))
    }

    /// Moves somebody into the trigger stage, from wherever they are.
    fn ask(&mut self, world: &mut World) -> Made<String> {
        let Some(candidate) = self.pick(world) else { return Ok("nobody".to_owned()) };
        let Ok(shown) = world.lever.opportunity(&candidate.id) else { return Ok("gone".to_owned()) };
        let trigger = &world.tenants[candidate.tenant].trigger;
        if shown["stage"] == trigger.as_str() {
            return Ok("there already".to_owned());
        }
        let is_reachable = shown["emails"].as_array().is_some_and(|emails| !emails.is_empty());
        let is_fit = shown["archived"].is_null() && is_reachable && !candidate.is_touched;
        world.ask_for(&candidate.id)?;
        world.mark(&candidate.id, |one| one.is_asked_for = is_fit);
        self.asked_last = Some(candidate.id.clone());
        Ok(format!("{} is moved in", candidate.id))
    }

    /// A recruiter corrects an address, more often than not of somebody who was just asked for: a new one, or one that the
    /// person had.
    fn correct(&mut self, world: &mut World) -> Made<String> {
        let is_last = self.rng.random_bool(0.7);
        let last = self.asked_last.as_ref().filter(|_| is_last);
        let last = last.and_then(|id| world.candidates.iter().find(|one| one.id == *id)).cloned();
        let Some(candidate) = last.or_else(|| self.pick(world)) else { return Ok("nobody".to_owned()) };
        let known = &candidate.addresses[self.rng.random_range(0..candidate.addresses.len())];
        let is_free = world.candidates.iter().all(|one| one.addresses.last() != Some(known));
        let address = if is_free && self.rng.random_bool(0.5) {
            known.clone()
        } else {
            let number = candidate.addresses.len();
            format!("corrected-{number}-{}", candidate.addresses[0])
        };
        let done = world.correct(&candidate.id, &address);
        let what = format!("{} has {address} now: {}", candidate.id, done.is_ok());
        if done.is_err() || self.rng.random_bool(0.5) {
            return Ok(what);
        }
        let is_asked = self.ask_anew(world, &candidate.id);
        Ok(format!("{what}, asked for anew: {}", is_asked.is_ok()))
    }

    /// Does what the activity tells a recruiter to do for another invitation: the bare title again, out of the stage and in.
    fn ask_anew(&mut self, world: &mut World, id: &str) -> Made {
        world.mark(id, |one| {
            one.is_asked_for = false;
            one.is_touched = true;
        });
        retag(world, id)?;
        world.lever.move_to(id, World::ELSEWHERE, None)?;
        world.lever.move_to(id, World::TRIGGER, None)?;
        world.mark(id, |one| one.asked += 1);
        self.asked_last = Some(id.to_owned());
        Ok(())
    }

    fn move_on(&mut self, world: &mut World) -> Made<String> {
        let Some(candidate) = self.pick(world) else { return Ok("nobody".to_owned()) };
        if world.lever.move_to(&candidate.id, World::ELSEWHERE, None).is_ok() {
            world.mark(&candidate.id, |one| one.is_asked_for = false);
        }
        Ok(format!("{} is moved on", candidate.id))
    }

    /// A candidate goes on with an assessment.
    fn take(&mut self, world: &mut World) -> Made<String> {
        let open = world.qualified.results_that(|result| {
            matches!(result.state, ResultState::Invited | ResultState::Opened | ResultState::Started)
        });
        if open.is_empty() {
            return Ok("nothing to take".to_owned());
        }
        let result = &open[self.rng.random_range(0..open.len())];
        let id = result.id.as_str();
        // What the candidate must not do at this moment is not done.
        let done = if result.state == ResultState::Started || self.rng.random_bool(0.1) {
            world.qualified.submit_result(id, Submission::default())
        } else {
            world.qualified.start_result(id)
        };
        Ok(format!("{id} in {:?} is taken: {}", result.state, done.is_ok()))
    }

    /// A team lets somebody go on or take it anew.
    fn repeat(&mut self, world: &mut World) -> Made<String> {
        let submitted = world.qualified.results_that(|one| one.state == ResultState::Submitted);
        if submitted.is_empty() {
            return Ok("nothing to repeat".to_owned());
        }
        let result = &submitted[self.rng.random_range(0..submitted.len())];
        let id = result.id.as_str();
        let is_retake = self.rng.random_bool(0.5);
        let done =
            if is_retake { world.qualified.retake_result(id) } else { world.qualified.reopen_result(id) };
        if done.is_ok() {
            let mails = world.qualified.mails();
            let to = mails.iter().find(|mail| mail.result_id == result.id).map(|mail| mail.to.clone());
            if let Some(to) = to {
                *world.retakes.entry(to.clone()).or_default() += 1;
                let of_person = world.candidates.iter_mut().filter(|one| one.addresses.contains(&to));
                of_person.for_each(|candidate| candidate.reopened += 1);
            }
        }
        Ok(format!("{id} is given again: {}", done.is_ok()))
    }

    /// A recruiter does what makes an invitation pointless or the tags wrong.
    fn interfere(&mut self, world: &mut World) -> Made<String> {
        let Some(candidate) = self.pick(world) else { return Ok("nobody".to_owned()) };
        let id = candidate.id.as_str();
        let title = World::TITLE.to_owned();
        let roll = self.rng.random_range(0..9);
        let (what, done) = match roll {
            0 => ("archived", world.lever.archive(id, Some("Hired"))),
            1 => ("un-archived", world.lever.archive(id, None)),
            2 => ("deleted", world.lever.delete(id)),
            3 => ("protected", world.lever.protect(id, None::<DataProtection>)),
            4 => ("anonymised", world.lever.anonymise(id)),
            5 => ("asked for no more", world.lever.tag(id, &[], &[title])),
            6 => return Ok(close(world, &candidate)),
            7 => {
                ("told to be invited by hand", world.lever.tag(id, &[format!("{title} - Invited")], &[title]))
            }
            _ => ("retagged", retag(world, id)),
        };
        if done.is_ok() {
            let of_person = world.candidates.iter_mut().filter(|one| one.contact == candidate.contact);
            for one in of_person.filter(|one| roll == 4 || one.id == id) {
                one.is_asked_for = false;
                one.is_touched |= roll >= 7;
                // The bare title asks once more.
                one.asked += usize::from(roll > 7);
            }
        }
        Ok(format!("{id} is {what}"))
    }

    /// A Super Admin takes the access back.
    fn revoke(&mut self, world: &mut World, tenant: usize) -> Made<String> {
        world.lever.revoke(Some(&world.tenants[tenant].account))?;
        self.cut_off[tenant] = true;
        Ok(format!("team {tenant} takes the access back"))
    }
}

/// The bare title takes the place of its status.
fn retag(world: &World, id: &str) -> Result<(), Problem> {
    let status = [" - Invited", " - Started"].map(|suffix| format!("{}{suffix}", World::TITLE));
    world.lever.tag(id, &[World::TITLE.to_owned()], &status)
}

/// A team closes what a candidate was invited to and has not started. Whoever is asked for again is invited again.
fn close(world: &mut World, candidate: &Candidate) -> String {
    let mails = world.qualified.mails();
    let mut of_person = mails.iter().filter(|mail| candidate.addresses.contains(&mail.to));
    let is_unstarted = |id: &str| {
        let result = world.qualified.result(id);
        result.is_some_and(|one| matches!(one.state, ResultState::Invited | ResultState::Opened))
    };
    let Some(mail) = of_person.find(|mail| is_unstarted(mail.result_id.as_str())) else {
        return "nothing to close".to_owned();
    };
    let done = world.qualified.terminate_result(mail.result_id.as_str());
    if done.is_ok() {
        *world.retakes.entry(mail.to.clone()).or_default() += 1;
    }
    format!("{} is closed: {}", mail.result_id, done.is_ok())
}
