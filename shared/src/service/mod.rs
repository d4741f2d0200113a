//! The work: load → decide → record → perform → record.
//!
//! [`ingest`] takes deliveries in, [`assign`] invites, [`report`] follows results, [`connect`] registers
//! our webhooks, [`reconcile`] finds what no delivery brought. Decisions come from [`crate::flow`]; here they
//! are put on record before anything is done about them, and every effect looks before it repeats itself.

mod access;
mod assessments;
mod effects;
mod error;
mod give_up;
mod invite;
mod ledger;
mod lines;
mod look_up;
mod pace;
mod worker;

pub mod assign;
pub mod connect;
pub mod ingest;
pub mod reconcile;
pub mod report;
pub mod tokens;

pub use access::Access;
pub use assessments::AssessmentCache;
pub use error::Error;
pub use worker::Worker;

use url::Url;

use crate::domain::{Reason, TeamCandidateId};

/// Lines of activity read of one opportunity.
pub(crate) const LINES_MAX: usize = 100;

/// Where the page of a person in Qualified is (Qualified: `assessmentResultsUrl` in the API reference).
#[derive(Debug, Clone)]
pub struct ResultPages {
    origin: String,
}

impl ResultPages {
    /// The pages of the Qualified whose API is at `api_base`.
    pub fn of(api_base: &Url) -> Self {
        Self { origin: api_base.origin().ascii_serialization() }
    }

    /// The login-protected page of a person.
    pub fn page(&self, person: &TeamCandidateId) -> String {
        format!("{}/hire/candidates/all/{person}", self.origin)
    }
}

/// What handling an event came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handled {
    /// Decided, recorded and done, for these reasons.
    Decided(Vec<Reason>),
    /// The event was handled before.
    Duplicate,
    /// The event is about a result of somebody we did not invite.
    NotOurs,
    /// The team no longer uses the integration.
    TeamGone,
    /// The event is parked until an admin has put this right.
    Waiting(Reason),
}

impl Handled {
    /// One word for the log: the first reason's code, or what became of the event otherwise.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Decided(reasons) => reasons.first().map_or("nothing_new", |reason| reason.code()),
            Self::Duplicate => "duplicate",
            Self::NotOurs => "not_ours",
            Self::TeamGone => "team_gone",
            Self::Waiting(reason) => reason.code(),
        }
    }
}
