//! A herd: very many stage changes of one team at once, next to the everyday ones of others.
//!
//! Time goes on by itself here, in small steps that table, queue, simulators and waiting calls share; calls take time, and
//! the queue starts no more batches at once than its event source does. Nothing fails unless the plan says so.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use lever_integration::queue::BATCH_MAX;
use serde_json::json;

use crate::invariants::AFTER_THE_END;
use crate::world::{Made, World, free};

/// Time goes on in steps of this.
const STEP: Duration = Duration::from_millis(50);
/// How long a call of Lever or Qualified takes.
const LATENCY: Duration = Duration::from_millis(140);
/// Batches at once: `MaximumConcurrency` of the event source in the template of the stack.
const BATCHES_MAX: usize = 20;
/// The pause between two stage changes of an everyday team.
const EVERYDAY: Duration = Duration::from_secs(10);
/// Teams beside that of the herd.
const OTHERS: usize = 4;
/// The simulator's name for a call beyond Lever's rate.
const TOO_MANY: &str = "rate_exceeded";
/// What is not done by then is not done.
const ENDS_AFTER: Duration = Duration::from_secs(6 * 60 * 60);

/// What comes at once, and beside it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plan {
    /// Stage changes of one team at once.
    pub herd: usize,
    /// Stage changes of each other team, one after the other.
    pub everyday: usize,
    /// Calls a second that another integration makes in the account of the herd.
    pub rival: u64,
    /// For so long the herd waits for an admin to log in again.
    pub waited: Duration,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// From the first stage change of the herd to its last call.
    pub took: Duration,
    /// Calls of Lever for the herd that were answered.
    pub calls: usize,
    /// Calls of Lever that were refused for their rate.
    pub refused: usize,
    /// Who was invited.
    pub invited: usize,
    /// From each everyday stage change to its invitation, in order of length.
    pub delays: Vec<Duration>,
    /// What is wrong.
    pub wrong: Vec<String>,
}

impl Outcome {
    /// The delay that one of a hundred everyday stage changes exceeds.
    pub fn delay_p99(&self) -> Duration {
        let at = (self.delays.len() * 99).div_ceil(100);
        self.delays.get(at.saturating_sub(1)).copied().unwrap_or_default()
    }

    /// The calls in a second while the herd lasted.
    pub fn rate(&self) -> f64 {
        self.calls as f64 / self.took.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

struct Flood {
    plan: Plan,
    world: World,
    began_ms: i64,
    herd: BTreeSet<String>,
    /// Everyday candidates: their address and when they were moved.
    everyday: Vec<(String, i64)>,
    everyday_at_ms: i64,
    rival_calls: u64,
}

/// Plays a herd to its end.
///
/// # Errors
/// When the world cannot be prepared or it does not end.
pub async fn flood(plan: Plan) -> Made<Outcome> {
    let mut world = World::start(1 + OTHERS, 1).await?;
    world.advance(Duration::from_secs(60));
    let mut herd = BTreeSet::new();
    for number in 0..plan.herd {
        let id = world.candidate(0, &format!("Herd {number}"), json!({"tags": [World::TITLE]}))?;
        world.lever.move_to(&id, World::TRIGGER, None)?;
        herd.insert(id);
    }
    if !plan.waited.is_zero() {
        wait_for_login(&mut world, plan.waited).await?;
    }
    world.wire.set_latency(LATENCY);
    let began_ms = world.now_ms();
    let mut flood =
        Flood { plan, world, began_ms, herd, everyday: Vec::new(), everyday_at_ms: began_ms, rival_calls: 0 };
    flood.play().await?;
    Ok(flood.outcome())
}

/// Lever ends the connection before anything is handled; so long after, the admin logs in again, and everything is put
/// back into the queue.
async fn wait_for_login(world: &mut World, wait: Duration) -> Made {
    world.lever.revoke(Some(&world.tenants[0].account))?;
    world.deliver(free).await?;
    while world.work(free).await.is_some() {}
    world.advance(wait);
    world.connect(0).await?;
    let team = world.tenants[0].team.clone();
    world.connector.resume(&team).await?;
    Ok(())
}

impl Flood {
    async fn play(&mut self) -> Made {
        self.world.deliver(free).await?;
        let mut batches = FuturesUnordered::new();
        let ends_ms = self.began_ms + i64::try_from(ENDS_AFTER.as_millis())?;
        while self.world.now_ms() < ends_ms {
            self.everyday_moves().await?;
            self.rival()?;
            self.world.wire.forget();
            while let Some(Some(())) = batches.next().now_or_never() {}
            while batches.len() < BATCHES_MAX {
                let batch = self.world.queue.receive(BATCH_MAX);
                if batch.records.is_empty() {
                    break;
                }
                let queue = Arc::clone(&self.world.queue);
                batches.push(self.world.work_off(batch, queue));
            }
            let is_over = self.everyday.len() >= self.plan.everyday * OTHERS;
            if batches.is_empty() && self.world.queue.is_idle() && is_over {
                return Ok(());
            }
            tokio::time::advance(STEP).await;
            self.world.advance(STEP);
        }
        Err(format!("{} messages are left after {ENDS_AFTER:?}", self.world.queue.depth()).into())
    }

    /// Each of the other teams moves a candidate now and then, not all at the same moment.
    async fn everyday_moves(&mut self) -> Made {
        let now = self.world.now_ms();
        if now < self.everyday_at_ms || self.everyday.len() >= self.plan.everyday * OTHERS {
            return Ok(());
        }
        self.everyday_at_ms += i64::try_from(EVERYDAY.as_millis())? / OTHERS as i64;
        let number = self.everyday.len();
        let (tenant, name) = (1 + number % OTHERS, format!("Everyday {number}"));
        let id = self.world.candidate(tenant, &name, json!({"tags": [World::TITLE]}))?;
        self.world.lever.move_to(&id, World::TRIGGER, None)?;
        self.everyday.push((self.world.address(tenant, &name), now));
        self.world.deliver(free).await
    }

    /// Another integration of the herd's customer makes its calls, evenly.
    fn rival(&mut self) -> Made {
        let passed = u64::try_from(self.world.now_ms() - self.began_ms)?;
        let account = &self.world.tenants[0].account;
        while self.rival_calls < passed * self.plan.rival / 1000 {
            self.rival_calls += 1;
            self.world.lever.call_for_another(account)?;
        }
        Ok(())
    }

    fn outcome(self) -> Outcome {
        let mut outcome = Outcome::default();
        let mut ended_ms = self.began_ms;
        for call in self.world.lever.kit().calls.after(0) {
            let is_of_herd = call.path.split('/').nth(3).is_some_and(|id| self.herd.contains(id));
            if is_of_herd && call.status == Some(429) {
                outcome.refused += 1;
            } else if is_of_herd {
                outcome.calls += 1;
                ended_ms = ended_ms.max(call.at_ms);
            }
        }
        outcome.took = Duration::from_millis(u64::try_from(ended_ms - self.began_ms).unwrap_or_default());
        let mails = self.world.qualified.mails();
        let mailed_at = |address: &str| mails.iter().find(|mail| mail.to == address).map(|mail| mail.at_ms);
        for (address, moved_ms) in &self.everyday {
            match mailed_at(address) {
                Some(at_ms) => {
                    outcome
                        .delays
                        .push(Duration::from_millis(u64::try_from(at_ms - moved_ms).unwrap_or_default()));
                }
                None => outcome.wrong.push(format!("{address} was never invited")),
            }
        }
        outcome.delays.sort_unstable();
        outcome.invited = mails.len();
        if mails.len() != self.herd.len() + self.everyday.len() {
            outcome.wrong.push(format!("{} mails", mails.len()));
        }
        let letters = self.world.queue.dead_letters().len();
        if letters > 0 {
            outcome.wrong.push(format!("{letters} dead letters"));
        }
        for kit in [self.world.lever.kit(), self.world.qualified.kit()] {
            let violations = kit.violations.list().into_iter();
            // Beside another integration nobody can know when the bucket is empty; nor, before the login, that Lever ended
            // the connection.
            let wrong = violations.filter(|violation| match violation.rule.as_str() {
                TOO_MANY => self.plan.rival == 0,
                rule => violation.at_ms >= self.began_ms || !AFTER_THE_END.contains(&rule),
            });
            outcome.wrong.extend(wrong.take(3).map(|violation| format!("violation: {violation:?}")));
        }
        outcome
    }
}
