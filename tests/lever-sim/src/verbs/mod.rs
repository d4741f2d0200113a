//! What people do in Lever's own pages, and what a test wants to look at.
//!
//! The control API is a thin layer over these verbs. Ids are given as text; where it says so, a stage, reason or posting
//! may also be given by its name.

mod access;
mod candidates;
mod look;
mod pipeline;
mod webhooks;

use sim_kit::clock::Millis;

pub use access::{Scopes, TokenWish};

use crate::lever::Lever;
use crate::world::{Account, AccountId, OpportunityId, Problem, UserId, World};

impl Lever {
    /// Changes something about an opportunity, whichever account it is in.
    fn with<T>(
        &self,
        opportunity: &str,
        change: impl FnOnce(&mut World, &AccountId, &OpportunityId, Millis) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let id = OpportunityId::from(opportunity);
        self.change(|world, now| {
            let account = world.account_of(&id)?;
            change(world, &account, &id, now)
        })
    }

    /// Changes an account, the first one if none is named.
    fn in_account<T>(
        &self,
        account: Option<&str>,
        change: impl FnOnce(&mut Account) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.change(|world, _| {
            let id = world.account_named(account)?;
            change(world.account_mut(&id)?)
        })
    }
}

/// The named user, the Super Admin if none is named.
fn acting(account: &Account, user: Option<&str>) -> Result<Option<UserId>, Problem> {
    let Some(name) = user else { return Ok(account.super_admin()) };
    let found = account.users.iter().find(|user| user.id.as_str() == name || user.email == name);
    found.map(|user| Some(user.id.clone())).ok_or_else(|| Problem::missing("user", name))
}
