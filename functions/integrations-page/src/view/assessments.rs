//! The assessments with the exact tags that ask for them.

use lever_integration::domain::Progress;
use maud::{Markup, html};

use super::model::{AssessmentRow, Reading, TitleWarning};
use super::parts::copyable;
use super::words;

/// How many rows are shown before the rest is folded away.
const ROWS_SHOWN: usize = 6;

/// The card.
pub(super) fn card(assessments: &Reading<Vec<AssessmentRow>>) -> Markup {
    html! {
        section class="card" aria-labelledby="assessments" {
            h2 id="assessments" { "Assessments" }
            p class="intro" { "Put a title as a tag on a candidate or a posting in Lever: it says which assessment is sent." }
            @match assessments {
                Reading::NotConnected => p class="empty" { "They are shown as soon as Qualified accepts the API key." },
                Reading::Unavailable(_) => p class="empty" { "Qualified did not answer. Load the page again in a minute." },
                Reading::Known(rows) if rows.is_empty() => p class="empty" {
                    "Your team has no assessment for candidates yet. Create and publish one in Qualified."
                },
                Reading::Known(rows) => (list(rows))
            }
        }
    }
}

fn list(rows: &[AssessmentRow]) -> Markup {
    let (shown, folded) = rows.split_at(rows.len().min(ROWS_SHOWN));
    html! {
        ul class="rows" { @for row in shown { (line(row)) } }
        @if !folded.is_empty() {
            details {
                summary {
                    "Show " (folded.len()) " more"
                    @let warned = folded.iter().filter(|row| !row.warnings.is_empty()).count();
                    @if warned > 0 { ", " (warned) " with a warning" }
                }
                ul class="rows" { @for row in folded { (line(row)) } }
            }
        }
    }
}

fn line(row: &AssessmentRow) -> Markup {
    html! {
        li class="assessment" {
            (copyable(row.title.as_str()))
            @for warning in &row.warnings { p class="warning" { (sentence(*warning)) } }
        }
    }
}

fn sentence(warning: TitleWarning) -> String {
    match warning {
        TitleWarning::NotPublished => {
            "Not published: this tag invites nobody until you publish it.".to_owned()
        }
        TitleWarning::Duplicate => {
            "Two published assessments have this title, so neither is sent. Rename one of them.".to_owned()
        }
        TitleWarning::LooksLikeStatus(progress) => format!(
            "Ends in “{}”, which is what we add to the tag of a candidate who {}. Rename it to avoid a mix-up.",
            progress.suffix().trim_start(),
            match progress {
                Progress::Invited => "was invited".to_owned(),
                Progress::Started | Progress::Submitted => words::progress(progress).to_owned(),
            }
        ),
    }
}
