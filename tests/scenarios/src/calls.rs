//! Paths of Qualified's calls, as faults are planned for them and logs name them.

/// Invites a person.
pub const INVITE: &str = "/api/v1/assessment_invitations/invite_candidates";
/// Looks for a person.
pub const LOOK_UP: &str = "/api/v1/team_candidates";
/// Reads a result with all that the note needs.
pub const EXHIBIT: &str = "/api/v1/assessment_results/*/exhibit";
