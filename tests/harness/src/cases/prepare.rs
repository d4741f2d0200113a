//! The world before the case.

use std::time::Duration;

use lever_integration::domain::Reason;
use lever_integration::store::Store as _;
use qualified_sim::Submission;
use serde_json::json;

use super::{Case, Prepared};
use crate::invariants::Checker;
use crate::world::{Made, World, free};

/// So long lives an access token, and a bit more.
const TOKEN_LIFE: Duration = Duration::from_secs(61 * 60);

pub(super) async fn prepare(case: Case) -> Made<Prepared> {
    let is_connected = !matches!(case, Case::Callback | Case::Key);
    let world = if is_connected { World::start(1, 1).await? } else { World::unconnected(1)? };
    let mut prepared =
        Prepared { world, checker: Checker::default(), wrong: Vec::new(), told: Vec::new(), due: None };
    prepared.set_scene(case).await?;
    Ok(prepared)
}

impl Prepared {
    async fn set_scene(&mut self, case: Case) -> Made {
        match case {
            Case::OwnTag => self.asked(&[World::TITLE]).await?,
            Case::Refresh => {
                self.asked(&[World::TITLE]).await?;
                self.world.advance(TOKEN_LIFE);
            }
            Case::Parked => {
                self.asked(&[World::TITLE]).await?;
                self.world.lever.revoke(Some(&self.world.tenants[0].account))?;
            }
            Case::TwoAssessments | Case::Corrected => self.asked(&[World::TITLE, World::OTHER_TITLE]).await?,
            Case::PostingTag => self.asked(&[]).await?,
            Case::InvitedElsewhere => self.invited_elsewhere().await?,
            Case::ClosedElsewhere => self.closed_elsewhere().await?,
            Case::EnteredBefore => self.entered_before().await?,
            Case::Restored => self.restored().await?,
            Case::CorrectedAgain => self.corrected_again().await?,
            Case::Started => self.started().await?,
            Case::Submitted => self.submitted().await?,
            Case::Retaken => self.retaken().await?,
            Case::Intake => self.awaits_delivery()?,
            Case::Removal => {
                self.asked(&[World::TITLE]).await?;
                self.world.settle().await?;
            }
            Case::Callback => {
                let tenant = self.world.tenants[0].clone();
                self.world.connector.set_api_key(&tenant.team, &tenant.api_key).await?;
            }
            Case::Key => {}
        }
        Ok(())
    }

    /// A message about a candidate who has just been moved into the trigger stage; no tags means those of a posting.
    pub(super) async fn asked(&mut self, titles: &[&str]) -> Made {
        let wish = if titles.is_empty() { json!({"posting": "Engineer 0"}) } else { json!({"tags": titles}) };
        let id = self.world.candidate(0, "Candidate 1", wish)?;
        self.world.ask_for(&id)?;
        self.world.deliver(free).await?;
        self.told.push((id, vec![Reason::Invited; titles.len().max(1)]));
        Ok(())
    }

    /// A delivery that is still to come.
    fn awaits_delivery(&mut self) -> Made {
        let id = self.world.candidate(0, "Candidate 1", json!({"tags": [World::TITLE]}))?;
        self.world.ask_for(&id)?;
        self.due = self.world.due().pop();
        self.told.push((id, vec![Reason::Invited]));
        Ok(())
    }

    async fn invited_elsewhere(&mut self) -> Made {
        self.asked(&[World::TITLE]).await?;
        self.world.settle().await?;
        self.asked_elsewhere(Reason::AttachedToExisting).await
    }

    async fn closed_elsewhere(&mut self) -> Made {
        self.asked(&[World::TITLE]).await?;
        self.world.settle().await?;
        let result = self.result()?;
        self.world.qualified.terminate_result(result.as_str()).map_err(|error| error.to_string())?;
        self.world.settle().await?;
        // The first opportunity is told of the closing, and of nothing after it.
        let (id, reasons) = &mut self.told[0];
        let team = &self.world.tenants[0].team;
        let lines = self.world.store.opportunity_activity(team, &id.parse()?, 100).await?;
        *reasons = lines.into_iter().map(|line| line.reason).collect();
        self.world.retakes.insert(self.world.address(0, "Candidate 1"), 1);
        self.asked_elsewhere(Reason::Invited).await
    }

    /// A message about another opportunity of the same person.
    async fn asked_elsewhere(&mut self, reason: Reason) -> Made {
        let second = self.world.candidate(0, "Candidate 1", json!({"tags": [World::TITLE]}))?;
        self.world.ask_for(&second)?;
        self.world.deliver(free).await?;
        self.told.push((second, vec![reason]));
        Ok(())
    }

    async fn entered_before(&mut self) -> Made {
        let tenant = self.world.tenants[0].clone();
        let stage = tenant.trigger.parse()?;
        self.world.connector.remove_trigger_stage(&tenant.team, &stage).await?;
        self.world.clock.advance(Duration::from_secs(5));
        let id = self.world.candidate(0, "Candidate 1", json!({"tags": [World::TITLE]}))?;
        self.world.lever.move_to(&id, World::TRIGGER, None)?;
        self.world.clock.advance(Duration::from_secs(5));
        self.world.connector.add_trigger_stages(&tenant.team, &[stage], &"admin".parse()?).await?;
        self.world.added_at.insert(tenant.trigger, self.world.now_ms());
        self.told.push((id, vec![Reason::EnteredBeforeTrigger]));
        self.world.deliver(free).await
    }

    async fn restored(&mut self) -> Made {
        self.asked(&[World::TITLE]).await?;
        self.world.settle().await?;
        self.asked_again(Reason::TagsRestored).await
    }

    async fn corrected_again(&mut self) -> Made {
        self.asked(&[World::TITLE]).await?;
        self.world.settle().await?;
        self.correct()?;
        self.asked_again(Reason::Invited).await
    }

    /// A message about a candidate who got the title in place of the status and was moved in once more.
    async fn asked_again(&mut self, reason: Reason) -> Made {
        let (id, reasons) = &mut self.told[0];
        reasons.insert(0, reason);
        self.world.lever.tag(id, &[World::TITLE.to_owned()], &[format!("{} - Invited", World::TITLE)])?;
        self.world.lever.move_to(id, World::ELSEWHERE, None)?;
        self.world.clock.advance(Duration::from_secs(1));
        let id = id.clone();
        self.world.ask_for(&id)?;
        self.world.deliver(free).await
    }

    /// The address is corrected.
    pub(super) fn correct(&mut self) -> Made {
        let candidate = &self.world.candidates[0];
        let address = self.world.address(0, &format!("Corrected {}", candidate.addresses.len()));
        let id = candidate.id.clone();
        self.world.correct(&id, &address)
    }

    async fn started(&mut self) -> Made {
        self.asked(&[World::TITLE]).await?;
        self.world.settle().await?;
        self.world.advance(Duration::from_secs(60));
        let result = self.result()?;
        self.world.qualified.start_result(result.as_str()).map_err(|error| error.to_string())?;
        self.told[0].1.insert(0, Reason::Started);
        self.deliver_only("started").await
    }

    async fn submitted(&mut self) -> Made {
        self.started().await?;
        self.world.settle().await?;
        self.world.advance(Duration::from_secs(60));
        let result = self.result()?;
        let submission = Submission::default();
        self.world.qualified.submit_result(result.as_str(), submission).map_err(|error| error.to_string())?;
        self.world.qualified.tick();
        self.told[0].1.insert(0, Reason::Submitted);
        self.deliver_only("submitted").await
    }

    async fn retaken(&mut self) -> Made {
        self.invited_elsewhere().await?;
        self.world.settle().await?;
        let result = self.result()?;
        let refused = |error: qualified_sim::Refused| error.to_string();
        for step in 0..3 {
            self.world.advance(Duration::from_secs(60));
            match step {
                0 => self.world.qualified.start_result(result.as_str()).map_err(refused)?,
                1 => self
                    .world
                    .qualified
                    .submit_result(result.as_str(), Submission::default())
                    .map_err(refused)?,
                _ => {
                    let retake = self.world.qualified.retake_result(result.as_str()).map_err(refused)?;
                    self.world.qualified.start_result(retake.as_str()).map_err(refused)?
                }
            };
            self.world.qualified.tick();
            if step < 2 {
                self.world.settle().await?;
            }
        }
        self.world.retakes.insert(self.world.address(0, "Candidate 1"), 1);
        self.world.candidates.iter_mut().for_each(|candidate| candidate.reopened = 1);
        for (_, reasons) in &mut self.told {
            reasons.splice(0..0, [Reason::Retaken, Reason::Submitted, Reason::Started]);
        }
        self.deliver_only("started").await
    }

    pub(super) fn result(&self) -> Made<String> {
        let result = self.world.qualified.results().into_iter().next().ok_or("no result")?;
        Ok(result.id.to_string())
    }

    /// Delivers the one event whose name ends like this; the others are lost.
    async fn deliver_only(&mut self, ending: &str) -> Made {
        for due in self.world.due() {
            let shown = self.world.kit(due.from).deliveries.get(&due.id).ok_or("no delivery")?;
            let event = shown.about["event"].as_str().unwrap_or_default().to_lowercase();
            if event.ends_with(ending) && !event.contains("team_candidate") {
                continue;
            }
            self.world.end_delivery(&due, Some(200));
        }
        self.world.deliver(free).await
    }
}
