//! What users and apps do to opportunities: move, tag, archive, edit the posting, anonymise, delete.

use serde_json::{Map, Value, json};
use sim_kit::clock::Millis;

use super::account::Account;
use super::contact::ContactChange;
use super::event::{Event, Happening};
use super::ids::{ContactId, OpportunityId, PostingId, ReasonId, StageId, UserId};
use super::opportunity::{Archived, Deleted, StageChange};
use super::posting::{Confidentiality, PostingChange};
use super::problem::Problem;
use super::stage::ReasonKind;
use crate::switches::{Presence, Switches, TagNoop};

/// Which way a change comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via {
    /// Somebody clicks in Lever.
    User,
    /// An app calls the API.
    Api,
}

/// Who changes something.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    pub(crate) via: Via,
    pub(crate) user: Option<UserId>,
}

impl Account {
    /// Moves an opportunity, archived or not.
    pub(crate) fn move_to(
        &mut self,
        id: &OpportunityId,
        to: &StageId,
        actor: &Actor,
        now: Millis,
        switches: &Switches,
    ) -> Result<(), Problem> {
        self.stage(to)?;
        let index = self.rank(to);
        let opportunity = self.opportunity_mut(id)?;
        let from = opportunity.stage.clone();
        if from != *to {
            opportunity.enter(StageChange { to: to.clone(), index, at: now, user: actor.user.clone() });
        } else if switches.event_on_same_stage == Presence::Absent {
            return Ok(());
        }
        if actor.via == Via::User || switches.event_on_api_move == Presence::Present {
            let data = json!({"toStageId": to, "fromStageId": from});
            self.happens(Event::CandidateStageChange, id, data)?;
        }
        Ok(())
    }

    /// Archives for a reason, or un-archives without one.
    pub(crate) fn archive(
        &mut self,
        id: &OpportunityId,
        reason: Option<&ReasonId>,
        now: Millis,
    ) -> Result<(), Problem> {
        let kind = reason.map(|reason| self.reason(reason).map(|reason| reason.kind)).transpose()?;
        let opportunity = self.opportunity_mut(id)?;
        let from = opportunity.archived.take();
        opportunity.archived = reason.map(|reason| Archived { reason: reason.clone(), at: now });
        opportunity.touch(now);
        let to = opportunity.archived.as_ref().map(Archived::json);
        if from.is_none() && to.is_none() {
            return Ok(());
        }
        let data = json!({"toArchived": to, "fromArchived": from.as_ref().map(Archived::json)});
        self.happens(Event::CandidateArchiveChange, id, data)?;
        if kind == Some(ReasonKind::Hired) {
            self.happens(Event::CandidateHired, id, json!({}))?;
        }
        Ok(())
    }

    pub(crate) fn add_tags(
        &mut self,
        id: &OpportunityId,
        tags: &[String],
        now: Millis,
        switches: &Switches,
    ) -> Result<(), Problem> {
        check_tags(tags, switches)?;
        let locked = switches.tag_lock_down == Presence::Present;
        let in_use = if locked { self.tag_counts() } else { Vec::new() };
        let opportunity = self.opportunity_mut(id)?;
        for tag in tags {
            if opportunity.tags.contains(tag) {
                refuse_noop(tag, switches)?;
            }
            let known = in_use.iter().any(|(used, _)| used == tag);
            if locked && !known {
                return Err(Problem::Refused(format!("creating the tag {tag} is not permitted")));
            }
        }
        for tag in tags {
            if !opportunity.tags.contains(tag) {
                opportunity.updated_at = now;
            }
            opportunity.tags.add(tag);
        }
        Ok(())
    }

    pub(crate) fn remove_tags(
        &mut self,
        id: &OpportunityId,
        tags: &[String],
        now: Millis,
        switches: &Switches,
    ) -> Result<(), Problem> {
        check_tags(tags, switches)?;
        let inherited = self.inherited_tags(self.opportunity(id)?);
        let opportunity = self.opportunity_mut(id)?;
        for tag in tags {
            if !opportunity.tags.contains(tag) {
                refuse_noop(tag, switches)?;
            }
        }
        for tag in tags {
            let before = opportunity.tags.shown().len();
            opportunity.tags.remove(tag, &inherited, switches.inherited_tags);
            if opportunity.tags.shown().len() != before {
                opportunity.updated_at = now;
            }
        }
        Ok(())
    }

    /// Edits a posting; its opportunities follow at once.
    pub(crate) fn edit_posting(
        &mut self,
        id: &PostingId,
        change: PostingChange,
        now: Millis,
        switches: &Switches,
    ) -> Result<(), Problem> {
        if let Some(owner) = &change.owner {
            self.user(owner).ok_or_else(|| Problem::missing("user", owner))?;
        }
        let posting = self.postings.iter_mut().find(|posting| posting.id == *id);
        let posting = posting.ok_or_else(|| Problem::missing("posting", id))?;
        let (tags_before, derived_before) =
            (posting.inherited_tags(), posting.derived_tags().map(|t| t.map(str::to_owned)));
        posting.change(change, now);
        let tags_after = posting.inherited_tags();
        let renamed: Vec<(String, String)> = derived_before
            .into_iter()
            .zip(posting.derived_tags())
            .filter_map(|(old, new)| Some((old?, new?.to_owned())))
            .filter(|(old, new)| old != new)
            .collect();
        for opportunity in &mut self.opportunities {
            if opportunity.application.as_ref().is_some_and(|application| application.posting == *id) {
                let before = opportunity.tags.shown().to_vec();
                opportunity.tags.follow(&tags_before, &tags_after, &renamed, switches.inherited_tags);
                if opportunity.tags.shown() != before {
                    opportunity.updated_at = now;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn update_contact(&mut self, id: &ContactId, change: ContactChange) -> Result<(), Problem> {
        self.contact_mut(id)?.update(change)?;
        self.contact_happens(Event::ContactUpdated, id);
        Ok(())
    }

    /// Two profiles of one person become one: every opportunity of one contact is the other's from now on, whose data take
    /// precedence; addresses add up.
    pub(crate) fn merge_contact(&mut self, id: &ContactId, into: &ContactId) -> Result<(), Problem> {
        if id == into {
            return Ok(());
        }
        let emails = self.contact(id)?.emails.clone();
        let primary = self.contact_mut(into)?;
        for email in emails {
            if !primary.has_email(&email) {
                primary.emails.push(email);
            }
        }
        for opportunity in self.opportunities.iter_mut().filter(|opportunity| opportunity.contact == *id) {
            opportunity.contact = into.clone();
        }
        self.contacts.retain(|contact| contact.id != *id);
        Ok(())
    }

    /// Removes the personal data of the person behind an opportunity.
    pub(crate) fn anonymise(&mut self, id: &OpportunityId, now: Millis) -> Result<(), Problem> {
        let contact = self.opportunity(id)?.contact.clone();
        self.contact_mut(&contact)?.anonymise();
        for opportunity in self.opportunities.iter_mut().filter(|opportunity| opportunity.contact == contact)
        {
            opportunity.updated_at = now;
        }
        self.contact_happens(Event::ContactUpdated, &contact);
        Ok(())
    }

    pub(crate) fn delete(
        &mut self,
        id: &OpportunityId,
        by: Option<UserId>,
        now: Millis,
    ) -> Result<(), Problem> {
        self.happens(Event::CandidateDeleted, id, json!({}))?;
        if let Some(at) = self.opportunities.iter().position(|opportunity| opportunity.id == *id) {
            let opportunity = self.opportunities.remove(at);
            self.deleted.push(Deleted { opportunity, by, at: now });
        }
        Ok(())
    }

    fn happens(&mut self, event: Event, id: &OpportunityId, data: Value) -> Result<(), Problem> {
        let opportunity = self.opportunity(id)?;
        let happening = Happening {
            event,
            opportunity: Some(id.clone()),
            contact: opportunity.contact.clone(),
            origin: Some(opportunity.origin),
            confidential: opportunity.confidentiality == Confidentiality::Confidential,
            data: data.as_object().cloned().unwrap_or_default(),
        };
        self.happenings.push(happening);
        Ok(())
    }

    pub(super) fn contact_happens(&mut self, event: Event, contact: &ContactId) {
        self.happenings.push(Happening {
            event,
            opportunity: None,
            contact: contact.clone(),
            origin: None,
            confidential: false,
            data: Map::new(),
        });
    }
}

fn check_tags(tags: &[String], switches: &Switches) -> Result<(), Problem> {
    for tag in tags {
        if tag.trim().is_empty() {
            return Err(Problem::invalid("a tag must not be empty"));
        }
        if tag.chars().count() > switches.tag_max_chars {
            return Err(Problem::invalid(format!("a tag has at most {} characters", switches.tag_max_chars)));
        }
    }
    Ok(())
}

/// What a call gets that would change nothing about a tag.
fn refuse_noop(tag: &str, switches: &Switches) -> Result<(), Problem> {
    match switches.tag_noop {
        TagNoop::Ok => Ok(()),
        TagNoop::BadRequest => Err(Problem::invalid(format!("nothing to do for the tag {tag}"))),
    }
}
