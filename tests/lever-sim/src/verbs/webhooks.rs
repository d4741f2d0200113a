//! What admins do with webhooks in Lever's settings.

use std::collections::BTreeMap;

use crate::lever::Lever;
use crate::world::{Event, Problem, WebhookId};

impl Lever {
    /// Switches groups of webhook events on or off, in all accounts or one.
    ///
    /// # Errors
    /// If the account does not exist.
    pub fn switch_groups(
        &self,
        account: Option<&str>,
        groups: &BTreeMap<Event, bool>,
    ) -> Result<(), Problem> {
        self.change(|world, _| {
            let only = account.map(|name| world.account_named(Some(name))).transpose()?;
            for account in &mut world.accounts {
                if only.as_ref().is_none_or(|only| *only == account.id) {
                    account.switch_groups(groups);
                }
            }
            Ok(())
        })
    }

    /// A user gives a webhook a new signature token, which the API never tells; returns it.
    ///
    /// # Errors
    /// If the webhook does not exist.
    pub fn regenerate_token(&self, webhook: &str) -> Result<String, Problem> {
        self.change(|world, now| {
            let id = WebhookId::from(webhook);
            let account = world.account_of_webhook(&id)?;
            let webhook = world.account_mut(&account)?.webhook_mut(&id)?;
            webhook.regenerate_token(now);
            Ok(webhook.signature_token.clone())
        })
    }

    /// A user deletes a webhook.
    ///
    /// # Errors
    /// If it does not exist.
    pub fn delete_webhook(&self, webhook: &str) -> Result<(), Problem> {
        self.change(|world, _| {
            let id = WebhookId::from(webhook);
            let account = world.account_of_webhook(&id)?;
            world.account_mut(&account)?.delete_webhook(&id)
        })
    }

    /// A user clicks "Verify connection"; returns the id of the delivery.
    ///
    /// # Errors
    /// If the webhook does not exist.
    pub fn verify_webhook(&self, webhook: &str) -> Result<String, Problem> {
        let id = WebhookId::from(webhook);
        let account = self.look(|world, _| world.account_of_webhook(&id))?;
        self.ping(&account, &id).ok_or_else(|| Problem::missing("webhook", webhook))
    }
}
