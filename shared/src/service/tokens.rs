//! Keeps a team's Lever tokens alive: one refresh at a time, and none is lost.
//!
//! Lever's refresh tokens are used once; using one twice may end the whole connection (Lever: OAuth page).
//! So a run first writes its mark on the connection (a conditional write), then calls Lever, then stores
//! the new pair before using it. Others see the mark and wait. A run that dies between the call and the
//! store leaves its mark; the next one uses the same token once more and, if Lever refuses it, says
//! honestly that an admin has to log in again.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::domain::{
    AccessToken, Connection, ConnectionState, LeaseHolder, LeverTokens, Reason, RefreshIntent, TeamId,
};
use crate::lever::{OAuth, OAuthError};
use crate::store::{Recorded, Store, TeamContext};

use super::Error;

/// An access token lives an hour; it is replaced when less than this is left, so that no call of a run
/// that starts now meets its end.
const EARLY: Duration = Duration::from_secs(5 * 60);
/// On top of that up to this much, by team, so that teams connected together do not refresh together.
const EARLY_SPREAD: Duration = Duration::from_secs(5 * 60);
/// A mark this old was left by a run that died: a token call is given up after 10 s.
const INTENT_LIFE: Duration = Duration::from_secs(20);
/// How long one waits between looks at another's refresh.
const LOOK_AGAIN: Duration = Duration::from_millis(150);
/// How often one looks: 150 ms to 300 ms each, 100 times, outlasts an abandoned mark.
const LOOKS_MAX: u32 = 100;

/// Why tokens are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Need<'a> {
    /// A run starts.
    Fresh,
    /// Lever just refused this access token.
    Replace(&'a AccessToken),
}

/// Keeps the tokens of all teams.
#[derive(Clone)]
pub struct Tokens {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    oauth: OAuth,
}

impl Tokens {
    /// Puts a keeper together.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, oauth: OAuth) -> Self {
        Self { store, clock, oauth }
    }

    /// Reads a team and sees to it that its access token serves for some minutes. A team without an active
    /// connection is returned as it is.
    ///
    /// # Errors
    /// [`Error::Waiting`] when Lever no longer accepts the connection; otherwise when the table or Lever
    /// fails.
    pub async fn ready_team(&self, team: &TeamId, need: Need<'_>) -> Result<Option<TeamContext>, Error> {
        let holder = LeaseHolder::of(rand::random());
        for _ in 0..LOOKS_MAX {
            let Some(context) = self.store.load_team(team).await? else { return Ok(None) };
            let Some(connection) = context.connection.as_ref() else { return Ok(Some(context)) };
            let ConnectionState::Active(tokens) = &connection.state else { return Ok(Some(context)) };
            match self.next_step(connection, tokens, need) {
                Next::Use => return Ok(Some(context)),
                Next::Wait => self.pause().await,
                Next::Refresh => self.refresh(connection.clone(), tokens, &holder).await?,
            }
        }
        Err(Error::Contended)
    }

    /// Marks a connection as needing an admin, unless its tokens have changed since `refused` was read.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn mark_reconnect_needed(&self, team: &TeamId, refused: &AccessToken) -> Result<(), Error> {
        let Some(connection) = self.store.load_team(team).await?.and_then(|context| context.connection)
        else {
            return Ok(());
        };
        match &connection.state {
            ConnectionState::Active(tokens) if tokens.access == *refused => self.end(connection).await,
            ConnectionState::Active(_) | ConnectionState::ReconnectNeeded { .. } => Ok(()),
        }
    }

    fn next_step(&self, connection: &Connection, tokens: &LeverTokens, need: Need<'_>) -> Next {
        let now = self.clock.now();
        let is_refused = matches!(need, Need::Replace(refused) if *refused == tokens.access);
        let is_due = is_refused || left(tokens, now) < EARLY + spread(&connection.team);
        let is_usable = !is_refused && left(tokens, now) > Duration::ZERO;
        let is_marked =
            connection.refresh_intent.as_ref().is_some_and(|intent| age(intent, now) < INTENT_LIFE);
        match (is_due, is_marked, is_usable) {
            (false, _, _) | (true, true, true) => Next::Use,
            (true, true, false) => Next::Wait,
            (true, false, _) => Next::Refresh,
        }
    }

    /// One refresh: mark, call, store. Returns to let the caller look again; also when another was quicker.
    async fn refresh(
        &self,
        connection: Connection,
        tokens: &LeverTokens,
        holder: &LeaseHolder,
    ) -> Result<(), Error> {
        let intent = RefreshIntent { holder: holder.clone(), since: self.clock.now() };
        let mut marked = Connection { refresh_intent: Some(intent), ..connection };
        match self.store.record_connection(&marked).await? {
            Recorded::Conflict => return Ok(()),
            Recorded::Done { version } => marked.version = version,
        }
        match self.oauth.refresh(&tokens.refresh, self.clock.now()).await {
            Ok(fresh) => self.keep(marked, holder, &fresh).await,
            Err(OAuthError::InvalidGrant) => self.refused(&marked.team, tokens).await,
            Err(error) => {
                // Whether the token was used or not, the next run tries it once more.
                let unmarked = Connection { refresh_intent: None, ..marked };
                let _ = self.store.record_connection(&unmarked).await;
                Err(error.into())
            }
        }
    }

    /// Stores the new pair; a write in between that left our mark alone does not make us lose it.
    async fn keep(&self, marked: Connection, holder: &LeaseHolder, fresh: &LeverTokens) -> Result<(), Error> {
        let mut connection = marked;
        for _ in 0..LOOKS_MAX {
            let team = connection.team.clone();
            connection.state = ConnectionState::Active(fresh.clone());
            connection.refresh_intent = None;
            match self.store.record_connection(&connection).await? {
                Recorded::Done { .. } => return Ok(()),
                Recorded::Conflict => {}
            }
            let stored = self.store.load_team(&team).await?.and_then(|context| context.connection);
            let is_ours = |stored: &Connection| {
                stored.refresh_intent.as_ref().is_some_and(|intent| intent.holder == *holder)
            };
            match stored.filter(is_ours) {
                Some(stored) => connection = stored,
                None => return Ok(()),
            }
        }
        Err(Error::Contended)
    }

    /// Lever refused the refresh token: if it is still the stored one, the connection is over.
    async fn refused(&self, team: &TeamId, used: &LeverTokens) -> Result<(), Error> {
        let stored = self.store.load_team(team).await?.and_then(|context| context.connection);
        let is_same = |stored: &Connection| match &stored.state {
            ConnectionState::Active(tokens) => tokens.refresh == used.refresh,
            ConnectionState::ReconnectNeeded { .. } => false,
        };
        match stored.filter(is_same) {
            Some(connection) => {
                self.end(connection).await?;
                Err(Error::Waiting(Reason::ReconnectNeeded))
            }
            None => Ok(()),
        }
    }

    async fn end(&self, connection: Connection) -> Result<(), Error> {
        tracing::error!(team.id = %connection.team, "connection.reconnect_needed");
        let since = self.clock.now();
        let ended = Connection {
            state: ConnectionState::ReconnectNeeded { since },
            refresh_intent: None,
            ..connection
        };
        match self.store.record_connection(&ended).await? {
            Recorded::Done { .. } => Ok(()),
            Recorded::Conflict => Err(Error::Contended),
        }
    }

    async fn pause(&self) {
        let spread = rand::random_range(0..=LOOK_AGAIN.as_millis());
        let spread = Duration::from_millis(u64::try_from(spread).unwrap_or_default());
        tokio::time::sleep(LOOK_AGAIN + spread).await;
    }
}

enum Next {
    Use,
    Wait,
    Refresh,
}

fn left(tokens: &LeverTokens, now: Timestamp) -> Duration {
    Duration::try_from(tokens.expires_at.duration_since(now)).unwrap_or(Duration::ZERO)
}

fn age(intent: &RefreshIntent, now: Timestamp) -> Duration {
    now.duration_since(intent.since).unsigned_abs()
}

/// A share of the spread that is always the same for one team.
fn spread(team: &TeamId) -> Duration {
    let sum: u32 =
        team.as_str().bytes().fold(0, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    EARLY_SPREAD.mul_f64(f64::from(sum % 100) / 100.0)
}
