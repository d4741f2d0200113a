//! A seeded run: many teams, many runs at once, time and chance under the seed's control.
//!
//! One thread; whichever point goes on next is drawn from the seed, and so is everything that goes wrong. The checker looks
//! after every step. The same seed makes the same trace.

mod course;
mod many;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::gate::RunId;
use crate::invariants::{Checker, REFRESHED_TWICE, leaked};
use crate::people::People;
use crate::world::{Due, Made, Process, ProcessClock, World};

pub use many::simulate_all;

/// Runs at once.
const RUNS_MAX: usize = 6;
/// Processes of the worker.
const PROCESSES: usize = 3;
/// How often the schedule starts the reconciler.
const SWEEP_EVERY: Duration = Duration::from_secs(5 * 60);
/// How far a clock may be wrong, either way: two of them differ by five minutes at most.
const CLOCK_ERROR_MS: i64 = 150_000;
/// How long everything may take to come to rest once nothing goes wrong any more: the longest wait of a message is a
/// quarter of an hour, the time it stays hidden 6 min, and the admins' steps come on top.
const RESTS_WITHIN: Duration = Duration::from_secs(45 * 60);

/// What a seeded run came to.
#[derive(Debug, Default)]
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
    /// Deliveries that nobody got.
    pub lost: usize,
    /// Dead letters that were put back once the fault was mended.
    pub redriven: usize,
    /// Runs of the reconciler while things went wrong.
    pub sweeps: usize,
    /// Stands for the whole trace.
    pub hash: u64,
    /// What is wrong; empty if nothing.
    pub wrong: Vec<String>,
    /// Every step.
    pub trace: Vec<String>,
}

impl Report {
    fn of(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }
}

/// What a run is about.
enum Task {
    Delivery(Due, Rc<RefCell<Option<u16>>>),
    Work(usize),
    Sweep,
}

struct Live {
    task: Task,
    began_ms: i64,
    is_stalled: bool,
}

/// What may go wrong in this run at all, and how often out of a thousand points.
#[derive(Default)]
struct Swarm {
    ends: u32,
    service: u32,
    table: u32,
    stalls: u32,
    losses: u32,
    repeats: u32,
    leaps: u32,
    jumps: u32,
    is_swept: bool,
    is_skewed: bool,
    has_outage: bool,
}

struct Simulation {
    rng: StdRng,
    world: World,
    people: People,
    checker: Checker,
    swarm: Swarm,
    live: BTreeMap<RunId, Live>,
    processes: Vec<Process>,
    /// Those of the processes, and that of the reconciler last.
    clocks: Vec<ProcessClock>,
    repeated: Vec<Due>,
    sweep_at_ms: i64,
    report: Report,
}

/// Plays a seed.
///
/// # Errors
/// When the world cannot be prepared.
pub async fn simulate(seed: u64) -> Made<Report> {
    let log = lever_integration::telemetry::capture();
    let mut simulation = Simulation::prepare(seed).await?;
    let target = simulation.report.actions;
    simulation.report.actions = 0;
    while simulation.report.actions < target && simulation.report.wrong.is_empty() {
        simulation.step().await?;
        simulation.check();
    }
    if simulation.report.wrong.is_empty() {
        simulation.outage().await?;
        simulation.rest().await?;
        let tokens = simulation.checker.spent_tokens();
        simulation.report.wrong.extend(leaked(&simulation.world, &log, &tokens));
    }
    let trace = simulation.world.gate.trace();
    let mut report = simulation.report;
    report.exchanges = simulation.world.wire.len();
    report.hash = hash(&trace);
    report.trace = trace;
    Ok(report)
}

impl Simulation {
    async fn prepare(seed: u64) -> Made<Self> {
        let mut rng = StdRng::seed_from_u64(seed);
        // Small worlds are quick and find most; large ones are there too.
        let share: f64 = rng.random::<f64>().powi(3);
        let teams = 3 + (share * 17.0) as usize;
        let actions = 50 + (share * 450.0) as usize;
        let is_deaf = rng.random_bool(0.05);
        let mut often = |max: u32| if rng.random_bool(0.5) { rng.random_range(1..=max) } else { 0 };
        let swarm = Swarm {
            ends: often(25),
            service: often(40),
            table: often(25),
            stalls: often(15),
            // In some runs nothing is ever delivered.
            losses: if is_deaf { 1000 } else { often(150) },
            repeats: often(150),
            leaps: often(60),
            jumps: often(200),
            is_swept: is_deaf || rng.random_bool(0.6),
            is_skewed: rng.random_bool(0.3),
            has_outage: rng.random_bool(0.1),
        };
        let mut world = World::start(teams, seed).await?;
        if rng.random_bool(0.4) {
            // Tokens that are about to run out all the time.
            world.lever.switch(serde_json::from_value(json!({"access_token_seconds": 660}))?)?;
        }
        world.excused = vec!["revoked_token", "expired_token"];
        let clocks: Vec<ProcessClock> = (0..=PROCESSES).map(|_| world.process_clock()).collect();
        if swarm.is_skewed {
            world.excused.push(REFRESHED_TWICE);
            clocks.iter().for_each(|clock| clock.set(rng.random_range(-CLOCK_ERROR_MS..=CLOCK_ERROR_MS)));
        }
        let processes =
            clocks[..PROCESSES].iter().map(|clock| world.new_process_by(clock)).collect::<Made<_>>()?;
        world.reconciler = world.new_reconciler_by(&clocks[PROCESSES])?;
        let report = Report { teams, actions, ..Report::of(seed) };
        Ok(Self {
            people: People::new(teams, rng.random()),
            rng,
            world,
            checker: Checker::default(),
            swarm,
            live: BTreeMap::new(),
            processes,
            clocks,
            repeated: Vec::new(),
            sweep_at_ms: 0,
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
            37..40 => self.begin_sweep(),
            _ if waiting.is_empty() => {
                self.begin_delivery()?;
                self.begin_work();
                self.begin_sweep();
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
            self.report.lost += 1;
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

    /// The schedule starts the reconciler when its time has come, whatever became of the run before.
    fn begin_sweep(&mut self) {
        let now = self.world.now_ms();
        if !self.swarm.is_swept || now < self.sweep_at_ms || self.live.len() >= RUNS_MAX {
            return;
        }
        self.sweep_at_ms = now + i64::try_from(SWEEP_EVERY.as_millis()).unwrap_or(i64::MAX);
        self.report.sweeps += 1;
        let run = self.world.begin_sweep();
        self.begin(run, Task::Sweep);
    }

    fn begin(&mut self, run: RunId, task: Task) {
        let began_ms = self.world.now_ms();
        self.live.insert(run, Live { task, began_ms, is_stalled: false });
        self.poll(run);
    }
}

/// FNV-1a over all lines.
fn hash(trace: &[String]) -> u64 {
    trace
        .iter()
        .flat_map(|line| line.bytes().chain([b'\n']))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
