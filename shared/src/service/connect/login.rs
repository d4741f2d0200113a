//! Logging in to Lever: there with a one-time state, back with a code, connected.
//!
//! An attempt belongs to one browser session, one team and one of Lever's two worlds; it is taken from the
//! table before anything else is looked at, so it serves one callback whatever that brings (RFC 9700).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use url::Url;

use crate::domain::{
    AccountChange, Connection, ConnectionState, LeverAccountId, LeverEnvironment, OAuthAttempt, Team, TeamId,
    UserId,
};
use crate::lever::{Grant, SCOPES, code_challenge, new_code_verifier};
use crate::service::Error;
use crate::service::pace::permits;
use crate::store::{Recorded, TeamContext};

use super::login_error::{LoginError, refuse};
use super::{Connector, WRITES_MAX, ensure_lever_webhook, lever_webhook_url};

/// How long an admin may take to log in and consent.
const ATTEMPT_LIFE: Duration = Duration::from_secs(10 * 60);
/// Random bytes of a state: 256 bits, twice what is asked for.
const STATE_BYTES: usize = 32;
/// The longest code or state looked at, in bytes; Lever's have some 40.
const PARAMETER_BYTES_MAX: usize = 2048;

/// What Lever's redirect brought back.
#[derive(Debug, Default, Clone)]
pub struct Callback {
    /// `state`.
    pub state: Option<String>,
    /// `code`.
    pub code: Option<String>,
    /// `iss`: who answers (RFC 9207), if it says so.
    pub issuer: Option<String>,
    /// `error`; its description is free text and is not looked at.
    pub error: Option<String>,
}

/// What a login brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// A team without a connection, or with one to another Lever account, is connected.
    Connected,
    /// The account the team was connected to is connected again.
    Reconnected,
}

/// A login that is on record.
struct Connected {
    /// The team as it was.
    before: TeamContext,
    /// Its connection now.
    connection: Connection,
}

impl Connector {
    /// Where Lever sends the browser back to: another path for each of Lever's worlds.
    pub fn redirect_uri(&self) -> Url {
        let mut url = self.public_base_url.clone();
        let path = match self.environment {
            LeverEnvironment::Production => "lever/callback",
            LeverEnvironment::Sandbox => "lever/callback/sandbox",
        };
        url.set_path(&format!("{}/{path}", self.public_base_url.path().trim_end_matches('/')));
        url
    }

    /// Opens an attempt and says where to send the browser. `session` identifies the browser's session.
    ///
    /// # Errors
    /// When the table fails or the machine has no random numbers.
    pub async fn begin_login(
        &self,
        team: &TeamId,
        user: &UserId,
        session: &str,
        account_change: AccountChange,
    ) -> Result<Url, Error> {
        let random: [u8; STATE_BYTES] = rand::random();
        let state = URL_SAFE_NO_PAD.encode(random);
        let verifier = new_code_verifier()?;
        let challenge = code_challenge(&verifier);
        let now = self.clock.now();
        let attempt = OAuthAttempt {
            state_hash: hash(&state),
            team: team.clone(),
            user: user.clone(),
            session_hash: hash(session),
            environment: self.environment,
            account_change,
            verifier,
            expires_at: now.saturating_add(ATTEMPT_LIFE).unwrap_or(now),
        };
        self.store.record_oauth_attempt(&attempt).await?;
        Ok(self.oauth.authorize_url(&state, &self.redirect_uri(), &SCOPES, &challenge))
    }

    /// Takes the callback: exchanges the code, stores the tokens, registers the webhook and lets waiting
    /// work go on. `session` is that of the browser that came back, if it has one.
    ///
    /// # Errors
    /// When the team is not connected by this callback.
    pub async fn complete_login(
        &self,
        callback: &Callback,
        session: Option<&str>,
    ) -> Result<Login, LoginError> {
        let state = parameter(callback.state.as_deref())?;
        let attempt = self.store.take_oauth_attempt(&hash(state)).await.map_err(Error::from)?;
        let attempt = attempt.ok_or(LoginError::NotOpen)?;
        let is_here = session.is_some_and(|session| hash(session) == attempt.session_hash);
        let is_lever = callback.issuer.as_deref().is_none_or(|issuer| self.oauth.is_issuer(issuer));
        if !is_here || !is_lever || attempt.environment != self.environment {
            return Err(LoginError::Elsewhere);
        }
        if callback.error.is_some() {
            return Err(LoginError::Denied);
        }
        let code = parameter(callback.code.as_deref())?;
        let now = self.clock.now();
        let grant =
            self.oauth.exchange(code, &self.redirect_uri(), &attempt.verifier, now).await.map_err(refuse)?;
        self.connect(&attempt, &grant).await
    }

    async fn connect(&self, attempt: &OAuthAttempt, grant: &Grant) -> Result<Login, LoginError> {
        let Connected { before, connection } = self.store_grant(attempt, grant).await?;
        let is_other = other_account(&before, grant).is_some();
        let is_known = before.connection.is_some() && !is_other;
        if is_other {
            self.leave_account(before.clone()).await;
        }
        let registered = self.register_webhook(&before.team, connection).await;
        // What waited can be worked off without the webhook.
        self.resume_first(&attempt.team).await?;
        registered?;
        Ok(if is_known { Login::Reconnected } else { Login::Connected })
    }

    /// Stores the tokens before anything is done with them. The same account keeps its webhook.
    async fn store_grant(&self, attempt: &OAuthAttempt, grant: &Grant) -> Result<Connected, LoginError> {
        for _ in 0..WRITES_MAX {
            let before = self.ensure_team(&attempt.team).await?;
            let other = other_account(&before, grant);
            match (attempt.account_change, other) {
                (AccountChange::Ask, Some(granted)) => {
                    let _ = self.oauth.revoke(&grant.tokens.refresh).await;
                    return Err(LoginError::OtherAccount { granted: granted.clone() });
                }
                (AccountChange::Allow, Some(_)) => self.remove_trigger_stages(&before).await?,
                (AccountChange::Ask | AccountChange::Allow, None) => {}
            }
            let same = before.connection.as_ref().filter(|_| other.is_none());
            let connection = Connection {
                team: attempt.team.clone(),
                account: grant.account.clone().or_else(|| same.and_then(|one| one.account.clone())),
                environment: attempt.environment,
                api_base: same.and_then(|one| one.api_base.clone()),
                state: ConnectionState::Active(grant.tokens.clone()),
                refresh_intent: None,
                webhook: same.and_then(|one| one.webhook.clone()),
                last_event_at: same.and_then(|one| one.last_event_at),
                last_refused_at: same.and_then(|one| one.last_refused_at),
                version: before.connection.as_ref().map_or(0, |one| one.version),
            };
            match self.store.record_connection(&connection).await.map_err(Error::from)? {
                Recorded::Done { version } => {
                    if other.is_some() {
                        self.forget_deliveries(&attempt.team).await;
                    }
                    return Ok(Connected { before, connection: Connection { version, ..connection } });
                }
                Recorded::Conflict => {}
            }
        }
        Err(Error::Contended.into())
    }

    /// What the account before sent says nothing of the webhook in this one. Whoever logs in need not fail for that.
    async fn forget_deliveries(&self, team: &TeamId) {
        if let Err(error) = self.store.forget_deliveries(team).await {
            tracing::warn!(team.id = %team, %error, "deliveries.not_forgotten");
        }
    }

    /// Stages differ between accounts, even those of one name and id, so they go before the other account counts. If it
    /// cannot be recorded then, the team stays with its account and has none: the overview shows that.
    async fn remove_trigger_stages(&self, context: &TeamContext) -> Result<(), Error> {
        for trigger in &context.trigger_stages {
            self.store.remove_trigger_stage(&context.team.id, &trigger.stage).await?;
        }
        Ok(())
    }

    /// Leaves the account that was connected before, as far as it lets us: nobody waits for that.
    async fn leave_account(&self, mut before: TeamContext) {
        let now = self.clock.now();
        if let Some(ConnectionState::Active(tokens)) = before.connection.as_mut().map(|one| &mut one.state)
            && tokens.expires_at <= now
            && let Ok(fresh) = self.oauth.refresh(&tokens.refresh, now).await
        {
            *tokens = fresh;
        }
        for leftover in self.leave_lever(&before).await.into_iter().flatten() {
            tracing::warn!(team.id = %before.team.id, ?leftover, "account.not_left");
        }
    }

    /// Registers our webhook and stores its signature token at once: Lever tells it only now.
    pub(super) async fn register_webhook(&self, team: &Team, connection: Connection) -> Result<(), Error> {
        let ConnectionState::Active(tokens) = &connection.state else { return Ok(()) };
        let url = lever_webhook_url(&self.public_base_url, team);
        let permits = permits(&self.store, &self.clock, &team.id);
        let api = self.lever.api(&tokens.access, connection.api_base.as_deref(), permits);
        let mut webhook = ensure_lever_webhook(&api, &url, &connection).await?;
        let api_base = api.moved_to();
        if connection.webhook.as_ref() == Some(&webhook) && connection.api_base == api_base {
            return Ok(());
        }
        let mut latest = connection.clone();
        for _ in 0..WRITES_MAX {
            let known = latest.webhook.replace(webhook.clone());
            latest.api_base.clone_from(&api_base);
            match self.store.record_connection(&latest).await? {
                Recorded::Done { .. } => return Ok(()),
                Recorded::Conflict => {
                    let stored =
                        self.store.load_team(&latest.team).await?.and_then(|context| context.connection);
                    latest = stored.ok_or(Error::Contended)?;
                    // Somebody else registered one meanwhile, and may have deleted ours.
                    if latest.webhook.is_some() && latest.webhook != known {
                        webhook = ensure_lever_webhook(&api, &url, &latest).await?;
                    }
                }
            }
        }
        Err(Error::Contended)
    }
}

/// The account just granted, if the team is connected to another one.
fn other_account<'a>(context: &TeamContext, grant: &'a Grant) -> Option<&'a LeverAccountId> {
    let present = context.connection.as_ref()?.account.as_ref()?;
    grant.account.as_ref().filter(|granted| *granted != present)
}

fn parameter(value: Option<&str>) -> Result<&str, LoginError> {
    value
        .filter(|value| !value.is_empty() && value.len() <= PARAMETER_BYTES_MAX)
        .filter(|value| value.bytes().all(|byte| byte.is_ascii_graphic()))
        .ok_or(LoginError::Malformed)
}

/// SHA-256 in lower-case hex: what is stored of an unguessable value.
fn hash(value: &str) -> String {
    let digest = digest::digest(&digest::SHA256, value.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
