//! The simulated world: accounts and what is in them, the app, its grants, the switches.
//!
//! Pure state with methods: the time is passed in, nothing here does IO. What webhooks may hear of is left in each
//! account's `happenings` for the sender.

mod account;
mod change;
mod contact;
mod create;
mod event;
mod feedback;
mod file;
mod grant;
mod ids;
mod note;
mod opportunity;
mod posting;
mod problem;
mod stage;
mod taglist;
mod user;
mod webhook;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use account::Account;
pub(crate) use change::{Actor, Via};
pub(crate) use contact::{Contact, ContactChange, canonical_email};
pub use contact::{DataProtection, Permission, Phone};
pub(crate) use event::Happening;
pub use event::{Event, Origin};
pub(crate) use feedback::{Feedback, FieldValue, Template};
pub use feedback::{FieldOption, TemplateField, TemplateWish};
pub(crate) use file::{EXTENSIONS, StoredFile};
pub(crate) use grant::{AccessFault, Challenge, CodeFault, Consented, FamilyKey, Grants, RefreshFault};
pub use ids::{
    AccountId, ApplicationId, ContactId, FeedbackId, FileId, NoteId, OpportunityId, PostingId, ReasonId,
    StageId, TemplateId, UserId, WebhookId,
};
pub(crate) use note::{Author, Comment, Note, Secrecy};
pub(crate) use opportunity::{Application, Archived, Opportunity};
pub use opportunity::{ArchivedWish, NewOpportunity};
pub(crate) use posting::Posting;
pub use posting::{Categories, Confidentiality, PostingChange, PostingState};
pub use problem::Problem;
pub use stage::ReasonKind;
pub(crate) use stage::{ArchiveReason, Stage};
pub(crate) use user::User;
pub(crate) use webhook::{Webhook, checked_origins, checked_url, is_loopback};

use crate::rate::Bucket;
use crate::switches::Switches;

/// The app that connects to accounts, as registered with Lever.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) audiences: Vec<String>,
}

/// How the authorisation page behaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConsentMode {
    /// Shows the login and consent page.
    #[default]
    Page,
    /// Redirects at once as if somebody had accepted.
    Accept,
    /// Redirects at once as if somebody had denied.
    Deny,
}

/// How the authorisation page behaves, and for whom.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Page, accept or deny.
    #[serde(default)]
    pub mode: ConsentMode,
    /// Id or e-mail of the user in the modes without a page; the first account's Super Admin if absent.
    #[serde(default)]
    pub user: Option<String>,
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) accounts: Vec<Account>,
    pub(crate) grants: Grants,
    pub(crate) consent: Consent,
    pub(crate) switches: Switches,
    /// Rate limit buckets by what they belong to.
    pub(crate) buckets: BTreeMap<String, Bucket>,
    /// How often each bucket was empty.
    pub(crate) refused_by_rate: BTreeMap<String, u64>,
}

impl World {
    pub(crate) fn account(&self, id: &AccountId) -> Result<&Account, Problem> {
        self.accounts.iter().find(|account| account.id == *id).ok_or_else(|| Problem::missing("account", id))
    }

    pub(crate) fn account_mut(&mut self, id: &AccountId) -> Result<&mut Account, Problem> {
        self.accounts
            .iter_mut()
            .find(|account| account.id == *id)
            .ok_or_else(|| Problem::missing("account", id))
    }

    /// An account to change, with the switches that rule the change.
    pub(crate) fn account_and_switches(
        &mut self,
        id: &AccountId,
    ) -> Result<(&mut Account, &Switches), Problem> {
        let account = self.accounts.iter_mut().find(|account| account.id == *id);
        Ok((account.ok_or_else(|| Problem::missing("account", id))?, &self.switches))
    }

    /// The account with this id or name, the first one if none is named.
    pub(crate) fn account_named(&self, name: Option<&str>) -> Result<AccountId, Problem> {
        let found = match name {
            Some(name) => {
                self.accounts.iter().find(|account| account.id.as_str() == name || account.name == name)
            }
            None => self.accounts.first(),
        };
        let found = found.ok_or_else(|| Problem::missing("account", name.unwrap_or("(first)")))?;
        Ok(found.id.clone())
    }

    /// The account an opportunity is in.
    pub(crate) fn account_of(&self, id: &OpportunityId) -> Result<AccountId, Problem> {
        let found = self.accounts.iter().find(|account| account.opportunity(id).is_ok());
        found.map(|account| account.id.clone()).ok_or_else(|| Problem::missing("opportunity", id))
    }

    /// The account a webhook is in.
    pub(crate) fn account_of_webhook(&self, id: &WebhookId) -> Result<AccountId, Problem> {
        let has = |account: &&Account| account.webhooks.iter().any(|webhook| webhook.id == *id);
        let found = self.accounts.iter().find(has);
        found.map(|account| account.id.clone()).ok_or_else(|| Problem::missing("webhook", id))
    }

    /// The user with this id or e-mail and their account; without a name the first Super Admin.
    pub(crate) fn user_named(&self, name: Option<&str>) -> Result<(AccountId, UserId), Problem> {
        let fits = |user: &User| match name {
            Some(name) => user.id.as_str() == name || user.email == name,
            None => user.is_super_admin(),
        };
        let mut all =
            self.accounts.iter().flat_map(|account| account.users.iter().map(move |user| (account, user)));
        let (account, user) = all
            .find(|(_, user)| fits(user))
            .ok_or_else(|| Problem::missing("user", name.unwrap_or("(super admin)")))?;
        Ok((account.id.clone(), user.id.clone()))
    }

    /// The account takes the app's access back.
    pub(crate) fn revoke(&mut self, account: &AccountId) -> Result<(), Problem> {
        self.account_mut(account)?.consented.clear();
        self.grants.revoke(account);
        Ok(())
    }
}
