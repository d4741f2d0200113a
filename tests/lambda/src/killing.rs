//! Candidates go through the whole job while functions are killed at random moments.
//!
//! At the end every candidate was mailed once, has one note and the last tag, whatever died when; nothing is
//! in the dead-letter queue, and no rule of a simulator was broken.

use std::time::{Duration, Instant};

use local::control::Control;
use local::story::{Print, Story, opportunity};
use serde_json::{Value, json};

use crate::{Error, Program, Stack};

/// How long a message stays hidden from others: long enough for a run, short enough for a test.
const VISIBILITY: Duration = Duration::from_secs(5);
/// What the candidates are tagged with.
const TITLE: &str = "Rust Basics";
const TRIGGER_STAGE: &str = "Technical Assessment";
/// How long everything may take to come to rest after the last kill: a lease, and some waits of the queue.
const RESTS_WITHIN: Duration = Duration::from_secs(15 * 60);
/// How long between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// What to do.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many candidates go through the job.
    pub candidates: u32,
    /// How many processes are killed.
    pub kills: u32,
}

/// What was seen.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    /// Running processes that were ended.
    pub kills: u32,
    /// How long it took.
    pub took: Duration,
}

struct Run<'a> {
    stack: &'a Stack,
    lever: Control,
    qualified: Control,
}

/// Connects a team, moves candidates in, lets them take their assessment, and kills meanwhile.
///
/// # Errors
/// With the first invariant that does not hold.
pub async fn run(plan: Plan, print: Print<'_>) -> Result<Report, Error> {
    let started = Instant::now();
    let stack = Stack::start(VISIBILITY).await?;
    let scene = stack.scene();
    let run =
        Run { lever: Control::new(&scene.lever), qualified: Control::new(&scene.qualified), stack: &stack };
    Story::new(scene, print).connect().await?;
    let ids = run.create(plan.candidates).await?;
    let (worked, killed) = tokio::join!(run.work(&ids), run.kill(plan.kills));
    worked?;
    killed?;
    run.rest(&ids).await?;
    run.check(&ids).await?;
    Ok(Report { kills: run.killed(), took: started.elapsed() })
}

impl Run<'_> {
    async fn create(&self, count: u32) -> Result<Vec<String>, Error> {
        let mut ids = Vec::new();
        for number in 0..count {
            let wish = json!({
                "name": format!("Candidate {number}"),
                "emails": [email(number)],
                "stage": "New applicant",
                "tags": [TITLE],
            });
            let created = self.lever.post("/_sim/opportunities", &wish).await?;
            ids.push(created["id"].as_str().unwrap_or_default().to_owned());
        }
        Ok(ids)
    }

    /// Moves every candidate in; each starts and submits as soon as the mail is there.
    async fn work(&self, ids: &[String]) -> Result<(), Error> {
        for id in ids {
            self.lever
                .post(&format!("/_sim/opportunities/{id}/move"), &json!({"stage": TRIGGER_STAGE}))
                .await?;
            tokio::time::sleep(Duration::from_millis(rand::random_range(0..400))).await;
        }
        let deadline = Instant::now() + RESTS_WITHIN;
        let mut done = std::collections::BTreeSet::new();
        while done.len() < ids.len() {
            if Instant::now() > deadline {
                return Err(Error::Broken(format!("only {} of {} were mailed", done.len(), ids.len())));
            }
            let mails = self.qualified.get("/_sim/mails").await?;
            for mail in mails.as_array().into_iter().flatten() {
                let result = mail["result_id"].as_str().unwrap_or_default().to_owned();
                if done.insert(result.clone()) {
                    for verb in ["start", "submit"] {
                        self.qualified.post(&format!("/_sim/results/{result}/{verb}"), &json!({})).await?;
                    }
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// How many processes were ended so far.
    fn killed(&self) -> u32 {
        Program::ALL.into_iter().map(|program| self.stack.function(program).kills()).sum()
    }

    /// Kills the worker mostly, both intakes now and then, at random moments.
    async fn kill(&self, kills: u32) -> Result<(), Error> {
        while self.killed() < kills {
            tokio::time::sleep(Duration::from_millis(rand::random_range(20..600))).await;
            let victim = match rand::random_range(0..10) {
                0 => Program::StageChangeWebhook,
                1 | 2 => Program::AssessmentEvents,
                _ => Program::Worker,
            };
            self.stack.function(victim).kill().await?;
        }
        Ok(())
    }

    /// Waits until every candidate shows the last tag and no message is left.
    async fn rest(&self, ids: &[String]) -> Result<(), Error> {
        let deadline = Instant::now() + RESTS_WITHIN;
        let wanted = format!("{TITLE} - Submitted");
        loop {
            let state = self.lever.get("/_sim/state").await?;
            let unfinished =
                ids.iter().filter(|id| !tags(&state, id).iter().any(|tag| **tag == wanted)).count();
            let (waiting, dead) = self.stack.messages().await?;
            if dead > 0 {
                return Err(Error::Broken(format!("{dead} dead letters")));
            }
            if unfinished == 0 && waiting == 0 {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Error::Broken(format!("{unfinished} unfinished, {waiting} messages left")));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn check(&self, ids: &[String]) -> Result<(), Error> {
        let broken = |what: String| Err(Error::Broken(what));
        let state = self.lever.get("/_sim/state").await?;
        let mails = self.qualified.get("/_sim/mails").await?;
        let mails: Vec<&Value> = mails.as_array().into_iter().flatten().collect();
        for (id, number) in ids.iter().zip(0..) {
            let mailed = mails.iter().filter(|mail| mail["to"] == email(number).as_str()).count();
            if mailed != 1 {
                return broken(format!("candidate {number} was mailed {mailed} times"));
            }
            let of_title: Vec<_> =
                tags(&state, id).into_iter().filter(|tag| tag.starts_with(TITLE)).collect();
            if of_title != [format!("{TITLE} - Submitted")] {
                return broken(format!("candidate {number} has the tags {of_title:?}"));
            }
            let notes = opportunity(&state, id).and_then(|one| one["notes"].as_array()).map_or(0, Vec::len);
            if notes != 1 {
                return broken(format!("candidate {number} has {notes} notes"));
            }
        }
        for control in [&self.lever, &self.qualified] {
            let violations = control.get("/_sim/violations").await?;
            if violations.as_array().is_none_or(|list| !list.is_empty()) {
                return broken(format!("violations: {violations}"));
            }
        }
        Ok(())
    }
}

fn email(number: u32) -> String {
    format!("candidate-{number}@example.com")
}

fn tags<'v>(state: &'v Value, id: &str) -> Vec<&'v str> {
    let tags = opportunity(state, id).and_then(|one| one["tags"].as_array());
    tags.into_iter().flatten().filter_map(Value::as_str).collect()
}
