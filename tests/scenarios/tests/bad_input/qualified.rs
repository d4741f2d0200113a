//! Deliveries that are not Qualified's, or claim too much.

use scenarios::Made;
use serde_json::{Value, json};

use super::Bench;

#[tokio::test]
async fn bad_deliveries_of_qualified_have_no_effect() -> Made {
    let bench = Bench::start().await?;
    bench.forget_calls();
    let event = |event: &str, data: Value| json!({"event": event, "data": data}).to_string();
    let unknown_key = format!("{}x", bench.qualified_url);
    assert_eq!(
        bench.post(&unknown_key, event("assessment_result_started", json!({"id": "a1"}))).await?,
        401,
        "N36"
    );
    let neighbour = &bench.neighbour;
    let key_of_neighbour =
        neighbour.qualified_url.replace(neighbour.team.as_str(), bench.world.team.as_str());
    let started = event("assessment_result_started", json!({"id": "a1"}));
    assert_eq!(bench.post(&key_of_neighbour, started).await?, 401, "N36 another team's key");
    assert_eq!(
        bench.post(&bench.qualified_url, event("note_created", json!({"id": "a1"}))).await?,
        200,
        "N40"
    );
    assert_eq!(bench.post(&bench.qualified_url, "canary").await?, 400, "not JSON");
    assert_eq!(bench.post(&bench.qualified_url, "[]").await?, 400, "an array");
    let no_id = event("assessment_result_started", json!({}));
    assert_eq!(bench.post(&bench.qualified_url, no_id).await?, 400, "no id");
    let bad_id = event("assessment_result_started", json!({"id": "../canary"}));
    assert_eq!(bench.post(&bench.qualified_url, bad_id).await?, 400, "an unusable id");
    bench.nothing_happened("N36 N40").await?;
    Ok(())
}

#[tokio::test]
async fn only_the_api_says_what_a_result_is() -> Made {
    let bench = Bench::start().await?;
    let id = bench.world.invited("Candidate 1").await?;
    let result = bench.world.result(&id).await?;
    let claim = json!({"event": "assessment_result_submitted", "data": {
        "id": result, "state": "submitted", "score": 1e9, "submitted_at": "2026-01-02T03:04:05.678Z",
        "candidate": {"first_name": "canary".repeat(2_000)},
    }});
    assert_eq!(bench.post(&bench.qualified_url, claim.to_string()).await?, 200, "N38 N41");
    bench.world.settle().await?;
    let tags = bench.world.tags(&id)?;
    assert!(tags.iter().any(|tag| tag == "Rust Basics - Invited"), "N38: {tags:?}");
    assert!(bench.world.notes(&id)?.is_empty(), "N38");

    let strange =
        json!({"id": bench.neighbour.result, "team_candidate": {"id": "x"}, "assessment": {"id": "y"}});
    let foreign = json!({"event": "assessment_result_started", "data": strange});
    bench.forget_calls();
    assert_eq!(bench.post(&bench.qualified_url, foreign.to_string()).await?, 200, "N37");
    bench.world.settle().await?;
    assert!(bench.world.local.qualified.kit().calls.after(0).len() <= 1, "N37");
    assert_eq!(bench.world.local.lever.kit().calls.after(0).len(), 0, "N37");

    bench.world.submit_result(&result).await?;
    bench.world.shows(&id, "Rust Basics - Submitted").await?;
    let late = json!({"event": "assessment_result_started", "data": {
        "id": result, "state": "started", "started_at": "2026-01-02T03:04:05.678Z"}});
    assert_eq!(bench.post(&bench.qualified_url, late.to_string()).await?, 200, "N39");
    bench.world.settle().await?;
    assert!(bench.world.tags(&id)?.contains(&"Rust Basics - Submitted".to_owned()), "N39");
    assert_eq!(bench.world.notes(&id)?.len(), 1, "N39");
    bench.log_is_clean("N37 N38 N39 N41");
    Ok(())
}
