//! Removing the integration and coming back.

use std::time::Duration;

use lever_integration::clock::Clock;
use lever_integration::domain::{
    Connection, Event, LeaseHolder, Reason, ResultChanged, ResultNews, StageChanged,
};
use lever_integration::queue::Envelope;
use lever_integration::service::Handled;
use lever_integration::service::connect::Leftover;
use scenarios::calls::LOOK_UP;
use scenarios::{Admin, Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

use super::{connection, context, plan};

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
    let envelope = |event| Envelope::new(world.team.clone(), event, now);
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
        faults.plan(refused_late("GET", if at_lever { "/v1/opportunities/*" } else { LOOK_UP }));
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
