//! What has to be in order for events to come at all: the webhook in Lever, the subscription in Qualified, events
//! that wait though nothing keeps them waiting, and the erasure of people who are gone.
//!
//! The refresh token of an idle team is kept alive by the sweep itself: it is made with an access token that
//! serves, and that of yesterday does not.
//!
//! Every step is taken, whatever became of those before it. Upkeep counts as done if nothing failed that may pass:
//! what fails for good, such as a right that is missing, is told and waits for the next upkeep. What may pass leaves
//! upkeep due, so the next sweep takes every step again; but no longer than the pause between two upkeeps. After that
//! it is trouble that lasts: upkeep counts as done all the same, so that nobody is looked after every five minutes
//! for ever, and the walk over the ledger passes over whom Lever still does not show.

use std::time::Duration;

use jiff::Timestamp;

use super::sweep::Sweep;
use super::tally::Tally;
use crate::domain::{Connection, Reconciliation};
use crate::qualified;
use crate::service::Error;
use crate::service::connect::ApiKeyError;

/// How long a new webhook is given before it is replaced again: deliveries under way are still signed with the
/// token of the old one, and Lever repeats them for hours.
const RENEWAL_PAUSE: Duration = Duration::from_secs(6 * 60 * 60);
/// A refused delivery this soon after an accepted one proves nothing: both times are exact to a minute only.
const BLUR: Duration = Duration::from_secs(2 * 60);

/// The trouble that upkeep has had so far with what may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// None, or not for long: what fails now is soon tried again.
    Passing,
    /// For as long as lies between two upkeeps.
    Lasting,
}

impl Sweep<'_> {
    /// Looks after the webhook as soon as its signatures fail, and after everything once an hour. Finds the waiting
    /// events that went on.
    pub(super) async fn keep_up(&self, reconciliation: &mut Reconciliation) -> Tally {
        let mut tally = Tally::default();
        if self.is_signature_lost(reconciliation) {
            tally.note(self.renew_webhook(reconciliation).await);
        }
        let is_due = reconciliation.upkept_at.is_none_or(|at| self.is_an_upkeep_ago(at));
        if !is_due || !self.has_time() || tally.is_token_refused() {
            return tally;
        }
        let trouble = self.trouble(reconciliation);
        let upkeep = self.take_every_step(reconciliation, trouble).await;
        let failing_since = reconciliation.upkeep_failing_since.unwrap_or(self.now);
        reconciliation.upkeep_failing_since = upkeep.may_pass().then_some(failing_since);
        if !upkeep.may_pass() || trouble == Trouble::Lasting {
            reconciliation.upkept_at = Some(self.now);
        }
        tally.join(upkeep);
        tally
    }

    /// Takes every step, unless Lever refuses the access token: then all are taken again with another one.
    async fn take_every_step(&self, reconciliation: &mut Reconciliation, trouble: Trouble) -> Tally {
        let mut tally = Tally::default();
        tally.note(self.reconciler.connector.heal_webhook(self.team()).await);
        if tally.is_token_refused() {
            return tally;
        }
        tally.note(self.heal_subscription().await);
        tally.add(self.resume().await);
        tally.note(self.erase_deleted(reconciliation).await);
        tally.note(self.erase_anonymised(reconciliation, trouble).await);
        tally
    }

    fn trouble(&self, reconciliation: &Reconciliation) -> Trouble {
        let is_lasting = reconciliation.upkeep_failing_since.is_some_and(|at| self.is_an_upkeep_ago(at));
        if is_lasting { Trouble::Lasting } else { Trouble::Passing }
    }

    fn is_an_upkeep_ago(&self, at: Timestamp) -> bool {
        self.now.duration_since(at) >= self.reconciler.rhythm.upkeep.try_into().unwrap_or_default()
    }

    async fn renew_webhook(&self, reconciliation: &mut Reconciliation) -> Result<(), Error> {
        tracing::warn!(team.id = %self.team(), "webhook.signature_lost");
        self.reconciler.connector.renew_webhook(self.team()).await?;
        reconciliation.webhook_renewed_at = Some(self.now);
        Ok(())
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
