//! Qualified's API key.

use lever_integration::service::connect::ApiKeyError;
use scenarios::Made;
use serde_json::json;

use super::Stand;

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
