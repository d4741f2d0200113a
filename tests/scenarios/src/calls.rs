//! Paths of the services' calls, as faults are planned for them and logs name them.

use serde_json::json;
use sim_kit::faults::{Fault, Mode};

/// Puts tags on, at Lever.
pub const ADD_TAGS: &str = "/v1/opportunities/*/addTags";
/// Takes tags off, at Lever.
pub const REMOVE_TAGS: &str = "/v1/opportunities/*/removeTags";
/// Reads and writes notes, at Lever.
pub const NOTES: &str = "/v1/opportunities/*/notes";
/// Invites a person.
pub const INVITE: &str = "/api/v1/assessment_invitations/invite_candidates";
/// Looks for a person.
pub const LOOK_UP: &str = "/api/v1/team_candidates";
/// Reads a result with all that the note needs.
pub const EXHIBIT: &str = "/api/v1/assessment_results/*/exhibit";

/// Qualified takes the address of the next invitation for none.
pub fn refused_address() -> Fault {
    let body = json!({"errors": {"candidates": ["is invalid"]}, "reason": "ValidationErrors"});
    Fault { status: Some(422), body: Some(body), ..Fault::new("POST", INVITE, Mode::Status) }
}
