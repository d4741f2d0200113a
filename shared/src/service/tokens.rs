//! Keeps a team's Lever tokens alive: one refresh at a time, and none is lost.
//!
//! Lever's refresh tokens are used once; using one twice may end the whole connection (Lever: OAuth page).
//! So a run first writes its mark on the connection (a conditional write), then calls Lever, then stores
//! the new pair before using it. Others see the mark and wait, or go on with a token that still serves. A
//! run that dies between the call and the store leaves its mark; the next one uses the same token once
//! more and, if Lever refuses it, says honestly that an admin has to log in again. Whoever no longer finds
//! its own mark changes nothing: neither a pair nor a refusal that comes late counts.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::domain::{
    AccessToken, Connection, ConnectionState, LeaseHolder, LeverTokens, Reason, RefreshIntent, TeamId,
};
use crate::lever::{OAuth, OAuthError};
use crate::metrics::Metric;
use crate::store::{Recorded, Store, TeamContext};

use super::Error;

/// An access token lives an hour; it is replaced when less than this is left, so that no call of a run
/// that starts now meets its end.
const EARLY: Duration = Duration::from_secs(5 * 60);
/// On top of that up to this much, by team, so that teams connected together do not refresh together.
const EARLY_SPREAD: Duration = Duration::from_secs(5 * 60);
/// A mark this old was left by a run that died: a token call is given up after 10 s. To wait until clocks could not be
/// the reason would outlast the seconds in which an answer that was lost can be had once more.
const INTENT_LIFE: Duration = Duration::from_secs(20);
/// How long one waits between looks at another's refresh.
const LOOK_AGAIN: Duration = Duration::from_millis(150);
/// How often one looks: 150 ms to 300 ms each, 140 times, outlasts an abandoned mark.
const LOOKS_MAX: u32 = 140;
/// How often a new pair is tried to be stored: some five seconds in all.
const STORES_MAX: u32 = 20;

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
        let mut found = None;
        let mut has_waited = false;
        for _ in 0..LOOKS_MAX {
            let Some(context) = self.store.load_team(team).await? else { return Ok(None) };
            let Some(connection) = context.connection.as_ref() else { return Ok(Some(context)) };
            let ConnectionState::Active(tokens) = &connection.state else { return Ok(Some(context)) };
            let found = found.get_or_insert_with(|| tokens.access.clone());
            match self.next_step(connection, tokens, need) {
                Next::Use => return Ok(Some(context)),
                // Replaced while this run looked on. However short it lives, there is no better one.
                Next::Wait | Next::Refresh if tokens.access != *found => return Ok(Some(context)),
                Next::Wait => {
                    has_waited = true;
                    self.pause().await;
                }
                // The one it waited for took its mark back: Lever had trouble and is not asked by all.
                Next::Refresh if has_waited && connection.refresh_intent.is_none() => break,
                Next::Refresh => match self.refresh(connection, tokens, need, &holder).await {
                    Ok(Refreshed::Stored) => return Ok(self.store.load_team(team).await?),
                    Ok(Refreshed::Overtaken) => {}
                    Err(Error::OAuth(error)) if is_usable(tokens, need, self.clock.now()) => {
                        tracing::warn!(team.id = %team, %error, "tokens.not_renewed_early");
                    }
                    Err(error) => return Err(error),
                },
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
        let is_usable = is_usable(tokens, need, now);
        let is_due = !is_usable || left(tokens, now) < EARLY + spread(&connection.team);
        let is_marked =
            connection.refresh_intent.as_ref().is_some_and(|intent| age(intent, now) < INTENT_LIFE);
        match (is_due, is_marked, is_usable) {
            (false, _, _) | (true, true, true) => Next::Use,
            (true, true, false) => Next::Wait,
            (true, false, _) => Next::Refresh,
        }
    }

    /// One refresh: mark, call, store.
    async fn refresh(
        &self,
        connection: &Connection,
        tokens: &LeverTokens,
        need: Need<'_>,
        holder: &LeaseHolder,
    ) -> Result<Refreshed, Error> {
        let intent = RefreshIntent { holder: holder.clone(), since: self.clock.now() };
        let mut marked = Connection { refresh_intent: Some(intent), ..connection.clone() };
        match self.store.record_connection(&marked).await? {
            Recorded::Conflict => return Ok(Refreshed::Overtaken),
            Recorded::Done { version } => marked.version = version,
        }
        // A run that stood still since it wrote its mark must not use a token that another may have used.
        let now = self.clock.now();
        if marked.refresh_intent.as_ref().is_none_or(|intent| age(intent, now) >= INTENT_LIFE) {
            return Ok(Refreshed::Overtaken);
        }
        match self.oauth.refresh(&tokens.refresh, self.clock.now()).await {
            Ok(fresh) => self.keep(marked, holder, &fresh).await,
            Err(OAuthError::InvalidGrant) => self.refused(&marked.team, holder).await,
            Err(error) => {
                // A token that still serves keeps the mark: it holds the others off for a while. Whether
                // the refresh token was used or not, the next run tries it once more.
                if !is_usable(tokens, need, self.clock.now()) {
                    let unmarked = Connection { refresh_intent: None, ..marked };
                    let _ = self.store.record_connection(&unmarked).await;
                }
                Err(error.into())
            }
        }
    }

    /// Stores the new pair as long as our mark is there. What Lever gave cannot be had again, so a table
    /// that fails is asked again.
    async fn keep(
        &self,
        marked: Connection,
        holder: &LeaseHolder,
        fresh: &LeverTokens,
    ) -> Result<Refreshed, Error> {
        let mut connection = marked;
        let mut failure = Error::Contended;
        for _ in 0..STORES_MAX {
            connection.state = ConnectionState::Active(fresh.clone());
            connection.refresh_intent = None;
            match self.store.record_connection(&connection).await {
                Ok(Recorded::Done { .. }) => return Ok(Refreshed::Stored),
                Ok(Recorded::Conflict) => match self.marked_by(&connection.team, holder).await {
                    Ok(Some(stored)) => connection = stored,
                    Ok(None) => return Ok(Refreshed::Overtaken),
                    Err(error) => failure = error,
                },
                Err(error) => failure = error.into(),
            }
            self.pause().await;
        }
        Err(failure)
    }

    /// Lever refused the refresh token: unless another run has it in hand by now, the connection is over.
    async fn refused(&self, team: &TeamId, holder: &LeaseHolder) -> Result<Refreshed, Error> {
        match self.marked_by(team, holder).await? {
            Some(connection) => {
                self.end(connection).await?;
                Err(Error::Waiting(Reason::ReconnectNeeded))
            }
            None => Ok(Refreshed::Overtaken),
        }
    }

    /// The connection as it is stored, if the mark on it is this holder's.
    async fn marked_by(&self, team: &TeamId, holder: &LeaseHolder) -> Result<Option<Connection>, Error> {
        let stored = self.store.load_team(team).await?.and_then(|context| context.connection);
        Ok(stored
            .filter(|stored| stored.refresh_intent.as_ref().is_some_and(|intent| intent.holder == *holder)))
    }

    async fn end(&self, connection: Connection) -> Result<(), Error> {
        Metric::ReconnectNeeded.count();
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
        // The last digits of the clock are chance enough, and a run on a clock that stands still can be repeated.
        let spread = f64::from(self.clock.now().subsec_nanosecond().unsigned_abs() % 1_000_000) / 1_000_000.0;
        self.clock.sleep(LOOK_AGAIN + LOOK_AGAIN.mul_f64(spread)).await;
    }
}

enum Next {
    Use,
    Wait,
    Refresh,
}

/// What one's own refresh came to.
enum Refreshed {
    /// The new pair is stored.
    Stored,
    /// Another run has the connection in hand, or had.
    Overtaken,
}

fn is_usable(tokens: &LeverTokens, need: Need<'_>, now: Timestamp) -> bool {
    let is_refused = matches!(need, Need::Replace(refused) if *refused == tokens.access);
    !is_refused && left(tokens, now) > Duration::ZERO
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn teams_are_spread_over_the_whole_span_and_keep_their_place() {
        let place = |number: u32| spread(&format!("team-{number}").parse().unwrap());
        let places: Vec<Duration> = (0..200).map(place).collect();
        assert!(places.iter().all(|place| *place < EARLY_SPREAD));
        assert!(places.iter().collect::<BTreeSet<_>>().len() > 50, "few teams share a place");
        assert!(places.iter().any(|place| *place < EARLY_SPREAD / 4));
        assert!(places.iter().any(|place| *place > EARLY_SPREAD / 4 * 3));
        assert_eq!(places, (0..200).map(place).collect::<Vec<_>>());
    }
}
