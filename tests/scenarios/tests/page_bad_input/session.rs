//! Forms from elsewhere, launch links and cookies.

use std::time::Duration;

use integrations_page::Page;
use integrations_page::paths::{self};
use scenarios::{Last, Made, World};

use super::{Bench, location};

#[tokio::test]
async fn a_form_from_elsewhere_or_by_a_member_changes_nothing() -> Made {
    let bench = Bench::start().await?;
    let (browser, page) = bench.admin().await?;
    let cookie = browser.cookies_at(&bench.url("/"))?;
    let token = page.html.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let token = token.ok_or("no token")?.to_owned();
    let ours = bench.world.local.gateway_url();
    let rows: [(&str, &str, &str, &str); 5] = [
        ("no token", "", &ours, &cookie),
        ("another token", "x", &ours, &cookie),
        ("another origin", &token, "https://evil.example", &cookie),
        ("no origin", &token, "", &cookie),
        ("null origin", &token, "null", &cookie),
    ];
    for path in [paths::LOGIN, paths::REMOVE, paths::STAGES, paths::API_KEY, paths::WEBHOOK] {
        for (row, token, origin, cookie) in rows {
            let mut request =
                bench.http.post(bench.url(path)).header("cookie", cookie).form(&[("csrf", token)]);
            if !origin.is_empty() {
                request = request.header("origin", origin);
            }
            assert_eq!(request.send().await?.status(), 403, "N34 N35 {path}: {row}");
        }
    }
    let (member, shown) = bench.user("member").await?;
    assert!(!shown.html.contains("method=\"post\""), "a member sees no form");
    let stolen = bench.http.post(bench.url(paths::REMOVE)).header("origin", &ours);
    let stolen =
        stolen.header("cookie", member.cookies_at(&bench.url("/"))?).form(&[("csrf", token.as_str())]);
    assert_eq!(stolen.send().await?.status(), 403, "a member with somebody's token");
    assert_eq!(bench.get(&bench.url(paths::REMOVE), &cookie).await?.status(), 200, "N35 asks only");
    bench.connection_version().await?;
    Ok(())
}

#[tokio::test]
async fn a_launch_link_opens_once_and_a_cookie_that_was_touched_opens_nothing() -> Made {
    let bench = Bench::start().await?;
    let link = bench.world.local.qualified.launch_url(bench.world.team.as_str(), "admin", "user-1");
    let link = link.map_err(|error| error.to_string())?;
    let first = bench.http.get(&link).send().await?;
    assert_eq!((first.status().as_u16(), location(&first)), (303, paths::PAGE.to_owned()));
    let cookie = first.headers()["set-cookie"].to_str()?.to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(bench.http.get(&link).send().await?.status(), 403, "used");
    assert_eq!(bench.http.get(format!("{link}x")).send().await?.status(), 403, "touched");
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    let page = bench.url(paths::PAGE);
    assert_eq!(bench.get(&page, &cookie).await?.status(), 200);
    for bad in [
        format!("{cookie}x"),
        cookie.replacen('=', "=e", 1),
        "lever_integration=x.y".to_owned(),
        String::new(),
    ] {
        assert_eq!(bench.get(&page, &bad).await?.status(), 401, "N52");
    }
    bench.world.clock.advance(Duration::from_secs(8 * 60 * 60));
    assert_eq!(bench.get(&page, &cookie).await?.status(), 401, "N52 expired");
    Ok(())
}

/// The table answers the first call, which is about the team, and no other.
#[tokio::test]
async fn a_launch_link_still_serves_if_the_table_fails_before_the_session_begins() -> Made {
    let world = World::start().await?;
    let link = world.local.qualified.launch_url(world.team.as_str(), "admin", "user-1");
    let link = link.map_err(|error| error.to_string())?;
    let open = async |page: &Page| -> Made<(u16, String)> {
        let request = lambda_http::http::Request::get(&link).body(lambda_http::Body::Empty)?;
        let response = integrations_page::handle(page, request).await;
        let status = response.status().as_u16();
        let lambda_http::Body::Text(text) = response.into_body() else { return Ok((status, String::new())) };
        Ok((status, text))
    };
    for calls in [0, 1] {
        let (status, text) = open(&Page::new(&world.failing(calls, Last::Undone))?).await?;
        assert_eq!(status, 503, "after {calls} calls");
        assert!(text.contains("Open the page from Qualified:"), "{text}");
        assert!(!text.contains("Load the overview again"), "there is no session to load it with: {text}");
    }
    let good = Page::new(&world.local.parts)?;
    assert_eq!(open(&good).await?.0, 303, "the link was not used up");
    assert_eq!(open(&good).await?.0, 403, "now it is");
    Ok(())
}
