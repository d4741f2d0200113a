//! Accounts, authorisation and switches.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api;
use crate::lever::Lever;
use crate::oauth;
use crate::scopes;
use crate::seed::AccountSeed;
use crate::world::{Consent, Consented, Problem};

/// Whom a token is minted for; everything is optional.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenWish {
    /// Must be the app's client id if given.
    pub client_id: Option<String>,
    /// Id or e-mail of the consenting user; the Super Admin of `account` if absent.
    pub user: Option<String>,
    /// Id or name of the account; the first one if absent.
    pub account: Option<String>,
    /// Scopes as a list or separated by blanks; all of the app if absent.
    pub scopes: Option<Scopes>,
}

/// Scopes in either notation.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Scopes {
    /// `["a", "b"]`
    List(Vec<String>),
    /// `"a b"`
    Text(String),
}

impl Scopes {
    fn list(self) -> Vec<String> {
        match self {
            Self::List(list) => list,
            Self::Text(text) => text.split_whitespace().map(str::to_owned).collect(),
        }
    }
}

impl Lever {
    /// Adds an account and returns its id.
    ///
    /// # Errors
    /// If its parts do not fit together.
    pub fn add_account(&self, seed: &AccountSeed) -> Result<String, Problem> {
        self.change(|world, now| {
            let account = seed.build(now, &world.switches)?;
            let id = account.id.to_string();
            world.add_account(account)?;
            Ok(id)
        })
    }

    /// Sets how the authorisation page behaves.
    ///
    /// # Errors
    /// If the named user does not exist.
    pub fn set_consent(&self, consent: Consent) -> Result<(), Problem> {
        self.change(|world, _| {
            world.user_named(consent.user.as_deref())?;
            world.consent = consent;
            Ok(())
        })
    }

    /// Mints a pair of tokens without the browser, in the shape of the token endpoint's answer.
    ///
    /// # Errors
    /// If the client, user, account or a scope does not exist.
    pub fn mint(&self, wish: TokenWish) -> Result<Value, Problem> {
        self.change(|world, now| {
            if wish.client_id.is_some_and(|id| id != world.app.client_id) {
                return Err(Problem::missing("client", "with this client_id"));
            }
            let (account, user) = match (&wish.user, &wish.account) {
                (Some(user), _) => world.user_named(Some(user))?,
                (None, account) => {
                    let id = world.account_named(account.as_deref())?;
                    let user = world.account(&id)?.super_admin();
                    (id, user.ok_or_else(|| Problem::missing("user", "(super admin)"))?)
                }
            };
            let scopes = wish.scopes.map_or_else(|| world.app.scopes.clone(), Scopes::list);
            if let Some(unknown) = scopes.iter().find(|scope| scopes::wording(scope).is_none()) {
                return Err(Problem::missing("scope", unknown));
            }
            oauth::grant_scopes(world, &account, &scopes);
            let audience = world.app.audiences.first().cloned();
            let family = world.grants.open_family(Consented { account, user, scopes, audience }, now);
            Ok(oauth::issue(world, family, now))
        })
    }

    /// Another integration of the customer makes a call: it takes from the bucket that the app's calls of this account
    /// come out of. Whether there was anything to take.
    ///
    /// # Errors
    /// If the account does not exist.
    pub fn call_for_another(&self, account: &str) -> Result<bool, Problem> {
        self.change(|world, now| {
            let bucket = world.account_named(Some(account))?.to_string();
            Ok(api::take_slot(world, &bucket, now))
        })
    }

    /// A Super Admin takes the app's access back.
    ///
    /// # Errors
    /// If the account does not exist.
    pub fn revoke(&self, account: Option<&str>) -> Result<(), Problem> {
        self.change(|world, _| {
            let id = world.account_named(account)?;
            world.revoke(&id)
        })
    }

    /// Changes switches and returns all of them.
    ///
    /// # Errors
    /// If a name or value is unknown; the error says which.
    pub fn switch(&self, changes: Map<String, Value>) -> Result<Value, serde_json::Error> {
        self.change(|world, _| {
            world.switches = world.switches.with(changes)?;
            self.kit.deliveries.set_rules(world.switches.delivery_rules());
            world.buckets.clear();
            Ok(world.switches.described())
        })
    }
}
