//! Registers again what is missing at one of the services.

use crate::domain::{ConnectionState, TeamId};
use crate::service::Error;

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

    /// Makes sure that Qualified tells us of the team's results.
    ///
    /// # Errors
    /// When Qualified or the table fails, or the plan has no webhooks.
    pub async fn heal_subscription(&self, team: &TeamId) -> Result<(), ApiKeyError> {
        let context = self.ensure_team(team).await.map_err(ApiKeyError::Failed)?;
        self.subscribe(&context.team).await.map(drop)
    }
}
