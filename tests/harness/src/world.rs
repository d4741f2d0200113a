//! The world of one case: teams, both simulators, table, queue, time, and the service between them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use lever_integration::clock::Clock;
use lever_integration::config::LeverClientSecret;
use lever_integration::domain::{AccountChange, LeverEnvironment, StageId, TeamId};
use lever_integration::http;
use lever_integration::queue::{BATCH_MAX, MemoryQueue, Queue};
use lever_integration::service::connect::{Callback, Connector};
use lever_integration::service::ingest::Intake;
use lever_integration::service::{ResultPages, Worker};
use lever_integration::store::{MemoryStore, Store};
use lever_integration::{lever, qualified};
use lever_sim::Lever;
use lever_sim::world::{Consent, ConsentMode, NewOpportunity};
use qualified_sim::Qualified;
use serde_json::{Value, json};
use sim_kit::Kit;
use sim_kit::deliveries::{ModeChange, Outcome};
use sim_kit::guarded::Guarded;
use url::Url;

use crate::gate::{Gate, Point, RunId, Verdict};
use crate::queue::GatedQueue;
use crate::runs::{Driven, Order, Runs};
use crate::store::GatedStore;
use crate::wire::{LEVER_HOST, QUALIFIED_HOST, Wire};

/// What a step of a case yields; a failed step fails the case.
pub type Made<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// When every world begins: a Monday morning.
const START: &str = "2026-03-02T09:00:00Z";
/// Where the service is reached.
const PUBLIC: &str = "https://integrations.qualified.example/";
/// The audience of Lever's tokens.
const AUDIENCE: &str = "https://api.lever.co/v1/";
/// Identifies the admin's browser.
const SESSION: &str = "the admin's browser";
/// How often time may be put forward until nothing is under way.
const SETTLES_WITHIN: usize = 4_000;
/// Whether the service keeps to Lever's rate by itself. Once it does, this is all that has to be changed for the rate of
/// the simulated Lever to be in force and every call beyond it to be a breach (I7).
pub const IS_PACED: bool = false;

/// The time of the world: it moves when the case moves it, and takes the simulators along.
#[derive(Clone)]
pub struct VirtualClock(sim_kit::clock::Clock);

impl VirtualClock {
    /// Moves on.
    pub fn advance(&self, by: Duration) {
        self.0.advance_ms(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.now_ms()).unwrap_or(Timestamp::MAX)
    }
}

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
    /// The person.
    pub email: String,
    /// Somebody changed tags by hand since the service did.
    pub is_touched: bool,
    /// The last thing that people did about an invitation was to ask for one.
    pub is_asked_for: bool,
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
    /// The page and the callback.
    pub connector: Arc<Connector>,
    /// Every access token that was ever stored.
    pub stored_tokens: Guarded<BTreeMap<String, TeamId>>,
    /// The candidates, in the order of their coming.
    pub candidates: Vec<Candidate>,
    /// Deliveries that are to be tried again.
    pub retries: Vec<Due>,
    under_way: Vec<(Sender, String)>,
    /// Runs that were ended, or lost an answer, at the token endpoint: each may cost one refused refresh.
    pub lost_refreshes: usize,
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
        let gated_queue: Arc<dyn Queue> = Arc::new(GatedQueue::new(Arc::clone(&queue), gate.clone()));
        let http = http::Client::carried_by(request_builder(), wire.transport());
        let connector = Connector::new(
            (Arc::clone(&gated_store), Arc::clone(&gated_queue), Arc::clone(&time)),
            clients(&http)?,
            qualified::Client::new(http.clone(), &qualified_base()?),
            PUBLIC.parse()?,
            LeverEnvironment::Production,
        );
        let intake = Intake::new(Arc::clone(&gated_store), Arc::clone(&gated_queue), time);
        Ok(Self {
            process: worker(&gated_store, &clock, &http)?,
            runs: Runs::new(gate.clone(), clock.clone()),
            clock,
            gate,
            lever: lever.0,
            qualified: qualified.0,
            store,
            queue,
            wire,
            tenants,
            connector: Arc::new(connector),
            stored_tokens,
            candidates: Vec::new(),
            retries: Vec::new(),
            under_way: Vec::new(),
            lost_refreshes: 0,
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

    /// A process of the worker that knows nothing of earlier ones.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new_process(&self) -> Made<Process> {
        worker(&self.gated_store, &self.clock, &self.http)
    }

    /// The admin enters the key, logs in and chooses the trigger stage.
    ///
    /// # Errors
    /// When a step fails.
    pub async fn connect(&mut self, number: usize) -> Made {
        let Tenant { team, api_key, trigger, .. } = self.tenants[number].clone();
        self.connector.set_api_key(&team, &api_key).await?;
        let callback = self.consent(number).await?;
        self.connector.complete_login(&callback, Some(SESSION)).await?;
        let stage: StageId = trigger.parse()?;
        self.connector.add_trigger_stages(&team, &[stage], &"admin".parse()?).await?;
        self.added_at.insert(self.tenants[number].trigger.clone(), self.now_ms());
        Ok(())
    }

    /// The admin begins a login and consents in Lever; what comes back.
    ///
    /// # Errors
    /// When Lever does not redirect.
    pub async fn consent(&mut self, number: usize) -> Made<Callback> {
        let Tenant { team, user, .. } = self.tenants[number].clone();
        self.lever.set_consent(Consent { mode: ConsentMode::Accept, user: Some(user) })?;
        let url = self.connector.begin_login(&team, &"admin".parse()?, SESSION, AccountChange::Ask).await?;
        let request = reqwest::Request::new(reqwest::Method::GET, url);
        let answer = self.wire.transport().exchange(request).await?;
        let back = Url::parse(&answer.location.ok_or("Lever did not redirect")?)?;
        let one =
            |name: &str| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        Ok(Callback { state: one("state"), code: one("code"), error: one("error") })
    }

    /// The browser comes back: a run of the callback.
    pub fn come_back(&mut self, callback: Callback) -> (RunId, Rc<RefCell<Option<bool>>>) {
        let connector = Arc::clone(&self.connector);
        let told = Rc::new(RefCell::new(None));
        let tells = Rc::clone(&told);
        let run = self.runs.start(async move {
            let outcome = connector.complete_login(&callback, Some(SESSION)).await;
            *tells.borrow_mut() = Some(outcome.is_ok());
        });
        (run, told)
    }

    /// A candidate of a team in "New applicant", changed by `wish`; their address is their own.
    ///
    /// # Errors
    /// When Lever refuses.
    pub fn candidate(&mut self, tenant: usize, name: &str, wish: Value) -> Made<String> {
        let mut whole = json!({
            "name": name, "emails": [self.address(tenant, name)], "stage": "New applicant",
            "account": self.tenants[tenant].account,
        });
        if let (Some(whole), Value::Object(wish)) = (whole.as_object_mut(), wish) {
            whole.extend(wish);
        }
        let created = self.lever.create(serde_json::from_value::<NewOpportunity>(whole)?)?;
        let id = created["id"].as_str().unwrap_or_default().to_owned();
        self.candidates.push(Candidate {
            id: id.clone(),
            tenant,
            email: self.address(tenant, name),
            is_touched: false,
            is_asked_for: false,
            reopened: 0,
        });
        Ok(id)
    }

    /// A recruiter moves a candidate into the trigger stage.
    ///
    /// # Errors
    /// When Lever refuses.
    pub fn ask_for(&mut self, id: &str) -> Made {
        self.lever.move_to(id, World::TRIGGER, None)?;
        self.mark(id, |candidate| candidate.is_asked_for = true);
        Ok(())
    }

    /// Changes what is known of a candidate.
    pub fn mark(&mut self, id: &str, change: impl Fn(&mut Candidate)) {
        self.candidates.iter_mut().filter(|candidate| candidate.id == id).for_each(change);
    }

    /// The address of a candidate: its domain says whose.
    pub fn address(&self, tenant: usize, name: &str) -> String {
        format!("{}@team{tenant}.example", name.to_lowercase().replace(' ', "-"))
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
        let state = self.lever.state();
        state["accounts"][number]["consentedScopes"].as_array().is_some_and(|scopes| !scopes.is_empty())
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

    /// The deliveries that can be attempted now, oldest first.
    pub fn due(&mut self) -> Vec<Due> {
        let now = self.now_ms();
        let first = |from| {
            let held = self.kit(from).deliveries.held();
            held.into_iter().map(move |id| Due { from, id, number: 1, at_ms: now })
        };
        let is_under_way = |due: &Due| self.under_way.contains(&(due.from, due.id.clone()));
        let mut due: Vec<Due> = first(Sender::Lever).chain(first(Sender::Qualified)).collect();
        due.retain(|due| !is_under_way(due));
        due.extend(self.retries.iter().filter(|retry| retry.at_ms <= now).cloned());
        due
    }

    /// Starts a run of the intake for an attempt; nothing if the delivery was called off.
    ///
    /// # Errors
    /// When the request cannot be made.
    pub fn begin_delivery(&mut self, due: &Due) -> Made<Option<(RunId, Rc<RefCell<Option<u16>>>)>> {
        self.retries.retain(|retry| retry != due);
        let Some(wire) = self.kit(due.from).deliveries.take(&due.id, due.number) else { return Ok(None) };
        let mut request = lambda_http::http::Request::builder().method("POST").uri(&wire.url);
        for (name, value) in &wire.headers {
            request = request.header(name, value);
        }
        let request: lambda_http::Request = request.body(lambda_http::Body::from(wire.body))?;
        let (intake, from) = (Arc::clone(&self.intake), due.from);
        let status = Rc::new(RefCell::new(None));
        let answered = Rc::clone(&status);
        let run = self.runs.start(async move {
            let response = match from {
                Sender::Lever => stage_change_webhook::handle(&intake, request).await,
                Sender::Qualified => assessment_events::handle(&intake, request).await,
            };
            *answered.borrow_mut() = Some(response.status().as_u16());
        });
        Ok(Some((run, status)))
    }

    /// Tells the simulator what came of an attempt, and keeps in mind the next one.
    pub fn end_delivery(&mut self, due: &Due, status: Option<u16>) {
        self.gate.note(format!("{:?} {} {}: {status:?}", due.from, due.id, due.number));
        self.under_way.retain(|one| *one != (due.from, due.id.clone()));
        let outcome = status.map_or_else(|| Outcome::Error("timeout".to_owned()), Outcome::Status);
        if let Some(at_ms) = self.kit(due.from).deliveries.told(&due.id, due.number, outcome) {
            self.retries.push(Due { number: due.number + 1, at_ms, ..due.clone() });
        }
    }

    /// Brings every delivery that is due to the intake, one after the other.
    ///
    /// # Errors
    /// When a request cannot be made.
    pub async fn deliver(&mut self, mut ask: impl FnMut(&Point) -> Order) -> Made {
        for due in self.due() {
            let Some((run, status)) = self.begin_delivery(&due)? else { continue };
            self.runs.drive(run, &mut ask).await;
            let status = *status.borrow();
            self.end_delivery(&due, status);
        }
        Ok(())
    }

    /// Starts a run of the worker on whatever the queue hands out; nothing if that is nothing.
    pub fn begin_work(&mut self, max: usize) -> Option<RunId> {
        let batch = self.queue.receive(max.min(BATCH_MAX));
        if batch.records.is_empty() {
            return None;
        }
        let (process, port, queue) =
            (Arc::clone(&self.process), Arc::clone(&self.gated_queue), Arc::clone(&self.queue));
        Some(self.runs.start(async move {
            let response = worker::handle(&process, &*port, batch.clone()).await;
            queue.complete(&batch, &response);
        }))
    }

    /// Works through one batch of one message.
    pub async fn work(&mut self, ask: impl FnMut(&Point) -> Order) -> Option<Driven> {
        let run = self.begin_work(1)?;
        Some(self.runs.drive(run, ask).await)
    }

    /// Lets deliveries, messages and time take their course until nothing is under way. An admin logs in again where that
    /// is asked for, and dead letters are put back once.
    ///
    /// # Errors
    /// When it does not come to rest.
    pub async fn settle(&mut self) -> Made {
        let mut redriven = false;
        for _ in 0..SETTLES_WITHIN {
            self.deliver(free).await?;
            while self.work(free).await.is_some() {}
            self.heal().await?;
            let next = self.queue.next_visible_at().map(|at| at.as_millisecond());
            let retry = self.retries.iter().map(|retry| retry.at_ms).min();
            let due = [next, retry].into_iter().flatten().min();
            match due {
                Some(at) => {
                    let wait = u64::try_from(at - self.now_ms()).unwrap_or_default();
                    self.advance(Duration::from_millis(wait + 1));
                }
                None if !self.due().is_empty() => {}
                None if !redriven && self.queue.redrive() > 0 => redriven = true,
                None => return Ok(()),
            }
        }
        Err("the world does not come to rest".into())
    }

    /// What an admin does when the page says that something is wrong with the access. A sweep that heals lost deliveries
    /// belongs here too.
    pub(crate) async fn heal(&mut self) -> Made {
        for number in 0..self.tenants.len() {
            let tenant = self.tenants[number].clone();
            let Some(context) = self.store.load_team(&tenant.team).await? else { continue };
            if context.team.api_key_refused_at.is_some() {
                self.connector.set_api_key(&tenant.team, &tenant.api_key).await?;
            }
            let is_cut_off = context.connection.as_ref().is_some_and(|connection| {
                matches!(connection.state, lever_integration::domain::ConnectionState::ReconnectNeeded { .. })
            });
            if is_cut_off {
                let callback = self.consent(number).await?;
                self.connector.complete_login(&callback, Some(SESSION)).await?;
            }
        }
        Ok(())
    }
}

/// Lets every call pass.
pub fn free(_: &Point) -> Order {
    Order::Pass(Verdict::Go)
}

fn request_builder() -> reqwest::Client {
    static BUILDER: OnceLock<reqwest::Client> = OnceLock::new();
    BUILDER.get_or_init(reqwest::Client::new).clone()
}

fn qualified_base() -> Made<Url> {
    Ok(format!("https://{QUALIFIED_HOST}/api/").parse()?)
}

fn clients(http: &http::Client) -> Made<(lever::Client, lever::OAuth)> {
    let app = lever_sim::AppSeed::default();
    let (api, auth) =
        (format!("https://{LEVER_HOST}/v1/").parse()?, format!("https://{LEVER_HOST}/").parse()?);
    let secret = LeverClientSecret::new(app.client_secret);
    let oauth = lever::OAuth::new(http.clone(), &auth, AUDIENCE, &app.client_id, secret);
    Ok((lever::Client::new(http.clone(), &api), oauth))
}

fn worker(store: &Arc<dyn Store>, clock: &VirtualClock, http: &http::Client) -> Made<Process> {
    let base = qualified_base()?;
    let qualified = qualified::Client::new(http.clone(), &base);
    let clock: Arc<dyn Clock> = Arc::new(clock.clone());
    Ok(Arc::new(Worker::new(Arc::clone(store), clock, clients(http)?, qualified, ResultPages::of(&base))))
}

/// So many teams, each with an account in Lever and the assessments of the built-in team in Qualified.
fn seeds(teams: usize) -> Made<(lever_sim::Seed, qualified_sim::Seed, Vec<Tenant>)> {
    let mut tenants = Vec::new();
    let mut accounts = Vec::new();
    let mut qualified = qualified_sim::Seed::default();
    let model = qualified.teams.pop().ok_or("no built-in team")?;
    for number in 0..teams {
        let tenant = Tenant {
            team: format!("65f0c0de00000000000a{number:04x}").parse()?,
            api_key: format!("key-of-team-{number}-0123456789abcdef"),
            account: format!("a0000000-0000-4000-8000-{number:012x}"),
            user: format!("admin@team{number}.example"),
            trigger: format!("20000000-0000-4000-8000-{number:012x}"),
        };
        accounts.push(serde_json::from_value(json!({
            "id": tenant.account, "name": format!("Team {number}"),
            "users": [{"name": "Admin", "email": tenant.user, "accessRole": "super admin"}],
            "stages": [
                {"id": format!("lead-new-{number}"), "text": "New applicant"},
                {"id": tenant.trigger, "text": World::TRIGGER},
                {"id": format!("offer-{number}"), "text": World::ELSEWHERE},
            ],
            "postings": [{"text": format!("Engineer {number}"), "tags": [World::TITLE]}],
            "groups": {"candidateStageChange": true},
        }))?);
        let mut team = model.clone();
        team.id = tenant.team.as_str().to_owned().into();
        team.api_key = tenant.api_key.clone().into();
        team.name = format!("Team {number}");
        team.members.clear();
        team.assessments.truncate(3);
        for (index, assessment) in team.assessments.iter_mut().enumerate() {
            assessment.id = Some(format!("65f0c0de00000000{index:04x}{number:04x}").into());
            assessment.settings = qualified_sim::Settings::default();
            assessment.challenges.clear();
        }
        qualified.teams.push(team);
        tenants.push(tenant);
    }
    let mut lever = lever_sim::Seed { accounts, ..lever_sim::Seed::default() };
    if !IS_PACED {
        lever.switches.insert("rate_per_second".to_owned(), json!(0));
    }
    Ok((lever, qualified, tenants))
}
