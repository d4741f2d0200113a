//! Deliveries that are not Lever's, or come again.

use lever_integration::domain::Reason;
use lever_integration::metrics::{Metric, counted};
use reqwest::Method;
use scenarios::{Made, World};
use serde_json::{Value, json};
use sim_kit::deliveries::Outcome;

use super::{Bench, CONTENT};

#[tokio::test]
async fn malformed_deliveries_of_lever_are_turned_away() -> Made {
    let bench = Bench::start().await?;
    bench.forget_calls();
    let body = bench.signed("canary-token").to_string();
    let with = |field: &str, value: Value| {
        let mut changed = bench.signed("canary-token");
        changed[field] = value;
        changed.to_string().into_bytes()
    };
    let doubled = body.replacen('{', "{\"token\":\"canary-other\",", 1);
    let deep = format!("{{\"data\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let mut nul = bench.signed("canary-token");
    nul["data"]["opportunityId"] = json!("a\u{0}b");
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("N1 no body", vec![]),
        ("N2 not JSON", b"canary".to_vec()),
        ("N2 truncated", body.as_bytes()[..body.len() - 5].to_vec()),
        ("N3 array", b"[1]".to_vec()),
        ("N3 text", b"\"canary\"".to_vec()),
        ("N3 null", b"null".to_vec()),
        ("N4 deep", deep.into_bytes()),
        ("N4 huge number", body.replace("\"data\"", "\"more\":1e400,\"data\"").into_bytes()),
        ("N7 invalid UTF-8", [body.as_bytes(), b"\xff"].concat()),
        ("N7 lone surrogate", body.replace("canary-token", "\\ud800").into_bytes()),
        ("N7 NUL in an id", nul.to_string().into_bytes()),
        ("N8 a key twice", doubled.into_bytes()),
        ("N15 text", with("triggeredAt", json!("1700000000123"))),
        ("N15 float", with("triggeredAt", json!(1_700_000_000_123.5))),
        ("N15 negative", with("triggeredAt", json!(-1))),
        ("N15 2^63", with("triggeredAt", json!(9_223_372_036_854_775_808_u64))),
        ("N15 seconds", with("triggeredAt", json!(1_700_000_000))),
    ];
    for (row, body) in rows {
        assert_eq!(bench.post(&bench.lever_url, body).await?, 400, "{row}");
        bench.nothing_happened(row).await?;
    }
    Ok(())
}

#[tokio::test]
async fn requests_that_cannot_be_deliveries_are_turned_away() -> Made {
    let bench = Bench::start().await?;
    bench.forget_calls();
    let body = bench.signed("canary-token").to_string().into_bytes();
    for url in [&bench.lever_url, &bench.qualified_url] {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS] {
            let response = bench.http.request(method.clone(), url).body(body.clone()).send().await?;
            assert_eq!(response.status(), 405, "N9 {method}");
            assert_eq!(response.headers()["allow"], "POST", "N9 {method}");
        }
        let post = |headers: &'static [(&'static str, &'static str)], body: Vec<u8>| {
            bench.send(url, Method::POST, headers, body)
        };
        assert_eq!(post(&[("content-type", "text/plain")], body.clone()).await?.0, 415, "N6");
        assert_eq!(post(&[], body.clone()).await?.0, 415, "N6 none");
        let gzip = &[CONTENT, ("content-encoding", "gzip")];
        assert_eq!(post(gzip, body.clone()).await?.0, 415, "a compressed body");
        assert_eq!(post(&[CONTENT], vec![b' '; 64 * 1024 + 1]).await?.0, 413, "N5");
        assert_eq!(post(&[CONTENT], vec![0xff; 64 * 1024 + 1]).await?.0, 413, "N5 base64");
        bench.nothing_happened("N5 N6 N9").await?;
    }
    Ok(())
}

#[tokio::test]
async fn whatever_is_not_authentic_looks_the_same() -> Made {
    let bench = Bench::start().await?;
    bench.forget_calls();
    let good = bench.signed("canary-token");
    let signature = good["signature"].as_str().unwrap_or_default().to_owned();
    let flipped = |index: usize| {
        let old = signature.as_bytes()[index];
        let mut bytes = signature.clone().into_bytes();
        bytes[index] = if old == b'0' { b'1' } else { b'0' };
        String::from_utf8(bytes).expect("hex digits")
    };
    let with = |signature: Value| {
        let mut changed = good.clone();
        changed["signature"] = signature;
        changed
    };
    let over_the_body = lever_sim::signature(&bench.signature_token, &good.to_string(), 0);
    let mut unsigned = good.clone();
    unsigned.as_object_mut().expect("an object").remove("signature");
    let (now, data) = (bench.now(), bench.move_data());
    let at = |at: i64| bench.signed_by(&bench.signature_token, at, "canary-token", &data);
    let day = 24 * 60 * 60 * 1000;
    let unknown_key = format!("{}x", bench.lever_url);
    let unknown_team = bench.lever_url.replace(bench.world.team.as_str(), "65f0c0de00000000000000ff");
    let neighbour = &bench.neighbour;
    let of_neighbour = bench.signed_by(&neighbour.signature_token, now, "canary-token", &data);
    let key_of_neighbour = neighbour.lever_url.replace(neighbour.team.as_str(), bench.world.team.as_str());
    let key_of_the_other_intake = bench.qualified_url.replace("/qualified/", "/lever/");
    let rows = [
        ("N10 missing", &bench.lever_url, unsigned),
        ("N10 empty", &bench.lever_url, with(json!(""))),
        ("N10 63 digits", &bench.lever_url, with(json!(signature[..63]))),
        ("N10 65 digits", &bench.lever_url, with(json!(format!("{signature}0")))),
        ("N10 not hex", &bench.lever_url, with(json!("z".repeat(64)))),
        ("N10 upper case", &bench.lever_url, with(json!(signature.to_uppercase()))),
        ("N11 first digit", &bench.lever_url, with(json!(flipped(0)))),
        ("N11 last digit", &bench.lever_url, with(json!(flipped(63)))),
        ("N12 the key of our other webhook in the URL", &key_of_the_other_intake, good.clone()),
        ("N13 another team's delivery at our URL", &bench.lever_url, of_neighbour.clone()),
        ("N13 another team's delivery with its key", &key_of_neighbour, of_neighbour.clone()),
        ("N13 our delivery with another team's key", &key_of_neighbour, good.clone()),
        ("N13 our delivery at another team's URL", &neighbour.lever_url, good.clone()),
        ("N14 over the body", &bench.lever_url, with(json!(over_the_body))),
        ("N16 from the future", &bench.lever_url, at(now + 5 * 60 * 1000 + 2000)),
        ("N16 too old", &bench.lever_url, at(now - 15 * day - 1000)),
        ("N20 unknown key", &unknown_key, good.clone()),
        ("N20 unknown team", &unknown_team, good.clone()),
    ];
    let mut answers = std::collections::BTreeSet::new();
    for (row, url, body) in rows {
        let (status, text) = bench.send(url, Method::POST, &[CONTENT], body.to_string().into_bytes()).await?;
        assert_eq!(status, 401, "{row}");
        answers.insert(text);
        bench.nothing_happened(row).await?;
    }
    assert_eq!(answers.len(), 1, "N20: {answers:?}");
    assert_eq!(
        bench.post(&bench.lever_url, at(now - 15 * day + 60_000).to_string()).await?,
        200,
        "just young enough"
    );
    assert_eq!(
        bench.post(&neighbour.lever_url, of_neighbour.to_string()).await?,
        200,
        "it was authentic there"
    );
    Ok(())
}

/// N64. What it costs in memory is measured by the benchmarks.
#[tokio::test]
async fn enumerating_keys_learns_nothing_and_leaves_nothing() -> Made {
    let bench = Bench::start().await?;
    bench.forget_calls();
    let items = bench.world.local.stored_items().await?.len();
    let body = bench.signed("canary-token").to_string().into_bytes();
    let origin = bench.world.local.gateway_url();
    let mut answers = std::collections::BTreeSet::new();
    for number in 0..1_000 {
        let guessed = [
            format!("{origin}/webhooks/lever/team-{number}/{number:032}"),
            format!("{origin}/webhooks/lever/{}/{number:032}", bench.world.team),
            format!("{origin}/webhooks/qualified/{}/{number:032}", bench.world.team),
        ];
        for url in guessed {
            answers.insert(bench.send(&url, Method::POST, &[CONTENT], body.clone()).await?);
        }
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|(status, _)| *status == 401));
    assert_eq!(bench.world.local.stored_items().await?.len(), items);
    bench.nothing_happened("N64").await
}

#[tokio::test]
async fn a_replay_has_one_effect_and_a_forged_body_none() -> Made {
    let bench = Bench::start().await?;
    let id = bench.world.candidate("Candidate 1", json!({"tags": [World::TITLE]}))?;
    bench.world.move_to(&id, World::TRIGGER).await?;
    assert_eq!(bench.world.mailed("Candidate 1").len(), 1);
    let delivery = bench.world.local.lever.kit().deliveries.list().pop().ok_or("no delivery")?;
    bench.forget_calls();
    let attempts = delivery.attempts.len();
    for _ in 0..100 {
        bench.world.local.lever.kit().deliveries.rerun(&delivery.id);
    }
    bench.world.settle().await?;
    let replayed =
        bench.world.local.lever.kit().deliveries.list().into_iter().find(|one| one.id == delivery.id);
    let replayed = replayed.ok_or("no delivery")?;
    let answers: Vec<_> = replayed.attempts[attempts..].iter().map(|attempt| &attempt.outcome).collect();
    assert_eq!(answers, [&Outcome::Status(200); 100], "N17");
    assert_eq!(bench.world.local.lever.kit().calls.after(0).len(), 0, "N17");
    assert_eq!(bench.world.mailed("Candidate 1").len(), 1, "N17");

    let other =
        bench.world.candidate("Candidate 2", json!({"tags": [World::TITLE], "stage": World::TRIGGER}))?;
    let mut body: Value = bench.signed("canary-replayed");
    body["data"]["opportunityId"] = json!(id);
    assert_eq!(bench.post(&bench.lever_url, body.to_string()).await?, 200);
    bench.world.settle().await?;
    bench.forget_calls();
    body["data"]["opportunityId"] = json!(other);
    let tampered = counted(Metric::Tampered);
    assert_eq!(bench.post(&bench.lever_url, body.to_string()).await?, 200, "N18");
    assert_eq!(counted(Metric::Tampered), tampered + 1, "N18 raises the alarm");
    bench.world.settle().await?;
    assert_eq!(bench.world.local.lever.kit().calls.after(0).len(), 0, "N18");
    assert!(bench.world.mailed("Candidate 2").is_empty(), "N18");
    assert!(bench.log.text().contains("forged"), "N18 is seen in the log");
    bench.log_is_clean("N17 N18");
    Ok(())
}

#[tokio::test]
async fn somebody_elses_opportunity_costs_one_read_and_ends_there() -> Made {
    let bench = Bench::start().await?;
    let foreign = bench.neighbour.opportunity.as_str();
    let tags = bench.world.tags(foreign)?;
    let mut data = bench.move_data();
    data["opportunityId"] = json!(foreign);
    let body = bench.signed_by(&bench.signature_token, bench.now(), "canary", &data);
    bench.forget_calls();
    assert_eq!(bench.post(&bench.lever_url, body.to_string()).await?, 200, "N19");
    bench.world.settle().await?;
    assert_eq!(bench.world.local.lever.kit().calls.after(0).len(), 1, "N19");
    assert_eq!(bench.world.local.qualified.kit().calls.after(0).len(), 0, "N19");
    assert_eq!(bench.world.reasons(foreign).await?, [Reason::OpportunityGone]);
    assert_eq!((bench.world.tags(foreign)?, bench.world.notes(foreign)?), (tags, vec![]), "N19");
    assert!(bench.world.local.qualified.mails().is_empty(), "N19");
    bench.log_is_clean("N19");
    Ok(())
}
