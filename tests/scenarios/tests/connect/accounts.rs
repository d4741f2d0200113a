//! The same account again, another one, and one that is not named.

use lever_integration::clock::Clock;
use lever_integration::domain::AccountChange;
use lever_integration::service::connect::LoginError;
use lever_integration::store::TeamContext;
use lever_sim::world::{Consent, ConsentMode};
use lever_sim::{AccountSeed, UserSeed};
use local::Local;
use scenarios::{Admin, Made, World};
use serde_json::json;
use sim_kit::faults::Mode;

use super::{Stand, active, connection, context, plan};

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
