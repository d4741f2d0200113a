//! The pages as HTML. Pure: a model in, markup out.
//!
//! Every text is escaped by the template library; nothing is marked as already escaped. Nothing inline
//! but pictures: style and script come from files, so that the content security policy can forbid the
//! rest. Headings go down one level at a time, and whatever a colour says a word says too.

pub mod model;

mod activity;
mod assessments;
mod connection;
mod funnel;
mod layout;
mod overview;
mod parts;
mod problems;
mod remove;
mod stages;
mod trouble;
mod why;
mod words;

pub use activity::activity_page;
pub use overview::overview;
pub use remove::{account_change_page, remove_page};
pub use trouble::trouble_page;
pub use why::why_page;
