//! The end: our webhooks are deleted, access is given back, credentials are erased.
//!
//! What stays is the history: ledger and activity, so that a team that connects again invites nobody twice.

use futures_util::join;

use crate::domain::{ConnectionState, Team, TeamId};
use crate::service::Error;
use crate::service::pace::permits;
use crate::store::TeamContext;
use crate::{lever, qualified};

use super::webhooks::{delete_lever_webhooks, delete_subscriptions};
use super::{Connector, lever_webhook_url, qualified_webhook_url};

/// What could not be removed at a service; an admin can do it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftover {
    /// Our webhook in Lever.
    LeverWebhook,
    /// Our subscription in Qualified.
    Subscription,
    /// Our access to Lever.
    LeverAccess,
}

impl Connector {
    /// Lever's API with the team's token, if the team is connected.
    pub fn lever_api<'a>(&'a self, context: &'a TeamContext) -> Option<lever::Api<'a>> {
        let connection = context.connection.as_ref()?;
        match &connection.state {
            ConnectionState::Active(tokens) => {
                let permits = permits(&self.store, &self.clock, &connection.team);
                Some(self.lever.api(&tokens.access, connection.api_base.as_deref(), permits))
            }
            ConnectionState::ReconnectNeeded { .. } => None,
        }
    }

    /// Qualified's API with the team's key, if there is one that Qualified did not refuse.
    pub fn qualified_api<'a>(&'a self, context: &'a TeamContext) -> Option<qualified::Api<'a>> {
        let team = &context.team;
        let key = team.api_key.as_ref().filter(|_| team.api_key_refused_at.is_none())?;
        Some(self.qualified.api(key))
    }

    /// Removes the integration from a team. The services are asked first, while we still have access; what
    /// they refuse is reported and does not keep the credentials from being erased.
    ///
    /// # Errors
    /// When the table fails; asking again continues.
    pub async fn remove_integration(&self, team: &TeamId) -> Result<Vec<Leftover>, Error> {
        // A token that cannot be renewed must not keep the integration from being removed.
        let context = match self.ready_team(team).await {
            Ok(context) => context,
            Err(_) => self.store.load_team(team).await?,
        };
        let Some(context) = context else { return Ok(Vec::new()) };
        let leftovers = self.leave_services(&context).await;
        self.store.remove_connection(team).await?;
        for trigger in &context.trigger_stages {
            self.store.remove_trigger_stage(team, &trigger.stage).await?;
        }
        let erase = |team: &mut Team| {
            team.api_key = None;
            team.api_key_refused_at = None;
            team.subscription = None;
        };
        self.change_team(team, erase).await?;
        loop {
            let parked = self.store.parked_events(team, 100).await?;
            if parked.is_empty() {
                return Ok(leftovers);
            }
            for event in parked {
                self.store.remove_parked_event(&event).await?;
            }
        }
    }

    /// Leaves both at the same time: there is not enough of it to wait for one after the other.
    async fn leave_services(&self, context: &TeamContext) -> Vec<Leftover> {
        let ([webhook, access], subscription) =
            join!(self.leave_lever(context), self.leave_qualified(context));
        [webhook, subscription, access].into_iter().flatten().collect()
    }

    /// Deletes our subscription; says if it is left.
    async fn leave_qualified(&self, context: &TeamContext) -> Option<Leftover> {
        let url = qualified_webhook_url(&self.public_base_url, &context.team);
        let is_gone = match self.qualified_api(context) {
            Some(api) => delete_subscriptions(&api, &url, None).await.is_ok(),
            None => context.team.subscription.is_none(),
        };
        (!is_gone).then_some(Leftover::Subscription)
    }

    /// Deletes our webhook and gives the access back, in this order; says what is left of each.
    pub(super) async fn leave_lever(&self, context: &TeamContext) -> [Option<Leftover>; 2] {
        let url = lever_webhook_url(&self.public_base_url, &context.team);
        let connection = context.connection.as_ref();
        let is_gone = match self.lever_api(context) {
            Some(api) => delete_lever_webhooks(&api, &url).await.is_ok(),
            None => connection.is_none_or(|connection| connection.webhook.is_none()),
        };
        let is_returned = match connection.map(|connection| &connection.state) {
            Some(ConnectionState::Active(tokens)) => self.oauth.revoke(&tokens.refresh).await.is_ok(),
            Some(ConnectionState::ReconnectNeeded { .. }) | None => true,
        };
        [(!is_gone).then_some(Leftover::LeverWebhook), (!is_returned).then_some(Leftover::LeverAccess)]
    }
}
