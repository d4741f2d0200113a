//! The team's key for Qualified's API: checked before it is kept.

use crate::domain::{ApiKey, SubscriptionId, Team, TeamId};
use crate::failure::Disposition;
use crate::qualified;
use crate::service::Error;

use super::webhooks::delete_subscriptions;
use super::{Connector, ensure_subscription, qualified_webhook_url};

/// The longest key accepted, in bytes; Qualified's have 32.
const KEY_BYTES_MAX: usize = 1024;

/// Why an API key was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    /// It is empty, too long, or no plain text.
    #[error("not an API key")]
    Malformed,
    /// Qualified does not accept it.
    #[error("Qualified does not accept the API key")]
    Refused,
    /// The key works, but the team's plan has no webhooks.
    #[error("the team's plan in Qualified has no webhooks")]
    NoWebhooks,
    /// Something failed; trying again may help.
    #[error(transparent)]
    Failed(Error),
    /// The key is kept, and something failed after that. The reconciler makes up for it.
    #[error("after the key was kept: {0}")]
    Unfinished(Error),
}

impl ApiKeyError {
    /// What the edge does about it.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Malformed => Disposition::Rejected,
            Self::Refused | Self::NoWebhooks => Disposition::Unprocessable,
            Self::Failed(error) | Self::Unfinished(error) => error.disposition(),
        }
    }
}

impl Connector {
    /// Checks a key, keeps it, subscribes to the team's results and lets waiting work go on.
    ///
    /// # Errors
    /// When the key is not taken. After [`ApiKeyError::NoWebhooks`] and [`ApiKeyError::Unfinished`] it is kept:
    /// invitations work without webhooks, only news comes later.
    pub async fn set_api_key(&self, team: &TeamId, key: &str) -> Result<(), ApiKeyError> {
        let key = key.trim();
        if key.is_empty() || key.len() > KEY_BYTES_MAX || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ApiKeyError::Malformed);
        }
        let key = ApiKey::new(key.to_owned());
        match self.qualified.api(&key).check_key().await {
            Ok(()) => {}
            Err(qualified::Error::KeyUnusable) => return Err(ApiKeyError::Refused),
            Err(error) => return Err(ApiKeyError::Failed(error.into())),
        }
        let before = self.ensure_team(team).await.map_err(ApiKeyError::Failed)?.team;
        let keep = |team: &mut Team| {
            team.api_key = Some(key.clone());
            team.api_key_refused_at = None;
        };
        let kept = self.change_team(team, keep).await.map_err(ApiKeyError::Failed)?;
        let subscribed = self.subscribe(&kept).await.map_err(after_keeping);
        self.resume_first(team).await.map_err(ApiKeyError::Unfinished)?;
        self.leave_team(&before, &subscribed?).await;
        Ok(())
    }

    /// A key of another team leaves our subscription behind in the team before. Who replaces a key need not
    /// wait for that: what is left brings news of results that nobody follows.
    async fn leave_team(&self, before: &Team, subscribed: &SubscriptionId) {
        let is_left = before.subscription.as_ref().is_some_and(|known| known != subscribed);
        let old_key = before.api_key.as_ref().filter(|_| is_left && before.api_key_refused_at.is_none());
        let Some(old_key) = old_key else { return };
        let url = qualified_webhook_url(&self.public_base_url, before);
        if let Err(error) = delete_subscriptions(&self.qualified.api(old_key), &url, Some(subscribed)).await {
            tracing::warn!(team.id = %before.id, %error, "subscription.not_left");
        }
    }

    /// Makes sure that Qualified tells us of the team's results.
    pub(super) async fn subscribe(&self, team: &Team) -> Result<SubscriptionId, ApiKeyError> {
        let Some(key) = &team.api_key else { return Err(ApiKeyError::Refused) };
        let url = qualified_webhook_url(&self.public_base_url, team);
        let subscription = match ensure_subscription(&self.qualified.api(key), &url).await {
            Ok(subscription) => subscription,
            Err(Error::Qualified(qualified::Error::Forbidden)) => return Err(ApiKeyError::NoWebhooks),
            Err(error) => return Err(ApiKeyError::Failed(error)),
        };
        if team.subscription.as_ref() != Some(&subscription) {
            let keep = |team: &mut Team| team.subscription = Some(subscription.clone());
            self.change_team(&team.id, keep).await.map_err(ApiKeyError::Failed)?;
        }
        Ok(subscription)
    }
}

/// The key is kept whatever fails now.
fn after_keeping(error: ApiKeyError) -> ApiKeyError {
    match error {
        ApiKeyError::Failed(error) => ApiKeyError::Unfinished(error),
        ApiKeyError::Malformed
        | ApiKeyError::Refused
        | ApiKeyError::NoWebhooks
        | ApiKeyError::Unfinished(_) => error,
    }
}
