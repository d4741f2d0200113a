//! What is silence of a webhook, and what is not.

use std::time::Duration;

use integrations_page::paths;
use jiff::Timestamp;
use lever_integration::clock::Clock;
use lever_integration::domain::Reconciliation;
use local::connect::add_trigger_stage;
use scenarios::{Admin, Made, World};
use serde_json::json;

use crate::api::User;

use super::{admin, codes, does_not_say, overview, refuse, says, with_form};

/// Longer than a move may go without its event.
const SILENCE: Duration = Duration::from_secs(12 * 60);

async fn webhook_state(world: &World) -> Made<String> {
    let overview = overview(world).await?;
    Ok(overview["connection"]["webhook"]["state"].as_str().unwrap_or_default().to_owned())
}

async fn reconciliation(world: &World) -> Made<Option<Reconciliation>> {
    Ok(world.local.parts.store.load_reconciliation(&world.team).await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_moves_within_a_minute_are_no_silence() -> Made {
    let world = World::start().await?;
    world.invited("Ada Byron").await?;
    world.pass(Duration::from_secs(30));
    world.invited("Bob Late").await?;
    world.pass(SILENCE);
    assert_eq!(webhook_state(&world).await?, "receiving");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_missed_before_the_integration_was_set_up_again_is_no_silence() -> Made {
    let world = World::without_deliveries().await?;
    let id = world.candidate("Ada Byron", json!({"tags": [World::TITLE]}))?;
    world.local.lever.move_to(&id, World::TRIGGER, None)?;
    world.pass(World::SWEEP_IS_DUE);
    world.local.reconcile().await?;
    world.settle().await?;
    assert_eq!(webhook_state(&world).await?, "silent");
    let admin = Admin::of(&world.local, &world.team)?;
    admin.connector.remove_integration(&world.team).await?;
    world.pass(World::SWEEP_IS_DUE);
    let (_, key) = world.local.qualified.first_team().ok_or("no team")?;
    admin.connector.set_api_key(&world.team, key.expose()).await?;
    admin.log_in().await?;
    add_trigger_stage(&world.local, &world.team, World::TRIGGER).await?;
    assert_eq!(webhook_state(&world).await?, "waiting");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_whoever_is_created_in_a_trigger_stage_no_event_is_missed() -> Made {
    let world = World::without_deliveries().await?;
    add_trigger_stage(&world.local, &world.team, "New applicant").await?;
    world.candidate("Ada Byron", json!({"tags": [World::TITLE]}))?;
    world.pass(SILENCE);
    assert_eq!(webhook_state(&world).await?, "waiting");
    world.local.reconcile().await?;
    world.settle().await?;
    assert_eq!(world.mailed("Ada Byron"), [World::TITLE], "and is invited all the same");
    assert_eq!(reconciliation(&world).await?.and_then(|one| one.missed_at), None::<Timestamp>);
    assert_eq!(webhook_state(&world).await?, "waiting");
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_of_lever_is_not_called_silence() -> Made {
    let world = World::start().await?;
    refuse(world.local.lever.kit(), "GET", "/v1/stages", 403, 4);
    assert_eq!(codes(&overview(&world).await?), ["lever_refuses"]);
    let (_, page) = admin(&world).await?;
    says(&page, "Lever denies a permission we need");
    says(&page, "Super Admin");
    does_not_say(&page, "does not answer");
    does_not_say(&page, "did not answer");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn used_up_permits_are_not_called_silence_of_lever_and_no_fault_of_ours() -> Made {
    let world = World::start().await?;
    let (mut browser, page) = admin(&world).await?;
    let later = world.clock.now() + Duration::from_secs(120);
    world.local.parts.store.hold_calls(&world.team, later).await?;
    assert_eq!(codes(&overview(&world).await?), ["lever_busy"]);
    let again = browser.open(page.url.as_str()).await?;
    says(&again, "Lever is limiting our requests");
    does_not_say(&again, "Lever does not answer");
    does_not_say(&again, "Lever did not answer");
    for (action, fields) in [(paths::STAGES, &[("stage", "applicant-new")][..]), (paths::WEBHOOK, &[])] {
        let form = with_form(&page, action);
        let answer = browser.submit(&form, action, fields).await?;
        assert_eq!(answer.status, 200, "{action}");
        says(&answer, "Nothing was changed");
        says(&answer, "try again in a minute");
    }
    let user = User::sign_in(&world, "admin").await?;
    assert_eq!(user.get("/stages").await?.status(), 429);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_trigger_stages_are_told_as_several() -> Made {
    let world = World::start().await?;
    let (mut browser, page) = admin(&world).await?;
    let several = [("stage", "applicant-new"), ("stage", "lead-new")];
    for (stages, told) in [
        (&several[..], "The trigger stages were added. Candidates moved into them from now on are invited."),
        (
            &[("stage", "offer")],
            "The trigger stage was added. Candidates moved into it from now on are invited.",
        ),
    ] {
        says(&browser.submit(&page, paths::STAGES, stages).await?, told);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_without_a_connection_is_not_called_silence() -> Made {
    let world = World::start().await?;
    let connector = world.local.parts.connector()?;
    connector.remove_integration(&world.team).await?;
    let user = User::sign_in(&world, "admin").await?;
    assert_eq!(user.get("/activity?search=ada").await?.status(), 409);
    let (mut browser, _) = admin(&world).await?;
    let page = format!("{}{}?search=ada", world.local.gateway_url(), paths::ACTIVITY);
    let page = browser.open(&page).await?;
    says(&page, "Log in to Lever first");
    does_not_say(&page, "did not answer");
    Ok(())
}
