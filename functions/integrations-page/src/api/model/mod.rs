//! What the API answers: the page's models as JSON.
//!
//! Every type is made from a model of the page and adds nothing to it but the sentences that the page
//! shows. Values that are not there are `null`.

mod activity;
mod change;
mod code;
mod connection;
mod overview;
mod why;

pub(super) use activity::ActivityPage;
pub(super) use change::{LoginUrl, Removal, Session};
pub(super) use code::ReasonFilter;
pub(super) use connection::StageList;
pub(super) use overview::Overview;
pub(super) use why::WhyAnswer;
