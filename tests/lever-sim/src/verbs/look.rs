//! What a test wants to know about a candidate or an account.

use serde_json::Value;

use crate::api::{View, full_json};
use crate::lever::Lever;
use crate::world::{Account, Opportunity, OpportunityId, Problem};

impl Lever {
    /// The tags an opportunity shows.
    ///
    /// # Errors
    /// If it does not exist.
    pub fn tags(&self, opportunity: &str) -> Result<Vec<String>, Problem> {
        self.read(opportunity, |_, opportunity| opportunity.tags.shown().to_vec())
    }

    /// The texts of all comments in all notes, oldest first.
    ///
    /// # Errors
    /// If the opportunity does not exist.
    pub fn notes(&self, opportunity: &str) -> Result<Vec<String>, Problem> {
        self.read(opportunity, |_, opportunity| {
            let comments = opportunity.notes.iter().flat_map(|note| &note.comments);
            comments.map(|comment| comment.value.clone()).collect()
        })
    }

    /// The opportunity as the API shows it on reading.
    ///
    /// # Errors
    /// If it does not exist.
    pub fn opportunity(&self, opportunity: &str) -> Result<Value, Problem> {
        let switches = self.look(|world, _| world.switches.clone());
        self.read(opportunity, |account, opportunity| full_json(account, opportunity, View::Full, &switches))
    }

    /// Whether an account lets the app in.
    ///
    /// # Errors
    /// If the account does not exist.
    pub fn has_consented(&self, account: &str) -> Result<bool, Problem> {
        self.look(|world, _| {
            let id = world.account_named(Some(account))?;
            Ok(!world.account(&id)?.consented.is_empty())
        })
    }

    fn read<T>(
        &self,
        opportunity: &str,
        read: impl FnOnce(&Account, &Opportunity) -> T,
    ) -> Result<T, Problem> {
        let id = OpportunityId::from(opportunity);
        self.look(|world, _| {
            let account = world.account(&world.account_of(&id)?)?;
            Ok(read(account, account.opportunity(&id)?))
        })
    }
}
