//! What comes after the hindered runs, and what has to have come of the case.

use std::time::Duration;

use lever_integration::domain::Reason;
use lever_integration::queue::Queue as _;
use lever_integration::store::Store as _;
use sim_kit::faults::Mode;

use super::{Case, Demand, Plan, Prepared, TOKEN_CALL};
use crate::gate::{Fault, Point, Side, Verdict};
use crate::runs::Order;
use crate::world::{Due, Made, Sender, World, free};

impl Prepared {
    /// What an admin does again who saw it fail, and what follows from it.
    pub(super) async fn repeat(&mut self, case: Case) -> Made {
        match case {
            Case::Callback => {
                let callback = self.world.consent(0).await?;
                let (run, told) = self.world.come_back(callback);
                self.world.runs.drive(run, free).await;
                if *told.borrow() != Some(true) {
                    self.wrong.push("the second login failed".to_owned());
                }
                self.use_it().await
            }
            Case::Key => {
                self.world.connect(0).await?;
                self.use_it().await
            }
            Case::Removal => {
                self.world.connector.remove_integration(&self.world.tenants[0].team).await?;
                Ok(())
            }
            Case::OwnTag
            | Case::PostingTag
            | Case::TwoAssessments
            | Case::InvitedElsewhere
            | Case::ClosedElsewhere
            | Case::EnteredBefore
            | Case::Restored
            | Case::Corrected
            | Case::CorrectedAgain
            | Case::Started
            | Case::Submitted
            | Case::Retaken
            | Case::Refresh
            | Case::Parked
            | Case::Intake => Ok(()),
        }
    }

    /// The connection is good for an invitation that is followed.
    async fn use_it(&mut self) -> Made {
        let tenant = self.world.tenants[0].clone();
        let stage = tenant.trigger.parse()?;
        self.world.connector.add_trigger_stages(&tenant.team, &[stage], &"admin".parse()?).await?;
        self.world.added_at.insert(tenant.trigger, self.world.now_ms());
        self.asked(&[World::TITLE]).await?;
        self.world.settle().await?;
        let result = self.result()?;
        self.world.advance(Duration::from_secs(60));
        self.world.qualified.start_result(result.as_str()).map_err(|error| error.to_string())?;
        self.told[0].1.insert(0, Reason::Started);
        Ok(())
    }

    /// Everything is delivered once more and comes out of the queue once more, which must not be worth a call.
    pub(super) async fn once_more(&mut self, case: Case) -> Made {
        let before = self.world.wire.len();
        for from in [Sender::Lever, Sender::Qualified] {
            for delivery in self.world.kit(from).deliveries.list() {
                let at_ms = self.world.now_ms();
                self.world.retries.push(Due { from, id: delivery.id, number: 1, at_ms });
            }
        }
        self.world.settle().await?;
        let sent = self.world.sent.lock().clone();
        for envelope in &sent {
            self.world.queue.send(envelope).await?;
        }
        self.world.settle().await?;
        self.check();
        let calls = self.world.wire.log_after(before);
        // News of a retake may be news for another opportunity of the person.
        let costs = calls.iter().filter(|call| case != Case::Retaken || call.method != "GET").count();
        if costs > 0 && !calls.is_empty() {
            let paths: Vec<String> =
                calls.iter().map(|call| format!("{} {}", call.method, call.path)).collect();
            self.wrong.push(format!("F9: what is done cost {paths:?} when it was delivered again"));
        }
        Ok(())
    }

    /// The message of a run that was told to wait comes back when it was told to.
    pub(super) fn hint(&mut self, case: Case, plan: Plan, reached: &[Point]) {
        let Order::Pass(Verdict::Fail(Fault::Answer(Mode::Status, Some(429), Some(told)))) = plan.order
        else {
            return;
        };
        let is_hit = reached.iter().any(|point| point.number == plan.at && point.call != TOKEN_CALL);
        if !case.is_worked() || !is_hit {
            return;
        }
        let waits = self.world.queue.next_visible_at().map(|at| at.as_millisecond() - self.world.now_ms());
        // What waited for long before is spread over up to a minute more.
        let told_ms = told.parse().map_or(0, |seconds: i64| seconds * 1000);
        if waits.is_none_or(|waits| !(told_ms..=told_ms + 60_000).contains(&waits)) {
            self.wrong.push(format!("F4: told to wait {told} s, the message waits {waits:?} ms"));
        }
    }

    /// What has to have come of the case.
    pub(super) async fn outcome(&mut self, case: Case, demand: Demand) -> Made {
        let team = self.world.tenants[0].team.clone();
        if demand == Demand::Whole {
            for (id, expected) in &self.told {
                let lines = self.world.store.opportunity_activity(&team, &id.parse()?, 100).await?;
                let reasons: Vec<Reason> = lines.into_iter().map(|line| line.reason).collect();
                // Whether an invitation that a repeated run finds was its own or another's is not on record.
                let known = |reasons: &[Reason]| -> Vec<Reason> {
                    let is_unknown = |reason: Reason| reason == Reason::AttachedToExisting;
                    let one = |reason: &Reason| if is_unknown(*reason) { Reason::Invited } else { *reason };
                    reasons.iter().map(one).collect()
                };
                if known(&reasons) != known(expected) {
                    self.wrong.push(format!("{id} is told as {reasons:?} instead of {expected:?}"));
                }
            }
        }
        let mails = self.world.qualified.mails().len();
        let are_two = case == Case::ClosedElsewhere || case.is_corrected();
        if are_two && mails != 2 {
            self.wrong.push(format!("I1: {mails} mails instead of 2"));
        }
        let state = self.world.lever.state();
        let webhooks = state["accounts"][0]["webhooks"].as_array().map_or(0, Vec::len);
        let expected = usize::from(case != Case::Removal);
        if webhooks != expected {
            self.wrong.push(format!("{webhooks} webhooks in Lever instead of {expected}"));
        }
        if case == Case::Removal {
            let context = self.world.store.load_team(&team).await?.ok_or("the team is gone")?;
            if context.connection.is_some() || context.team.api_key.is_some() {
                self.wrong.push("I14: credentials are left".to_owned());
            }
        }
        Ok(())
    }
}

/// Whether a run stood still between the purchase of tokens and their storing.
pub(super) fn is_lost(reached: &[Vec<Point>]) -> bool {
    let Some(last) = reached.iter().filter_map(|points| points.last()).next() else { return false };
    last.call == TOKEN_CALL && last.side == Side::After || last.call == "record_connection"
}

/// Whether nothing but calls of the table or the queue failed: that must cost no connection.
pub(super) fn is_the_table_at_fault(reached: &[Vec<Point>], plans: &[Plan]) -> bool {
    reached.iter().zip(plans).all(|(points, plan)| {
        let hindered = points.iter().find(|point| point.number == plan.at);
        matches!(plan.order, Order::Pass(_)) && hindered.is_none_or(|point| !point.call.contains(' '))
    })
}
