//! Activity and the weeks of the funnel.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::problem::{Code, Problem};
use super::code::ReasonCode;
use crate::view::model;

/// A page of activity.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct ActivityPage {
    /// Newest first. May be fewer than there are room for though older ones follow.
    lines: Vec<ActivityLine>,
    /// The `cursor` of older lines, if there are any.
    older: Option<String>,
    /// Whether `search` may mean more candidates than were found; not all were looked at.
    is_cut: bool,
}

/// One decision.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActivityLine {
    /// When the event behind it happened.
    #[schema(format = DateTime)]
    at: String,
    candidate: Candidate,
    reason: ReasonCode,
    /// The reason in plain words.
    sentence: &'static str,
    /// What can be done about it.
    hint: &'static str,
    /// The tag that decided.
    tag: Option<String>,
    /// The title of the assessment, or the nearest one if no tag matched.
    title: Option<String>,
    /// The name of the stage.
    stage: Option<String>,
    /// The attempt, from 1.
    attempt: Option<u32>,
}

/// A candidate, as far as Lever told us just now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Candidate {
    /// The id of the opportunity.
    opportunity: String,
    name: Option<String>,
    #[schema(format = "uri")]
    lever_url: Option<String>,
}

/// How many assignments reached each step in a week.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Week {
    /// Its Monday.
    #[schema(format = Date)]
    monday: String,
    invited: u32,
    started: u32,
    submitted: u32,
}

impl TryFrom<model::ActivityPage> for ActivityPage {
    type Error = Problem;

    fn try_from(page: model::ActivityPage) -> Result<Self, Problem> {
        match page.lines {
            model::Reading::Known(lines) => Ok(Self {
                lines: lines.into_iter().map(ActivityLine::from).collect(),
                older: page.older,
                is_cut: page.is_cut,
            }),
            model::Reading::NotConnected => Err(Code::NotConnected.into()),
            model::Reading::Unavailable(cause) => Err(cause.into()),
        }
    }
}

impl From<model::ActivityLine> for ActivityLine {
    fn from(line: model::ActivityLine) -> Self {
        Self {
            at: line.at.to_string(),
            candidate: line.candidate.into(),
            reason: ReasonCode(line.reason),
            sentence: line.reason.sentence(),
            hint: line.reason.hint(),
            tag: line.tag.map(|tag| tag.as_str().to_owned()),
            title: line.title.map(|title| title.as_str().to_owned()),
            stage: line.stage,
            attempt: line.attempt,
        }
    }
}

impl From<model::CandidateRef> for Candidate {
    fn from(candidate: model::CandidateRef) -> Self {
        Self {
            opportunity: candidate.opportunity.to_string(),
            name: candidate.name.map(|name| name.as_str().to_owned()),
            lever_url: candidate.lever_url,
        }
    }
}

impl From<&model::Week> for Week {
    fn from(week: &model::Week) -> Self {
        let model::Week { monday, invited, started, submitted } = *week;
        Self { monday: monday.to_string(), invited, started, submitted }
    }
}
