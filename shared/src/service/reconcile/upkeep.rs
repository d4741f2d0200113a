//! What has to be in order for events to come at all: the webhook in Lever, the subscription in Qualified, events
//! that wait though nothing keeps them waiting, and the erasure of people who are gone.
//!
//! The refresh token of an idle team is kept alive by the sweep itself: it is made with an access token that
//! serves, and that of yesterday does not.

use std::time::Duration;

use super::sweep::Sweep;
use crate::domain::{Connection, Reconciliation};
use crate::qualified;
use crate::service::Error;
use crate::service::connect::ApiKeyError;

/// How long a new webhook is given before it is replaced again: deliveries under way are still signed with the
/// token of the old one, and Lever repeats them for hours.
const RENEWAL_PAUSE: Duration = Duration::from_secs(6 * 60 * 60);
/// A refused delivery this soon after an accepted one proves nothing: both times are exact to a minute only.
const BLUR: Duration = Duration::from_secs(2 * 60);

impl Sweep<'_> {
    /// Looks after the webhook as soon as its signatures fail, and after everything once an hour. Says how many
    /// waiting events went on.
    pub(super) async fn keep_up(&self, reconciliation: &mut Reconciliation) -> Result<usize, Error> {
        if self.is_signature_lost(reconciliation) {
            tracing::warn!(team.id = %self.team(), "webhook.signature_lost");
            self.reconciler.connector.renew_webhook(self.team()).await?;
            reconciliation.webhook_renewed_at = Some(self.now);
        }
        let is_due = |at: jiff::Timestamp| {
            self.now.duration_since(at) >= self.reconciler.rhythm.upkeep.try_into().unwrap_or_default()
        };
        if !reconciliation.upkept_at.is_none_or(is_due) || !self.has_time() {
            return Ok(0);
        }
        self.reconciler.connector.heal_webhook(self.team()).await?;
        self.heal_subscription().await?;
        let resumed = self.resume().await?;
        self.erase_deleted(reconciliation).await?;
        self.erase_anonymised(reconciliation).await?;
        reconciliation.upkept_at = Some(self.now);
        Ok(resumed)
    }

    /// Whether the last delivery to come was one whose signature we could not verify. An admin can give the
    /// webhook a new token in Lever's settings, which the API does not tell.
    fn is_signature_lost(&self, reconciliation: &Reconciliation) -> bool {
        let Connection { last_refused_at: Some(refused), last_event_at, .. } = self.connection else {
            return false;
        };
        let renewed = reconciliation.webhook_renewed_at;
        let is_settled = renewed.is_none_or(|at| {
            *refused > at && self.now.duration_since(at) >= RENEWAL_PAUSE.try_into().unwrap_or_default()
        });
        let is_only_refused = last_event_at
            .is_none_or(|last| refused.duration_since(last) > BLUR.try_into().unwrap_or_default());
        is_only_refused && is_settled
    }

    async fn heal_subscription(&self) -> Result<(), Error> {
        if self.qualified.is_none() {
            return Ok(());
        }
        match self.reconciler.connector.heal_subscription(self.team()).await {
            // The plan has no webhooks: then results are found by looking.
            Ok(()) | Err(ApiKeyError::NoWebhooks | ApiKeyError::Refused | ApiKeyError::Malformed) => Ok(()),
            Err(ApiKeyError::Failed(Error::Qualified(qualified::Error::KeyUnusable))) => {
                self.reconciler.connector.mark_key_refused(self.context).await
            }
            Err(ApiKeyError::Failed(error) | ApiKeyError::Unfinished(error)) => Err(error),
        }
    }

    /// Events wait only for access; while both services let us in, none has a reason to.
    async fn resume(&self) -> Result<usize, Error> {
        if self.qualified.is_none() {
            return Ok(0);
        }
        self.reconciler.connector.resume(self.team()).await
    }
}
