//! A seeded run: many teams, many runs at once, time and chance under the seed's control.
//!
//! One thread; whichever point goes on next is drawn from the seed, and so is everything that goes wrong. The checker looks
//! after every step. The same seed makes the same trace.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use lever_integration::domain::ConnectionState;
use lever_integration::queue::WORKER_TIMEOUT;
use lever_integration::store::Store as _;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sim_kit::deliveries::State;
use sim_kit::faults::Mode;

use crate::cases::TOKEN_CALL;
use crate::gate::{Fault, Point, RunId, Side, Verdict};
use crate::invariants::{Checker, at_rest};
use crate::people::People;
use crate::world::{Due, Made, Process, Sender, World};

/// Runs at once.
const RUNS_MAX: usize = 6;
/// Processes of the worker.
const PROCESSES: usize = 3;
/// How long everything may take to come to rest once nothing goes wrong any more: the longest wait of a message is a
/// quarter of an hour, the time it stays hidden 6 min, and the admins' steps come on top.
const RESTS_WITHIN: Duration = Duration::from_secs(45 * 60);

/// What a seeded run came to.
#[derive(Debug)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// Teams.
    pub teams: usize,
    /// Things that people did.
    pub actions: usize,
    /// Exchanges with the services.
    pub exchanges: usize,
    /// Runs that were ended.
    pub ended: usize,
    /// Calls that failed.
    pub failed: usize,
    /// Stands for the whole trace.
    pub hash: u64,
    /// What is wrong; empty if nothing.
    pub wrong: Vec<String>,
    /// The last steps.
    pub trace: Vec<String>,
}

/// What a run is about.
enum Task {
    Delivery(Due, Rc<RefCell<Option<u16>>>),
    Work(usize),
}

struct Live {
    task: Task,
    began_ms: i64,
    is_stalled: bool,
    /// Pairs of tokens bought and not yet stored.
    bought: usize,
}

/// What may go wrong in this run at all, and how often out of a thousand points.
struct Swarm {
    ends: u32,
    service: u32,
    table: u32,
    stalls: u32,
    losses: u32,
    leaps: u32,
}

struct Simulation {
    rng: StdRng,
    world: World,
    people: People,
    checker: Checker,
    swarm: Swarm,
    live: BTreeMap<RunId, Live>,
    processes: Vec<Process>,
    lost: Vec<Due>,
    report: Report,
}

/// Plays a seed.
///
/// # Errors
/// When the world cannot be prepared.
pub async fn simulate(seed: u64) -> Made<Report> {
    let mut simulation = Simulation::prepare(seed).await?;
    let target = simulation.report.actions;
    simulation.report.actions = 0;
    while simulation.report.actions < target && simulation.report.wrong.is_empty() {
        simulation.step().await?;
        simulation.check();
    }
    if simulation.report.wrong.is_empty() {
        simulation.rest().await?;
    }
    let trace = simulation.world.gate.trace();
    let mut report = simulation.report;
    report.exchanges = simulation.world.wire.len();
    report.hash = hash(&trace);
    report.trace = trace.into_iter().rev().take(80).rev().collect();
    Ok(report)
}

impl Simulation {
    async fn prepare(seed: u64) -> Made<Self> {
        let mut rng = StdRng::seed_from_u64(seed);
        // Small worlds are quick and find most; large ones are there too.
        let share: f64 = rng.random::<f64>().powi(3);
        let teams = 3 + (share * 17.0) as usize;
        let actions = 50 + (share * 450.0) as usize;
        let mut often = |max: u32| if rng.random_bool(0.5) { rng.random_range(1..=max) } else { 0 };
        let swarm = Swarm {
            ends: often(25),
            service: often(40),
            table: often(25),
            stalls: often(15),
            losses: often(150),
            leaps: often(60),
        };
        let mut world = World::start(teams, seed).await?;
        world.excused = vec!["revoked_token", "expired_token"];
        let processes = (0..PROCESSES).map(|_| world.new_process()).collect::<Made<_>>()?;
        let report = Report {
            seed,
            teams,
            actions,
            exchanges: 0,
            ended: 0,
            failed: 0,
            hash: 0,
            wrong: Vec::new(),
            trace: Vec::new(),
        };
        Ok(Self {
            people: People::new(teams, rng.random()),
            rng,
            world,
            checker: Checker::default(),
            swarm,
            live: BTreeMap::new(),
            processes,
            lost: Vec::new(),
            report,
        })
    }

    fn chance(&mut self, of_thousand: u32) -> bool {
        of_thousand > 0 && self.rng.random_range(0..1000) < of_thousand
    }

    async fn step(&mut self) -> Made {
        let waiting = self.world.gate.waiting();
        let roll = self.rng.random_range(0..100);
        match roll {
            0..8 => {
                self.report.actions += 1;
                let done = self.people.act(&mut self.world)?;
                self.world.gate.note(done);
            }
            8..20 => self.begin_delivery()?,
            20..34 => self.begin_work(),
            34..37 => self.let_time_pass().await?,
            _ if waiting.is_empty() => {
                self.begin_delivery()?;
                self.begin_work();
                if self.world.gate.waiting().is_empty() {
                    self.let_time_pass().await?;
                }
            }
            _ => {
                let point = waiting[self.rng.random_range(0..waiting.len())].clone();
                self.pass(&point)?;
            }
        }
        Ok(())
    }

    fn begin_delivery(&mut self) -> Made {
        let due = self.world.due();
        if due.is_empty() || self.live.len() >= RUNS_MAX {
            return Ok(());
        }
        let due = due[self.rng.random_range(0..due.len())].clone();
        if self.chance(self.swarm.losses) {
            self.world.retries.retain(|retry| *retry != due);
            self.world.end_delivery(&due, Some(200));
            self.lost.push(due);
            return Ok(());
        }
        self.start_delivery(due)
    }

    fn start_delivery(&mut self, due: Due) -> Made {
        let Some((run, status)) = self.world.begin_delivery(&due)? else { return Ok(()) };
        // Until it is answered it is not due once more.
        self.world.hide(&due);
        self.begin(run, Task::Delivery(due, status));
        Ok(())
    }

    fn begin_work(&mut self) {
        if self.live.len() >= RUNS_MAX {
            return;
        }
        let process = self.rng.random_range(0..PROCESSES);
        self.world.process = self.processes[process].clone();
        let max = self.rng.random_range(1..=10);
        if let Some(run) = self.world.begin_work(max) {
            self.begin(run, Task::Work(process));
        }
    }

    fn begin(&mut self, run: RunId, task: Task) {
        let began_ms = self.world.now_ms();
        self.live.insert(run, Live { task, began_ms, is_stalled: false, bought: 0 });
        self.poll(run);
    }

    /// A point goes on, or something happens to it.
    fn pass(&mut self, point: &Point) -> Made {
        let run = point.run;
        let Some(live) = self.live.get_mut(&run) else { return Ok(()) };
        let age = self.world.now_ms() - live.began_ms;
        let is_overdue = age >= i64::try_from(WORKER_TIMEOUT.as_millis()).unwrap_or(i64::MAX);
        let is_effect = point.side == Side::Before && point.call.contains(' ') && !point.call.contains("GET");
        // What was on its way for longer than a lease cannot be called back by anybody: not what is looked for here.
        if is_overdue && (!live.is_stalled || is_effect) {
            return self.end(run);
        }
        if point.side == Side::After && point.call == TOKEN_CALL {
            live.bought += 1;
        }
        if self.chance(self.swarm.ends) {
            return self.end(run);
        }
        if self.chance(self.swarm.stalls) {
            if let Some(live) = self.live.get_mut(&run) {
                live.is_stalled = true;
            }
            self.world.advance(Duration::from_secs(100));
            self.world.gate.note(format!("{run} stalls"));
            return Ok(());
        }
        let verdict = self.verdict(point);
        if verdict != Verdict::Go {
            self.report.failed += 1;
        }
        self.account(point, verdict);
        self.world.gate.decide(point, verdict);
        self.world.clock.advance(Duration::from_millis(5));
        self.poll(run);
        Ok(())
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
            let faults = [Fault::Unreachable, Fault::Throttled, Fault::Conflict];
            return Verdict::Fail(faults[self.rng.random_range(0..faults.len())]);
        }
        Verdict::Go
    }

    /// Keeps count of tokens that were bought and are not stored.
    fn account(&mut self, point: &Point, verdict: Verdict) {
        let lost = match verdict {
            Verdict::Fail(Fault::Answer(mode, ..)) => matches!(
                mode,
                Mode::StatusAfter | Mode::DropAfter | Mode::MalformedJson | Mode::Html | Mode::Oversized
            ),
            Verdict::Fail(_) | Verdict::Go => false,
        };
        if point.call == TOKEN_CALL && lost {
            self.world.lost_refreshes += 1;
        }
        let is_stored = point.call == "record_connection" && point.side == Side::After;
        if let Some(live) = self.live.get_mut(&point.run).filter(|_| is_stored && verdict == Verdict::Go) {
            live.bought = live.bought.saturating_sub(1);
        }
    }

    fn poll(&mut self, run: RunId) {
        if self.world.runs.poll(run) {
            self.finish(run);
        }
    }

    fn finish(&mut self, run: RunId) {
        let Some(live) = self.live.remove(&run) else { return };
        self.world.lost_refreshes += live.bought;
        if let Task::Delivery(due, status) = live.task {
            let status = *status.borrow();
            self.world.end_delivery(&due, status);
            if self.chance(self.swarm.losses) {
                // Lever reruns it, or the answer got lost.
                self.lost.push(due);
            }
        }
    }

    /// The process of a run ends, and with it the run.
    fn end(&mut self, run: RunId) -> Made {
        self.report.ended += 1;
        self.world.gate.note(format!("{run} ends"));
        self.world.runs.end(run);
        if let Some(Live { task: Task::Work(process), .. }) = self.live.get(&run) {
            self.processes[*process] = self.world.new_process()?;
        }
        self.finish(run);
        Ok(())
    }

    /// Time goes on: a little, or as far as the next thing that waits for it.
    async fn let_time_pass(&mut self) -> Made {
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
        let wait =
            [next, retry].into_iter().flatten().min().map_or(1_000, |at| (at - now).clamp(100, 900_000));
        self.world.advance(Duration::from_millis(u64::try_from(wait).unwrap_or_default()));
        if self.chance(self.swarm.leaps) {
            self.world.advance(Duration::from_secs(self.rng.random_range(60..4_000)));
        }
        self.reconnect().await
    }

    /// Admins of teams that were cut off log in again, sooner or later.
    async fn reconnect(&mut self) -> Made {
        if self.rng.random_bool(0.8) || !self.live.is_empty() {
            return Ok(());
        }
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

    fn check(&mut self) {
        self.report.wrong.extend(self.checker.step(&self.world));
    }

    /// Nothing goes wrong any more and nobody does anything: everything has to come to rest as it should be.
    async fn rest(&mut self) -> Made {
        self.world.gate.note("rest".to_owned());
        self.swarm = Swarm { ends: 0, service: 0, table: 0, stalls: 0, losses: 0, leaps: 0 };
        for run in self.world.runs.live() {
            self.end(run)?;
        }
        let began = self.world.now_ms();
        self.world.settle().await?;
        let took = Duration::from_millis(u64::try_from(self.world.now_ms() - began).unwrap_or_default());
        if took > RESTS_WITHIN {
            self.report.wrong.push(format!("I11: it took {took:?} to come to rest"));
        }
        self.check();
        // What was lost is sent again: until something looks for what it never heard of, only that brings it back.
        let mut again = std::mem::take(&mut self.lost);
        for from in [Sender::Lever, Sender::Qualified] {
            let failed = self.world.kit(from).deliveries.list().into_iter();
            let failed = failed.filter(|delivery| delivery.state == State::Failed);
            let at_ms = self.world.now_ms();
            again.extend(failed.map(|delivery| Due { from, id: delivery.id, number: 1, at_ms }));
        }
        for due in again {
            self.world.retries.push(Due { at_ms: self.world.now_ms(), ..due });
        }
        self.world.settle().await?;
        self.check();
        if self.report.wrong.is_empty() {
            self.report.wrong.extend(at_rest(&self.world).await?);
        }
        Ok(())
    }
}

/// FNV-1a over all lines.
fn hash(trace: &[String]) -> u64 {
    trace
        .iter()
        .flat_map(|line| line.bytes().chain([b'\n']))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
