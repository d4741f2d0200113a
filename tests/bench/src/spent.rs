//! The kinds of events, and what one of a kind was counted to cost.

use crate::proxy::Cost;

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A stage change into a trigger stage: an invitation.
    Invited,
    /// The candidate started.
    Started,
    /// The candidate submitted.
    Submitted,
    /// The stage change into the trigger stage once more.
    Duplicate,
    /// A stage change into a stage that is no trigger stage.
    NoTriggerStage,
}

impl Kind {
    /// All of them, in the order in which they can happen.
    pub(crate) const ALL: [Self; 5] =
        [Self::Invited, Self::Started, Self::Submitted, Self::Duplicate, Self::NoTriggerStage];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Started => "started",
            Self::Submitted => "submitted",
            Self::Duplicate => "duplicate",
            Self::NoTriggerStage => "no trigger stage",
        }
    }

    pub(crate) fn writes_limit(self) -> f64 {
        match self {
            Self::Invited | Self::Submitted => 3.0,
            Self::Started => 2.0,
            Self::Duplicate => 1.0,
            Self::NoTriggerStage => 0.0,
        }
    }
}

/// What one event of a kind costs, in the mean.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    pub(crate) reads: f64,
    pub(crate) ledger: f64,
    pub(crate) activity: f64,
    pub(crate) slot: f64,
    /// Of the connection, which notes once a minute that an event came.
    pub(crate) connection: f64,
    pub(crate) other: f64,
    pub(crate) indexes: f64,
    pub(crate) lever: f64,
    pub(crate) qualified: f64,
    pub(crate) scans: f64,
}

impl Spent {
    /// All write units.
    pub(crate) fn writes(&self) -> f64 {
        self.writes_of_event() + self.connection
    }

    /// The write units that every event of the kind costs, however many come within a minute.
    pub(crate) fn writes_of_event(&self) -> f64 {
        self.ledger + self.activity + self.slot + self.other + self.indexes
    }

    pub(crate) fn count(&mut self, cost: &Cost) {
        if cost.operation == "Scan" {
            self.scans += 1.0;
        }
        if !cost.is_write() {
            self.reads += cost.table + cost.indexes;
            return;
        }
        self.indexes += cost.indexes;
        let of_item = match cost.sort_key.split('#').next() {
            Some("ASSIGN") => &mut self.ledger,
            Some("ACT") => &mut self.activity,
            Some("CALLS") => &mut self.slot,
            Some("LEVER") => &mut self.connection,
            Some(_) | None => &mut self.other,
        };
        *of_item += cost.table;
    }

    pub(crate) fn mean(mut self, count: f64) -> Self {
        for figure in [
            &mut self.reads,
            &mut self.ledger,
            &mut self.activity,
            &mut self.slot,
            &mut self.connection,
            &mut self.other,
            &mut self.indexes,
            &mut self.lever,
            &mut self.qualified,
        ] {
            *figure /= count;
        }
        self
    }
}
