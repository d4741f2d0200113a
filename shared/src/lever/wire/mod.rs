//! Lever's JSON as it comes, and its way into the domain.
//!
//! Tolerant where Lever may add or leave out, strict where a wrong guess would write to the wrong person:
//! unknown fields are ignored, a missing `hasNext` is the last page, but an opportunity without id, stage
//! or contact is unreadable, and so is a data protection answer of another type.
//! Source: Lever API reference; where it and recorded answers differ, the recorded ones.

mod envelope;
mod note;
mod opportunity;
mod setup;

pub(super) use envelope::{List, Row, Single, parse};
pub(super) use note::{NewNote, NoteThread};
pub(super) use opportunity::{Opportunity, Tagged};
pub(super) use setup::{NewWebhook, StageRow, WebhookRow};
