//! Bad input at the page and the OAuth callback: the right answer, nothing linked, nothing told.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use integrations_page::Page;
use integrations_page::paths::{self, field};
use jiff::Timestamp;
use lever_integration::clock::Clock;
use lever_integration::domain::{Connection, ConnectionState, Reason, TeamId};
use lever_integration::lever::SCOPES;
use lever_integration::setup::Parts;
use lever_integration::telemetry::capture;
use local::browser::{Browser, Shown};
use reqwest::{Client, Method, Response, redirect};
use scenarios::{Last, Made, Neighbour, World};
use serde_json::json;
use sim_kit::faults::{Fault, Mode};

const EVIL: &str = "evil.example";

struct Bench {
    world: World,
    http: Client,
}

impl Bench {
    async fn start() -> Made<Self> {
        let http = sim_kit::http::builder().redirect(redirect::Policy::none()).build()?;
        let world = World::start().await?;
        world.local.lever_control().post("/_sim/consent", &json!({"mode": "accept"})).await?;
        Ok(Self { world, http })
    }

    /// The same beside a second team.
    async fn with_neighbour() -> Made<(Self, Neighbour)> {
        let http = sim_kit::http::builder().redirect(redirect::Policy::none()).build()?;
        let (world, neighbour) = World::with_neighbour().await?;
        world.local.lever_control().post("/_sim/consent", &json!({"mode": "accept"})).await?;
        Ok((Self { world, http }, neighbour))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.world.local.gateway_url())
    }

    async fn admin(&self) -> Made<(Browser, Shown)> {
        self.user("admin").await
    }

    async fn user(&self, role: &str) -> Made<(Browser, Shown)> {
        self.user_of(self.world.team.as_str(), role).await
    }

    async fn user_of(&self, team: &str, role: &str) -> Made<(Browser, Shown)> {
        let link = self.world.local.qualified.launch_url(team, role, "user-1");
        let mut browser = Browser::new()?;
        let page = browser.open(&link.map_err(|error| error.to_string())?).await?;
        assert_eq!(page.status, 200);
        Ok((browser, page))
    }

    /// The address Lever would send this browser back to, without going there.
    async fn callback(&self, browser: &Browser, page: &Shown) -> Made<String> {
        let to_lever = browser.send(&self.http, page, paths::LOGIN, &[]).await?;
        assert_eq!(to_lever.status(), 303);
        let to_lever = location(&to_lever);
        assert!(to_lever.starts_with(&self.world.local.lever.url()), "{to_lever}");
        Ok(location(&self.http.get(to_lever).send().await?))
    }

    async fn get(&self, url: &str, cookie: &str) -> Made<Response> {
        Ok(self.http.get(url).header("cookie", cookie).send().await?)
    }

    fn token_calls(&self) -> usize {
        self.world.local.lever.kit().calls.count("POST", "/oauth/token")
    }

    async fn connection_version(&self) -> Made<u64> {
        let context = self.world.local.parts.store.load_team(&self.world.team).await?.ok_or("no team")?;
        let connection = context.connection.ok_or("no connection")?;
        assert!(matches!(connection.state, ConnectionState::Active(_)));
        Ok(connection.version)
    }
}

async fn connection_of(bench: &Bench, team: &TeamId) -> Made<Option<Connection>> {
    Ok(bench.world.local.parts.store.load_team(team).await?.and_then(|context| context.connection))
}

fn location(response: &Response) -> String {
    let location = response.headers().get("location").and_then(|value| value.to_str().ok());
    location.unwrap_or_default().to_owned()
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
