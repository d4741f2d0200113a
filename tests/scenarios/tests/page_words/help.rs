//! What is refused, left behind or cannot be had, and what helps.

use integrations_page::paths;
use lever_integration::clock::Clock;
use scenarios::{Made, World};
use serde_json::json;

use super::{admin, codes, does_not_say, overview, refuse, says, with_form};

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
