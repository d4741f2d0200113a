//! Our webhook in Lever is there once, and its token is known.

use lever_integration::domain::Connection;
use scenarios::{Admin, Made, World};
use serde_json::json;

use super::{Stand, connection, ids};

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
