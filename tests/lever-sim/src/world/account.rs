//! One Lever account: its people, pipeline, postings and opportunities, and the look-ups among them.
//!
//! Changes to opportunities are in `change.rs`; nothing here reads a clock or talks to anybody.

use std::collections::BTreeMap;

use sim_kit::clock::Millis;

use super::contact::Contact;
use super::event::{Event, Happening};
use super::feedback::Template;
use super::ids::{AccountId, ContactId, OpportunityId, PostingId, ReasonId, StageId, UserId, WebhookId};
use super::opportunity::{Deleted, Opportunity};
use super::posting::Posting;
use super::problem::Problem;
use super::stage::{ArchiveReason, Stage};
use super::user::User;
use super::webhook::Webhook;

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) name: String,
    pub(crate) users: Vec<User>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) reasons: Vec<ArchiveReason>,
    pub(crate) postings: Vec<Posting>,
    pub(crate) contacts: Vec<Contact>,
    pub(crate) opportunities: Vec<Opportunity>,
    pub(crate) deleted: Vec<Deleted>,
    pub(crate) templates: Vec<Template>,
    pub(crate) webhooks: Vec<Webhook>,
    /// Which groups of events a Super Admin switched on.
    pub(crate) groups: BTreeMap<Event, bool>,
    /// Scopes the account consented to; empty after a revocation.
    pub(crate) consented: Vec<String>,
    /// What happened and was not yet told to webhooks.
    pub(crate) happenings: Vec<Happening>,
    /// What happened while the group was off, if that is kept.
    pub(crate) kept_back: Vec<Happening>,
}

impl Account {
    pub(crate) fn user(&self, id: &UserId) -> Option<&User> {
        self.users.iter().find(|user| user.id == *id)
    }

    /// The user that does what nobody in particular does.
    pub(crate) fn super_admin(&self) -> Option<UserId> {
        self.users.iter().find(|user| user.is_super_admin()).map(|user| user.id.clone())
    }

    /// The stage with this id, or the only one with this text.
    pub(crate) fn stage_named(&self, name: &str) -> Result<&Stage, Problem> {
        only(&self.stages, name, "stage", |stage| (stage.id.as_str(), &stage.text))
    }

    pub(crate) fn stage(&self, id: &StageId) -> Result<&Stage, Problem> {
        self.stages.iter().find(|stage| stage.id == *id).ok_or_else(|| Problem::missing("stage", id))
    }

    /// Position in the pipeline; a stage that is gone counts as last.
    pub(crate) fn rank(&self, id: &StageId) -> usize {
        self.stages.iter().position(|stage| stage.id == *id).unwrap_or(self.stages.len())
    }

    /// The reason with this id, or the only one with this text.
    pub(crate) fn reason_named(&self, name: &str) -> Result<&ArchiveReason, Problem> {
        only(&self.reasons, name, "archive reason", |reason| (reason.id.as_str(), &reason.text))
    }

    pub(crate) fn reason(&self, id: &ReasonId) -> Result<&ArchiveReason, Problem> {
        self.reasons
            .iter()
            .find(|reason| reason.id == *id)
            .ok_or_else(|| Problem::missing("archive reason", id))
    }

    /// The posting with this id, or the only one with this title.
    pub(crate) fn posting_named(&self, name: &str) -> Result<&Posting, Problem> {
        only(&self.postings, name, "posting", |posting| (posting.id.as_str(), &posting.text))
    }

    pub(crate) fn posting(&self, id: &PostingId) -> Option<&Posting> {
        self.postings.iter().find(|posting| posting.id == *id)
    }

    pub(crate) fn posting_of(&self, opportunity: &Opportunity) -> Option<&Posting> {
        opportunity.application.as_ref().and_then(|application| self.posting(&application.posting))
    }

    pub(crate) fn inherited_tags(&self, opportunity: &Opportunity) -> Vec<String> {
        self.posting_of(opportunity).map(Posting::inherited_tags).unwrap_or_default()
    }

    pub(crate) fn contact(&self, id: &ContactId) -> Result<&Contact, Problem> {
        self.contacts.iter().find(|contact| contact.id == *id).ok_or_else(|| Problem::missing("contact", id))
    }

    pub(crate) fn contact_mut(&mut self, id: &ContactId) -> Result<&mut Contact, Problem> {
        self.contacts
            .iter_mut()
            .find(|contact| contact.id == *id)
            .ok_or_else(|| Problem::missing("contact", id))
    }

    pub(crate) fn opportunity(&self, id: &OpportunityId) -> Result<&Opportunity, Problem> {
        let found = self.opportunities.iter().find(|opportunity| opportunity.id == *id);
        found.ok_or_else(|| Problem::missing("opportunity", id))
    }

    /// The deprecated candidate id of an opportunity, deleted or not.
    pub(crate) fn candidate_id(&self, id: &OpportunityId) -> Option<&str> {
        let deleted = self.deleted.iter().map(|deleted| &deleted.opportunity);
        let found = self.opportunities.iter().chain(deleted).find(|opportunity| opportunity.id == *id);
        found.map(|opportunity| opportunity.candidate_id.as_str())
    }

    pub(crate) fn opportunity_mut(&mut self, id: &OpportunityId) -> Result<&mut Opportunity, Problem> {
        let found = self.opportunities.iter_mut().find(|opportunity| opportunity.id == *id);
        found.ok_or_else(|| Problem::missing("opportunity", id))
    }

    pub(crate) fn webhook_mut(&mut self, id: &WebhookId) -> Result<&mut Webhook, Problem> {
        self.webhooks
            .iter_mut()
            .find(|webhook| webhook.id == *id)
            .ok_or_else(|| Problem::missing("webhook", id))
    }

    pub(crate) fn delete_webhook(&mut self, id: &WebhookId) -> Result<(), Problem> {
        let before = self.webhooks.len();
        self.webhooks.retain(|webhook| webhook.id != *id);
        if self.webhooks.len() == before { Err(Problem::missing("webhook", id)) } else { Ok(()) }
    }

    /// Every tag in use with the number of opportunities that bear it, in alphabetical order ignoring case.
    pub(crate) fn tag_counts(&self) -> Vec<(String, usize)> {
        count(self.opportunities.iter().flat_map(|opportunity| opportunity.tags.shown()))
    }

    /// Every source in use with its count, in the same order.
    pub(crate) fn source_counts(&self) -> Vec<(String, usize)> {
        count(self.opportunities.iter().flat_map(|opportunity| &opportunity.sources))
    }

    /// Switches groups of events on or off; events kept back for a group that is now on happen again.
    pub(crate) fn switch_groups(&mut self, groups: &BTreeMap<Event, bool>) {
        self.groups.extend(groups);
        let (now_on, still_off) = std::mem::take(&mut self.kept_back)
            .into_iter()
            .partition(|happening: &Happening| self.groups.get(&happening.event) == Some(&true));
        self.kept_back = still_off;
        self.happenings.extend::<Vec<_>>(now_on);
    }

    /// Adds a stage at a position in the pipeline, the end if none is given.
    pub(crate) fn add_stage(&mut self, stage: Stage, at: Option<usize>) -> Result<(), Problem> {
        if self.stages.iter().any(|known| known.id == stage.id) {
            return Err(Problem::invalid(format!("there is a stage {} already", stage.id)));
        }
        let at = at.unwrap_or(self.stages.len()).min(self.stages.len());
        self.stages.insert(at, stage);
        Ok(())
    }

    /// Deletes a stage that no opportunity is in.
    pub(crate) fn delete_stage(&mut self, id: &StageId) -> Result<(), Problem> {
        self.stage(id)?;
        let there = self.opportunities.iter().filter(|opportunity| opportunity.stage == *id).count();
        if there > 0 {
            return Err(Problem::invalid(format!("{there} opportunities are in this stage: say moveTo")));
        }
        self.stages.retain(|stage| stage.id != *id);
        Ok(())
    }

    pub(crate) fn touch(&mut self, id: &OpportunityId, now: Millis) -> Result<(), Problem> {
        self.opportunity_mut(id)?.touch(now);
        Ok(())
    }
}

/// The item whose id is `name`, or the only one whose text is `name`.
fn only<'a, T>(
    items: &'a [T],
    name: &str,
    kind: &'static str,
    naming: impl Fn(&'a T) -> (&'a str, &'a String),
) -> Result<&'a T, Problem> {
    if let Some(item) = items.iter().find(|item| naming(item).0 == name) {
        return Ok(item);
    }
    let mut with_text = items.iter().filter(|item| naming(item).1 == name);
    match (with_text.next(), with_text.next()) {
        (Some(item), None) => Ok(item),
        (Some(_), Some(_)) => Err(Problem::invalid(format!("several {kind}s are named {name}: say the id"))),
        (None, _) => Err(Problem::missing(kind, name)),
    }
}

fn count<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<(String, &String), usize> = BTreeMap::new();
    for text in texts {
        *counts.entry((text.to_lowercase(), text)).or_default() += 1;
    }
    counts.into_iter().map(|((_, text), count)| (text.clone(), count)).collect()
}
