//! Every answer: panics, headers, odd paths, and where nobody is sent.

use std::collections::BTreeSet;
use std::sync::Arc;

use integrations_page::Page;
use integrations_page::paths::{self};
use jiff::Timestamp;
use lever_integration::clock::Clock;
use lever_integration::setup::Parts;
use lever_integration::telemetry::capture;
use reqwest::Method;
use scenarios::{Last, Made, World};
use serde_json::json;

use super::{Bench, EVIL, location};

/// A clock that stands for any fault in the code that answers.
struct BrokenClock;

impl Clock for BrokenClock {
    fn now(&self) -> Timestamp {
        panic!("the clock is broken")
    }
}

#[tokio::test]
async fn a_panic_is_answered_503_with_a_closing_line() -> Made {
    let log = capture();
    let world = World::start().await?;
    let page = Page::new(&Parts { clock: Arc::new(BrokenClock), ..world.failing(0, Last::Undone) })?;
    let request = |uri: &str| lambda_http::http::Request::get(uri).body(lambda_http::Body::Empty);
    let callback = format!("{}?state=some&code=some", page.callback_path());
    let answers = [
        (integrations_page::NAME, integrations_page::handle(&page, request(paths::PAGE)?).await),
        (oauth_callback::NAME, oauth_callback::handle(&page, request(&callback)?).await),
    ];
    for (unit, answer) in answers {
        assert_eq!(answer.status(), 503, "{unit}");
        let closings = log.closings();
        let closing = closings.iter().find(|line| line["unit"] == unit).ok_or("no line")?;
        assert_eq!((&closing["outcome"], &closing["level"]), (&json!("failed"), &json!("ERROR")));
    }
    Ok(())
}

#[tokio::test]
async fn every_route_and_error_carries_the_security_headers() -> Made {
    let bench = Bench::start().await?;
    let (browser, page) = bench.admin().await?;
    let cookie = browser.cookies_at(&bench.url("/"))?;
    let style = page
        .html
        .split("href=\"")
        .find(|rest| rest.contains(".css\""))
        .and_then(|rest| rest.split('"').next());
    let paths = [
        paths::PAGE,
        paths::ACTIVITY,
        paths::WHY,
        paths::REMOVE,
        "/integrations/lever/none",
        "/lever/callback",
        "/lever/callback/sandbox",
        "/health",
        "/webhooks/lever/t/k",
        "/webhooks/qualified/t/k",
        style.unwrap_or_default(),
    ];
    let mut statuses = BTreeSet::new();
    for path in paths {
        for (cookie, method) in
            [(cookie.as_str(), Method::GET), ("", Method::GET), (cookie.as_str(), Method::DELETE)]
        {
            let request = bench.http.request(method.clone(), bench.url(path)).header("cookie", cookie);
            let request = request
                .header("host", EVIL)
                .header("x-forwarded-host", EVIL)
                .header("x-forwarded-proto", "x");
            let response = request.header("accept", "application/json").send().await?;
            statuses.insert(response.status().as_u16());
            let headers = response.headers().clone();
            for name in
                ["strict-transport-security", "x-frame-options", "x-content-type-options", "referrer-policy"]
            {
                assert!(headers.contains_key(name), "N48 N49 {method} {path}: {name}");
            }
            let policy = headers["content-security-policy"].to_str()?.to_owned();
            assert!(policy.contains("frame-ancestors 'none'"), "N48 {path}: {policy}");
            let shown = format!("{headers:?}{}", response.text().await?);
            assert!(!shown.contains(EVIL), "N44 {path}");
        }
    }
    assert!(statuses.is_superset(&BTreeSet::from([200, 400, 401, 404, 405])), "{statuses:?}");
    Ok(())
}

/// N45. The bodies are good, and the table counts: it would fail at the first read.
#[tokio::test]
async fn an_odd_path_is_answered_404_before_anything_is_read() -> Made {
    let bench = Bench::start().await?;
    let parts = bench.world.failing(0, Last::Undone);
    let intake = parts.intake();
    let at = bench.world.clock.now().as_millisecond();
    let signature = lever_sim::signature("made-up", "n", at);
    let lever = json!({"event": "candidateStageChange", "triggeredAt": at, "token": "n", "signature": signature,
        "data": {"opportunityId": "o", "toStageId": "s"}});
    let qualified = json!({"event": "assessment_result_started", "data": {"id": "a1"}});
    let team = bench.world.team.as_str();
    let (long, longer) = ("k".repeat(10_000), "k".repeat(129));
    let odd = [
        format!("{team}/%00"),
        format!("{team}/a%20b"),
        format!("{team}/"),
        format!("{team}//k"),
        format!("{team}/{long}"),
        format!("{team}/{longer}"),
        "..%2f/k".to_owned(),
        "../k".to_owned(),
        "/k".to_owned(),
        format!("{long}/k"),
        format!("{team}%00/k"),
    ];
    for (service, body) in [("lever", &lever), ("qualified", &qualified)] {
        let answer = async |rest: &str| -> Made<u16> {
            let request = lambda_http::http::Request::post(format!("/webhooks/{service}/{rest}"))
                .header("content-type", "application/json")
                .body(lambda_http::Body::Text(body.to_string()))?;
            let response = if service == "lever" {
                stage_change_webhook::handle(&intake, request).await
            } else {
                assessment_events::handle(&intake, request).await
            };
            Ok(response.status().as_u16())
        };
        for rest in &odd {
            let shown = rest.get(..40).unwrap_or(rest);
            assert_eq!(answer(rest).await?, 404, "N45 {service}/{shown}");
        }
        let longest = "k".repeat(128);
        for rest in [format!("{team}/{longest}"), format!("{team}/a-Z_0.~")] {
            assert_eq!(answer(&rest).await?, 503, "{service}/{rest} is looked up");
        }
    }
    let post = bench.http.post(bench.url("/webhooks//lever/t/k")).json(&lever);
    assert_eq!(post.send().await?.status(), 404, "N45");
    let (browser, _) = bench.admin().await?;
    let cookies = browser.cookies_at(&bench.url("/"))?;
    let page = bench.get(&bench.url("/integrations/lever/..%2fx"), &cookies).await?;
    assert_eq!(page.status(), 404, "N45");
    Ok(())
}

/// N29. Wherever a link says to go, the browser is sent to our own page.
#[tokio::test]
async fn nobody_is_sent_where_a_query_says() -> Made {
    let bench = Bench::start().await?;
    let (browser, page) = bench.admin().await?;
    let cookie = browser.cookies_at(&bench.url("/"))?;
    for elsewhere in
        ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%5C%5Cevil.example", "javascript%3Aalert(1)"]
    {
        for name in ["return_to", "next", "redirect_uri"] {
            let link = bench.world.local.qualified.launch_url(bench.world.team.as_str(), "admin", "user-1");
            let link = link.map_err(|error| error.to_string())?;
            let opened = bench.http.get(format!("{link}&{name}={elsewhere}")).send().await?;
            assert_eq!(
                (opened.status().as_u16(), location(&opened)),
                (303, paths::PAGE.to_owned()),
                "N29 {name}"
            );
            let shown =
                bench.get(&bench.url(&format!("{}?{name}={elsewhere}", paths::PAGE)), &cookie).await?;
            assert_eq!(shown.status(), 200, "N29 {name}");
            let text = shown.text().await?;
            assert!(!text.contains(EVIL) && !text.contains("javascript:"), "N29 {name} is not repeated");
        }
        let good = format!("{}&return_to={elsewhere}", bench.callback(&browser, &page).await?);
        let back = bench.get(&good, &cookie).await?;
        let ours = "/integrations/lever?done=reconnected";
        assert_eq!((back.status().as_u16(), location(&back).as_str()), (303, ours), "N29 callback");
    }
    Ok(())
}
