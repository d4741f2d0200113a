//! Registers again what is missing at one of the services.

use crate::domain::{Connection, ConnectionState, TeamId};
use crate::service::Error;
use crate::service::access::mark_api_key_refused;
use crate::service::worker::access_token;
use crate::store::TeamContext;

use super::{ApiKeyError, Connector};

impl Connector {
    /// Makes sure that our webhook is in Lever and that we know its signature token.
    ///
    /// # Errors
    /// When Lever or the table fails. A team that is not connected is no error.
    pub async fn heal_webhook(&self, team: &TeamId) -> Result<(), Error> {
        let Some(context) = self.ready_team(team).await? else { return Ok(()) };
        let Some(connection) = context.connection else { return Ok(()) };
        match connection.state {
            ConnectionState::Active(_) => self.register_webhook(&context.team, connection).await,
            ConnectionState::ReconnectNeeded { .. } => Ok(()),
        }
    }

    /// Registers our webhook anew: the token that its deliveries are signed with is no longer the one we know.
    ///
    /// # Errors
    /// As [`Connector::heal_webhook`].
    pub async fn renew_webhook(&self, team: &TeamId) -> Result<(), Error> {
        let Some(context) = self.ready_team(team).await? else { return Ok(()) };
        let Some(connection) = context.connection else { return Ok(()) };
        match connection.state {
            ConnectionState::Active(_) => {
                self.register_webhook(&context.team, Connection { webhook: None, ..connection }).await
            }
            ConnectionState::ReconnectNeeded { .. } => Ok(()),
        }
    }

    /// Lever refused the access token of `refused` even after it was renewed: an admin has to log in again.
    ///
    /// # Errors
    /// When the table fails.
    pub(in crate::service) async fn end_access(&self, refused: &TeamContext) -> Result<(), Error> {
        match access_token(refused) {
            Some(token) => self.tokens.mark_reconnect_needed(&refused.team.id, token).await,
            None => Ok(()),
        }
    }

    /// Qualified refused the key of `refused`: an admin has to enter another one.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn mark_key_refused(&self, refused: &TeamContext) -> Result<(), Error> {
        match &refused.team.api_key {
            Some(key) => mark_api_key_refused(&*self.store, self.clock.now(), &refused.team.id, key).await,
            None => Ok(()),
        }
    }

    /// Makes sure that Qualified tells us of the team's results.
    ///
    /// # Errors
    /// When Qualified or the table fails, or the plan has no webhooks.
    pub async fn heal_subscription(&self, team: &TeamId) -> Result<(), ApiKeyError> {
        let context = self.ensure_team(team).await.map_err(ApiKeyError::Failed)?;
        self.subscribe(&context.team).await.map(drop)
    }
}
