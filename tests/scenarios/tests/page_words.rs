//! What the page says when something is amiss names the true cause, and what it offers helps.

use std::time::Duration;

use integrations_page::paths;
use jiff::Timestamp;
use lever_integration::clock::Clock;
use lever_integration::domain::{Activity, ActivityId, EventId, Reconciliation};
use local::browser::{Browser, Shown};
use local::connect::add_trigger_stage;
use scenarios::{Admin, Made, World};
use serde_json::{Value, json};
use sim_kit::faults::{Fault, Mode};

use crate::api::User;

/// Longer than a stage change is left to its own event, and than the pause between two sweeps.
const A_WHILE: Duration = Duration::from_secs(6 * 60);
/// Longer than a move may go without its event.
const SILENCE: Duration = Duration::from_secs(12 * 60);

/// The overview, as JSON.
async fn overview(world: &World) -> Made<Value> {
    Ok(User::sign_in(world, "admin").await?.get("/overview").await?.json().await?)
}

async fn webhook_state(world: &World) -> Made<String> {
    let overview = overview(world).await?;
    Ok(overview["connection"]["webhook"]["state"].as_str().unwrap_or_default().to_owned())
}

fn codes(overview: &Value) -> Vec<&str> {
    overview["problems"].as_array().into_iter().flatten().filter_map(|one| one["code"].as_str()).collect()
}

/// An admin's browser on the overview.
async fn admin(world: &World) -> Made<(Browser, Shown)> {
    let link = world.local.qualified.launch_url(world.team.as_str(), "admin", "user-1");
    let mut browser = Browser::new()?;
    let page = browser.open(&link.map_err(|error| error.to_string())?).await?;
    Ok((browser, page))
}

fn says(page: &Shown, text: &str) {
    assert!(page.html.contains(text), "`{text}` is not in {}", page.html);
}

fn does_not_say(page: &Shown, text: &str) {
    assert!(!page.html.contains(text), "`{text}` is in {}", page.html);
}

fn refuse(kit: &sim_kit::Kit, method: &str, path: &str, status: u16, times: u64) {
    kit.faults.plan(Fault { status: Some(status), times, ..Fault::new(method, path, Mode::Status) });
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
    world.pass(A_WHILE);
    world.local.reconcile().await?;
    world.settle().await?;
    assert_eq!(webhook_state(&world).await?, "silent");
    let admin = Admin::of(&world.local, &world.team)?;
    admin.connector.remove_integration(&world.team).await?;
    world.pass(A_WHILE);
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

/// The page with a form for this action, which it need not show at the moment.
fn with_form(page: &Shown, action: &str) -> Shown {
    let token = page.html.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let input = format!(r#"<input type="hidden" name="csrf" value="{}">"#, token.unwrap_or_default());
    let html = format!(r#"<form method="post" action="{action}">{input}</form>"#);
    Shown { url: page.url.clone(), status: page.status, html }
}

async fn plan_without_webhooks(world: &World) -> Made {
    let path = format!("/_sim/teams/{}/features", world.team);
    world.local.qualified_control().post(&path, &json!({"webhook_events": false})).await?;
    Ok(())
}

async fn forget_subscription(world: &World) -> Made {
    let store = &world.local.parts.store;
    let team = store.load_team(&world.team).await?.ok_or("no team")?.team;
    let _ = store.record_team(&lever_integration::domain::Team { subscription: None, ..team }).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_without_webhooks_is_named_and_nothing_to_mend() -> Made {
    let world = World::start().await?;
    plan_without_webhooks(&world).await?;
    forget_subscription(&world).await?;
    assert_eq!(codes(&overview(&world).await?), ["no_webhooks_in_plan"]);
    let (mut browser, page) = admin(&world).await?;
    says(&page, "Your plan in Qualified has no webhooks");
    does_not_say(&page, "Register it again");
    let form = with_form(&page, paths::SUBSCRIPTION);
    let answer = browser.submit(&form, paths::SUBSCRIPTION, &[]).await?;
    assert_eq!(answer.status, 200);
    does_not_say(&answer, "Qualified tells us about results again");
    let (_, key) = world.local.qualified.first_team().ok_or("no team")?;
    let answer = browser.submit(&page, paths::API_KEY, &[("api_key", key.expose())]).await?;
    says(&answer, "Qualified accepted the API key");
    says(&answer, "Your plan in Qualified has no webhooks");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_refused_while_the_subscription_is_registered_again_is_said_to_be_refused() -> Made {
    let world = World::start().await?;
    forget_subscription(&world).await?;
    let (mut browser, page) = admin(&world).await?;
    world.local.qualified.rotate_api_key(world.team.as_str(), "the-new-key".into());
    let answer = browser.submit(&page, paths::SUBSCRIPTION, &[]).await?;
    assert_eq!(answer.status, 200);
    says(&answer, "Qualified no longer accepts the API key");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_saved_is_not_said_to_be_lost() -> Made {
    let world = World::start().await?;
    let (mut browser, page) = admin(&world).await?;
    refuse(world.local.qualified.kit(), "GET", "/api/v1/webhook_subscriptions", 503, 10);
    let (_, key) = world.local.qualified.first_team().ok_or("no team")?;
    let answer = browser.submit(&page, paths::API_KEY, &[("api_key", key.expose())]).await?;
    does_not_say(&answer, "was not saved");
    says(&answer, "The API key is saved");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_removal_leaves_behind_is_named_with_its_place() -> Made {
    let world = World::start().await?;
    let id = world.invited("Ada Byron").await?;
    let result = world.result(&id).await?;
    let at_lever = world.local.lever.state()["accounts"][0]["webhooks"][0].clone();
    let state = world.local.qualified_control().get("/_sim/state").await?;
    let at_qualified = state["subscriptions"][0].clone();
    let (mut browser, page) = admin(&world).await?;
    refuse(world.local.lever.kit(), "DELETE", "/v1/webhooks/*", 403, 10);
    refuse(world.local.lever.kit(), "POST", "/oauth/revoke", 503, 10);
    refuse(world.local.qualified.kit(), "GET", "/api/v1/webhook_subscriptions", 503, 10);
    let form = with_form(&page, paths::REMOVE);
    let answer = browser.submit(&form, paths::REMOVE, &[]).await?;
    assert_eq!(answer.status, 200);
    says(&answer, "The integration was removed");
    says(&answer, "Our webhook is still in Lever; what it sends is refused.");
    says(&answer, "Our webhook is still in Qualified; what it sends is no longer followed.");
    says(&answer, "Authorized Apps");

    let before = world.activity(&id).await?;
    let at = world.clock.now().as_millisecond();
    let stage = world.local.lever.opportunity(&id)?["stage"].clone();
    let token = at_lever["configuration"]["signatureToken"].as_str().ok_or("no signature token")?;
    let moved = json!({"event": "candidateStageChange", "triggeredAt": at, "token": "t",
        "signature": lever_sim::signature(token, "t", at), "data": {"opportunityId": id, "toStageId": stage}});
    let handed_in = json!({"event": "assessment_result_submitted", "data": {"id": result}});
    for (webhook, delivery, status) in [(&at_lever, moved, 401_u16), (&at_qualified, handed_in, 200)] {
        let url = webhook["url"].as_str().ok_or("no url")?;
        let answer = sim_kit::http::client().post(url).json(&delivery).send().await?;
        assert_eq!(answer.status().as_u16(), status, "{delivery}");
    }
    world.settle().await?;
    assert_eq!(world.activity(&id).await?, before);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_was_not_registered_is_not_said_to_be() -> Made {
    const REGISTERED: &str = "The webhook is registered in Lever again";
    let world = World::start().await?;
    let (mut browser, page) = admin(&world).await?;
    let form = with_form(&page, paths::WEBHOOK);
    says(&browser.submit(&form, paths::WEBHOOK, &[]).await?, REGISTERED);
    world.local.parts.connector()?.remove_integration(&world.team).await?;
    let answer = browser.submit(&form, paths::WEBHOOK, &[]).await?;
    assert_eq!(answer.status, 200);
    does_not_say(&answer, REGISTERED);
    world.finish().await?;

    let world = World::start().await?;
    world.local.lever.revoke(None)?;
    let (mut browser, page) = admin(&world).await?;
    let form = with_form(&page, paths::WEBHOOK);
    let answer = browser.submit(&form, paths::WEBHOOK, &[]).await?;
    assert_eq!(answer.status, 200);
    says(&answer, "Lever no longer accepts our access");
    does_not_say(&answer, REGISTERED);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removal_that_leaves_nothing_says_nothing_more() -> Made {
    let world = World::start().await?;
    let (mut browser, page) = admin(&world).await?;
    let form = with_form(&page, paths::REMOVE);
    let answer = browser.submit(&form, paths::REMOVE, &[]).await?;
    says(&answer, "The integration was removed");
    does_not_say(&answer, "still in");
    Ok(())
}

/// Lines about this opportunity, one a second up to now, the newest last.
async fn write_lines(world: &World, sample: &Activity, id: &str, count: i64) -> Made {
    for number in 0..count {
        let event: EventId = format!("made-up-{id}-{number}").parse()?;
        let line = Activity {
            at: world.clock.now() - Duration::from_secs(u64::try_from(count - number)?),
            id: ActivityId::line(&event, 0),
            event,
            opportunity: id.parse()?,
            ..sample.clone()
        };
        world.local.parts.store.record_activity(&line).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_of_the_activity_is_not_shown_as_the_whole() -> Made {
    let world = World::start().await?;
    let (old, other) = (world.invited("Ada Byron").await?, world.candidate("Bob Late", json!({}))?);
    world.pass(Duration::from_secs(8 * 24 * 60 * 60));
    let sample = world.activity(&old).await?.remove(0);
    write_lines(&world, &sample, &other, 2_100).await?;

    let user = User::sign_in(&world, "admin").await?;
    let found: Value = user.get(&format!("/activity?search={old}")).await?.json().await?;
    assert_eq!(found["lines"].as_array().map(Vec::len), Some(1), "a link finds anybody: {found}");
    assert_eq!(found["older"], Value::Null);

    let (mut browser, _) = admin(&world).await?;
    let address = |query: &str| format!("{}{}?{query}", world.local.gateway_url(), paths::ACTIVITY);
    let page = browser.open(&address("reason=no_email")).await?;
    says(&page, "No match in the newest entries");
    says(&page, ">Older<");
    does_not_say(&page, "Nothing matches");

    let overview: Value = user.get("/overview").await?.json().await?;
    let weeks = overview["funnel"].as_array().map(Vec::len);
    assert!(weeks.is_some_and(|weeks| weeks <= 2), "weeks that were not counted are left out: {overview}");
    let since = overview["funnel_since"].as_str().ok_or("not said that a part was counted")?;
    assert!(since.parse::<Timestamp>()? < world.clock.now());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_finds_the_newest_of_the_activity() -> Made {
    let world = World::start().await?;
    let sample = world.invited("Ada Byron").await?;
    let sample = world.activity(&sample).await?.remove(0);
    let mut ids = Vec::new();
    for number in 10..50 {
        let id = world.candidate(&format!("Candidate {number}"), json!({}))?;
        write_lines(&world, &sample, &id, 1).await?;
        ids.push(id);
    }
    let user = User::sign_in(&world, "admin").await?;
    // Later, so that the team's calls are not used up.
    world.pass(A_WHILE);
    for (number, id) in (10..50).zip(&ids).rev().take(10) {
        let found: Value = user.get(&format!("/activity?search=candidate+{number}")).await?.json().await?;
        assert_eq!(found["lines"][0]["candidate"]["opportunity"], **id, "Candidate {number}: {found}");
        assert_eq!(found["is_cut"], true, "there are older ones that nobody asked for");
    }
    let found: Value = user.get("/activity?search=candidate+10").await?.json().await?;
    assert_eq!((&found["lines"], &found["is_cut"]), (&json!([]), &json!(true)), "not found is not nobody");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_of_one_name_the_one_that_was_read_is_not_taken_for_the_only_one() -> Made {
    for mode in [Mode::Status, Mode::DropAfter] {
        let world = World::start().await?;
        let elsewhere = world.invited("Candidate 1").await?;
        world.move_to(&elsewhere, "Offer").await?;
        world.invited("Candidate 1").await?;
        let user = User::sign_in(&world, "admin").await?;
        world.pass(A_WHILE);
        let path = format!("/v1/opportunities/{elsewhere}");
        world.local.lever.kit().faults.plan(Fault { times: 9, ..Fault::new("GET", &path, mode) });
        let why: Value = user.get("/why?candidate=Candidate+1").await?.json().await?;
        assert_eq!(why["is_cut"], true, "{mode:?}: {why}");
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
