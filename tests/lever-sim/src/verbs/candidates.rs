//! What users do with candidates.

use serde_json::Value;

use super::acting;
use crate::api::{View, full_json};
use crate::lever::Lever;
use crate::world::{
    Actor, Author, Comment, Confidentiality, ContactChange, DataProtection, NewOpportunity, OpportunityId,
    Problem, Secrecy, Via,
};

impl Lever {
    /// Creates a candidate as a user would and returns the opportunity.
    ///
    /// # Errors
    /// If the stage, posting or another named thing does not exist.
    pub fn create(&self, new: NewOpportunity) -> Result<Value, Problem> {
        self.change(|world, now| {
            let id = world.account_named(new.account.as_deref())?;
            let (account, switches) = world.account_and_switches(&id)?;
            let actor = Actor { via: Via::User, user: account.super_admin() };
            let created = account.create(new, &actor, now, switches)?;
            Ok(full_json(account, account.opportunity(&created.id)?, View::Full, switches))
        })
    }

    /// Moves a candidate to a stage, given by id or name, as a user would; the Super Admin unless one is named.
    ///
    /// # Errors
    /// If the opportunity, stage or user does not exist.
    pub fn move_to(&self, opportunity: &str, stage: &str, user: Option<&str>) -> Result<(), Problem> {
        self.with(opportunity, |world, account, id, now| {
            let (account, switches) = world.account_and_switches(account)?;
            let stage = account.stage_named(stage)?.id.clone();
            let actor = Actor { via: Via::User, user: acting(account, user)? };
            account.move_to(id, &stage, &actor, now, switches)
        })
    }

    /// Adds and removes tags as a user would.
    ///
    /// # Errors
    /// If the opportunity does not exist or a tag cannot be.
    pub fn tag(&self, opportunity: &str, add: &[String], remove: &[String]) -> Result<(), Problem> {
        self.with(opportunity, |world, account, id, now| {
            let (account, switches) = world.account_and_switches(account)?;
            account.add_tags(id, add, now, switches)?;
            account.remove_tags(id, remove, now, switches)
        })
    }

    /// Corrects the only e-mail address of the person behind an opportunity.
    ///
    /// # Errors
    /// If the opportunity does not exist or the person is anonymised.
    pub fn correct_email(&self, opportunity: &str, email: &str) -> Result<(), Problem> {
        self.with(opportunity, |world, account, id, _| {
            let account = world.account_mut(account)?;
            let contact = account.opportunity(id)?.contact.clone();
            let change = ContactChange { emails: Some(vec![email.to_owned()]), ..ContactChange::default() };
            account.update_contact(&contact, change)
        })
    }

    /// Merges the profile of an opportunity into the one of another, which takes precedence (Lever: Merging duplicate
    /// candidate profiles). That the opportunity shows the other's contact from then on is assumed.
    ///
    /// # Errors
    /// If one of them does not exist.
    pub fn merge_into(&self, opportunity: &str, other: &str) -> Result<(), Problem> {
        let primary = OpportunityId::from(other);
        self.with(opportunity, |world, account, id, _| {
            let account = world.account_mut(account)?;
            let (merged, into) =
                (account.opportunity(id)?.contact.clone(), account.opportunity(&primary)?.contact.clone());
            account.merge_contact(&merged, &into)
        })
    }

    /// Archives for a reason, given by id or name, or un-archives without one.
    ///
    /// # Errors
    /// If the opportunity or the reason does not exist.
    pub fn archive(&self, opportunity: &str, reason: Option<&str>) -> Result<(), Problem> {
        self.with(opportunity, |world, account, id, now| {
            let account = world.account_mut(account)?;
            let reason =
                reason.map(|name| account.reason_named(name).map(|reason| reason.id.clone())).transpose()?;
            account.archive(id, reason.as_ref(), now)
        })
    }

    /// Removes the personal data of the person.
    ///
    /// # Errors
    /// If the opportunity does not exist.
    pub fn anonymise(&self, opportunity: &str) -> Result<(), Problem> {
        self.with(opportunity, |world, account, id, now| world.account_mut(account)?.anonymise(id, now))
    }

    /// Deletes an opportunity.
    ///
    /// # Errors
    /// If it does not exist.
    pub fn delete(&self, opportunity: &str) -> Result<(), Problem> {
        self.with(opportunity, |world, account, id, now| {
            let account = world.account_mut(account)?;
            let user = account.super_admin();
            account.delete(id, user, now)
        })
    }

    /// Sets or lifts the data protection policy for the person.
    ///
    /// # Errors
    /// If the opportunity does not exist.
    pub fn protect(&self, opportunity: &str, policy: Option<DataProtection>) -> Result<(), Problem> {
        self.with(opportunity, |world, account, id, now| {
            let account = world.account_mut(account)?;
            let contact = account.opportunity(id)?.contact.clone();
            account.contact_mut(&contact)?.data_protection = policy;
            account.opportunity_mut(id)?.updated_at = now;
            Ok(())
        })
    }

    /// Makes an opportunity confidential or not.
    ///
    /// # Errors
    /// If it does not exist.
    pub fn set_confidentiality(&self, opportunity: &str, to: Confidentiality) -> Result<(), Problem> {
        self.with(opportunity, |world, account, id, now| {
            let opportunity = world.account_mut(account)?.opportunity_mut(id)?;
            opportunity.confidentiality = to;
            opportunity.updated_at = now;
            Ok(())
        })
    }

    /// Writes a note as a user would; the Super Admin unless one is named. Returns its id.
    ///
    /// # Errors
    /// If the opportunity or the user does not exist.
    pub fn write_note(&self, opportunity: &str, value: &str, user: Option<&str>) -> Result<String, Problem> {
        self.with(opportunity, |world, account, id, now| {
            let account = world.account_mut(account)?;
            let user = acting(account, user)?;
            let opportunity = account.opportunity_mut(id)?;
            let stage = opportunity.stage.clone();
            let comment = Comment { value: value.to_owned(), score: None, user, stage, created_at: now };
            Ok(opportunity.add_note(Author::User, Secrecy::Open, comment).id.to_string())
        })
    }
}
