//! What the page shows, as plain values: the whole input of the views.
//!
//! A form needs a token and only [`Viewer::Admin`] has one, so a page for somebody who may only look
//! cannot hold a form that changes anything.

mod activity;
mod assessments;
mod connection;
mod overview;
mod shell;
mod stages;
mod trouble;
mod why;

pub use activity::{ActivityFilter, ActivityLine, ActivityPage, CandidateRef, Funnel, Week};
pub use assessments::{AssessmentRow, TitleWarning, assessment_rows};
pub use connection::{ApiKeyRejection, ApiKeyState, ConnectionCard, LeverState, WebhookState};
pub use overview::{Overview, Problem, Reading, Unread, WAITING_MAX};
pub use shell::{Notice, Shell, Viewer};
pub use stages::{ChosenStage, DialogState, OfferedStage, StageChoice, StageStanding, StagesCard};
pub use trouble::{AccountChange, LoginTrouble, Trouble, TroublePage};
pub use why::{
    AssessmentChecks, CandidateChoice, CheckLine, CheckOutcome, Explanation, Failure, NearTitle, WhyAnswer,
    WhyCheck, WhyPage,
};
