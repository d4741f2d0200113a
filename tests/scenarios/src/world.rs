//! The world of a scenario.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lever_integration::clock::Clock;
use lever_integration::domain::TeamId;
use lever_sim::world::NewOpportunity;
use local::connect::{add_trigger_stage, connect};
use local::{Local, Options};
use qualified_sim::{ResultState, Submission};
use serde_json::{Value, json};
use sim_kit::calls::Call;

use crate::ShiftedClock;

/// What a step of a test yields; a failed step fails the test.
pub type Made<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// How long everything may take to come to rest.
const SETTLES_WITHIN: Duration = Duration::from_secs(20);
/// How often is looked.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The whole system with a connected team.
pub struct World {
    /// The system.
    pub local: Local,
    /// The connected team.
    pub team: TeamId,
    /// The clock everything goes by but the simulators.
    pub clock: Arc<ShiftedClock>,
}

impl World {
    /// The stage whose new candidates are invited.
    pub const TRIGGER: &str = "Technical Assessment";
    /// An assessment of the built-in team.
    pub const TITLE: &str = "Rust Basics";
    /// Another one.
    pub const OTHER_TITLE: &str = "AngularJS: Services, Directives, and Filters";
    /// Longer than a stage change is left to its own event, and than the pause between two sweeps.
    pub const SWEEP_IS_DUE: Duration = Duration::from_secs(6 * 60);
    /// Longer than a lease.
    pub const LEASE_IS_OVER: Duration = Duration::from_secs(400);

    /// A connected team with one trigger stage and the event group switched on.
    ///
    /// # Errors
    /// When a step fails.
    pub async fn start() -> Made<Self> {
        let clock = Arc::new(ShiftedClock::default());
        let local = Local::start(&Options::default(), Arc::clone(&clock) as Arc<dyn Clock>).await?;
        Self::connected(local, clock).await
    }

    /// The same in a system that runs already.
    pub(crate) async fn connected(local: Local, clock: Arc<ShiftedClock>) -> Made<Self> {
        let team = connect(&local).await?;
        add_trigger_stage(&local, &team, Self::TRIGGER).await?;
        let groups = json!({"candidateStageChange": true});
        local.lever_control().post("/_sim/webhooks/groups", &groups).await?;
        Ok(Self { local, team, clock })
    }

    /// A candidate in "New applicant" with an address of their own, changed by `wish`.
    ///
    /// # Errors
    /// When Lever refuses.
    pub fn candidate(&self, name: &str, wish: Value) -> Made<String> {
        let mut whole = json!({"name": name, "emails": [address(name)], "stage": "New applicant"});
        if let (Some(whole), Value::Object(wish)) = (whole.as_object_mut(), wish) {
            whole.extend(wish);
        }
        let created = self.local.lever.create(serde_json::from_value::<NewOpportunity>(whole)?)?;
        Ok(created["id"].as_str().unwrap_or_default().to_owned())
    }

    /// A candidate tagged with [`World::TITLE`], in the trigger stage and at rest.
    ///
    /// # Errors
    /// When a step fails.
    pub async fn invited(&self, name: &str) -> Made<String> {
        let id = self.candidate(name, json!({"tags": [Self::TITLE]}))?;
        self.move_to(&id, Self::TRIGGER).await?;
        Ok(id)
    }

    /// A recruiter moves a candidate; returns when everything has come to rest.
    ///
    /// # Errors
    /// When a step fails.
    pub async fn move_to(&self, id: &str, stage: &str) -> Made {
        self.local.lever.move_to(id, stage, None)?;
        self.settle().await
    }

    /// Waits until no delivery is under way and no message can be received now.
    ///
    /// # Errors
    /// When that takes too long.
    pub async fn settle(&self) -> Made {
        let deadline = Instant::now() + SETTLES_WITHIN;
        while !self.is_at_rest() {
            if Instant::now() > deadline {
                return Err("the world does not come to rest".into());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    fn is_at_rest(&self) -> bool {
        let kits = [self.local.lever.kit(), self.local.qualified.kit()];
        let is_sent = kits.iter().all(|kit| kit.deliveries.is_quiet());
        let now = self.clock.now();
        is_sent && self.local.queue.next_visible_at().is_none_or(|at| at > now) && !self.is_working()
    }

    /// A message is being handled: it is hidden for the whole visibility time-out.
    fn is_working(&self) -> bool {
        self.local.is_busy()
    }

    /// Time passes for everybody, the simulators included.
    pub fn pass(&self, by: Duration) {
        self.clock.advance(by);
        for kit in [self.local.lever.kit(), self.local.qualified.kit()] {
            kit.clock.advance_ms(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
        }
    }

    /// Lets time pass, so that what waits comes back, until nothing waits any more.
    ///
    /// # Errors
    /// When something still waits after a day.
    pub async fn wait_out(&self) -> Made {
        for _ in 0..96 {
            self.settle().await?;
            if self.local.queue.is_idle() {
                return Ok(());
            }
            self.clock.advance(Duration::from_secs(15 * 60));
        }
        Err("messages still wait after a day".into())
    }

    /// The id of the assessment [`World::TITLE`].
    ///
    /// # Errors
    /// When there is none.
    pub async fn first_assessment(&self) -> Made<String> {
        let state = self.local.qualified_control().get("/_sim/state").await?;
        Ok(state["assessments"][0]["id"].as_str().ok_or("no assessment")?.to_owned())
    }

    /// The candidate begins.
    ///
    /// # Errors
    /// When Qualified refuses.
    pub fn start_result(&self, result: &str) -> Made {
        self.local.qualified.start_result(result).map_err(|error| error.to_string())?;
        Ok(())
    }

    /// The team lets somebody take an assessment again; answers the new result.
    ///
    /// # Errors
    /// When Qualified refuses.
    pub fn retake_result(&self, result: &str) -> Made<String> {
        let retake = self.local.qualified.retake_result(result).map_err(|error| error.to_string())?;
        Ok(retake.to_string())
    }

    /// The team closes a result without a submission; returns when everything has come to rest.
    ///
    /// # Errors
    /// When Qualified refuses.
    pub async fn close_result(&self, result: &str) -> Made {
        self.local.qualified.terminate_result(result).map_err(|error| error.to_string())?;
        self.settle().await
    }

    /// The candidate hands in; returns when Qualified has scored it.
    ///
    /// # Errors
    /// When Qualified refuses.
    pub async fn submit_result(&self, result: &str) -> Made {
        self.local
            .qualified
            .submit_result(result, Submission::default())
            .map_err(|error| error.to_string())?;
        let is_scored = || {
            self.local.qualified.result(result).is_some_and(|result| result.state == ResultState::Submitted)
        };
        wait_until("Qualified has scored the result", is_scored).await
    }

    /// Waits until the candidate shows this tag and everything has come to rest.
    ///
    /// # Errors
    /// When that takes too long.
    pub async fn shows(&self, id: &str, tag: &str) -> Made {
        wait_until(tag, || self.tags(id).is_ok_and(|tags| tags.iter().any(|one| one == tag))).await?;
        self.settle().await
    }

    /// Every delivery of both services is sent once more; returns when everything has come to rest.
    ///
    /// # Errors
    /// When that takes too long.
    pub async fn rerun_all(&self) -> Made {
        for kit in [self.local.lever.kit(), self.local.qualified.kit()] {
            for delivery in kit.deliveries.list() {
                kit.deliveries.rerun(&delivery.id);
            }
        }
        self.settle().await
    }

    /// A delivery signed as Lever signs, about a move that may not have happened.
    ///
    /// # Errors
    /// When the intake does not take it.
    pub async fn forge_stage_change(&self, id: &str, stage: &str) -> Made {
        let state = self.local.lever.state();
        let stages = state["accounts"][0]["stages"].as_array().cloned().unwrap_or_default();
        let stage = stages.iter().find(|one| one["text"] == stage).ok_or("no such stage")?;
        let webhook = &state["accounts"][0]["webhooks"][0];
        let token = webhook["configuration"]["signatureToken"].as_str().ok_or("no signature token")?;
        let at = self.clock.now().as_millisecond();
        let body = json!({
            "event": "candidateStageChange",
            "triggeredAt": at,
            "token": "forged",
            "signature": lever_sim::signature(token, "forged", at),
            "data": {"opportunityId": id, "toStageId": stage["id"]},
        });
        let url = webhook["url"].as_str().ok_or("no url")?;
        let status = sim_kit::http::client().post(url).json(&body).send().await?.status();
        if status.is_success() { self.settle().await } else { Err(format!("answered {status}").into()) }
    }

    /// The calls both simulators got during `work`: Lever's, then Qualified's.
    ///
    /// # Errors
    /// When the work fails.
    pub async fn calls_during(&self, work: impl Future<Output = Made>) -> Made<(Vec<Call>, Vec<Call>)> {
        let kits = [self.local.lever.kit(), self.local.qualified.kit()];
        let before = kits.map(|kit| kit.calls.after(0).last().map_or(0, |call| call.seq));
        work.await?;
        let [lever, qualified] = [0, 1].map(|index| kits[index].calls.after(before[index]));
        Ok((lever, qualified))
    }

    /// Ends a scenario: whatever still waits gets its time, nothing may be given up and no rule of a simulator
    /// may have been broken.
    ///
    /// # Errors
    /// With what was left.
    pub async fn finish(self) -> Made {
        self.wait_out().await?;
        let dead = self.local.queue.dead_letters();
        if !dead.is_empty() {
            return Err(format!("dead letters: {dead:?}").into());
        }
        for kit in [self.local.lever.kit(), self.local.qualified.kit()] {
            let violations = kit.violations.list();
            if !violations.is_empty() {
                return Err(format!("violations: {violations:?}").into());
            }
        }
        Ok(())
    }
}

async fn wait_until(what: &str, holds: impl Fn() -> bool) -> Made {
    let deadline = Instant::now() + SETTLES_WITHIN;
    while !holds() {
        if Instant::now() > deadline {
            return Err(format!("does not come: {what}").into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// The address of a candidate with this name.
pub fn address(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase().replace(' ', "-"))
}
