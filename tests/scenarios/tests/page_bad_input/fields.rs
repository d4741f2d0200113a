//! Odd fields, secrets, and a flood.

use integrations_page::paths::{self, field};
use lever_integration::clock::Clock;
use lever_integration::domain::Reason;
use lever_integration::telemetry::capture;
use scenarios::{Made, World};
use serde_json::json;

use super::Bench;

#[tokio::test]
async fn odd_fields_get_a_clear_answer() -> Made {
    let bench = Bench::start().await?;
    let (mut browser, page) = bench.admin().await?;
    let cookie = browser.cookies_at(&bench.url("/"))?;
    for (row, stage) in [("N51 long", "x".repeat(10_000)), ("N51 comma", "a,b\n".to_owned())] {
        let shown = browser.submit(&page, paths::STAGES, &[(field::STAGE, &stage)]).await?;
        assert_eq!(shown.status, 422, "{row}");
        assert!(shown.html.contains(field::STAGE), "{row} names the field");
    }
    let unknown = browser
        .submit(&page, paths::STAGES, &[(field::STAGE, "99999999-0000-4000-8000-000000000000")])
        .await?;
    assert_eq!(unknown.url.query(), Some("dialog=unknown-stage"), "N50");
    let stages =
        bench.world.local.parts.store.load_team(&bench.world.team).await?.ok_or("no team")?.trigger_stages;
    assert_eq!(stages.len(), 1, "N50 N51: nothing was written");
    for query in ["?reason=nonsense", "?cursor=nonsense", "?cursor=%00"] {
        let response = bench.get(&bench.url(&format!("{}{query}", paths::ACTIVITY)), &cookie).await?;
        assert_eq!(response.status(), 200, "{query}: the newest activity is shown");
    }
    Ok(())
}

#[tokio::test]
async fn a_planted_secret_and_a_name_show_up_nowhere_they_do_not_belong() -> Made {
    let log = capture();
    let bench = Bench::start().await?;
    let injection = "Candidate\n{\"level\":\"FATAL\"} <script>alert(1)</script>";
    let id = bench.world.candidate("Canary", json!({"name": injection, "tags": [World::TITLE]}))?;
    bench.world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(bench.world.reasons(&id).await?, [Reason::Invited]);
    let (mut browser, page) = bench.admin().await?;
    let rejected = browser.submit(&page, paths::API_KEY, &[(field::API_KEY, "canary-api-key")]).await?;
    assert!(!rejected.html.contains("canary-api-key") && !rejected.url.as_str().contains("canary"), "N62");
    let shown = browser.open(&bench.url(paths::ACTIVITY)).await?;
    assert!(shown.html.contains("&lt;script&gt;") && !shown.html.contains("<script>alert"), "escaped");
    let text = log.text();
    for secret in ["canary-api-key", "canary@example.com", "FATAL", "alert(1)", "launch=ey"] {
        assert!(!text.contains(secret), "N62 N63: `{secret}` is in the log");
    }
    assert!(!text.is_empty(), "something is logged");
    assert!(
        log.lines().iter().all(serde_json::Value::is_object),
        "N63: every line is one JSON object:\n{text}"
    );
    Ok(())
}

/// N53. Each is an event of its own about a candidate in the trigger stage, so each has to be queued.
#[tokio::test]
async fn a_flood_at_one_url_is_taken_in_or_put_off_and_keeps_no_other_team_out() -> Made {
    const FLOOD: usize = 200;
    let (bench, neighbour) = Bench::with_neighbour().await?;
    let state = bench.world.local.lever.state();
    let webhook = &state["accounts"][0]["webhooks"][0];
    let url = webhook["url"].as_str().ok_or("no url")?;
    let token = webhook["configuration"]["signatureToken"].as_str().ok_or("no token")?;
    let context = bench.world.local.parts.store.load_team(&bench.world.team).await?.ok_or("no team")?;
    let trigger = context.trigger_stages.first().ok_or("no stage")?.stage.as_str();
    let id = bench.world.candidate("Candidate 1", json!({"stage": World::TRIGGER}))?;
    bench.world.settle().await?;
    let at = bench.world.clock.now().as_millisecond();
    let send = |url: &str, token: &str, number: usize, opportunity: &str, stage: &str| {
        let nonce = format!("flood-{number}");
        let body = json!({"event": "candidateStageChange", "triggeredAt": at, "token": nonce,
            "signature": lever_sim::signature(token, &nonce, at),
            "data": {"opportunityId": opportunity, "toStageId": stage}});
        bench.http.post(url).json(&body).send()
    };
    let flood =
        futures_util::future::join_all((0..FLOOD).map(|number| send(url, token, number, &id, trigger)));
    let other = send(
        &neighbour.lever_url,
        &neighbour.signature_token,
        FLOOD,
        &neighbour.opportunity,
        &neighbour.trigger,
    );
    let (answers, other) = futures_util::future::join(flood, other).await;
    assert_eq!(other?.status(), 200, "N53 another URL");
    let mut accepted = 0;
    for answer in answers {
        let status = answer?.status().as_u16();
        assert!([200, 503].contains(&status), "N53 {status}");
        accepted += usize::from(status == 200);
    }
    let depth = bench.world.local.queue.depth();
    assert!(depth > 1 && depth <= accepted + 1, "N53 {accepted} accepted, {depth} in the queue");
    Ok(())
}
