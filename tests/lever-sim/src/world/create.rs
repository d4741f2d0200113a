//! How an opportunity comes to be: by a user, a seed or the API.

use serde_json::Map;
use sim_kit::clock::Millis;

use super::account::Account;
use super::change::Actor;
use super::contact::Contact;
use super::event::{Event, Happening, Origin};
use super::ids::{ApplicationId, ContactId, OpportunityId, StageId, UserId};
use super::opportunity::{Application, Archived, ArchivedWish, NewOpportunity, Opportunity, StageChange};
use super::posting::{Confidentiality, Posting};
use super::problem::Problem;
use super::stage::ReasonKind;
use super::taglist::TagList;
use crate::switches::{Presence, Switches};

/// A created opportunity.
#[derive(Debug, Clone)]
pub(crate) struct Created {
    pub(crate) id: OpportunityId,
    /// Whether the contact was known by its e-mail.
    pub(crate) deduped: bool,
}

/// What a wish for an opportunity names, looked up.
struct Parts {
    id: OpportunityId,
    contact: ContactId,
    stage: StageId,
    posting: Option<Posting>,
    archived: Option<Archived>,
}

impl Account {
    pub(crate) fn create(
        &mut self,
        new: NewOpportunity,
        actor: &Actor,
        now: Millis,
        switches: &Switches,
    ) -> Result<Created, Problem> {
        let id = new.id.clone().unwrap_or_else(OpportunityId::fresh);
        if self.opportunity(&id).is_ok() {
            return Err(Problem::invalid(format!("there is an opportunity {id} already")));
        }
        let stage = match &new.stage {
            Some(name) => self.stage_named(name)?.id.clone(),
            None => self.first_stage()?,
        };
        let posting = new.posting.as_deref().map(|name| self.posting_named(name).cloned()).transpose()?;
        let archived = self.archived_wish(new.archived.as_ref(), now)?;
        for user in new.owner.iter().chain(&new.followers) {
            self.user(user).ok_or_else(|| Problem::missing("user", user))?;
        }
        let (contact, deduped) = self.contact_for(&new)?;
        let parts = Parts { id: id.clone(), contact, stage, posting, archived };
        let opportunity = self.assemble(parts, &new, actor, now);
        self.announce(&opportunity, switches);
        self.opportunities.push(opportunity);
        Ok(Created { id, deduped })
    }

    fn first_stage(&self) -> Result<StageId, Problem> {
        let first = self.stages.first().map(|stage| stage.id.clone());
        first.ok_or_else(|| Problem::invalid("the account has no stages"))
    }

    fn archived_wish(&self, wish: Option<&ArchivedWish>, now: Millis) -> Result<Option<Archived>, Problem> {
        let (name, at) = match wish {
            None | Some(ArchivedWish::Flag(false)) => return Ok(None),
            Some(ArchivedWish::Flag(true)) => {
                let other = self.reasons.iter().find(|reason| reason.kind == ReasonKind::NonHired);
                let other =
                    other.ok_or_else(|| Problem::invalid("the account has no reason that is not a hire"))?;
                return Ok(Some(Archived { reason: other.id.clone(), at: now }));
            }
            Some(ArchivedWish::Reason(name)) => (name, now),
            Some(ArchivedWish::Object { reason, archived_at }) => (reason, archived_at.unwrap_or(now)),
        };
        Ok(Some(Archived { reason: self.reason_named(name)?.id.clone(), at }))
    }

    /// The person: the one named, the one with the same e-mail, or a new one.
    fn contact_for(&mut self, new: &NewOpportunity) -> Result<(ContactId, bool), Problem> {
        if let Some(id) = &new.contact {
            if self.contact(id)?.anonymised {
                return Err(Problem::invalid("an anonymized contact cannot be linked"));
            }
            return Ok((id.clone(), true));
        }
        let known =
            self.contacts.iter().find(|contact| new.emails.iter().any(|email| contact.has_email(email)));
        if let Some(known) = known {
            return Ok((known.id.clone(), true));
        }
        let mut contact = Contact {
            id: ContactId::fresh(),
            name: new.name.clone().unwrap_or_default(),
            headline: new.headline.clone().unwrap_or_default(),
            location: new.location.clone().unwrap_or_default(),
            emails: new.emails.clone(),
            phones: new.phones.clone(),
            links: new.links.clone(),
            anonymised: false,
            data_protection: new.data_protection.clone(),
        };
        if new.anonymised == Some(true) {
            contact.anonymise();
        }
        let id = contact.id.clone();
        self.contacts.push(contact);
        self.contact_happens(Event::ContactCreated, &id);
        Ok((id, false))
    }

    fn assemble(&self, parts: Parts, new: &NewOpportunity, actor: &Actor, now: Millis) -> Opportunity {
        let Parts { id, contact, stage, posting, archived } = parts;
        let posting = posting.as_ref();
        let created_at = new.created_at.unwrap_or(now);
        let user = actor.user.clone().or_else(|| self.super_admin());
        let owner = new.owner.clone().or_else(|| user.clone());
        let follows = |posting: &Posting| posting.confidentiality;
        let confidentiality = match new.confidential {
            Some(true) => Confidentiality::Confidential,
            Some(false) => Confidentiality::NonConfidential,
            None => posting.map_or(Confidentiality::NonConfidential, follows),
        };
        let followers: Vec<UserId> = owner.iter().chain(&new.followers).cloned().collect();
        Opportunity {
            id,
            candidate_id: sim_kit::random::uuid(),
            contact,
            stage_changes: vec![StageChange {
                to: stage.clone(),
                index: self.rank(&stage),
                at: created_at,
                user: user.clone(),
            }],
            stage,
            confidentiality,
            tags: TagList::new(&new.tags, &posting.map(Posting::inherited_tags).unwrap_or_default()),
            sources: new.sources.clone(),
            origin: new.origin.unwrap_or(if posting.is_some() { Origin::Applied } else { Origin::Sourced }),
            sourced_by: user,
            owner,
            followers,
            application: posting.map(|posting| Application {
                id: ApplicationId::fresh(),
                posting: posting.id.clone(),
                created_at,
            }),
            archived,
            created_at,
            updated_at: created_at,
            last_interaction_at: created_at,
            last_advanced_at: created_at,
            snoozed_until: new.snoozed_until,
            notes: Vec::new(),
            files: Vec::new(),
            feedback: Vec::new(),
        }
    }

    fn announce(&mut self, opportunity: &Opportunity, switches: &Switches) {
        let happening = |event, data| Happening {
            event,
            opportunity: Some(opportunity.id.clone()),
            contact: opportunity.contact.clone(),
            origin: Some(opportunity.origin),
            confidential: opportunity.confidentiality == Confidentiality::Confidential,
            data,
        };
        if let Some(application) = &opportunity.application {
            let data = Map::from_iter([("applicationId".to_owned(), application.id.as_str().into())]);
            self.happenings.push(happening(Event::ApplicationCreated, data));
        }
        if switches.event_on_create == Presence::Present {
            let data = Map::from_iter([("toStageId".to_owned(), opportunity.stage.as_str().into())]);
            self.happenings.push(happening(Event::CandidateStageChange, data));
        }
    }
}
