//! Activity of five candidates.

use integrations_page::view::model::*;
use lever_integration::domain::{PersonName, Reason, Tag, Title};

use super::{at, id, tag, title};

pub(crate) fn candidate(number: usize) -> CandidateRef {
    CandidateRef {
        opportunity: id(&format!("0f000000-0000-4000-8000-{number:012}")),
        name: (number != 4).then(|| PersonName::new(&format!("Candidate {number}"))),
        lever_url: Some(format!(
            "https://hire.lever.example/candidates/0f000000-0000-4000-8000-{number:012}"
        )),
    }
}

pub(crate) fn line(
    time: &str,
    number: usize,
    reason: Reason,
    tag: Option<Tag>,
    title: Option<Title>,
) -> ActivityLine {
    ActivityLine {
        at: at(time),
        candidate: candidate(number),
        reason,
        tag,
        title,
        stage: Some("Phone screen".to_owned()),
        attempt: Some(1),
    }
}

pub(crate) fn lines() -> Vec<ActivityLine> {
    let rust = || title("Rust Basics");
    vec![
        line("2026-03-04T11:48:00Z", 1, Reason::Invited, tag("rust basics"), rust()),
        line("2026-03-04T11:20:00Z", 2, Reason::Submitted, None, rust()),
        line("2026-03-04T09:58:00Z", 3, Reason::MisspeltTag, tag("Rust Bascis"), rust()),
        line("2026-03-03T16:05:00Z", 4, Reason::NoEmail, None, None),
        ActivityLine {
            attempt: Some(2),
            ..line("2026-03-03T10:41:00Z", 5, Reason::Retaken, None, title("Go Basics"))
        },
    ]
}

pub(crate) fn activity(shell: Shell) -> ActivityPage {
    ActivityPage {
        shell,
        filter: ActivityFilter::default(),
        lines: Reading::Known(lines()),
        cursor: None,
        older: Some("cursor/1".to_owned()),
        is_cut: false,
    }
}

pub(crate) fn activity_filtered(shell: Shell, lines: Reading<Vec<ActivityLine>>) -> ActivityPage {
    ActivityPage {
        filter: ActivityFilter { reason: Some(Reason::NoEmail), search: "Candidate 4".to_owned() },
        cursor: Some("cursor/0".to_owned()),
        lines,
        ..activity(shell)
    }
}
