//! Candidates go through the whole job while functions are killed at random moments.
//!
//! The worker, both intakes and the reconciler are ended with SIGKILL, mostly while an event is in their hands,
//! and start anew with the next event, as in Lambda. Whatever died when: as often as is looked, twice a second,
//! nobody was mailed twice, noted twice or shown with an earlier status, and at the end every candidate has one mail,
//! one note and the last tag, and nothing is under way. A message that too many workers died over is a dead letter:
//! dead letters are put back at the end, and counted. A run ends by itself, with or without success.

mod cast;
mod checks;

use std::convert::Infallible;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use lever_integration::domain::TeamId;
use local::story::{Print, Story};
use tokio::time::{sleep, timeout};

use crate::{Error, Invoked, Program, Stack};
use cast::Cast;
use checks::Checks;

/// How long a message stays hidden from others: long enough for a run, short enough for a test.
const VISIBILITY: Duration = Duration::from_secs(5);
/// How long between two sweeps of the reconciler.
const SWEEP_EVERY: Duration = Duration::from_secs(10);
/// How long between two lines about how far a run is.
const SAY_EVERY: Duration = Duration::from_secs(30);
/// How long between two looks at what there is.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long it takes until the next is killed, in milliseconds: time for most messages to be worked off before so many
/// workers died over them that they become dead letters.
const PAUSE: Range<u64> = 1_000..3_000;
/// The longest that killing may take, for each kill: the pause before it, and the wait for an event.
const KILLED_WITHIN: Duration = Duration::from_secs(15);
/// How long everything may take to come to rest after the last kill: a lease that counts for 6.5 min, waits of the
/// queue, Lever's next attempts at a delivery after 10, 60 and 300 s.
const RESTS_WITHIN: Duration = Duration::from_secs(15 * 60);
/// One half, a quarter and so on of the time after an event began are as likely as the whole of it: many events take a
/// few milliseconds.
const HALVINGS: u32 = 6;
/// Who is killed how often in twenty, and how long after an event began at the latest, in milliseconds.
const VICTIMS: [(Program, u32, u64); 4] = [
    (Program::Worker, 13, 600),
    (Program::AssessmentEvents, 3, 60),
    (Program::StageChangeWebhook, 3, 60),
    (Program::Reconciler, 1, 600),
];

/// What to do.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many candidates are on their way at a time; at least so many go through the job.
    pub candidates: usize,
    /// How many processes are killed; more until half as many died over an event.
    pub kills: u32,
    /// What becomes of the leases of killed workers.
    pub leases: Leases,
}

/// What becomes of the leases of killed workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leases {
    /// They run out, as they do in reality.
    RunOut,
    /// They are ended as soon as nobody is killed any more.
    AreEnded,
}

/// What was seen.
#[derive(Debug, Clone)]
pub struct Report {
    /// Candidates who went through the job.
    pub candidates: usize,
    /// Of each function: processes ended, and how many of them died over an event.
    pub kills: Vec<(Program, u32, u32)>,
    /// Processes that ended by themselves; each of them is a violation too.
    pub crashed: u32,
    /// Mails of Qualified.
    pub mails: usize,
    /// Notes in Lever.
    pub notes: usize,
    /// Runs of the reconciler that came to their end.
    pub sweeps: u32,
    /// What these found.
    pub found: u64,
    /// Dead letters put back.
    pub redriven: u32,
    /// Every invariant that did not hold.
    pub violations: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl Report {
    /// Processes that were ended.
    pub fn killed(&self) -> u32 {
        self.kills.iter().map(|(_, kills, _)| kills).sum()
    }

    /// Those of them that died over an event.
    pub fn interrupted(&self) -> u32 {
        self.kills.iter().map(|(_, _, interrupted)| interrupted).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "candidates    {}", self.candidates)?;
        writeln!(f, "killed        {}, of these {} over an event", self.killed(), self.interrupted())?;
        for (program, kills, interrupted) in &self.kills {
            writeln!(f, "  {:<21} {kills:>3}, of these {interrupted} over an event", program.name())?;
        }
        writeln!(f, "crashed       {}", self.crashed)?;
        writeln!(f, "mails         {}", self.mails)?;
        writeln!(f, "notes         {}", self.notes)?;
        writeln!(f, "sweeps        {}, which found {}", self.sweeps, self.found)?;
        writeln!(f, "redriven      {} dead letters", self.redriven)?;
        writeln!(f, "violations    {}", self.violations.len())?;
        self.violations.iter().try_for_each(|violation| writeln!(f, "  {violation}"))?;
        write!(f, "seconds       {}", self.took.as_secs())
    }
}

/// Connects a team, moves candidates in, lets them take their assessment, and kills meanwhile.
///
/// # Errors
/// When something fails that has nothing to do with being killed. What does not hold is in the report.
pub async fn run(plan: Plan, print: Print<'_>) -> Result<Report, Error> {
    let started = Instant::now();
    let stack = Stack::start(VISIBILITY).await?;
    let team = Story::new(stack.scene(), print).connect().await?;
    let run = Run { stack: &stack, team: &team, plan, print, is_over: AtomicBool::new(false) };
    let (mut cast, mut checks) = (Cast::new(&stack), Checks::new(&stack, &team));
    let mut swept = Swept::default();
    let living = async { tokio::try_join!(run.kill(), run.live(&mut cast, &mut checks)) };
    let ((), redriven) = tokio::select! {
        outcome = living => outcome?,
        failed = run.schedule(&mut swept) => match failed? {},
    };
    let (mails, notes) = checks.end(&cast).await?;
    for failure in stack.failures().await? {
        checks.note(failure);
    }
    Ok(Report {
        candidates: cast.candidates().len(),
        kills: VICTIMS.map(|(program, ..)| run.kills_of(program)).to_vec(),
        crashed: stack.crashes().await?,
        mails,
        notes,
        sweeps: swept.runs,
        found: swept.found,
        redriven,
        violations: checks.into_violations(),
        took: started.elapsed(),
    })
}

struct Run<'a> {
    stack: &'a Stack,
    team: &'a TeamId,
    plan: Plan,
    print: Print<'a>,
    /// Nobody is killed any more.
    is_over: AtomicBool,
}

impl Run<'_> {
    fn kills_of(&self, program: Program) -> (Program, u32, u32) {
        let function = self.stack.function(program);
        (program, function.kills(), function.interrupted())
    }

    fn killed(&self) -> u32 {
        VICTIMS.iter().map(|(program, ..)| self.stack.function(*program).kills()).sum()
    }

    fn interrupted(&self) -> u32 {
        VICTIMS.iter().map(|(program, ..)| self.stack.function(*program).interrupted()).sum()
    }

    fn is_enough(&self) -> bool {
        self.killed() >= self.plan.kills && self.interrupted() >= self.plan.kills / 2
    }

    /// Kills until it is enough, or as long as it may take.
    async fn kill(&self) -> Result<(), Error> {
        let deadline = Instant::now() + KILLED_WITHIN * self.plan.kills;
        while !self.is_enough() && Instant::now() < deadline {
            sleep(Duration::from_millis(rand::random_range(PAUSE))).await;
            let (program, after) = victim();
            let function = self.stack.function(program);
            // If no event comes, it is killed while it has nothing to do.
            _ = timeout(SWEEP_EVERY, function.at_work()).await;
            let within = after >> rand::random_range(0..HALVINGS);
            sleep(Duration::from_millis(rand::random_range(0..=within))).await;
            function.kill().await?;
        }
        self.is_over.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// People act while processes are killed, and finish what they began; then everything comes to rest.
    async fn live(&self, cast: &mut Cast<'_>, checks: &mut Checks<'_>) -> Result<u32, Error> {
        let (mut redriven, mut deadline, mut said) = (0, None, Instant::now());
        loop {
            let is_over = self.is_over.load(Ordering::Relaxed);
            let unfinished = checks.look(cast)?;
            if said.elapsed() > SAY_EVERY {
                said = Instant::now();
                let (killed, all) = (self.killed(), cast.candidates().len());
                (self.print)(&format!(
                    "{killed} killed, {} of {all} candidates at their end",
                    all - unfinished
                ));
            }
            let is_entered = cast.candidates().len() >= self.plan.candidates;
            if is_over && is_entered {
                if self.plan.leases == Leases::AreEnded {
                    self.stack.end_leases(self.team).await?;
                }
                redriven += self.stack.redrive().await?;
                let left = self.stack.messages().await?;
                if unfinished == 0 && left == (0, 0) {
                    return Ok(redriven);
                }
                if Instant::now() > *deadline.get_or_insert(Instant::now() + RESTS_WITHIN) {
                    let (waiting, dead) = left;
                    checks.note(format!(
                        "{unfinished} unfinished, {waiting} messages and {dead} dead letters left"
                    ));
                    return Ok(redriven);
                }
            } else if !is_entered || unfinished < self.plan.candidates {
                cast.enter()?;
            }
            cast.act()?;
            sleep(LOOK_EVERY.mul_f64(rand::random_range(0.5..1.5))).await;
        }
    }

    /// Runs the reconciler now and then, for ever.
    async fn schedule(&self, swept: &mut Swept) -> Result<Infallible, Error> {
        loop {
            sleep(SWEEP_EVERY).await;
            match self.stack.sweep(self.team).await? {
                Invoked::Answer(answer) => {
                    swept.runs += 1;
                    swept.found += answer["found"].as_u64().unwrap_or_default();
                }
                Invoked::Killed => {}
                Invoked::Failed(why) => return Err(Error::Broken(format!("reconciler: {why}"))),
            }
        }
    }
}

/// What the runs of the reconciler came to.
#[derive(Default)]
struct Swept {
    runs: u32,
    found: u64,
}

/// Somebody by chance, and how long after an event began.
fn victim() -> (Program, u64) {
    let mut chance = rand::random_range(0..VICTIMS.iter().map(|(_, weight, _)| weight).sum());
    for (program, weight, after) in VICTIMS {
        if chance < weight {
            return (program, after);
        }
        chance -= weight;
    }
    (Program::Worker, 0)
}
