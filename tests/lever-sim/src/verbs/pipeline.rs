//! What admins do with stages and postings.

use serde_json::Value;

use crate::lever::Lever;
use crate::world::{PostingChange, Problem, Stage, StageId};

impl Lever {
    /// Edits a posting, given by id or title; its opportunities follow at once.
    ///
    /// # Errors
    /// If the posting does not exist.
    pub fn edit_posting(&self, posting: &str, change: PostingChange) -> Result<Value, Problem> {
        self.change(|world, now| {
            let found = world.accounts.iter().find(|account| account.posting_named(posting).is_ok());
            let id = found.ok_or_else(|| Problem::missing("posting", posting))?.id.clone();
            let (account, switches) = world.account_and_switches(&id)?;
            let id = account.posting_named(posting)?.id.clone();
            account.edit_posting(&id, change, now, switches)?;
            Ok(account.posting_named(id.as_str())?.json())
        })
    }

    /// Adds a stage at a position in the pipeline (the end if none is given) and returns its id.
    ///
    /// # Errors
    /// If the account does not exist or the id is taken.
    pub fn add_stage(
        &self,
        account: Option<&str>,
        text: &str,
        id: Option<&str>,
        at: Option<usize>,
    ) -> Result<String, Problem> {
        self.in_account(account, |account| {
            let id = id.map_or_else(StageId::fresh, StageId::from);
            account.add_stage(Stage { id: id.clone(), text: text.to_owned() }, at)?;
            Ok(id.to_string())
        })
    }

    /// Renames a stage, given by id or name.
    ///
    /// # Errors
    /// If the account or the stage does not exist.
    pub fn rename_stage(&self, account: Option<&str>, stage: &str, text: &str) -> Result<(), Problem> {
        self.in_account(account, |account| {
            let id = account.stage_named(stage)?.id.clone();
            for stage in account.stages.iter_mut().filter(|stage| stage.id == id) {
                text.clone_into(&mut stage.text);
            }
            Ok(())
        })
    }

    /// Deletes a stage, given by id or name; candidates in it are first moved to another one.
    ///
    /// # Errors
    /// If something does not exist, or candidates are in the stage and no other one is named.
    pub fn delete_stage(
        &self,
        account: Option<&str>,
        stage: &str,
        move_to: Option<&str>,
    ) -> Result<(), Problem> {
        let (id, there) = self.look(|world, _| {
            let account = world.account(&world.account_named(account)?)?;
            let id = account.stage_named(stage)?.id.clone();
            let there = account.opportunities.iter().filter(|opportunity| opportunity.stage == id);
            Ok::<_, Problem>((
                id.clone(),
                there.map(|opportunity| opportunity.id.to_string()).collect::<Vec<_>>(),
            ))
        })?;
        if let Some(other) = move_to {
            for opportunity in there {
                self.move_to(&opportunity, other, None)?;
            }
        }
        self.in_account(account, |account| account.delete_stage(&id))
    }
}
