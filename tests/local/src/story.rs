//! The story: one candidate through the whole job, four who are not invited and why.
//!
//! Everything happens over HTTP: what people do goes through the control APIs of the simulators, and a
//! step counts only when it is seen there. A step that is not seen ends the story with an error.

mod cast;
mod connecting;

use std::sync::Arc;
use std::time::Duration;

use lever_integration::clock::Clock;
use lever_integration::domain::{Activity, OpportunityId, Outcome, TeamId};
use lever_integration::store::Store;
use serde_json::{Value, json};

use crate::Error;
use crate::control::Control;
use crate::timeline::{Actor, continuation, line, table, tags};
use cast::{Candidate, candidates};

/// How often is looked for a decision: 400 times 25 ms are ten seconds.
const DECISION_LOOKS: u32 = 400;
/// How long between two looks.
const DECISION_LOOK_EVERY: Duration = Duration::from_millis(25);
/// The stage whose new candidates are invited.
const TRIGGER_STAGE: &str = "Technical Assessment";
/// A second one.
const SECOND_TRIGGER_STAGE: &str = "On-site interview";
/// What the hero of the story is tagged with.
const TITLE: &str = "Rust Basics";
/// The tag of a posting, inherited by its candidates.
const POSTING_TITLE: &str = "AngularJS: Services, Directives, and Filters";

/// Where the printed lines go.
pub type Print<'a> = &'a (dyn Fn(&str) + Sync);

/// What a story needs to see of a running system.
pub struct Scene {
    /// Where the simulated Lever listens.
    pub lever: String,
    /// Where the simulated Qualified listens.
    pub qualified: String,
    /// The table.
    pub store: Arc<dyn Store>,
    /// The time of the printed lines.
    pub clock: Arc<dyn Clock>,
}

/// Plays and prints.
pub struct Story<'a> {
    scene: Scene,
    lever: Control,
    qualified: Control,
    print: Print<'a>,
}

impl<'a> Story<'a> {
    /// A story in a running system.
    pub fn new(scene: Scene, print: Print<'a>) -> Self {
        let (lever, qualified) = (Control::new(&scene.lever), Control::new(&scene.qualified));
        Self { scene, lever, qualified, print }
    }

    /// Plays it from connecting to the table of reasons.
    ///
    /// # Errors
    /// With the first step that was not seen.
    pub async fn play(&self) -> Result<(), Error> {
        let team = self.connect().await?;
        let cast = self.create_candidates().await?;
        let hero = cast.first().ok_or_else(|| Error::Step("the story has no candidates".to_owned()))?;
        self.invite(hero).await?;
        self.take_assessment(hero).await?;
        self.move_the_others(&cast).await?;
        self.tell_who_was_invited(&team, &cast).await?;
        self.check_strictness().await
    }

    async fn create_candidates(&self) -> Result<Vec<Candidate>, Error> {
        let posting = "/_sim/postings/Frontend%20Engineer";
        self.lever.post(posting, &json!({"tags": [POSTING_TITLE]})).await?;
        self.say(
            Actor::Recruiter,
            &format!("tags the posting \"Frontend Engineer\" with \"{POSTING_TITLE}\""),
        );
        let mut cast = candidates();
        for candidate in &mut cast {
            let created = self.lever.post("/_sim/opportunities", &candidate.wish).await?;
            candidate.id = created["id"].as_str().unwrap_or_default().to_owned();
        }
        self.say(Actor::Recruiter, &format!("has {} candidates in \"New applicant\"", cast.len()));
        Ok(cast)
    }

    async fn invite(&self, hero: &Candidate) -> Result<(), Error> {
        self.lever.post(&format!("/_sim/opportunities/{}/tags", hero.id), &json!({"add": [TITLE]})).await?;
        self.say(Actor::Recruiter, &format!("tags {} with \"{TITLE}\"", hero.name));
        self.shows_tag(hero, TITLE).await?;
        self.move_to(hero, TRIGGER_STAGE).await?;
        let mail = self
            .qualified
            .until("the invitation mail", "/_sim/mails", |mails| {
                mails.as_array()?.iter().find(|mail| mail["to"] == hero.email.as_str()).cloned()
            })
            .await?;
        let title = mail["assessment_title"].as_str().unwrap_or_default();
        self.say(Actor::Qualified, &format!("e-mails {} the invitation to \"{title}\"", hero.name));
        self.shows_tag(hero, &format!("{TITLE} - Invited")).await
    }

    async fn take_assessment(&self, hero: &Candidate) -> Result<(), Error> {
        let result = self
            .qualified
            .until("the result", "/_sim/mails", |mails| {
                let mail = mails.as_array()?.iter().find(|mail| mail["to"] == hero.email.as_str())?;
                Some(mail["result_id"].as_str()?.to_owned())
            })
            .await?;
        for (verb, does, suffix) in [("start", "starts", " - Started"), ("submit", "submits", " - Submitted")]
        {
            self.qualified.post(&format!("/_sim/results/{result}/{verb}"), &json!({})).await?;
            self.say(Actor::Candidate, &format!("{does} the assessment"));
            self.shows_tag(hero, &format!("{TITLE}{suffix}")).await?;
        }
        let notes = self
            .lever
            .until("the result note", "/_sim/state", |state| {
                let notes = opportunity(state, &hero.id)?["notes"].as_array()?.clone();
                (!notes.is_empty()).then_some(notes)
            })
            .await?;
        if notes.len() != 1 {
            return Err(Error::Step(format!("{} notes instead of one", notes.len())));
        }
        let text = notes[0]["fields"][0]["value"].as_str().unwrap_or_default();
        if !text.contains(TITLE) || !text.contains("Score: ") {
            return Err(Error::Step("the note lacks title or score".to_owned()));
        }
        self.say(Actor::Integration, "leaves the result as a note on the candidate:");
        text.lines().for_each(|line| (self.print)(&continuation(&format!("│ {line}"))));
        Ok(())
    }

    async fn move_the_others(&self, cast: &[Candidate]) -> Result<(), Error> {
        for candidate in cast.iter().skip(1) {
            self.move_to(candidate, candidate.stage).await?;
        }
        for candidate in cast.iter().filter(|candidate| !candidate.titles.is_empty()).skip(1) {
            let mut shown = Vec::new();
            for title in candidate.titles {
                shown = self.sees_tag(candidate, &format!("{title} - Invited")).await?;
            }
            self.say(Actor::Integration, &format!("shows on {} in Lever:", candidate.name));
            (self.print)(&continuation(&tags(&shown)));
        }
        Ok(())
    }

    /// Prints who was invited and why the others were not, and holds both against the cast.
    async fn tell_who_was_invited(&self, team: &TeamId, cast: &[Candidate]) -> Result<(), Error> {
        let mut decided = Vec::new();
        for candidate in cast {
            decided.push((candidate, self.decisions(team, &candidate.id).await?));
        }
        // Only now, so that a mail to somebody who was refused is seen.
        let mails = self.qualified.get("/_sim/mails").await?;
        let mut rows = Vec::new();
        for (candidate, activity) in decided {
            let mailed: Vec<_> = mails
                .as_array()
                .into_iter()
                .flatten()
                .filter(|mail| mail["to"] == candidate.email.as_str())
                .filter_map(|mail| mail["assessment_title"].as_str())
                .collect();
            let mut expected = candidate.titles.to_vec();
            let mut seen = mailed.clone();
            expected.sort_unstable();
            seen.sort_unstable();
            if expected != seen {
                return Err(Error::Step(format!(
                    "{} was mailed {seen:?} instead of {expected:?}",
                    candidate.name
                )));
            }
            let refusal = activity.iter().find(|line| line.reason.outcome() == Outcome::NotInvited);
            if refusal.map(|line| line.reason) != candidate.refusal {
                return Err(Error::Step(format!("{} has the reason {refusal:?}", candidate.name)));
            }
            let said = refusal.map_or_else(|| mailed.join("; "), |line| line.reason.sentence().to_owned());
            let invited = if mailed.is_empty() { "no" } else { "yes" };
            rows.push([candidate.name.to_owned(), candidate.about.to_owned(), invited.to_owned(), said]);
        }
        (self.print)("");
        (self.print)(&table(["candidate", "about", "invited", "to what, or why not"], &rows));
        Ok(())
    }

    /// Strict simulators: a call that the real service would not like ends the story.
    async fn check_strictness(&self) -> Result<(), Error> {
        for simulator in [&self.lever, &self.qualified] {
            let violations = simulator.get("/_sim/violations").await?;
            if violations.as_array().is_none_or(|violations| !violations.is_empty()) {
                return Err(Error::Step(format!("a simulator saw violations: {violations}")));
            }
        }
        Ok(())
    }

    async fn move_to(&self, candidate: &Candidate, stage: &str) -> Result<(), Error> {
        self.lever
            .post(&format!("/_sim/opportunities/{}/move", candidate.id), &json!({"stage": stage}))
            .await?;
        self.say(Actor::Recruiter, &format!("moves {} into \"{stage}\"", candidate.name));
        Ok(())
    }

    /// Waits until the candidate shows exactly this tag of its title, and prints the tags.
    async fn shows_tag(&self, candidate: &Candidate, wanted: &str) -> Result<(), Error> {
        let shown = self.sees_tag(candidate, wanted).await?;
        (self.print)(&continuation(&tags(&shown)));
        Ok(())
    }

    /// All tags of the candidate, once this one is the only one of its title.
    async fn sees_tag(&self, candidate: &Candidate, wanted: &str) -> Result<Vec<String>, Error> {
        let title =
            candidate.titles.iter().find(|title| wanted.starts_with(*title)).copied().unwrap_or(TITLE);
        let what = format!("{} with \"{wanted}\" as the only tag of \"{title}\"", candidate.name);
        self.lever
            .until(&what, "/_sim/state", |state| {
                let tags = opportunity_tags(state, &candidate.id)?;
                let of_title: Vec<_> = tags.iter().filter(|tag| tag.starts_with(title)).collect();
                (of_title == [wanted]).then_some(tags)
            })
            .await
    }

    /// The decisions about an opportunity, once there are any.
    async fn decisions(&self, team: &TeamId, opportunity: &str) -> Result<Vec<Activity>, Error> {
        let step = |error: &dyn std::fmt::Display| Error::Step(format!("activity: {error}"));
        let opportunity: OpportunityId = opportunity.parse().map_err(|error| step(&error))?;
        for _ in 0..DECISION_LOOKS {
            let activity = self.scene.store.opportunity_activity(team, &opportunity, 100).await;
            let activity = activity.map_err(|error| step(&error))?;
            if !activity.is_empty() {
                return Ok(activity);
            }
            tokio::time::sleep(DECISION_LOOK_EVERY).await;
        }
        Err(step(&format!("no decision about {opportunity}")))
    }

    fn say(&self, actor: Actor, what: &str) {
        (self.print)(&line(self.scene.clock.now(), actor, what));
    }
}

/// The opportunity with this id, in the state of the simulated Lever.
pub fn opportunity<'v>(state: &'v Value, id: &str) -> Option<&'v Value> {
    state["accounts"][0]["opportunities"].as_array()?.iter().find(|one| one["id"] == id)
}

fn opportunity_tags(state: &Value, id: &str) -> Option<Vec<String>> {
    let tags = opportunity(state, id)?["tags"].as_array()?;
    Some(tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect())
}
