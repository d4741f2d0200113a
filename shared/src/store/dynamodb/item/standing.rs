//! Attempt and progress, a part of the item of an assignment.

use serde::{Deserialize, Serialize};

use crate::domain::{Progress, Standing};

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct StandingItem {
    attempt: u32,
    progress: ProgressItem,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ProgressItem {
    Invited,
    Started,
    Submitted,
}

impl From<Standing> for StandingItem {
    fn from(standing: Standing) -> Self {
        let progress = match standing.progress {
            Progress::Invited => ProgressItem::Invited,
            Progress::Started => ProgressItem::Started,
            Progress::Submitted => ProgressItem::Submitted,
        };
        Self { attempt: standing.attempt, progress }
    }
}

impl From<StandingItem> for Standing {
    fn from(item: StandingItem) -> Self {
        let progress = match item.progress {
            ProgressItem::Invited => Progress::Invited,
            ProgressItem::Started => Progress::Started,
            ProgressItem::Submitted => Progress::Submitted,
        };
        Self { attempt: item.attempt, progress }
    }
}
