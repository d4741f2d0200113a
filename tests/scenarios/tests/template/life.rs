//! A team's life, played with a witness of every call of the table, and held against the roles.

use std::sync::Arc;
use std::time::Duration;

use integrations_page::paths::{self, field};
use lever_integration::clock::Clock;
use lever_sim::world::{Consent, ConsentMode};
use local::browser::{Browser, Shown};
use local::witness::Witness;
use local::{Local, Options};
use scenarios::{Made, ShiftedClock, World};
use serde_json::{Value, json};
use sim_kit::deliveries::ModeChange;

use super::access::{allows, statements};
use super::document::{functions, many, template};

/// Half an hour is enough for a sweep, and for the first look at an open assignment.
const A_WHILE: Duration = Duration::from_secs(31 * 60);
const AN_HOUR: Duration = Duration::from_secs(61 * 60);

/// An admin in front of the page of a team that is not connected yet.
struct Visit {
    world: World,
    browser: Browser,
}

impl Visit {
    async fn begin(witness: Witness) -> Made<Self> {
        let clock = Arc::new(ShiftedClock::default());
        let options = Options { witness: Some(witness), ..Options::default() };
        let local = Local::start(&options, Arc::clone(&clock) as Arc<dyn Clock>).await?;
        let (id, _) = local.qualified.first_team().ok_or("no team")?;
        let world = World { local, team: id.as_str().parse()?, clock };
        world.local.lever.set_consent(Consent { mode: ConsentMode::Accept, user: None })?;
        let mut visit = Self { world, browser: Browser::new()? };
        visit.launch().await?;
        Ok(visit)
    }

    async fn launch(&mut self) -> Made {
        let link = self.world.local.qualified.launch_url(self.world.team.as_str(), "admin", "user-1");
        let page = self.browser.open(&link.map_err(|error| error.to_string())?).await?;
        assert!(page.status.is_success(), "{}", page.html);
        Ok(())
    }

    async fn look(&mut self, path: &str) -> Made<Shown> {
        let page = self.browser.open(&format!("{}{path}", self.world.local.gateway_url())).await?;
        assert!(page.status.is_success(), "{path}: {}", page.html);
        Ok(page)
    }

    async fn send(&mut self, from: &str, form: &str, fields: &[(&str, &str)]) -> Made {
        let page = self.look(from).await?;
        let page = self.browser.submit(&page, form, fields).await?;
        assert!(page.status.is_success(), "{form}: {}", page.html);
        Ok(())
    }

    async fn sweep(&self, after: Duration) -> Made {
        self.world.pass(after);
        self.world.local.reconcile().await?;
        self.world.settle().await
    }

    async fn connect(&mut self) -> Made {
        let (_, key) = self.world.local.qualified.first_team().ok_or("no team")?;
        self.send(paths::PAGE, paths::API_KEY, &[(field::API_KEY, key.expose())]).await?;
        self.send(paths::PAGE, paths::LOGIN, &[]).await?;
        let state = self.world.local.lever.state();
        let stages = state["accounts"][0]["stages"].as_array().cloned().unwrap_or_default();
        let stage = stages.iter().find(|stage| stage["text"] == World::TRIGGER).ok_or("no stage")?;
        let stage = stage["id"].as_str().ok_or("no id")?;
        self.send(paths::ADD_STAGE, paths::STAGES, &[(field::STAGE, stage)]).await?;
        self.send(paths::PAGE, paths::REMOVE_STAGE, &[(field::STAGE, stage)]).await?;
        self.send(paths::ADD_STAGE, paths::STAGES, &[(field::STAGE, stage)]).await?;
        let groups = json!({"candidateStageChange": true});
        self.world.local.lever_control().post("/_sim/webhooks/groups", &groups).await?;
        Ok(())
    }

    /// One candidate is invited and submits, one is only invited, one is deleted in Lever, one lost its event.
    async fn candidates(&mut self) -> Made {
        let world = &self.world;
        let id = world.invited("Ada Byron").await?;
        let result = world.result(&id).await?;
        world.start_result(&result)?;
        world.shows(&id, "Rust Basics - Started").await?;
        world.submit_result(&result).await?;
        world.shows(&id, "Rust Basics - Submitted").await?;
        world.invited("Bob Open").await?;
        let gone = world.invited("Carl Gone").await?;
        world.local.lever.delete(&gone)?;
        world.local.lever.kit().deliveries.set_mode(ModeChange { hold: Some(true), ..Default::default() });
        let lost = world.candidate("Dora Lost", json!({"tags": [World::TITLE]}))?;
        world.local.lever.move_to(&lost, World::TRIGGER, None)?;
        self.sweep(A_WHILE).await?;
        self.sweep(AN_HOUR).await?;
        assert_eq!(self.world.mailed("Dora Lost"), [World::TITLE]);
        for path in [paths::PAGE, paths::ACTIVITY, paths::HEALTH, "/integrations/lever/api/overview"] {
            self.look(path).await?;
        }
        self.look(&format!("{}?{}=ada", paths::WHY, field::CANDIDATE)).await?;
        self.look(&format!("{}?{}={id}", paths::WHY, field::OPPORTUNITY)).await?;
        Ok(())
    }

    /// Lever takes the access away; what comes then waits until the admin logs in again.
    async fn lose_access(&mut self) -> Made {
        let now = ModeChange { hold: Some(false), ..Default::default() };
        self.world.local.lever.kit().deliveries.set_mode(now);
        self.world.settle().await?;
        let on = json!({"after_revocation": "continue"});
        self.world.local.lever.switch(serde_json::from_value(on)?)?;
        self.world.local.lever.revoke(None)?;
        self.world.invited("Emil Waits").await?;
        assert_eq!(self.world.mailed("Emil Waits"), [""; 0]);
        self.send(paths::PAGE, paths::LOGIN, &[]).await?;
        self.world.settle().await?;
        assert_eq!(self.world.mailed("Emil Waits"), [World::TITLE]);
        Ok(())
    }
}

/// What a function asks only when something happens at the very moment, which the life below does not bring: an event
/// that was parked while the admin logged in is taken back, a team whose item was deleted during a login is written anew.
const RARE: [(&str, &str); 2] =
    [("WorkerRole", "dynamodb:DeleteItem"), ("OAuthCallbackRole", "dynamodb:PutItem")];

/// A whole life of a team, from the first launch over a lost event, an erased person and waiting events to the removal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_allows_all_that_its_function_asks_and_nothing_that_it_never_asks() -> Made {
    let witness = Witness::default();
    let mut visit = Visit::begin(witness.clone()).await?;
    visit.connect().await?;
    visit.candidates().await?;
    visit.lose_access().await?;
    visit.launch().await?;
    visit.send(paths::REMOVE, paths::REMOVE, &[]).await?;
    visit.world.wait_out().await?;

    let template = template();
    let asked = witness.asked();
    let mut unused = Vec::new();
    for (id, binary) in functions(&template) {
        let role = format!("{id}Role");
        let calls: Vec<_> = asked.iter().filter(|call| call.by == binary).collect();
        assert!(!calls.is_empty(), "{binary} asked nothing");
        let statements = statements(&template, &role);
        for call in &calls {
            let is_allowed = statements.iter().any(|one| allows(one, &call.action, &call.request));
            assert!(is_allowed, "{role} does not allow {} {}", call.action, call.request);
        }
        for statement in statements {
            for action in many(&statement["Action"]).into_iter().filter_map(Value::as_str) {
                let is_asked = calls
                    .iter()
                    .any(|call| call.action == action && allows(statement, action, &call.request));
                if !is_asked && !RARE.contains(&(role.as_str(), action)) {
                    unused.push(format!("{role}: {action} on {}", statement["Resource"]));
                }
            }
        }
    }
    assert_eq!(unused, [""; 0], "roles allow what nobody asks");
    Ok(())
}
