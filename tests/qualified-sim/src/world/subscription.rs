//! Webhook subscriptions: who wants to be told what.

use std::collections::BTreeMap;

use super::World;
use super::ids::{SubscriptionId, TeamId};

/// One subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) id: SubscriptionId,
    pub(crate) team_id: TeamId,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) support_email: Option<String>,
    pub(crate) trigger_on_all: bool,
    /// Id of the embedded trigger record, shown in replies.
    pub(crate) triggers_id: String,
    /// By event name in `snake_case`.
    pub(crate) triggers: BTreeMap<String, bool>,
}

impl Subscription {
    pub(crate) fn wants(&self, event: &str) -> bool {
        self.trigger_on_all || self.triggers.get(event).copied().unwrap_or(false)
    }
}

impl World {
    /// The subscriptions of a team that want this event.
    pub(crate) fn subscribers(&self, team: &TeamId, event: &str) -> Vec<Subscription> {
        let of_team = self.subscriptions.iter().filter(|subscription| &subscription.team_id == team);
        of_team.filter(|subscription| subscription.wants(event)).cloned().collect()
    }
}
