//! The decisions: facts in, decision out. Pure: no IO, no clock, no async.
//!
//! Each function is total: whatever the facts, there is a decision with a reason, also when nothing is to
//! be done. What is decided here is recorded and performed by `service`; nothing else decides.

mod checks;
mod matching;
mod note;
mod reconciliation;
mod result_change;
mod stage_change;
mod tag_change;

pub use checks::{Admission, Check, CheckResult, check_opportunity, first_failure};
pub use matching::{TagReading, TagVerdict, read_tags};
pub use note::{note_reference, render_note};
pub use reconciliation::{
    Asks, Entry, Finding, Reach, is_reading_due, is_silence, is_sweep_due, judge_entry, last_trigger_entry,
    trigger_entry,
};
pub use result_change::{MirrorUpdate, decide_result, decide_retake, is_old_news};
pub use stage_change::{
    AssignmentDecision, Request, Step, decide_stage_change, finish_begun, reason_of_event, tells_invitation,
};
pub use tag_change::{superseded_tags, wanted_tag};

#[cfg(test)]
mod tests;
