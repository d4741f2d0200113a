//! Connecting a team and removing it again, over HTTP: logins good and bad, webhooks, the API key.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use lever_integration::clock::Clock;
use lever_integration::domain::{
    AccountChange, Connection, ConnectionState, Event, EventId, LeaseHolder, LeverEnvironment, LeverTokens,
    ParkedEvent, Reason, ResultChanged, ResultNews, StageChanged, TeamId,
};
use lever_integration::lever::{OAuthError, SCOPES};
use lever_integration::queue::{Envelope, Error as QueueError, Queue};
use lever_integration::service::connect::{ApiKeyError, Callback, Connector, Leftover, LoginError};
use lever_integration::service::{Error, Handled};
use lever_integration::setup::Parts;
use lever_integration::store::TeamContext;
use lever_integration::{http, lever, qualified};
use lever_sim::world::{Consent, ConsentMode};
use lever_sim::{AccountSeed, UserSeed};
use local::{Local, Options};
use scenarios::{Admin, Last, Made, ShiftedClock, World};
use serde_json::{Value, json};
use sim_kit::faults::{Fault, Mode};

/// Past the life of an attempt.
const TEN_MINUTES: Duration = Duration::from_secs(10 * 60);
/// Longer than the pause between two upkeeps.
const AN_HOUR: Duration = Duration::from_secs(61 * 60);
/// More events than a login or an API key sends again.
const MANY: usize = 520;
/// So many it sends.
const FIRST: usize = 500;

/// The system with a team that nobody has connected yet.
struct Stand {
    local: Local,
    clock: Arc<ShiftedClock>,
    team: TeamId,
}

impl Stand {
    async fn start() -> Made<Self> {
        let clock = Arc::new(ShiftedClock::default());
        let local = Local::start(&Options::default(), Arc::clone(&clock) as Arc<dyn Clock>).await?;
        let (team, _) = local.qualified.first_team().ok_or("no team")?;
        Ok(Self { local, clock, team: team.as_str().parse()? })
    }

    fn admin(&self) -> Made<Admin<'_>> {
        Admin::of(&self.local, &self.team)
    }

    async fn connection(&self) -> Made<Option<Connection>> {
        Ok(self.local.parts.store.load_team(&self.team).await?.and_then(|context| context.connection))
    }

    fn violations(&self) -> Vec<String> {
        self.local.lever.kit().violations.list().into_iter().map(|violation| violation.rule).collect()
    }
}

fn exchanges(local: &Local) -> usize {
    local.lever.kit().calls.count("POST", "/oauth/token")
}

fn plan(local: &Local, method: &str, path: &str, mode: Mode, change: impl FnOnce(&mut Fault)) {
    let mut fault = Fault::new(method, path, mode);
    change(&mut fault);
    local.lever.kit().faults.plan(fault);
}

fn active(connection: &Connection) -> Option<&LeverTokens> {
    match &connection.state {
        ConnectionState::Active(tokens) => Some(tokens),
        ConnectionState::ReconnectNeeded { .. } => None,
    }
}

async fn context(world: &World) -> Made<TeamContext> {
    Ok(world.local.parts.store.load_team(&world.team).await?.ok_or("no team")?)
}

async fn connection(world: &World) -> Made<Connection> {
    Ok(context(world).await?.connection.ok_or("no connection")?)
}

fn ids(webhooks: &[Value]) -> Vec<&str> {
    webhooks.iter().filter_map(|webhook| webhook["id"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_connects_the_team_and_seals_what_it_got() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    admin.log_in().await?;
    let connection = stand.connection().await?.ok_or("no connection")?;
    let tokens = active(&connection).ok_or("not active")?;
    let stages = admin.connector.lever_stages(&stand.team).await?;
    assert!(!stages.is_empty(), "the tokens work");
    let account = stand.local.lever.state()["accounts"][0]["id"].clone();
    assert_eq!(connection.account.as_ref().map(|id| json!(id.as_str())), Some(account));
    let webhooks = admin.webhooks();
    let ours = connection.webhook.as_ref().ok_or("no webhook")?;
    assert_eq!(ids(&webhooks), [ours.id.as_str()]);
    assert_eq!(webhooks[0]["configuration"]["signatureToken"], json!(ours.signature_token.expose()));
    let stored = stand.local.stored_items().await?.join("\n");
    for secret in [tokens.access.expose(), tokens.refresh.expose(), ours.signature_token.expose()] {
        assert!(!stored.contains(secret), "in the table as it is");
    }
    assert_eq!((exchanges(&stand.local), stand.violations()), (1, vec![]));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_serves_once() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    let callback = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
    admin.come_back(&callback).await?;
    let before = stand.connection().await?;
    assert!(matches!(admin.come_back(&callback).await, Err(LoginError::NotOpen)));
    assert_eq!(stand.connection().await?, before);
    assert_eq!((exchanges(&stand.local), stand.violations()), (1, vec![]));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_callbacks_at_the_same_time_one_connects() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    let callback = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
    let (one, other) = tokio::join!(admin.come_back(&callback), admin.come_back(&callback));
    let refused = [&one, &other].iter().filter(|end| matches!(end, Err(LoginError::NotOpen))).count();
    assert_eq!((refused, [&one, &other].iter().filter(|end| end.is_ok()).count()), (1, 1));
    assert_eq!((exchanges(&stand.local), admin.webhooks().len(), stand.violations()), (1, 1, vec![]));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callbacks_that_are_late_unknown_or_from_elsewhere_reach_nobody() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    let late = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
    stand.clock.advance(TEN_MINUTES);
    assert!(matches!(admin.come_back(&late).await, Err(LoginError::NotOpen)));

    let unknown = Callback { state: Some("never-given".to_owned()), ..late.clone() };
    assert!(matches!(admin.come_back(&unknown).await, Err(LoginError::NotOpen)));

    for session in [Some("the session of somebody else"), None] {
        let callback = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
        let end = admin.connector.complete_login(&callback, session).await;
        assert!(matches!(end, Err(LoginError::Elsewhere)), "{session:?}");
        assert!(matches!(admin.come_back(&callback).await, Err(LoginError::NotOpen)), "it is used up");
    }
    assert_eq!((exchanges(&stand.local), stand.connection().await?), (0, None));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_callbacks_reach_nobody() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    for state in [None, Some(String::new()), Some("x".repeat(100_000)), Some("a\r\nb".to_owned())] {
        let callback = Callback { state, code: Some("code".to_owned()), ..Callback::default() };
        assert!(matches!(admin.come_back(&callback).await, Err(LoginError::Malformed)));
    }
    for code in [None, Some(String::new()), Some("x".repeat(100_000)), Some("a\r\nb".to_owned())] {
        let good = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
        let callback = Callback { code, ..good };
        assert!(matches!(admin.come_back(&callback).await, Err(LoginError::Malformed)));
    }
    assert_eq!((exchanges(&stand.local), stand.connection().await?), (0, None));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_begun_in_production_does_not_end_in_the_sandbox() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    let parts = &stand.local.parts;
    let http = http::client()?;
    let config = &parts.config;
    let oauth = lever::OAuth::new(
        http.clone(),
        &config.lever_auth_base,
        &config.lever_audience,
        &parts.secret.lever_client_id,
        parts.secret.lever_client_secret.clone(),
    );
    let production = Connector::new(
        (parts.store.clone(), parts.queue.clone(), parts.clock.clone()),
        (lever::Client::new(http.clone(), &config.lever_api_base), oauth),
        qualified::Client::new(http, &config.qualified_api_base),
        config.public_base_url.clone(),
        LeverEnvironment::Production,
    );
    assert_ne!(production.redirect_uri(), admin.connector.redirect_uri());
    let url =
        production.begin_login(&stand.team, &"admin".parse()?, Admin::SESSION, AccountChange::Ask).await?;
    let state = url.query_pairs().find(|(name, _)| name == "state").map(|(_, state)| state.into_owned());
    let callback = Callback { state, code: Some("code".to_owned()), ..Callback::default() };
    assert!(matches!(admin.come_back(&callback).await, Err(LoginError::Elsewhere)));
    assert_eq!((exchanges(&stand.local), stand.connection().await?), (0, None));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_of_another_attempt_is_refused() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    let attackers = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
    let own = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
    let injected = Callback { code: attackers.code, ..own };
    assert!(matches!(admin.come_back(&injected).await, Err(LoginError::CodeRefused)));
    assert_eq!(stand.connection().await?, None);
    assert_eq!(stand.violations(), ["wrong_verifier"], "the proof key told them apart");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_in_lever_leaves_all_as_it_was() -> Made {
    let world = World::start().await?;
    let before = connection(&world).await?;
    let admin = Admin::of(&world.local, &world.team)?;
    world.local.lever.set_consent(Consent { mode: ConsentMode::Deny, user: None })?;
    let callback = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
    assert_eq!(callback.error.as_deref(), Some("access_denied"));
    assert!(matches!(admin.come_back(&callback).await, Err(LoginError::Denied)));
    assert_eq!((exchanges(&world.local), connection(&world).await?), (0, before));
    world.invited("Candidate 1").await?;
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}

/// Another customer of Lever; the next who consents is its Super Admin.
fn other_account(local: &Local) -> Made<String> {
    let email = "super@other.example";
    let user = UserSeed {
        name: "Olga Other".to_owned(),
        email: email.to_owned(),
        access_role: Some("super admin".to_owned()),
        ..UserSeed::default()
    };
    let account = AccountSeed { users: Some(vec![user]), ..AccountSeed::default() };
    let id = local.lever.add_account(&account)?;
    local.lever.set_consent(Consent { mode: ConsentMode::Accept, user: Some(email.to_owned()) })?;
    Ok(id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_account_is_connected_only_after_asking() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    admin.log_in().await?;
    let (store, now) = (&stand.local.parts.store, stand.clock.now());
    store.record_event_seen(&stand.team, now).await?;
    store.record_event_refused(&stand.team, now).await?;
    let before = stand.connection().await?.ok_or("no connection")?;
    let other = other_account(&stand.local)?;
    let callback = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
    assert!(matches!(admin.come_back(&callback).await, Err(LoginError::OtherAccount { .. })));
    assert_eq!(stand.connection().await?.as_ref(), Some(&before), "nothing changed");
    let state = stand.local.lever.state();
    assert_eq!(state["grants"][1]["dead"], json!(true), "what was granted is given back");
    assert_eq!(state["accounts"][1]["webhooks"], json!([]));

    let callback = admin.consent(admin.begin(AccountChange::Allow).await?).await?;
    admin.come_back(&callback).await?;
    let after = stand.connection().await?.ok_or("no connection")?;
    assert_eq!(after.account.as_ref().map(|id| id.as_str()), Some(other.as_str()));
    assert_ne!(after.webhook, before.webhook);
    assert_eq!(
        (after.last_event_at, after.last_refused_at),
        (None, None),
        "the new account has sent nothing"
    );
    let state = stand.local.lever.state();
    assert_eq!(state["accounts"][1]["webhooks"].as_array().map(Vec::len), Some(1));
    assert_eq!(state["accounts"][0]["webhooks"], json!([]), "the old account delivers no more");
    assert_eq!(state["grants"][0]["dead"], json!(true), "and its access is given back");
    assert_eq!(stand.violations(), [""; 0]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_accounts_at_the_same_time_neither_replaces_the_other_unasked() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    let first = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
    other_account(&stand.local)?;
    let second = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
    for _ in 0..2 {
        plan(&stand.local, "POST", "/oauth/token", Mode::DelayAfter, |fault| fault.delay_ms = 300);
    }
    let ends = tokio::join!(admin.come_back(&first), admin.come_back(&second));
    let refused = |end: &Result<_, LoginError>| matches!(end, Err(LoginError::OtherAccount { .. }));
    assert_eq!([refused(&ends.0), refused(&ends.1)].iter().filter(|refused| **refused).count(), 1);
    assert!(ends.0.is_ok() != ends.1.is_ok());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_stored_of_a_reply_that_is_wrong_in_one_field() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    let good = json!({
        "access_token": "access", "refresh_token": "refresh", "token_type": "Bearer", "expires_in": 3600,
        "scope": SCOPES.join(" "),
    });
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    let bad_lifetimes = [json!(-1), json!("x"), json!(1_000_000_000_000_u64), json!(0), Value::Null];
    let mut bodies: Vec<(Value, OAuthError)> = bad_lifetimes
        .into_iter()
        .map(|lifetime| (with("expires_in", lifetime), OAuthError::InvalidLifetime))
        .collect();
    bodies.extend([
        (with("refresh_token", Value::Null), OAuthError::NoRefreshToken),
        (with("token_type", json!("mac")), OAuthError::WrongTokenType),
        (with("access_token", json!("two words")), OAuthError::Unreadable),
        (json!("<html>"), OAuthError::Unreadable),
        (json!([]), OAuthError::Unreadable),
    ]);
    for (body, expected) in bodies {
        plan(&stand.local, "POST", "/oauth/token", Mode::Status, |fault| {
            fault.status = Some(200);
            fault.body = Some(body.clone());
        });
        let callback = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
        let end = admin.come_back(&callback).await;
        assert!(matches!(&end, Err(LoginError::BadAnswer(error)) if *error == expected), "{body}: {end:?}");
    }
    plan(&stand.local, "POST", "/oauth/token", Mode::Status, |fault| {
        fault.status = Some(200);
        fault.body = Some(with("scope", json!(SCOPES[..4].join(" "))));
    });
    let callback = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
    let Err(LoginError::MissingScopes { missing }) = admin.come_back(&callback).await else { panic!() };
    assert_eq!(missing, SCOPES[4..]);
    assert_eq!(stand.connection().await?, None);
    assert_eq!(admin.webhooks(), [json!(null); 0]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_stored_of_an_answer_that_is_no_reply() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    let token_call = |mode| Fault::new("POST", "/oauth/token", mode);
    let redirect = Fault {
        status: Some(302),
        headers: [("location".to_owned(), "https://evil.example/".to_owned())].into(),
        ..token_call(Mode::Status)
    };
    let spoiled = [Mode::Html, Mode::Oversized, Mode::MalformedJson, Mode::WrongShape].map(token_call);
    let unheard = [Mode::Status, Mode::DropAfter, Mode::DropBefore].map(token_call);
    for (number, fault) in spoiled.into_iter().chain([redirect]).chain(unheard).enumerate() {
        let mode = fault.mode;
        stand.local.lever.kit().faults.plan(fault);
        let callback = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
        let end = admin.come_back(&callback).await;
        match number {
            0..5 => assert!(matches!(end, Err(LoginError::BadAnswer(_))), "{mode:?}: {end:?}"),
            _ => assert!(matches!(end, Err(LoginError::Failed(Error::OAuth(_)))), "{mode:?}: {end:?}"),
        }
        assert_eq!(exchanges(&stand.local), number + 1, "{mode:?} is not tried again");
    }
    assert_eq!(stand.connection().await?, None);
    admin.log_in().await?;
    assert_eq!(stand.violations(), [""; 0]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_account_again_keeps_webhook_trigger_stages_and_ledger() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let admin = Admin::of(&world.local, &world.team)?;
    admin.log_in().await?;
    let (before, ledger) = (context(&world).await?, world.ledger(&id).await?);
    admin.log_in().await?;
    let after = context(&world).await?;
    let part = |context: &TeamContext| {
        let connection = context.connection.clone().expect("connected");
        (connection.account, connection.webhook, connection.last_event_at, context.trigger_stages.clone())
    };
    assert_eq!(part(&after), part(&before));
    assert_eq!(after.team, before.team);
    assert_ne!(active(&connection(&world).await?), before.connection.as_ref().and_then(active));
    assert_eq!(world.ledger(&id).await?, ledger);
    world.move_to(&id, "Offer").await?;
    world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_that_names_no_account_leaves_the_account_known() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    admin.log_in().await?;
    let before = stand.connection().await?.ok_or("no connection")?;
    plan(&stand.local, "POST", "/oauth/token", Mode::Status, |fault| {
        fault.status = Some(200);
        fault.body = Some(json!({
            "access_token": "opaque", "refresh_token": "r", "token_type": "Bearer", "expires_in": 3600,
        }));
    });
    // The made-up token does not work: the login fails after it was stored.
    assert!(admin.log_in().await.is_err());
    let after = stand.connection().await?.ok_or("no connection")?;
    assert_eq!((after.account, after.webhook), (before.account, before.webhook));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_one_webhook_of_ours_however_often_an_admin_logs_in() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    let foreign = json!({"event": "candidateStageChange", "url": "http://127.0.0.1:9/foreign"});
    let minted = stand.local.lever_control().post("/_sim/token", &json!({})).await?;
    let created = sim_kit::http::client()
        .post(format!("{}/v1/webhooks", stand.local.lever.url()))
        .bearer_auth(minted["access_token"].as_str().unwrap_or_default())
        .json(&foreign)
        .send()
        .await?;
    assert!(created.status().is_success());
    for _ in 0..3 {
        let already = stand.local.lever.kit().calls.count("POST", "/v1/webhooks");
        let listed = stand.local.lever.kit().calls.count("GET", "/v1/webhooks");
        admin.log_in().await?;
        assert_eq!(stand.local.lever.kit().calls.count("GET", "/v1/webhooks"), listed + 1);
        assert_eq!(stand.local.lever.kit().calls.count("POST", "/v1/webhooks"), 2.max(already));
    }
    let webhooks = admin.webhooks();
    let urls: Vec<_> = webhooks.iter().filter_map(|webhook| webhook["url"].as_str()).collect();
    assert_eq!((urls.len(), urls[0]), (2, "http://127.0.0.1:9/foreign"));
    let ours = stand.connection().await?.and_then(|connection| connection.webhook).ok_or("no webhook")?;
    assert_eq!(ids(&webhooks)[1], ours.id.as_str());
    assert_eq!(stand.violations(), [""; 0]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_whose_token_was_lost_is_replaced() -> Made {
    let world = World::start().await?;
    let admin = Admin::of(&world.local, &world.team)?;
    let lost = connection(&world).await?;
    let forgetful = Connection { webhook: None, ..lost.clone() };
    _ = world.local.parts.store.record_connection(&forgetful).await?;
    admin.log_in().await?;
    let found = connection(&world).await?.webhook.ok_or("no webhook")?;
    assert_ne!(Some(&found), lost.webhook.as_ref());
    assert_eq!(ids(&admin.webhooks()), [found.id.as_str()]);
    world.invited("Candidate 1").await?;
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE], "what it delivers is believed");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_work_goes_on_though_the_webhook_could_not_be_registered() -> Made {
    let world = World::start().await?;
    plan(&world.local, "GET", "/v1/opportunities/*", Mode::Status, |fault| {
        fault.status = Some(401);
        fault.times = 2;
    });
    world.invited("Candidate 1").await?;
    let admin = Admin::of(&world.local, &world.team)?;
    plan(&world.local, "GET", "/v1/webhooks", Mode::Status, |_| {});
    assert!(admin.log_in().await.is_err());
    world.settle().await?;
    assert!(active(&connection(&world).await?).is_some());
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    admin.log_in().await?;
    assert_eq!(admin.webhooks().len(), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_work_goes_on_past_an_event_that_cannot_be_read() -> Made {
    let world = World::start().await?;
    plan(&world.local, "GET", "/v1/opportunities/*", Mode::Status, |fault| {
        fault.status = Some(401);
        fault.times = 2;
    });
    world.invited("Candidate 1").await?;
    let unreadable = ParkedEvent {
        team: world.team.clone(),
        event: "0-unreadable".parse()?,
        reason: Reason::ReconnectNeeded,
        parked_at: world.clock.now(),
        envelope: "{}".to_owned(),
    };
    world.local.parts.store.park_event(&unreadable).await?;
    Admin::of(&world.local, &world.team)?.log_in().await?;
    world.settle().await?;
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    assert_eq!(world.local.parts.store.parked_events(&world.team, 100).await?, [unreadable]);
    world.finish().await
}

/// A queue that counts what it gets; nobody works it off.
#[derive(Default)]
struct Counting(AtomicUsize);

#[async_trait]
impl Queue for Counting {
    async fn send(&self, _envelope: &Envelope) -> Result<(), QueueError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
    async fn postpone(&self, _receipt: &str, _delay: Duration) -> Result<(), QueueError> {
        Ok(())
    }
}

/// Many events wait, about a result that nobody follows.
async fn let_many_wait(world: &World) -> Made {
    for number in 0..MANY {
        let id: EventId = format!("waiting-{number}").parse()?;
        let submitted = ResultChanged {
            id: id.clone(),
            result: "followed-by-nobody".parse()?,
            news: ResultNews::Submitted,
            changed_at: None,
            team_candidate: None,
            assessment: None,
        };
        let parked = ParkedEvent {
            team: world.team.clone(),
            event: id,
            reason: Reason::ReconnectNeeded,
            parked_at: world.clock.now(),
            envelope: world.envelope(Event::ResultChanged(submitted)).to_json()?,
        };
        world.local.parts.store.park_event(&parked).await?;
    }
    Ok(())
}

async fn waiting(world: &World) -> Made<usize> {
    Ok(world.local.parts.store.parked_events(&world.team, 100).await?.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_connects_waits_for_the_first_of_very_many_events_and_the_rest_follows() -> Made {
    let world = World::start().await?;
    let queue = Arc::new(Counting::default());
    let counted = Arc::clone(&queue) as Arc<dyn Queue>;
    let parts = Parts { queue: counted, ..world.failing(usize::MAX, Last::Undone) };
    let mut admin = Admin::of(&world.local, &world.team)?;
    admin.connector = parts.connector()?;
    let sent = || queue.0.load(Ordering::SeqCst);
    let_many_wait(&world).await?;
    let (_, key) = world.local.qualified.first_team().ok_or("no team")?;
    admin.connector.set_api_key(&world.team, key.expose()).await?;
    assert_eq!((sent(), waiting(&world).await?), (FIRST, MANY - FIRST));
    admin.log_in().await?;
    assert_eq!((sent(), waiting(&world).await?), (MANY, 0), "a login takes what is left, here less");
    let_many_wait(&world).await?;
    admin.log_in().await?;
    assert_eq!((sent(), waiting(&world).await?), (MANY + FIRST, MANY - FIRST));
    world.pass(AN_HOUR);
    assert_eq!(world.local.reconcile().await?.found, MANY - FIRST);
    world.settle().await?;
    assert_eq!(waiting(&world).await?, 0);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_checked_before_it_is_kept_and_subscribes_once() -> Made {
    let stand = Stand::start().await?;
    let admin = stand.admin()?;
    let (_, key) = stand.local.qualified.first_team().ok_or("no team")?;
    let set = async |key: &str| admin.connector.set_api_key(&stand.team, key).await;
    for malformed in ["", "  ", "two words", "ä", &"x".repeat(2_000)] {
        assert!(matches!(set(malformed).await, Err(ApiKeyError::Malformed)));
    }
    assert_eq!(stand.local.qualified.kit().calls.after(0), []);
    assert!(matches!(set("of-nobody").await, Err(ApiKeyError::Refused)));
    let stored = async || stand.local.parts.store.load_team(&stand.team).await;
    assert_eq!(stored().await?.and_then(|context| context.team.api_key), None);
    let refusals = stand.local.qualified.kit().violations.list().len();
    for _ in 0..3 {
        set(key.expose()).await?;
    }
    let subscriptions = stand.local.qualified_control().get("/_sim/state").await?["subscriptions"].clone();
    assert_eq!(subscriptions.as_array().map(Vec::len), Some(1));
    let team = stored().await?.ok_or("no team")?.team;
    assert_eq!(team.subscription.map(|id| json!(id.as_str())), Some(subscriptions[0]["id"].clone()));
    assert!(!stand.local.stored_items().await?.join("\n").contains(key.expose()));
    assert_eq!(stand.local.qualified.kit().violations.list().len(), refusals);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_kept_though_the_plan_has_no_webhooks() -> Made {
    let stand = Stand::start().await?;
    let features = json!({"webhook_events": false});
    let path = format!("/_sim/teams/{}/features", stand.team);
    stand.local.qualified_control().post(&path, &features).await?;
    let (_, key) = stand.local.qualified.first_team().ok_or("no team")?;
    let end = stand.admin()?.connector.set_api_key(&stand.team, key.expose()).await;
    assert!(matches!(end, Err(ApiKeyError::NoWebhooks)));
    let team = stand.local.parts.store.load_team(&stand.team).await?.ok_or("no team")?.team;
    assert!(team.api_key.is_some());
    Ok(())
}

/// An event that was on its way when the team was removed.
async fn stray_events(world: &World, opportunity: &str, result: &str) -> Made<[Envelope; 2]> {
    let now = world.clock.now();
    let moved = StageChanged {
        id: "stray-move".parse()?,
        triggered_at: now,
        opportunity: opportunity.parse()?,
        to_stage: context(world).await?.trigger_stages.first().ok_or("no stage")?.stage.clone(),
        body_digest: "0".repeat(64),
    };
    let submitted = ResultChanged {
        id: "stray-result".parse()?,
        result: result.parse()?,
        news: ResultNews::Submitted,
        changed_at: Some(now),
        team_candidate: None,
        assessment: None,
    };
    let envelope = |event| Envelope { team: world.team.clone(), event, received_at: now };
    Ok([envelope(Event::StageChanged(moved)), envelope(Event::ResultChanged(submitted))])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removal_leaves_history_and_nothing_else() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let admin = Admin::of(&world.local, &world.team)?;
    admin.log_in().await?;
    let result = world.result(&id).await?;
    let (ledger, activity) = (world.ledger(&id).await?, world.activity(&id).await?);
    let stray = stray_events(&world, &id, &result).await?;
    let webhook = admin.webhooks().remove(0);
    let url = webhook["url"].as_str().ok_or("no url")?.to_owned();
    let token = webhook["configuration"]["signatureToken"].as_str().ok_or("no signature token")?.to_owned();
    assert_eq!(admin.connector.remove_integration(&world.team).await?, []);

    assert_eq!(admin.webhooks(), [json!(null); 0]);
    let subscriptions = world.local.qualified_control().get("/_sim/state").await?["subscriptions"].clone();
    assert_eq!(subscriptions, json!([]));
    let lever = world.local.lever.state();
    assert_eq!(lever["grants"][1]["dead"], json!(true), "the present access is given back");
    let left = context(&world).await?;
    assert_eq!((left.connection, left.trigger_stages.as_slice()), (None, [].as_slice()));
    assert_eq!((left.team.api_key, left.team.subscription), (None, None));
    for item in world.local.stored_items().await? {
        for gone in ["\"LEVER\"", "refresh", "signature_token", "STAGE#"] {
            assert!(!item.contains(gone), "{gone} in {item}");
        }
    }
    assert_eq!((world.ledger(&id).await?, world.activity(&id).await?), (ledger, activity));

    let silence = async {
        world.submit_result(&result).await?;
        world.local.lever.move_to(&id, "Offer", None)?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        let at = world.clock.now().as_millisecond();
        let stage = world.local.lever.opportunity(&id)?["stage"].clone();
        let late = json!({"event": "candidateStageChange", "triggeredAt": at, "token": "t",
            "signature": lever_sim::signature(&token, "t", at), "data": {"opportunityId": id, "toStageId": stage}});
        let unknown = url.replace(world.team.as_str(), "65f0c0de00000000000000ff");
        let mut answers = Vec::new();
        for url in [&url, &unknown] {
            let answer = sim_kit::http::client().post(url).json(&late).send().await?;
            assert_eq!(answer.status(), 401, "N20");
            answers.push((answer.headers().clone(), answer.bytes().await?));
        }
        for (headers, _) in &mut answers {
            headers.remove("date");
        }
        assert_eq!(answers[0], answers[1], "N20: a team that left looks like one that never was");
        for envelope in &stray {
            let handled = world.local.worker.handle(envelope, &LeaseHolder::of(1)).await?;
            assert_eq!(handled, Handled::TeamGone, "{:?}", envelope.event);
        }
        world.settle().await
    };
    let (lever, qualified) = Box::pin(world.calls_during(silence)).await?;
    assert_eq!((lever, qualified), (vec![], vec![]));
    assert_eq!(world.local.parts.store.parked_events(&world.team, 100).await?, []);
    assert_eq!(admin.connector.remove_integration(&world.team).await?, [], "once more is no error");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_team_that_comes_back_invites_nobody_twice() -> Made {
    let world = World::start().await?;
    let id = world.invited("Candidate 1").await?;
    let admin = Admin::of(&world.local, &world.team)?;
    admin.connector.remove_integration(&world.team).await?;
    let (_, key) = world.local.qualified.first_team().ok_or("no team")?;
    admin.log_in().await?;
    admin.connector.set_api_key(&world.team, key.expose()).await?;
    local::connect::add_trigger_stage(&world.local, &world.team, World::TRIGGER).await?;
    world.move_to(&id, "Offer").await?;
    world.move_to(&id, World::TRIGGER).await?;
    world.invited("Candidate 2").await?;
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    assert_eq!(world.mailed("Candidate 2"), [World::TITLE]);
    assert_eq!(world.reasons(&id).await?.last(), Some(&Reason::Invited));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removal_erases_credentials_and_tells_what_the_services_refused() -> Made {
    let world = World::start().await?;
    let admin = Admin::of(&world.local, &world.team)?;
    plan(&world.local, "DELETE", "/v1/webhooks/*", Mode::Status, |_| {});
    plan(&world.local, "POST", "/oauth/revoke", Mode::Status, |_| {});
    let refusal = Fault::new("DELETE", "/api/v1/webhook_subscriptions/*", Mode::Status);
    world.local.qualified.kit().faults.plan(refusal);
    let leftovers = admin.connector.remove_integration(&world.team).await?;
    assert_eq!(leftovers, [Leftover::LeverWebhook, Leftover::Subscription, Leftover::LeverAccess]);
    let left = context(&world).await?;
    assert_eq!((left.connection, left.team.api_key), (None, None));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removal_finds_what_was_registered_but_never_written_down() -> Made {
    let world = World::start().await?;
    let admin = Admin::of(&world.local, &world.team)?;
    let store = &world.local.parts.store;
    let forgetful = Connection { webhook: None, ..connection(&world).await? };
    _ = store.record_connection(&forgetful).await?;
    let mut team = context(&world).await?.team;
    team.subscription = None;
    _ = store.record_team(&team).await?;
    assert_eq!(admin.connector.remove_integration(&world.team).await?, []);
    assert_eq!(admin.webhooks(), [json!(null); 0]);
    let subscriptions = world.local.qualified_control().get("/_sim/state").await?["subscriptions"].clone();
    assert_eq!(subscriptions, json!([]));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_under_way_while_the_team_is_removed_is_not_kept() -> Made {
    let refused_late =
        |method, path| Fault { status: Some(401), delay_ms: 1_500, ..Fault::new(method, path, Mode::Status) };
    for at_lever in [true, false] {
        let world = World::start().await?;
        let faults =
            if at_lever { &world.local.lever.kit().faults } else { &world.local.qualified.kit().faults };
        faults.plan(refused_late(
            "GET",
            if at_lever { "/v1/opportunities/*" } else { "/api/v1/team_candidates" },
        ));
        let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
        world.local.lever.move_to(&id, World::TRIGGER, None)?;
        tokio::time::sleep(Duration::from_millis(700)).await;
        Admin::of(&world.local, &world.team)?.connector.remove_integration(&world.team).await?;
        world.settle().await?;
        assert_eq!(world.local.parts.store.parked_events(&world.team, 100).await?, []);
        assert_eq!(world.mailed("Candidate 1"), [""; 0]);
        world.finish().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removal_of_a_broken_connection_drops_what_waited() -> Made {
    let world = World::start().await?;
    plan(&world.local, "GET", "/v1/opportunities/*", Mode::Status, |fault| {
        fault.status = Some(401);
        fault.times = 2;
    });
    world.invited("Candidate 1").await?;
    let admin = Admin::of(&world.local, &world.team)?;
    let leftovers = admin.connector.remove_integration(&world.team).await?;
    assert_eq!(leftovers, [Leftover::LeverWebhook], "there is no access left to delete it with");
    assert_eq!(world.local.parts.store.parked_events(&world.team, 100).await?, []);
    assert_eq!(context(&world).await?.connection, None);
    world.finish().await
}
