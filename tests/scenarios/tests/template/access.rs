//! What the functions really ask of the table is what their roles allow.
//!
//! The real client talks to a table, and what it asks is written down; each request is held against the
//! conditions of the role as DynamoDB evaluates them (IAM: condition keys of DynamoDB).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use integrations_page::paths::{self, field};
use jiff::Timestamp;
use lever_integration::clock::{Clock, ManualClock};
use lever_integration::domain::{ActivityId, TeamId};
use lever_integration::seal::Keyring;
use lever_integration::store::{DynamoStore, Store};
use lever_sim::world::{Consent, ConsentMode};
use local::browser::{Browser, Shown};
use local::witness::Witness;
use local::{Local, Options};
use scenarios::{Made, ShiftedClock, World};
use serde_json::{Value, json};
use sim_kit::deliveries::ModeChange;

use super::document::{functions, many, template};

type Calls = Arc<Mutex<Vec<(String, Value)>>>;

async fn write_down(State(calls): State<Calls>, headers: HeaderMap, body: String) -> String {
    let target = headers["x-amz-target"].to_str().unwrap();
    let action = format!("dynamodb:{}", target.rsplit('.').next().unwrap());
    calls.lock().unwrap().push((action, serde_json::from_str(&body).unwrap()));
    json!({"Items": [], "Count": 0}).to_string()
}

/// A store on a table that is empty and writes down what it is asked.
async fn recording_store() -> (DynamoStore, Calls) {
    let calls = Calls::default();
    let router = Router::new().fallback(write_down).with_state(Arc::clone(&calls));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(aws_sdk_dynamodb::config::Region::new("local"))
        .endpoint_url(endpoint)
        .http_client(lever_integration::config::aws_http_client().unwrap())
        .credentials_provider(aws_sdk_dynamodb::config::Credentials::new("a", "b", None, None, "test"))
        .build();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at("2026-03-01T09:00:00Z".parse().unwrap()));
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    (DynamoStore::new(client, "Table", Keyring::generate().unwrap(), clock), calls)
}

/// The attributes that a request names.
fn named(request: &Value) -> BTreeSet<String> {
    let names = request["ExpressionAttributeNames"].as_object();
    let names = names.into_iter().flatten().filter_map(|(_, name)| name.as_str());
    let keys = request["Key"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    let words: String = ["UpdateExpression", "ProjectionExpression"]
        .iter()
        .filter_map(|part| request[*part].as_str())
        .collect();
    let in_the_clear = words.split([' ', ',', '=']).filter(|word| word.chars().any(char::is_lowercase));
    let in_the_clear = in_the_clear.filter(|word| !word.starts_with([':', '#']) && !word.contains('('));
    names.chain(keys).chain(in_the_clear).map(str::to_owned).collect()
}

/// The partition key that a request is about, of the table or of the index it asks.
fn partition(request: &Value) -> &str {
    let places = [&request["Key"]["pk"]["S"], &request["Item"]["pk"]["S"]];
    let of_query = request["ExpressionAttributeValues"][":p"]["S"].as_str();
    places.into_iter().find_map(Value::as_str).or(of_query).unwrap_or_default()
}

/// Whether a text is like a pattern in which `*` is anything (IAM: `StringLike`).
fn is_like(text: &str, pattern: &str) -> bool {
    let mut rest = text;
    let mut parts = pattern.split('*').peekable();
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    let mut is_open = false;
    while let Some(part) = parts.next() {
        is_open = true;
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    is_open || rest.is_empty()
}

fn texts(value: &Value) -> impl Iterator<Item = String> {
    many(value).into_iter().filter_map(Value::as_str).map(str::to_owned)
}

fn allows(statement: &Value, action: &str, request: &Value) -> bool {
    let condition = &statement["Condition"];
    let attributes: BTreeSet<_> =
        texts(&condition["ForAllValues:StringEquals"]["dynamodb:Attributes"]).collect();
    let keys = &condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
    let select = condition["StringEquals"]["dynamodb:Select"].as_str();
    let on = match request["IndexName"].as_str() {
        None => json!({"Fn::GetAtt": "Table.Arn"}),
        Some(index) => json!({"Fn::Sub": format!("${{Table.Arn}}/index/{index}")}),
    };
    let returns = ["ReturnValues", "ReturnValuesOnConditionCheckFailure"];
    many(&statement["Action"]).contains(&&json!(action))
        && statement["Resource"] == on
        && (attributes.is_empty() || named(request).is_subset(&attributes))
        && texts(keys).any(|pattern| is_like(partition(request), &pattern))
        && select
            .is_none_or(|select| request["Select"] == select && request["ProjectionExpression"].is_string())
        && (condition["StringEqualsIfExists"]["dynamodb:ReturnValues"].is_null()
            || returns.iter().all(|name| request.get(*name).is_none()))
}

/// The statements of a role that are about the table.
fn statements<'t>(template: &'t Value, role: &str) -> Vec<&'t Value> {
    let policy = &template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    let is_of_the_table = |statement: &&Value| {
        many(&statement["Action"])
            .iter()
            .any(|action| action.as_str().is_some_and(|action| action.starts_with("dynamodb:")))
    };
    many(policy).into_iter().filter(is_of_the_table).collect()
}

fn check(role: &str, calls: &Calls) {
    let template = template();
    let calls = calls.lock().unwrap();
    assert!(!calls.is_empty());
    for (action, request) in calls.iter() {
        let is_allowed =
            statements(&template, role).into_iter().any(|statement| allows(statement, action, request));
        assert!(is_allowed, "{role} does not allow {action} {request}");
    }
}

fn team() -> TeamId {
    "65f0c0de0000000000000001".parse().unwrap()
}

#[tokio::test]
async fn the_role_of_stage_change_webhook_allows_all_that_it_asks() {
    let (store, calls) = recording_store().await;
    let (at, id): (Timestamp, ActivityId) =
        ("2026-03-01T08:00:00Z".parse().unwrap(), "e:1-0".parse().unwrap());
    assert_eq!(store.load_lever_intake(&team()).await.unwrap(), None);
    assert_eq!(store.load_handled(&team(), at, &id).await.unwrap(), None);
    store.record_event_seen(&team(), at).await.unwrap();
    check("StageChangeWebhookRole", &calls);
    assert_eq!(calls.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn the_role_of_assessment_events_allows_all_that_it_asks() {
    let (store, calls) = recording_store().await;
    assert_eq!(store.load_qualified_url_key(&team()).await.unwrap(), None);
    check("AssessmentEventsRole", &calls);
}

#[tokio::test]
async fn the_roles_of_intake_refuse_the_reading_of_a_whole_team() {
    let (store, calls) = recording_store().await;
    assert_eq!(store.load_team(&team()).await.unwrap(), None);
    let (action, request) = calls.lock().unwrap()[0].clone();
    let template = template();
    for role in ["StageChangeWebhookRole", "AssessmentEventsRole"] {
        let statements = statements(&template, role);
        assert!(!statements.into_iter().any(|statement| allows(statement, &action, &request)), "{role}");
    }
}

#[test]
fn the_role_of_the_page_gets_no_item_with_a_credential() {
    let template = template();
    let get = |pk: &str| json!({"Key": {"pk": {"S": pk}, "sk": {"S": "LEVER"}}});
    let is_allowed = |pk: &str| {
        let statements = statements(&template, "IntegrationsPageRole");
        statements.into_iter().any(|statement| allows(statement, "dynamodb:GetItem", &get(pk)))
    };
    assert!(is_allowed("TEAM#65f0c0de0000000000000001#RECONCILIATION"));
    assert!(
        !is_allowed("TEAM#65f0c0de0000000000000001") && !is_allowed("OAUTH#1") && !is_allowed("RECONCILER")
    );
}

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
