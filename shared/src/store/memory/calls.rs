//! The call slot of a team.

use jiff::Timestamp;

use crate::domain::{CallGrant, CallRequest};

/// Moves the slot forward, or says when to ask again.
pub(super) fn reserve(slot: &mut Option<Timestamp>, request: CallRequest) -> CallGrant {
    let moved = match *slot {
        Some(present) if present > request.latest_slot() => return request.refused(present),
        Some(present) if present > request.now => {
            present.saturating_add(request.length()).unwrap_or(Timestamp::MAX)
        }
        Some(_) | None => request.slot_after_rest(),
    };
    *slot = Some(moved);
    request.granted(moved)
}

/// Never moves it back.
pub(super) fn hold(slot: &mut Option<Timestamp>, until: Timestamp) {
    *slot = (*slot).max(Some(until));
}
