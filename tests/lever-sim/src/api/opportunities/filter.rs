//! The filters of `GET /opportunities`. Values of one filter are alternatives, different filters must all hold.

use sim_kit::clock::Millis;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::world::{Account, Confidentiality, Opportunity, canonical_email};

/// Parameters of the list besides paging.
pub(super) const PARAMETERS: [&str; 23] = [
    "tag",
    "email",
    "stage_id",
    "posting_id",
    "archived_posting_id",
    "contact_id",
    "origin",
    "source",
    "archive_reason_id",
    "location",
    "archived",
    "snoozed",
    "confidentiality",
    "created_at_start",
    "created_at_end",
    "updated_at_start",
    "updated_at_end",
    "advanced_at_start",
    "advanced_at_end",
    "archived_at_start",
    "archived_at_end",
    "expand",
    "include",
];

/// A time window, both ends inclusive.
#[derive(Debug, Clone, Copy)]
struct Window {
    start: Option<Millis>,
    end: Option<Millis>,
}

impl Window {
    fn of(call: &Call, name: &str) -> Result<Self, ApiError> {
        Ok(Self { start: call.millis(&format!("{name}_start"))?, end: call.millis(&format!("{name}_end"))? })
    }

    fn is_open(self) -> bool {
        self.start.is_none() && self.end.is_none()
    }

    fn holds(self, at: Millis) -> bool {
        self.start.is_none_or(|start| at >= start) && self.end.is_none_or(|end| at <= end)
    }
}

/// The filters of one call.
#[derive(Debug)]
pub(super) struct Filter<'a> {
    call: &'a Call,
    archived: Option<bool>,
    snoozed: Option<bool>,
    /// `None` = both.
    confidentiality: Option<Confidentiality>,
    created: Window,
    updated: Window,
    advanced: Window,
    archived_at: Window,
}

impl<'a> Filter<'a> {
    pub(super) fn of(call: &'a Call) -> Result<Self, ApiError> {
        let confidentiality = match call.one("confidentiality")? {
            None | Some("non-confidential") => Some(Confidentiality::NonConfidential),
            Some("confidential") => Some(Confidentiality::Confidential),
            Some("all") => None,
            Some(other) => return Err(ApiError::bad(format!("confidentiality cannot be {other}"))),
        };
        if confidentiality != Some(Confidentiality::NonConfidential) && !call.sees_confidential() {
            return Err(ApiError::MissingScope { scope: "confidential:access:admin".to_owned() });
        }
        Ok(Self {
            call,
            archived: call.flag("archived")?,
            snoozed: call.flag("snoozed")?,
            confidentiality,
            created: Window::of(call, "created_at")?,
            updated: Window::of(call, "updated_at")?,
            advanced: Window::of(call, "advanced_at")?,
            archived_at: Window::of(call, "archived_at")?,
        })
    }

    pub(super) fn holds(&self, account: &Account, opportunity: &Opportunity, now: Millis) -> bool {
        let snoozed = opportunity.snoozed_until.is_some_and(|until| until > now);
        self.confidentiality.is_none_or(|wanted| wanted == opportunity.confidentiality)
            && self.archived.is_none_or(|wanted| wanted == opportunity.archived.is_some())
            && self.snoozed.is_none_or(|wanted| wanted == snoozed)
            && self.times_hold(opportunity)
            && self.ids_hold(opportunity)
            && self.words_hold(account, opportunity)
    }

    fn times_hold(&self, opportunity: &Opportunity) -> bool {
        let archived_at = opportunity.archived.as_ref().map(|archived| archived.at);
        self.created.holds(opportunity.created_at)
            && self.updated.holds(opportunity.updated_at)
            && self.advanced.holds(opportunity.last_advanced_at)
            && (self.archived_at.is_open() || archived_at.is_some_and(|at| self.archived_at.holds(at)))
    }

    fn ids_hold(&self, opportunity: &Opportunity) -> bool {
        let posting = opportunity.application.as_ref().map(|application| application.posting.as_str());
        let archived = opportunity.archived.as_ref();
        let origin = serde_json::to_value(opportunity.origin).unwrap_or_default();
        self.any("stage_id", |id| opportunity.stage.as_str() == id)
            && self.any("contact_id", |id| opportunity.contact.as_str() == id)
            && self.any("posting_id", |id| posting == Some(id) && archived.is_none())
            && self.any("archived_posting_id", |id| posting == Some(id) && archived.is_some())
            && self.any("archive_reason_id", |id| {
                archived.is_some_and(|archived| archived.reason.as_str() == id)
            })
            && self.any("origin", |wanted| origin == wanted)
    }

    fn words_hold(&self, account: &Account, opportunity: &Opportunity) -> bool {
        let contact = account.contact(&opportunity.contact).ok();
        let posting = account.posting_of(opportunity);
        let location = posting.and_then(|posting| posting.categories.location.as_deref());
        let has_email = |wanted: &str| {
            let wanted = canonical_email(wanted);
            contact.is_some_and(|contact| contact.emails.iter().any(|email| canonical_email(email) == wanted))
        };
        self.any("tag", |tag| opportunity.tags.contains(tag))
            && self.any("email", has_email)
            && self.any("source", |source| opportunity.sources.iter().any(|own| own == source))
            && self.any("location", |wanted| location == Some(wanted))
    }

    /// Whether no value was asked for, or one of them fits.
    fn any(&self, name: &str, fits: impl Fn(&str) -> bool) -> bool {
        let wanted = self.call.all(name);
        wanted.is_empty() || wanted.into_iter().any(fits)
    }
}
