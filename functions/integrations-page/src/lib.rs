//! The Integrations page: opened from Qualified by a launch link, everything an admin needs to do and see.
//!
//! [`handle`] answers every request; `load` gathers what a page shows, `change` does what a form asks,
//! `view` renders. Works without JavaScript. A GET changes no setting: it may begin a session, renew Lever's tokens,
//! reserve calls of Lever, and write down a team seen for the first time, that a launch link is used up, or that Lever or
//! Qualified no longer let us in.

pub mod assets;
pub mod paths;
pub mod view;

mod api;
mod callback;
mod change;
mod health;
mod load;
mod request;
mod respond;
mod routes;

pub use callback::CallbackOutcome;
pub use routes::whatever_happens;

use std::sync::Arc;

use lambda_http::{Body, Request, Response};
use lever_integration::clock::Clock;
use lever_integration::config::Config;
use lever_integration::domain::LeverEnvironment;
use lever_integration::launch::{InvalidLaunchKey, LaunchKey};
use lever_integration::service::connect::Connector;
use lever_integration::session::{self, InvalidSessionKey, SessionKey, Sessions};
use lever_integration::setup::{self, Parts, environment};
use lever_integration::store::Store;

use load::RecentOpportunities;

/// The name of this function, in logs as in the template.
pub const NAME: &str = "integrations-page";
/// The routes of the gateway that lead here, as the template names them.
pub const ROUTES: &[&str] = &["ANY /health", "ANY /integrations/lever", "ANY /integrations/lever/{proxy+}"];

/// Why the page cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The parts cannot be put together.
    #[error(transparent)]
    Setup(#[from] setup::Error),
    /// The launch key in the app secret is unusable.
    #[error(transparent)]
    LaunchKey(#[from] InvalidLaunchKey),
    /// The session key in the app secret is unusable.
    #[error(transparent)]
    SessionKey(#[from] InvalidSessionKey),
    /// Sessions are not possible at the public URL.
    #[error(transparent)]
    Session(#[from] session::Error),
}

/// What the page needs; made once at start.
pub struct Page {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    connector: Connector,
    sessions: Sessions,
    launch_key: LaunchKey,
    environment: LeverEnvironment,
    recent: RecentOpportunities,
    content_security_policy: String,
}

impl Page {
    /// Puts the page together.
    ///
    /// # Errors
    /// When a key of the app secret or the public URL is unusable.
    pub fn new(parts: &Parts) -> Result<Self, Error> {
        let Config { lever_auth_base, lever_api_base, .. } = &parts.config;
        Ok(Self {
            store: Arc::clone(&parts.store),
            clock: Arc::clone(&parts.clock),
            connector: parts.connector()?,
            sessions: sessions(parts)?,
            launch_key: parts.secret.launch_key.expose().parse()?,
            environment: environment(lever_api_base),
            recent: RecentOpportunities::default(),
            content_security_policy: assets::content_security_policy(std::slice::from_ref(lever_auth_base)),
        })
    }
}

/// The sessions of the page, which the OAuth callback reads too.
fn sessions(parts: &Parts) -> Result<Sessions, Error> {
    let key: SessionKey = parts.secret.session_key.expose().parse()?;
    Ok(Sessions::new(&key, &parts.config.public_base_url)?)
}

/// Answers one request; never fails and never panics.
pub async fn handle(page: &Page, request: Request) -> Response<Body> {
    routes::answer(page, &request).await
}
