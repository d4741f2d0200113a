//! What Lever's answers are turned into when no noun of the domain fits.

use url::Url;

use crate::domain::{LeverWebhookId, NoteId, Opportunity, OpportunityId, StageId};

/// A part of a list of opportunities.
#[derive(Debug, Clone, PartialEq)]
pub struct OpportunityPage {
    /// The rows, each opportunity once. Across pages one may come twice: Lever's order changes meanwhile.
    pub rows: Vec<Opportunity>,
    /// How many rows could not be read and were left out, so that one odd row does not hide the others.
    pub unreadable: usize,
    /// Where the next page starts, if there is more; opaque, and stale after a while.
    pub next: Option<String>,
}

/// A part of the list of deleted opportunities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedPage {
    /// Their ids.
    pub ids: Vec<OpportunityId>,
    /// Where the next page starts, if there is more; opaque, and stale after a while.
    pub next: Option<String>,
}

/// A stage of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its id: a slug for the built-in ones.
    pub id: StageId,
    /// Its name; the customer may change it at any time.
    pub text: String,
}

/// A note on an opportunity: a thread.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// The texts of the note and of the comments on it.
    pub texts: Vec<String>,
}

impl std::fmt::Debug for Note {
    /// Shows how many texts, not what they say about the candidate.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Note").field("id", &self.id).field("texts", &self.texts.len()).finish()
    }
}

/// A webhook registered in the account, ours or another one's.
#[derive(Clone, PartialEq, Eq)]
pub struct RegisteredWebhook {
    /// Its id.
    pub id: LeverWebhookId,
    /// The event it is for.
    pub event: String,
    /// Where it delivers to. Ours ends in the URL key.
    pub url: String,
}

impl RegisteredWebhook {
    /// Whether it delivers stage changes to this URL.
    pub fn brings_stage_changes_to(&self, url: &Url) -> bool {
        self.event == super::webhook::STAGE_CHANGE_EVENT && self.url == url.as_str()
    }
}

impl std::fmt::Debug for RegisteredWebhook {
    /// Leaves the URL out: our own holds a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegisteredWebhook")
            .field("id", &self.id)
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}
