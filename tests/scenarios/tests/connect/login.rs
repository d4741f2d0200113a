//! Logins good and bad: what is stored, and what reaches nobody.

use std::time::Duration;

use lever_integration::domain::{AccountChange, LeverEnvironment};
use lever_integration::lever::{OAuthError, SCOPES};
use lever_integration::service::Error;
use lever_integration::service::connect::{Callback, Connector, LoginError};
use lever_integration::{http, lever, qualified};
use lever_sim::world::{Consent, ConsentMode};
use local::Local;
use scenarios::{Admin, Made, World};
use serde_json::{Value, json};
use sim_kit::faults::{Fault, Mode};

use super::{Stand, active, connection, ids, plan};

/// Past the life of an attempt.
const TEN_MINUTES: Duration = Duration::from_secs(10 * 60);

fn exchanges(local: &Local) -> usize {
    local.lever.kit().calls.count("POST", "/oauth/token")
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
