//! Qualified's JSON as it comes, and its way into the domain.
//!
//! Tolerant where Qualified may add, leave out or change its mind, strict where a wrong guess would follow
//! the wrong person: unknown fields are ignored and a score of another type is none, but a result without
//! id, assessment or person is unreadable. Answers are in camelCase, requests in snake case.
//! Source: Qualified API reference; where its field tables and its recorded answers differ, both forms.

mod assessment;
mod envelope;
mod invitation;
mod person;
mod result;
mod subscription;

pub(super) use assessment::AssessmentRow;
pub(super) use envelope::{List, Single, parse};
pub(super) use invitation::{Invitations, alternate_id, invitation_data};
pub(super) use person::PersonRow;
pub(super) use result::{Exhibit, ListedResult, ResultRow};
pub(super) use subscription::{SubscriptionRow, subscription_data};
