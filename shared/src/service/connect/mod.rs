//! Connecting a team: its Qualified API key, its Lever account, its trigger stages, and the end of it all.
//!
//! Every step can be repeated: what is registered with a service is looked for before it is created, and
//! what was granted is stored before it is used. As soon as something that was missing is there, the first events
//! that waited for it go back into the queue; the reconciler takes the rest.

mod api_key;
mod heal;
mod login;
mod login_error;
mod removal;
mod resume;
mod stages;
mod webhooks;

pub use api_key::ApiKeyError;
pub use login::{Callback, Login};
pub use login_error::LoginError;
pub use removal::Leftover;
pub use stages::StageError;
use webhooks::{ensure_lever_webhook, ensure_subscription};
pub use webhooks::{lever_webhook_url, qualified_webhook_url};

use std::sync::Arc;

use url::Url;

use crate::clock::Clock;
use crate::domain::{LeverEnvironment, Team, TeamId, UrlKey};
use crate::queue::Queue;
use crate::store::{Recorded, Store, TeamContext};
use crate::{lever, qualified};

use super::Error;
use super::tokens::Tokens;

/// How often a write is tried again after somebody else wrote first.
const WRITES_MAX: u32 = 10;
/// Random bytes in the key of a webhook URL: 192 bits cannot be guessed.
const URL_KEY_BYTES: usize = 24;

/// Connects teams; made once at start.
pub struct Connector {
    store: Arc<dyn Store>,
    queue: Arc<dyn Queue>,
    clock: Arc<dyn Clock>,
    lever: lever::Client,
    oauth: lever::OAuth,
    qualified: qualified::Client,
    tokens: Tokens,
    public_base_url: Url,
    environment: LeverEnvironment,
}

impl Connector {
    /// Puts a connector together.
    pub fn new(
        (store, queue, clock): (Arc<dyn Store>, Arc<dyn Queue>, Arc<dyn Clock>),
        (lever, oauth): (lever::Client, lever::OAuth),
        qualified: qualified::Client,
        public_base_url: Url,
        environment: LeverEnvironment,
    ) -> Self {
        let tokens = Tokens::new(Arc::clone(&store), Arc::clone(&clock), oauth.clone());
        Self { store, queue, clock, lever, oauth, qualified, tokens, public_base_url, environment }
    }

    /// Where the service is reached from outside.
    pub fn public_base_url(&self) -> &Url {
        &self.public_base_url
    }

    /// The team with all that belongs to it; a team seen for the first time is written down.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn ensure_team(&self, id: &TeamId) -> Result<TeamContext, Error> {
        for _ in 0..WRITES_MAX {
            if let Some(context) = self.store.load_team(id).await? {
                return Ok(context);
            }
            let _ = self.store.record_team(&new_team(id)).await?;
        }
        Err(Error::Contended)
    }

    /// Changes a team as it is now, however often others write meanwhile.
    async fn change_team(&self, id: &TeamId, change: impl Fn(&mut Team)) -> Result<Team, Error> {
        for _ in 0..WRITES_MAX {
            let mut team = self.ensure_team(id).await?.team;
            change(&mut team);
            if let Recorded::Done { version } = self.store.record_team(&team).await? {
                return Ok(Team { version, ..team });
            }
        }
        Err(Error::Contended)
    }
}

fn new_team(id: &TeamId) -> Team {
    Team {
        id: id.clone(),
        api_key: None,
        api_key_refused_at: None,
        lever_url_key: random_url_key(),
        qualified_url_key: random_url_key(),
        subscription: None,
        version: 0,
    }
}

fn random_url_key() -> UrlKey {
    let bytes: [u8; URL_KEY_BYTES] = rand::random();
    UrlKey::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
