//! A strict simulator of Qualified: its API under `/api/v1`, its webhook sender, its mails, and its candidates.
//!
//! [`QualifiedSim::start`] serves one simulator over real HTTP; tests drive it by the methods of [`QualifiedSim`] or by
//! the control API under `/_sim`. Strict means: what the real service would not take is answered as an error and also
//! recorded as a violation. Nothing is global, so several simulators can live in one process.

mod api;
mod app;
mod control;
mod launch;
mod page;
mod seed;
mod sender;
mod sim;
mod switches;
#[cfg(test)]
mod tests;
mod wire;
mod world;

pub use launch::{AUDIENCE, ISSUER, LIFETIME, LaunchClaims};
pub use seed::{AssessmentSeed, ChallengeSeed, InvitedSeed, MemberSeed, Seed, SeedError, TeamSeed};
pub use sim::{LaunchError, Qualified, QualifiedSim, StartError, in_process};
pub use switches::{
    AlternateId, DuplicateInvite, EmptyInvite, Expired, InvalidEmail, NotFoundShape, Optionals,
    StateChangedPayload, Switches,
};
pub use world::{
    ApiKey, AssessmentId, AssessmentResult, AssessmentState, CandidateId, CandidateState, ChallengeId,
    ClosedReason, EventId, Features, InvitationId, Mail, MailKind, MemberId, Refused, ResultId, ResultState,
    Risk, Role, Settings, Solution, SolutionId, Submission, SubscriptionId, TeamCandidate, TeamCandidateId,
    TeamId,
};
