//! The simulated Qualified: pure state, moved by verbs that are told the time.
//!
//! Knows no HTTP, no JSON of the API and no clock. Verbs leave behind happenings (what subscribers are to be told) and
//! mails; the caller takes them from here.

mod agenda;
mod assessment;
mod candidate;
mod happening;
mod ids;
mod invitation;
mod invite;
mod mail;
mod merge;
mod result;
mod result_state;
mod state;
mod subscription;
mod take;
mod team;
mod team_steps;

pub(crate) use assessment::{Assessment, Challenge};
pub use assessment::{AssessmentState, Settings};
pub use candidate::{CandidateState, TeamCandidate};
pub(crate) use happening::{Event, Happening, Subject, TRIGGERS};
pub use ids::{
    AssessmentId, CandidateId, ChallengeId, EventId, InvitationId, MemberId, ResultId, SolutionId,
    SubscriptionId, TeamCandidateId, TeamId,
};
pub(crate) use ids::{IdSource, is_id};
pub(crate) use invitation::{Action, Invitation};
pub(crate) use invite::InviteOrder;
pub(crate) use mail::Tell;
pub use mail::{Mail, MailKind};
pub use result::{AssessmentResult, Risk, Solution};
pub use result_state::{ClosedReason, ResultState};
pub use state::Refused;
pub(crate) use state::World;
pub(crate) use subscription::Subscription;
pub use take::Submission;
pub use team::{ApiKey, Features, Role};
pub(crate) use team::{Member, Team};
pub(crate) use team_steps::RetryOrder;
