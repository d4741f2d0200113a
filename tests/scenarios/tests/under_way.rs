//! What an admin or another process changes while work is under way.

use std::time::Duration;

use lever_integration::domain::{AccountChange, Connection, Reason, ResultNews};
use lever_integration::service::{Error, Handled};
use lever_integration::store::Recorded;
use scenarios::calls::{EXHIBIT, INVITE, LOOK_UP};
use scenarios::{Admin, Made, World, new_run, news};
use serde_json::{Value, json};
use sim_kit::faults::{Fault, Mode};

/// So long takes a call that is made slow, in milliseconds.
const SLOW: u64 = 600;
/// By then a run that began before is within its slow call.
const MEANWHILE: Duration = Duration::from_millis(300);

async fn connection(world: &World) -> Made<Connection> {
    let context = world.local.parts.store.load_team(&world.team).await?.ok_or("no team")?;
    Ok(context.connection.ok_or("no connection")?)
}

/// Handles the move of a candidate while `change` happens after all was read and before the invitation.
async fn invite_during(
    world: &World,
    name: &str,
    change: impl Future<Output = Made>,
) -> Made<Result<Handled, Error>> {
    let id = world.candidate(name, json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    let envelope = world.envelope(world.moved(&id)?);
    let kit = world.local.qualified.kit();
    kit.faults.plan(Fault { delay_ms: SLOW, ..Fault::new("GET", LOOK_UP, Mode::Delay) });
    let run = new_run();
    let change = async {
        tokio::time::sleep(MEANWHILE).await;
        change.await
    };
    let (outcome, changed) = tokio::join!(world.local.worker.handle(&envelope, &run), change);
    changed?;
    Ok(match outcome {
        Err(Error::Contended) => world.local.worker.handle(&envelope, &new_run()).await,
        outcome => outcome,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_has_read_everything_invites_nobody_after_the_removal() -> Made {
    let world = World::without_deliveries().await?;
    let admin = Admin::of(&world.local, &world.team)?;
    let before = world.local.lever.kit().calls.count("POST", "/v1/opportunities/*/addTags");
    let removal = async {
        admin.connector.remove_integration(&world.team).await?;
        Ok(())
    };
    let outcome = Box::pin(invite_during(&world, "Candidate 1", removal)).await?;
    assert!(matches!(outcome, Ok(Handled::TeamGone)), "{outcome:?}");
    assert_eq!(world.local.qualified.kit().calls.count("POST", INVITE), 0);
    assert_eq!(world.local.lever.kit().calls.count("POST", "/v1/opportunities/*/addTags"), before);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_has_read_the_result_shows_nothing_after_the_removal() -> Made {
    let world = World::without_deliveries().await?;
    let admin = Admin::of(&world.local, &world.team)?;
    let id = world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    world.local.worker.handle(&world.envelope(world.moved(&id)?), &new_run()).await?;
    let result = world.result(&id).await?;
    world.start_result(&result)?;
    let envelope = world.envelope(news(&result, ResultNews::Started)?);
    let kit = world.local.qualified.kit();
    kit.faults.plan(Fault { delay_ms: SLOW, ..Fault::new("GET", EXHIBIT, Mode::Delay) });
    let run = new_run();
    let removal = async {
        tokio::time::sleep(MEANWHILE).await;
        admin.connector.remove_integration(&world.team).await
    };
    let (outcome, removed) = tokio::join!(world.local.worker.handle(&envelope, &run), removal);
    removed?;
    assert!(matches!(outcome, Err(Error::Contended)), "{outcome:?}");
    let again = world.local.worker.handle(&envelope, &new_run()).await?;
    assert_eq!(again, Handled::TeamGone);
    assert_eq!(world.tags(&id)?, ["Rust Basics - Invited"]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_has_read_everything_invites_nobody_of_an_account_that_was_left() -> Made {
    let world = World::without_deliveries().await?;
    let change = async {
        let other = Connection { account: Some("another-account".parse()?), ..connection(&world).await? };
        assert!(matches!(world.local.parts.store.record_connection(&other).await?, Recorded::Done { .. }));
        let context = world.local.parts.store.load_team(&world.team).await?.ok_or("no team")?;
        for trigger in &context.trigger_stages {
            world.local.parts.store.remove_trigger_stage(&world.team, &trigger.stage).await?;
        }
        Ok(())
    };
    Box::pin(invite_during(&world, "Candidate 1", change)).await??;
    assert_eq!(world.local.qualified.kit().calls.count("POST", INVITE), 0);
    assert_eq!(world.mailed("Candidate 1"), [""; 0]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_logins_at_the_same_time_one_webhook_is_left_and_believed() -> Made {
    let world = World::start().await?;
    let admin = Admin::of(&world.local, &world.team)?;
    admin.connector.remove_integration(&world.team).await?;
    let first = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
    let second = admin.consent(admin.begin(AccountChange::Ask).await?).await?;
    let kit = world.local.lever.kit();
    kit.faults.plan(Fault { times: 2, delay_ms: SLOW, ..Fault::new("POST", "/v1/webhooks", Mode::Delay) });
    let ends = tokio::join!(admin.come_back(&first), admin.come_back(&second));
    assert!(ends.0.is_ok() && ends.1.is_ok(), "{ends:?}");
    let known = connection(&world).await?.webhook.ok_or("no webhook")?;
    let left: Vec<_> = admin.webhooks().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(left, [json!(known.id.as_str())]);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_reads_nobody_in_the_stage_hides_no_invitation_of_another_run() -> Made {
    // The other run ends first, or last.
    for looks_up_in in [0, 2 * SLOW] {
        let world = World::without_deliveries().await?;
        let (id, envelope) = world.moved_in("Candidate 1")?;
        let slow = |delay_ms, path| Fault { delay_ms, ..Fault::new("GET", path, Mode::Delay) };
        world.local.lever.kit().faults.plan(slow(SLOW, "/v1/opportunities/*"));
        world.local.qualified.kit().faults.plan(slow(looks_up_in, LOOK_UP));
        let run = new_run();
        let other = async {
            tokio::time::sleep(MEANWHILE / 3).await;
            world.work_off(&envelope).await
        };
        let move_on = async {
            tokio::time::sleep(MEANWHILE).await;
            world.local.lever.move_to(&id, "Offer", None)
        };
        let (overtaken, invited, moved) =
            tokio::join!(world.local.worker.handle(&envelope, &run), other, move_on);
        moved?;
        assert!(overtaken.is_ok() && invited, "{overtaken:?}");
        assert_eq!(world.reasons(&id).await?, [Reason::Invited], "{looks_up_in}");
        world.finish().await?;
    }
    Ok(())
}

/// A Qualified with two teams; the second has an assessment of the same title under another id.
fn two_teams(world: &World) -> Made<Value> {
    let (id, key) = world.local.qualified.first_team().ok_or("no team")?;
    let seed: qualified_sim::Seed = serde_json::from_value(json!({"teams": [
        {"id": id.as_str(), "name": "First", "api_key": key.expose(), "assessments": [{"title": World::TITLE}]},
        {"id": "5f0000000000000000000002", "name": "Second", "api_key": "the-key-of-another-team", "assessments": [{"title": World::TITLE}]},
    ]}))?;
    world.local.qualified.reset(Some(seed))?;
    Ok(json!({"first": key.expose(), "second": "the-key-of-another-team"}))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_of_another_team_brings_its_assessments_and_leaves_no_subscription_behind() -> Made {
    let world = World::start().await?;
    let keys = two_teams(&world)?;
    let admin = Admin::of(&world.local, &world.team)?;
    let key = |name: &str| keys[name].as_str().unwrap_or_default().to_owned();
    admin.connector.set_api_key(&world.team, &key("first")).await?;
    world.invited("Candidate 1").await?;
    admin.connector.set_api_key(&world.team, &key("second")).await?;
    let second = world.invited("Candidate 2").await?;
    assert_eq!(world.mailed("Candidate 2"), [World::TITLE], "{:?}", world.reasons(&second).await?);
    let state = world.local.qualified_control().get("/_sim/state").await?;
    assert_eq!(state["subscriptions"].as_array().map(Vec::len), Some(1), "{}", state["subscriptions"]);
    world.finish().await
}
