//! Rows of the list of assessments.

use serde::Deserialize;

use super::envelope::lenient;
use crate::domain::{Assessment, AssessmentState, Title};

/// An assessment in the list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::qualified) struct AssessmentRow {
    id: String,
    title: String,
    #[serde(default, deserialize_with = "lenient")]
    state: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    is_template: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    is_practice: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    is_demo: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    unavailable: Option<bool>,
}

impl AssessmentRow {
    /// The assessment; nothing if no tag could name it or no call could.
    pub(in crate::qualified) fn into_assessment(self) -> Option<Assessment> {
        let flags = [self.is_template, self.is_practice, self.is_demo, self.unavailable];
        Some(Assessment {
            id: self.id.parse().ok()?,
            title: Title::new(&self.title).ok()?,
            state: state(self.state.as_deref()),
            is_internal: flags.contains(&Some(true)),
        })
    }
}

fn state(state: Option<&str>) -> AssessmentState {
    match state {
        Some("draft") => AssessmentState::Draft,
        Some("published") => AssessmentState::Published,
        Some("archived") => AssessmentState::Archived,
        Some(_) | None => AssessmentState::Unrecognised,
    }
}
