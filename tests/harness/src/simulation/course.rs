//! How a seeded run goes on: points, ends, time, and the rest at the end.

use std::time::Duration;

use lever_integration::domain::ConnectionState;
use lever_integration::queue::{BATCH_MAX, WORKER_TIMEOUT};
use lever_integration::store::Store as _;
use rand::RngExt as _;
use sim_kit::faults::Mode;

use super::{CLOCK_ERROR_MS, PROCESSES, RESTS_WITHIN, SWEEP_EVERY, Simulation, Swarm, Task};
use crate::cases::TOKEN_CALL;
use crate::gate::{Fault, Point, RunId, Side, Verdict};
use crate::invariants::at_rest;
use crate::runs::Order;
use crate::world::{Due, Made, SWEEP_TIMEOUT, free};

/// After a day every team is swept.
const DAY: Duration = Duration::from_secs(24 * 60 * 60 + 300);

impl Simulation {
    /// A point goes on, or something happens to it.
    pub(super) fn pass(&mut self, point: &Point) -> Made {
        let run = point.run;
        let Some(live) = self.live.get_mut(&run) else { return Ok(()) };
        let age = self.world.now_ms() - live.began_ms;
        let is_older = |than: Duration| age >= i64::try_from(than.as_millis()).unwrap_or(i64::MAX);
        let timeout = if matches!(live.task, Task::Sweep) { SWEEP_TIMEOUT } else { WORKER_TIMEOUT };
        let is_effect = point.side == Side::Before && point.call.contains(' ') && !point.call.contains("GET");
        // What was on its way for longer than a lease cannot be called back by anybody: not what is looked for here.
        let is_out_of_reach = live.is_stalled && is_effect && is_older(WORKER_TIMEOUT);
        if is_out_of_reach || (is_older(timeout) && !live.is_stalled) {
            return self.end(run);
        }
        if self.chance(self.swarm.ends) {
            return self.end(run);
        }
        if self.chance(self.swarm.stalls) {
            if let Some(live) = self.live.get_mut(&run) {
                live.is_stalled = true;
            }
            self.world.advance(Duration::from_secs(100));
            self.note_tokens_on_their_way();
            self.world.gate.note(format!("{run} stalls"));
            return Ok(());
        }
        let verdict = self.verdict(point);
        if verdict != Verdict::Go {
            self.report.failed += 1;
        }
        self.world.gate.decide(point, verdict);
        self.world.clock.advance(Duration::from_millis(5));
        self.poll(run);
        Ok(())
    }

    /// The calls of other runs stand still as well when time leaps, and arrive however late. A real client would have given
    /// them up after ten seconds, so a token that is used late for this alone is no fault of the service.
    fn note_tokens_on_their_way(&mut self) {
        for point in self.world.gate.waiting() {
            if point.call == TOKEN_CALL && point.side == Side::Before {
                *self.world.stalled_refreshes.entry(point.run).or_default() += 1;
            }
        }
    }

    fn verdict(&mut self, point: &Point) -> Verdict {
        let is_http = point.call.contains(' ');
        if is_http && point.side == Side::Before && self.chance(self.swarm.service) {
            let faults = [
                Fault::Answer(Mode::Status, Some(429), Some("3")),
                Fault::Answer(Mode::Status, Some(429), None),
                Fault::Answer(Mode::Status, Some(500), None),
                Fault::Answer(Mode::Status, Some(503), None),
                Fault::Answer(Mode::StatusAfter, Some(502), None),
                Fault::Answer(Mode::DropBefore, None, None),
                Fault::Answer(Mode::DropAfter, None, None),
                Fault::Answer(Mode::MalformedJson, None, None),
                Fault::Answer(Mode::Html, None, None),
                Fault::Unreachable,
            ];
            return Verdict::Fail(faults[self.rng.random_range(0..faults.len())]);
        }
        if !is_http && self.chance(self.swarm.table) {
            let faults = [Fault::Unreachable, Fault::Throttled, Fault::Conflict, Fault::Newer];
            return Verdict::Fail(faults[self.rng.random_range(0..faults.len())]);
        }
        Verdict::Go
    }

    pub(super) fn poll(&mut self, run: RunId) {
        if self.world.runs.poll(run) {
            self.finish(run);
        }
    }

    fn finish(&mut self, run: RunId) {
        let Some(live) = self.live.remove(&run) else { return };
        if let Task::Delivery(due, status) = live.task {
            let status = *status.borrow();
            self.world.end_delivery(&due, status);
            if self.chance(self.swarm.repeats) {
                // Lever reruns it, or the answer got lost.
                self.repeated.push(due);
            }
        }
    }

    /// The process of a run ends, and with it the run.
    fn end(&mut self, run: RunId) -> Made {
        self.report.ended += 1;
        self.world.gate.note(format!("{run} ends"));
        self.world.runs.end(run);
        match self.live.get(&run).map(|live| &live.task) {
            Some(Task::Work(process)) => {
                self.processes[*process] = self.world.new_process_by(&self.clocks[*process])?;
            }
            Some(Task::Sweep) => {
                self.world.reconciler = self.world.new_reconciler_by(&self.clocks[PROCESSES])?;
            }
            Some(Task::Delivery(..)) | None => {}
        }
        self.finish(run);
        Ok(())
    }

    /// Time goes on: a little, or as far as the next thing that waits for it.
    pub(super) async fn let_time_pass(&mut self) -> Made {
        if self.rng.random_bool(0.2) {
            self.reconnect().await?;
        }
        if self.swarm.is_skewed && self.chance(self.swarm.jumps) {
            let clock = self.rng.random_range(0..self.clocks.len());
            self.clocks[clock].set(self.rng.random_range(-CLOCK_ERROR_MS..=CLOCK_ERROR_MS));
        }
        if self.live.values().any(|live| !live.is_stalled) {
            self.world.runs.pause().await;
            for run in self.world.runs.live() {
                self.poll(run);
            }
            return Ok(());
        }
        let now = self.world.now_ms();
        let next = self.world.queue.next_visible_at().map(|at| at.as_millisecond());
        let retry = self.world.retries.iter().map(|retry| retry.at_ms).min();
        let sweep = self.swarm.is_swept.then_some(self.sweep_at_ms);
        let wait = [next, retry, sweep]
            .into_iter()
            .flatten()
            .min()
            .map_or(1_000, |at| (at - now).clamp(100, 900_000));
        self.world.advance(Duration::from_millis(u64::try_from(wait).unwrap_or_default()));
        if self.chance(self.swarm.leaps) {
            self.world.advance(Duration::from_secs(self.rng.random_range(60..4_000)));
        }
        Ok(())
    }

    /// Admins of teams that were cut off log in again, sooner or later.
    async fn reconnect(&mut self) -> Made {
        self.world.heal().await?;
        self.notice_reconnected().await
    }

    async fn notice_reconnected(&mut self) -> Made {
        for number in 0..self.people.cut_off.len() {
            let context = self.world.store.load_team(&self.world.tenants[number].team).await?;
            let state = context.and_then(|context| context.connection).map(|connection| connection.state);
            if self.people.cut_off[number]
                && matches!(state, Some(ConnectionState::Active(_)))
                && self.world.has_consent(number)
            {
                self.people.cut_off[number] = false;
            }
        }
        Ok(())
    }

    pub(super) fn check(&mut self) {
        self.report.wrong.extend(self.checker.step(&self.world));
    }

    /// In some runs both services answer nothing but errors in the end, until every message is a dead letter.
    pub(super) async fn outage(&mut self) -> Made {
        if !self.swarm.has_outage {
            return Ok(());
        }
        self.world.gate.note("outage".to_owned());
        for run in self.world.runs.live() {
            self.end(run)?;
        }
        self.world.deliver(free).await?;
        let out = Verdict::Fail(Fault::Answer(Mode::Status, Some(503), None));
        while let Some(at) = self.world.queue.next_visible_at() {
            let wait = at.as_millisecond() + 1 - self.world.now_ms();
            self.world.advance(Duration::from_millis(u64::try_from(wait).unwrap_or_default()));
            while let Some(run) = self.world.begin_work(BATCH_MAX) {
                let ask = |point: &Point| {
                    let is_call = point.call.contains(' ') && point.side == Side::Before;
                    Order::Pass(if is_call { out } else { Verdict::Go })
                };
                self.world.runs.drive(run, ask).await;
                self.check();
            }
        }
        self.report.redriven = self.world.queue.dead_letters().len();
        Ok(())
    }

    /// Nothing goes wrong any more and nobody does anything: everything has to come to rest as it should be.
    pub(super) async fn rest(&mut self) -> Made {
        self.world.gate.note("rest".to_owned());
        self.swarm = Swarm::default();
        self.clocks.iter().for_each(|clock| clock.set(0));
        for run in self.world.runs.live() {
            self.end(run)?;
        }
        let began = self.world.now_ms();
        // The pauses of Lever's sender, two hours at most, are not ours.
        self.world.retries.iter_mut().for_each(|retry| retry.at_ms = began);
        self.world.settle().await?;
        let took = Duration::from_millis(u64::try_from(self.world.now_ms() - began).unwrap_or_default());
        if took > RESTS_WITHIN {
            self.report.wrong.push(format!("I11: it took {took:?} to come to rest"));
        }
        self.check();
        self.sweep_until_healed().await?;
        // What came once comes once more, when all is long done.
        for due in std::mem::take(&mut self.repeated) {
            self.world.retries.push(Due { at_ms: self.world.now_ms(), ..due });
        }
        self.world.settle().await?;
        self.check();
        if self.report.wrong.is_empty() {
            self.report.wrong.extend(at_rest(&self.world).await?);
        }
        Ok(())
    }

    /// What nobody delivered is found by sweeps: the next ones of the schedule, and that of the next day for a team that
    /// shows no sign of life.
    async fn sweep_until_healed(&mut self) -> Made {
        for pause in [SWEEP_EVERY, SWEEP_EVERY, DAY] {
            self.world.advance(pause);
            self.world.gate.note("sweep".to_owned());
            self.world.sweep().await?;
            self.check();
        }
        Ok(())
    }
}
