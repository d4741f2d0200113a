//! Bad input at the page and the OAuth callback: the right answer, nothing linked, nothing told.

mod answers;
mod callback;
mod fields;
mod session;

use integrations_page::paths::{self};
use lever_integration::domain::ConnectionState;
use local::browser::{Browser, Shown};
use reqwest::{Client, Response, redirect};
use scenarios::{Made, Neighbour, World};
use serde_json::json;

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

fn location(response: &Response) -> String {
    let location = response.headers().get("location").and_then(|value| value.to_str().ok());
    location.unwrap_or_default().to_owned()
}
