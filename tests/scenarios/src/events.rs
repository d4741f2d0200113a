//! Events that no delivery brought, for tests that drive the worker themselves.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use lever_integration::clock::Clock;
use lever_integration::domain::{
    Event, EventId, LeaseHolder, ResultChanged, ResultId, ResultNews, StageChanged,
};
use lever_integration::queue::Envelope;
use serde_json::json;
use sim_kit::deliveries::ModeChange;

use crate::{Made, World};

impl World {
    /// A connected team whose events come from the test alone, in a Lever without a rate limit.
    ///
    /// # Errors
    /// When a step fails.
    pub async fn without_deliveries() -> Made<Self> {
        let world = Self::start().await?;
        world.local.lever.switch(serde_json::from_value(json!({"rate_per_second": 0}))?)?;
        for kit in [world.local.lever.kit(), world.local.qualified.kit()] {
            kit.deliveries.set_mode(ModeChange { drop_next: Some(1_000_000), ..Default::default() });
        }
        Ok(world)
    }

    /// An event of this team, taken in now.
    pub fn envelope(&self, event: Event) -> Envelope {
        Envelope::new(self.team.clone(), event, self.clock.now())
    }

    /// The candidate was moved into the trigger stage.
    ///
    /// # Errors
    /// When there is no such stage.
    pub fn moved(&self, id: &str) -> Made<Event> {
        let state = self.local.lever.state();
        let stages = state["accounts"][0]["stages"].as_array().cloned().unwrap_or_default();
        let stage = stages.iter().find(|one| one["text"] == Self::TRIGGER).ok_or("no such stage")?;
        Ok(Event::StageChanged(StageChanged {
            id: event_id()?,
            triggered_at: self.clock.now(),
            opportunity: id.parse()?,
            to_stage: stage["id"].as_str().unwrap_or_default().parse()?,
            body_digest: "0".repeat(64),
        }))
    }

    /// A sweep found that the candidate was moved into the trigger stage, at the time that Lever tells.
    ///
    /// # Errors
    /// When there is no such stage.
    pub fn found(&self, id: &str) -> Made<Event> {
        let Event::StageChanged(moved) = self.moved(id)? else { return Err("no stage change".into()) };
        let shown = self.local.lever.opportunity(id)?;
        let last = shown["stageChanges"].as_array().and_then(|changes| changes.last()?["updatedAt"].as_i64());
        let triggered_at = Timestamp::from_millisecond(last.ok_or("never moved")?)?;
        Ok(Event::StageChanged(StageChanged { id: EventId::found(next().into()), triggered_at, ..moved }))
    }
}

impl World {
    /// A finding about the last move, and the own event of the move, which tells the same time.
    ///
    /// # Errors
    /// When there is no such stage.
    pub fn found_and_own(&self, id: &str) -> Made<(Envelope, Envelope)> {
        let Event::StageChanged(found) = self.found(id)? else { return Err("no stage change".into()) };
        let own = StageChanged { id: event_id()?, ..found.clone() };
        Ok((self.envelope(Event::StageChanged(found)), self.envelope(Event::StageChanged(own))))
    }

    /// News of a result, with the person and the assessment as Qualified tells them.
    ///
    /// # Errors
    /// When there is no such result.
    pub fn news_of_take(&self, result: &str, told: ResultNews) -> Made<Envelope> {
        let read = self.local.qualified.result(result).ok_or("no such result")?;
        let Event::ResultChanged(event) = news(result, told)? else {
            return Err("no news of a result".into());
        };
        Ok(self.envelope(Event::ResultChanged(ResultChanged {
            team_candidate: Some(read.team_candidate_id.to_string().parse()?),
            assessment: Some(read.assessment_id.to_string().parse()?),
            ..event
        })))
    }

    /// A run of its own works off what was taken in; whether it got done.
    pub async fn work_off(&self, envelope: &Envelope) -> bool {
        self.local.worker.handle(envelope, &new_run()).await.is_ok()
    }

    /// A candidate who was moved in, and the event of it.
    ///
    /// # Errors
    /// When a step fails.
    pub fn moved_in(&self, name: &str) -> Made<(String, Envelope)> {
        let id = self.candidate(name, json!({"tags": [Self::TITLE]}))?;
        self.local.lever.move_to(&id, Self::TRIGGER, None)?;
        let event = self.envelope(self.moved(&id)?);
        Ok((id, event))
    }

    /// A candidate who was moved in and is invited, without a delivery.
    ///
    /// # Errors
    /// When a step fails.
    pub async fn invited_alone(&self, name: &str) -> Made<String> {
        let (id, event) = self.moved_in(name)?;
        if !self.work_off(&event).await {
            return Err("the invitation failed".into());
        }
        Ok(id)
    }
}

/// Something happened to a result.
///
/// # Errors
/// When the id is malformed.
pub fn news(result: &str, news: ResultNews) -> Made<Event> {
    let result: ResultId = result.parse()?;
    let id = event_id()?;
    let (changed_at, team_candidate, assessment) = (None, None, None);
    Ok(Event::ResultChanged(ResultChanged { id, result, news, changed_at, team_candidate, assessment }))
}

/// A run that is no other.
pub fn new_run() -> LeaseHolder {
    LeaseHolder::of(u128::from(next()))
}

fn event_id() -> Made<EventId> {
    Ok(format!("event-{}", next()).parse()?)
}

fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::SeqCst)
}
