//! An event that waits for an admin.

use jiff::Timestamp;

use super::{EventId, Reason, TeamId};

/// An event that cannot be handled before an admin has put the team's access right. It goes back into the
/// queue as soon as that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedEvent {
    /// Whose.
    pub team: TeamId,
    /// Which event; parking it again replaces it.
    pub event: EventId,
    /// What it waits for.
    pub reason: Reason,
    /// Since when.
    pub parked_at: Timestamp,
    /// The queue's own form of it.
    pub envelope: String,
}
