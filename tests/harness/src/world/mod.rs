//! The world of one case: teams, both simulators, table, queue, time, and the service between them.

mod course;
mod parts;
mod processes;
mod verbs;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use lever_integration::clock::Clock;
use lever_integration::domain::TeamId;
use lever_integration::http;
use lever_integration::queue::{Envelope, MemoryQueue, Queue};
use lever_integration::service::Worker;
use lever_integration::service::connect::Connector;
use lever_integration::service::ingest::Intake;
use lever_integration::service::reconcile::Reconciler;
use lever_integration::store::{MemoryStore, Store};
use lever_sim::Lever;
use qualified_sim::Qualified;
use sim_kit::Kit;
use sim_kit::deliveries::ModeChange;
use sim_kit::guarded::Guarded;

use crate::gate::{Gate, Point, RunId, Verdict};
use crate::queue::GatedQueue;
use crate::runs::{Order, Runs};
use crate::store::GatedStore;
use crate::wire::Wire;

pub use course::Answered;
pub use parts::VirtualClock;
use parts::{connector, request_builder, seeds};
use processes::worker;
pub use processes::{ProcessClock, SWEEP_TIMEOUT};

/// What a step of a case yields; a failed step fails the case.
pub type Made<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// When every world begins: a Monday morning.
const START: &str = "2026-03-02T09:00:00Z";
/// The audience of Lever's tokens.
const AUDIENCE: &str = "https://api.lever.co/v1/";
/// Identifies the admin's browser.
const SESSION: &str = "the admin's browser";

/// A team with its Lever account.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// The team in Qualified.
    pub team: TeamId,
    /// Its key there.
    pub api_key: String,
    /// Its account in Lever.
    pub account: String,
    /// The Super Admin of that account.
    pub user: String,
    /// The trigger stage's id.
    pub trigger: String,
}

/// A candidate, as the people of the case see them.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The opportunity.
    pub id: String,
    /// Of which team.
    pub tenant: usize,
    /// The person in Lever.
    pub contact: String,
    /// The addresses of the person, the present one last.
    pub addresses: Vec<String>,
    /// Somebody changed tags by hand since the service did.
    pub is_touched: bool,
    /// The last thing that people did about an invitation was to ask for one.
    pub is_asked_for: bool,
    /// How often people asked for one: each time may send one.
    pub asked: usize,
    /// How often a standing may rightly fall.
    pub reopened: usize,
}

/// Which simulator a delivery is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sender {
    /// Lever's.
    Lever,
    /// Qualified's.
    Qualified,
}

/// An attempt at a delivery that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Of which simulator.
    pub from: Sender,
    /// Which delivery.
    pub id: String,
    /// Which attempt, from 1.
    pub number: u32,
    /// From when on, in simulated milliseconds.
    pub at_ms: i64,
}

/// One process of the worker.
pub type Process = Arc<Worker>;

/// The world.
pub struct World {
    /// The time.
    pub clock: VirtualClock,
    /// Where calls wait.
    pub gate: Gate,
    /// The simulated Lever.
    pub lever: Lever,
    /// The simulated Qualified.
    pub qualified: Qualified,
    /// The table, not gated.
    pub store: Arc<MemoryStore>,
    /// The queue, not gated.
    pub queue: Arc<MemoryQueue>,
    /// The way to the services.
    pub wire: Wire,
    /// The runs.
    pub runs: Runs,
    /// The teams.
    pub tenants: Vec<Tenant>,
    /// The worker whose turn it is.
    pub process: Process,
    /// The reconciler whose turn it is.
    pub reconciler: Arc<Reconciler>,
    /// The page and the callback.
    pub connector: Arc<Connector>,
    /// Every access token that was ever stored.
    pub stored_tokens: Guarded<BTreeMap<String, TeamId>>,
    /// Everything that was put into the queue.
    pub sent: Guarded<Vec<Envelope>>,
    /// The candidates, in the order of their coming.
    pub candidates: Vec<Candidate>,
    /// Deliveries that are to be tried again.
    pub retries: Vec<Due>,
    /// How often an admin had to log in again.
    pub reconnects: usize,
    under_way: Vec<(Sender, String)>,
    /// How many refresh tokens were on their way while time went on, by run: it may present each although the token was
    /// used meanwhile.
    pub stalled_refreshes: BTreeMap<RunId, usize>,
    /// The titles of all assessments, by id.
    pub titles: BTreeMap<String, String>,
    /// When the trigger stages were added, in simulated milliseconds, by id.
    pub added_at: BTreeMap<String, i64>,
    /// How often the team let a person take an assessment anew, by address: each sends one more invitation.
    pub retakes: BTreeMap<String, usize>,
    /// Rules of the simulators that this case makes the service break.
    pub excused: Vec<&'static str>,
    gated_store: Arc<dyn Store>,
    gated_queue: Arc<dyn Queue>,
    intake: Arc<Intake>,
    http: http::Client,
}

impl World {
    /// The stage whose new candidates are invited.
    pub const TRIGGER: &str = "Technical Assessment";
    /// Another stage.
    pub const ELSEWHERE: &str = "Offer";
    /// An assessment of every team.
    pub const TITLE: &str = "Rust Basics";
    /// Another one.
    pub const OTHER_TITLE: &str = "Senior Back-End Developer";

    /// So many connected teams, each with one trigger stage. `seed` decides every random id of the simulators.
    ///
    /// # Errors
    /// When a step fails.
    pub async fn start(teams: usize, seed: u64) -> Made<Self> {
        sim_kit::random::seed(seed);
        let mut world = Self::unconnected(teams)?;
        for number in 0..teams {
            world.connect(number).await?;
        }
        Ok(world)
    }

    /// So many teams that never heard of the integration.
    ///
    /// # Errors
    /// When a part cannot be made.
    pub fn unconnected(teams: usize) -> Made<Self> {
        let time = sim_kit::clock::Clock::standing(START.parse::<Timestamp>()?.as_millisecond());
        let clock = VirtualClock(time.clone());
        let (lever_seed, qualified_seed, tenants) = seeds(teams)?;
        let titles =
            qualified_seed.teams.iter().flat_map(|team| &team.assessments).filter_map(|assessment| {
                Some((assessment.id.as_ref()?.to_string(), assessment.title.clone()))
            });
        let titles = titles.collect();
        let lever = lever_sim::in_process(lever_seed, time.clone())?;
        let qualified = qualified_sim::in_process(qualified_seed, time)?;
        for kit in [lever.0.kit(), qualified.0.kit()] {
            kit.deliveries.set_mode(ModeChange { hold: Some(true), ..ModeChange::default() });
        }
        let gate = Gate::default();
        let wire = Wire::new(gate.clone(), lever.clone(), qualified.clone());
        let time: Arc<dyn Clock> = Arc::new(clock.clone());
        let store = Arc::new(MemoryStore::new(Arc::clone(&time)));
        let queue = Arc::new(MemoryQueue::new(Arc::clone(&time)));
        let gated_store = GatedStore::new(Arc::clone(&store) as Arc<dyn Store>, gate.clone());
        let stored_tokens = gated_store.stored_tokens();
        let gated_store: Arc<dyn Store> = Arc::new(gated_store);
        let gated_queue = GatedQueue::new(Arc::clone(&queue), gate.clone());
        let sent = gated_queue.sent();
        let gated_queue: Arc<dyn Queue> = Arc::new(gated_queue);
        let http = http::Client::carried_by(request_builder(), wire.transport());
        let ports = (Arc::clone(&gated_store), Arc::clone(&gated_queue), Arc::clone(&time));
        let connector = Arc::new(connector(ports.clone(), &http)?);
        let reconciler = Arc::new(processes::reconciler(ports, &http)?);
        let intake = Intake::new(Arc::clone(&gated_store), Arc::clone(&gated_queue), Arc::clone(&time));
        Ok(Self {
            process: worker(&gated_store, time, &http)?,
            reconciler,
            runs: Runs::new(gate.clone(), clock.clone()),
            clock,
            gate,
            lever: lever.0,
            qualified: qualified.0,
            store,
            queue,
            wire,
            tenants,
            connector,
            stored_tokens,
            sent,
            candidates: Vec::new(),
            retries: Vec::new(),
            reconnects: 0,
            under_way: Vec::new(),
            stalled_refreshes: BTreeMap::new(),
            titles,
            added_at: BTreeMap::new(),
            retakes: BTreeMap::new(),
            excused: Vec::new(),
            gated_store,
            gated_queue,
            intake: Arc::new(intake),
            http,
        })
    }

    /// Moves time on, and does at Qualified what is due by then.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.qualified.tick();
    }

    /// Now, in simulated milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// Keeps a delivery that is being made from being due once more.
    pub fn hide(&mut self, due: &Due) {
        self.under_way.push((due.from, due.id.clone()));
    }

    /// Whether a team's account lets the app in.
    pub fn has_consent(&self, number: usize) -> bool {
        self.lever.has_consented(&self.tenants[number].account).unwrap_or(false)
    }

    /// Whether this case makes the service break a rule.
    pub fn is_excused(&self, rule: &str) -> bool {
        self.excused.contains(&rule)
    }

    /// The kit of a simulator.
    pub fn kit(&self, from: Sender) -> &Kit {
        match from {
            Sender::Lever => self.lever.kit(),
            Sender::Qualified => self.qualified.kit(),
        }
    }
}

/// Lets every call pass.
pub fn free(_: &Point) -> Order {
    Order::Pass(Verdict::Go)
}
