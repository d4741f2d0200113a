//! `GET /_sim/launch`: the platform opens the integrations page by a signed link.

use axum::Json;
use axum::extract::{Query, State};
use axum::response::Redirect;
use serde::Deserialize;
use serde_json::{Value, json};
use sim_kit::control::{Control, ControlBody, Refusal};

use crate::app::App;
use crate::launch::{AUDIENCE, ISSUER, LIFETIME, LaunchClaims};
use crate::world::TeamId;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Launch {
    team: Option<String>,
    role: Option<String>,
    user: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    url: String,
}

/// The roles that a user has in Qualified.
const ROLES: [&str; 2] = ["admin", "member"];

/// The link for a team; `admin` and its first member unless said otherwise.
pub(crate) fn link(
    app: &App,
    team: Option<&str>,
    role: Option<&str>,
    user: Option<&str>,
) -> Result<String, Refusal> {
    let role = role.unwrap_or("admin");
    if !ROLES.contains(&role) {
        return Err(Refusal::bad(format!("role is one of {ROLES:?}")));
    }
    let addresses = app.0.addresses.lock().clone();
    let no_page = || Refusal::bad("no page yet: POST /_sim/page {\"url\":…}, or --page-url");
    let page = addresses.page.ok_or_else(no_page)?;
    app.act(|world, now| {
        let id = super::team::team(world, team.map(TeamId::from))?;
        let team = world.team(&id).ok_or_else(|| Refusal::missing(format!("team {id} was not found")))?;
        let first = team.members.first().map(|member| member.id.to_string());
        let claims = LaunchClaims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user.map(str::to_owned).or(first).unwrap_or_default(),
            team_id: id.to_string(),
            team_name: team.name.clone(),
            role: role.to_owned(),
            exp: now / 1000 + LIFETIME,
            jti: sim_kit::random::token(24),
        };
        let token = claims.signed(addresses.launch_key.as_bytes());
        Ok(format!("{}/integrations/lever?launch={token}", page.trim_end_matches('/')))
    })
}

async fn launch(State(app): State<App>, Query(asked): Query<Launch>) -> Result<Redirect, Refusal> {
    let url = link(&app, asked.team.as_deref(), asked.role.as_deref(), asked.user.as_deref())?;
    Ok(Redirect::to(&url))
}

async fn page(State(app): State<App>) -> Json<Value> {
    Json(json!({"url": app.0.addresses.lock().page}))
}

async fn set_page(
    State(app): State<App>,
    ControlBody(page): ControlBody<Page>,
) -> Result<Json<Value>, Refusal> {
    if !url::Url::parse(&page.url).is_ok_and(|url| url.has_host()) {
        return Err(Refusal::bad(format!("not a URL: {}", page.url)));
    }
    app.0.addresses.lock().page = Some(page.url.clone());
    Ok(Json(json!({"url": page.url})))
}

/// Adds the routes of this module.
pub(super) fn add(control: Control<App>) -> Control<App> {
    control
        .get(
            "/_sim/launch",
            "redirects to the integrations page by a signed link: ?team=ID&role=admin&user=ID, all optional; role is `admin` or `member`",
            launch,
        )
        .get("/_sim/page", "where the integrations page is: {url}", page)
        .post("/_sim/page", "say where the integrations page is: {url}", set_page)
}
