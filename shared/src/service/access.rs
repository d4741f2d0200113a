//! A team's way into both services.

use jiff::Timestamp;

use crate::domain::{ApiKey, ConnectionState, LeverAccountId, Reason, TeamId};
use crate::store::{Recorded, Store, TeamContext};
use crate::{lever, qualified};

use super::pace::permits;
use super::{Error, Worker};

/// Both APIs with one team's credentials; never shared between teams.
pub struct Access<'a> {
    /// Lever with the team's access token.
    pub lever: lever::Api<'a>,
    /// Qualified with the team's key.
    pub qualified: qualified::Api<'a>,
    /// The Lever account, if it is known.
    account: Option<&'a LeverAccountId>,
}

impl Worker {
    /// Opens both APIs for a team.
    pub(crate) fn open<'a>(&'a self, context: &'a TeamContext) -> Result<Access<'a>, Error> {
        let key = context.team.api_key.as_ref().filter(|_| context.team.api_key_refused_at.is_none());
        let key = key.ok_or(Error::Waiting(Reason::ApiKeyNeeded))?;
        let connection = context.connection.as_ref().ok_or(Error::Waiting(Reason::ReconnectNeeded))?;
        let tokens = match &connection.state {
            ConnectionState::Active(tokens) => tokens,
            ConnectionState::ReconnectNeeded { .. } => return Err(Error::Waiting(Reason::ReconnectNeeded)),
        };
        let permits = permits(&self.store, &self.clock, &connection.team);
        Ok(Access {
            lever: self.lever.api(&tokens.access, connection.api_base.as_deref(), permits),
            qualified: self.qualified.api(key),
            account: connection.account.as_ref(),
        })
    }

    /// To be asked before what cannot be taken back: whether the team is still connected to the account that
    /// was read. An admin may have removed the integration or changed the account since this run began.
    ///
    /// # Errors
    /// [`Error::Contended`] if not: handled again, the event meets the team as it is now.
    pub(crate) async fn check_connected(&self, team: &TeamId, access: &Access<'_>) -> Result<(), Error> {
        let present = self.store.load_team(team).await?.and_then(|context| context.connection);
        let is_same = present.is_some_and(|present| present.account.as_ref() == access.account);
        if is_same { Ok(()) } else { Err(Error::Contended) }
    }
}

/// Notes that Qualified refused the team's key, so that nothing more is asked with it, unless it was replaced
/// since it was read.
pub(super) async fn mark_api_key_refused(
    store: &dyn Store,
    now: Timestamp,
    team: &TeamId,
    refused: &ApiKey,
) -> Result<(), Error> {
    let Some(TeamContext { mut team, .. }) = store.load_team(team).await? else { return Ok(()) };
    if team.api_key_refused_at.is_some() || team.api_key.as_ref() != Some(refused) {
        return Ok(());
    }
    tracing::error!(team.id = %team.id, "api_key.refused");
    team.api_key_refused_at = Some(now);
    match store.record_team(&team).await? {
        Recorded::Done { .. } => Ok(()),
        Recorded::Conflict => Err(Error::Contended),
    }
}
