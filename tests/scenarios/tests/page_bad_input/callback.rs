//! Lever's callback: once, in its own browser, in time, and with an answer that makes sense.

use std::time::Duration;

use integrations_page::Page;
use lever_integration::domain::{Connection, TeamId};
use lever_integration::lever::SCOPES;
use lever_integration::telemetry::capture;
use scenarios::{Last, Made, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

use super::{Bench, EVIL, location};

async fn connection_of(bench: &Bench, team: &TeamId) -> Made<Option<Connection>> {
    Ok(bench.world.local.parts.store.load_team(team).await?.and_then(|context| context.connection))
}

#[tokio::test]
async fn a_callback_serves_once_in_its_own_browser_and_in_time() -> Made {
    let (bench, neighbour) = Bench::with_neighbour().await?;
    let (browser, page) = bench.admin().await?;
    let cookie = browser.cookies_at(&bench.url("/"))?;
    let before = bench.connection_version().await?;

    let plain = bench.callback(&browser, &page).await?.split('?').next().unwrap_or_default().to_owned();
    for query in
        ["", "?", "?state=&code=c", "?state=unknown&code=c", "?code=c", "?state=%0d%0aset-cookie:x&code=c"]
    {
        assert_eq!(
            bench.get(&format!("{plain}{query}"), &cookie).await?.status(),
            400,
            "N21 N22 N31 {query}"
        );
    }
    let good = bench.callback(&browser, &page).await?;
    assert_eq!(bench.get(&format!("{good}&code=another"), &cookie).await?.status(), 400, "N31 two codes");
    let good = bench.callback(&browser, &page).await?;
    assert_eq!(bench.get(&good, "").await?.status(), 400, "N25 no session");
    let (colleague, _) = bench.admin().await?;
    let (stranger, _) = bench.user_of(neighbour.team.as_str(), "admin").await?;
    let connected = connection_of(&bench, &neighbour.team).await?;
    for (row, other) in [("N25 another browser", colleague), ("N26 another team", stranger)] {
        let good = bench.callback(&browser, &page).await?;
        assert_eq!(bench.get(&good, &other.cookies_at(&bench.url("/"))?).await?.status(), 400, "{row}");
    }
    assert_eq!(connection_of(&bench, &neighbour.team).await?, connected, "N26");
    let good = bench.callback(&browser, &page).await?;
    let state =
        good.split("state=").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or_default().to_owned();
    let injected = bench.get(&format!("{plain}?state={state}&code=injected"), &cookie).await?;
    assert_eq!(injected.status(), 400, "N27");
    for issuer in ["https%3A%2F%2Fevil.example", "", "https%3A%2F%2Fauth.lever.co.evil.example%2F"] {
        let foreign = format!("{}&iss={issuer}", bench.callback(&browser, &page).await?);
        assert_eq!(bench.get(&foreign, &cookie).await?.status(), 400, "N28 {issuer}");
    }
    let late = bench.callback(&browser, &page).await?;
    bench.world.clock.advance(Duration::from_secs(10 * 60));
    assert_eq!(bench.get(&late, &cookie).await?.status(), 400, "N24");
    assert_eq!(bench.connection_version().await?, before, "nothing was linked");

    let calls = bench.token_calls();
    let good = format!("{}&iss={}%2F", bench.callback(&browser, &page).await?, bench.world.local.lever.url());
    assert_eq!(
        location(&bench.get(&good, &cookie).await?),
        "/integrations/lever?done=reconnected",
        "a good one"
    );
    assert_eq!(bench.get(&good, &cookie).await?.status(), 400, "N23");
    assert_eq!(bench.token_calls(), calls + 1, "N23");
    Ok(())
}

#[tokio::test]
async fn what_lever_says_of_a_refusal_is_not_repeated() -> Made {
    let bench = Bench::start().await?;
    let (browser, page) = bench.admin().await?;
    let cookie = browser.cookies_at(&bench.url("/"))?;
    let good = bench.callback(&browser, &page).await?;
    let (plain, query) = good.split_once('?').ok_or("no query")?;
    let state = query.split('&').find(|pair| pair.starts_with("state=")).ok_or("no state")?;
    let refused =
        format!("{plain}?{state}&error=access_denied&error_description=%3Cscript%3Ecanary%3C/script%3E");
    let response = bench.get(&refused, &cookie).await?;
    assert_eq!(response.status(), 400, "N30");
    assert!(!response.text().await?.contains("canary"), "N30");
    Ok(())
}

/// N32. What Lever's token endpoint may answer wrongly, seen from the browser.
#[tokio::test]
async fn a_login_that_lever_answers_with_nonsense_is_a_502_and_one_it_does_not_answer_a_503() -> Made {
    let bench = Bench::start().await?;
    let (browser, page) = bench.admin().await?;
    let cookie = browser.cookies_at(&bench.url("/"))?;
    let before = bench.connection_version().await?;
    let good = json!({"access_token": "access", "refresh_token": "refresh", "token_type": "Bearer",
        "expires_in": 3600, "scope": SCOPES.join(" ")});
    let with = |field: &str, value: serde_json::Value| {
        let mut body = good.clone();
        body[field] = value;
        Fault { status: Some(200), body: Some(body), ..Fault::new("POST", "/oauth/token", Mode::Status) }
    };
    let mode = |mode| Fault::new("POST", "/oauth/token", mode);
    let status = |status| Fault { status: Some(status), ..mode(Mode::Status) };
    let mut redirect = status(302);
    redirect.headers.insert("location".to_owned(), "https://evil.example/".to_owned());
    let rows = [
        ("HTML", mode(Mode::Html), 502),
        ("10 MB", mode(Mode::Oversized), 502),
        ("cut off", mode(Mode::MalformedJson), 502),
        ("a redirect", redirect, 502),
        ("no refresh token", with("refresh_token", json!(null)), 502),
        ("negative lifetime", with("expires_in", json!(-1)), 502),
        ("lifetime as text", with("expires_in", json!("x")), 502),
        ("lifetime for ever", with("expires_in", json!(1_000_000_000_000_u64)), 502),
        ("another type of token", with("token_type", json!("mac")), 502),
        ("fewer scopes", with("scope", json!(SCOPES[..4].join(" "))), 502),
        ("too many calls", status(429), 503),
        ("broken", status(500), 503),
        ("down", status(503), 503),
    ];
    for (row, fault, expected) in rows {
        bench.world.local.lever.kit().faults.plan(fault);
        let back = bench.get(&bench.callback(&browser, &page).await?, &cookie).await?;
        assert_eq!(back.status().as_u16(), expected, "N32 {row}");
        let text = back.text().await?;
        assert!(text.contains("<h1") && !text.contains(EVIL), "N32 {row}: a page of ours");
        assert_eq!(bench.connection_version().await?, before, "N32 {row}: nothing is stored");
    }
    Ok(())
}

#[tokio::test]
async fn a_login_that_fails_for_want_of_the_table_is_an_error_line_that_says_why() -> Made {
    let log = capture();
    let world = World::start().await?;
    let page = Page::new(&world.failing(0, Last::Undone))?;
    let uri = format!("{}?state=some&code=some", page.callback_path());
    let request = lambda_http::http::Request::get(uri).body(lambda_http::Body::Empty)?;
    assert_eq!(oauth_callback::handle(&page, request).await.status(), 503);
    let closings = log.closings();
    let closing = closings.iter().find(|line| line["unit"] == oauth_callback::NAME).ok_or("no line")?;
    assert_eq!((&closing["outcome"], &closing["level"]), (&json!("failed"), &json!("ERROR")));
    let why = log.lines().into_iter().find(|line| line["message"] == "page.unavailable");
    assert!(why.ok_or("no reason")?["error"].is_string());
    Ok(())
}
