//! The nouns of the integration. Pure: no IO, no clock, no async, no AWS or HTTP types.
//!
//! Words are those of Lever (opportunity, stage, tag, contact) and of Qualified (assessment, invitation,
//! result); ours are team, connection, trigger stage, assignment, decision, effect, activity, reason.

mod activity;
mod assessment;
mod assignment;
mod connection;
mod event;
mod id;
mod oauth_attempt;
mod opportunity;
mod pace;
mod parked;
mod person;
mod reason;
mod reconciliation;
mod result;
mod secret;
mod tag;
mod team;

pub use activity::{Activity, Facts};
pub use assessment::{Assessment, AssessmentState, Availability};
pub use assignment::{Assignment, AssignmentState, CLOCK_DIFFERENCE_MAX, Lease, Mirror, Standing};
pub use connection::{
    Connection, ConnectionState, LeverEnvironment, LeverTokens, LeverWebhook, RefreshIntent,
};
pub use event::{Event, ResultChanged, ResultNews, StageChanged};
pub use id::{
    ActivityId, AssessmentId, ContactId, EventId, Id, InvalidId, InvitationId, Kind, LeaseHolder,
    LeverAccountId, LeverWebhookId, NoteId, OpportunityId, ResultId, StageId, SubscriptionId,
    TeamCandidateId, TeamId, UserId, kind as id_kind,
};
pub use oauth_attempt::{AccountChange, OAuthAttempt};
pub use opportunity::{Opportunity, StageEntry};
pub use pace::{CallGrant, CallRequest, GRANT_LIFETIME, slot_after_refusal};
pub use parked::ParkedEvent;
pub use person::{EmailAddress, InvalidEmail, PersonName};
pub use reason::{Outcome, Reason};
pub use reconciliation::{Look, OpenAssignment, Reconciliation, UnderWay};
pub use result::{AssessmentResult, ChallengeResult, Progress, ResultState, SimilarityRisk};
pub use secret::{
    AccessToken, ApiKey, CodeVerifier, RefreshToken, Secret, SecretKind, SignatureToken, UrlKey,
    kind as secret_kind,
};
pub use tag::{InvalidTag, StatusTag, Tag, Title};
pub use team::{Team, TriggerStage};
