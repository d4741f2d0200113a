//! The overview.

use serde::Serialize;
use utoipa::ToSchema;

use super::activity::{ActivityLine, Week};
use super::connection::{Connection, Environment};
use crate::view::model;

/// Everything on the overview.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Overview {
    /// What stops or disturbs invitations, worst first.
    problems: Vec<Obstacle>,
    connection: Connection,
    /// The trigger stages, in Lever's order.
    trigger_stages: Vec<TriggerStage>,
    /// The assessments, whose titles are the tags; nothing if Qualified could not be asked.
    assessments: Option<Vec<Assessment>>,
    /// The newest activity.
    activity: Vec<ActivityLine>,
    /// Invited, started and submitted by week, oldest first.
    funnel: Vec<Week>,
    /// From when on the activity was counted for the weeks, if not all of it.
    #[schema(format = DateTime)]
    funnel_since: Option<String>,
}

/// Something that stops or disturbs invitations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
enum Obstacle {
    /// Lever refused the credentials.
    ReconnectNeeded {
        #[schema(format = DateTime)]
        since: String,
        environment: Environment,
        /// How many events wait; 100 stand for 100 or more.
        waiting: u32,
    },
    /// Qualified refused the API key.
    ApiKeyRefused {
        /// How many events wait; 100 stand for 100 or more.
        waiting: u32,
    },
    /// Our webhook is not in Lever any more.
    WebhookGone,
    /// Candidates were moved in Lever and no event came.
    WebhookSilent {
        #[schema(format = DateTime)]
        last_event_at: Option<String>,
    },
    /// Qualified does not tell us about results.
    SubscriptionMissing,
    /// Qualified tells nobody of this team's plan about results.
    NoWebhooksInPlan,
    /// Connected, but no trigger stage.
    NoTriggerStage,
    /// Trigger stages that are not in Lever any more.
    StagesGone {
        /// Their names when last seen.
        texts: Vec<String>,
    },
    /// No assessment can be sent.
    NoPublishedAssessment,
    /// Lever lets us in and refuses what we ask.
    LeverRefuses { environment: Environment },
    /// Lever did not answer a moment ago.
    LeverUnreachable,
    /// The calls that Lever allows are used up for now.
    LeverBusy,
    /// Qualified did not answer a moment ago.
    QualifiedUnreachable,
}

/// A trigger stage.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TriggerStage {
    id: String,
    /// Its name, now or when last seen.
    text: String,
    standing: Standing,
    /// Candidates who entered earlier are not invited.
    #[schema(format = DateTime)]
    added_at: String,
}

/// Whether a trigger stage is still in Lever.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Standing {
    InLever,
    Gone,
    /// Lever could not be asked.
    Unknown,
}

/// An assessment a tag can ask for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Assessment {
    /// Its title, which is the tag.
    title: String,
    /// Why the tag would not work, or not as expected.
    warnings: Vec<Warning>,
}

/// Something about a title that keeps its tag from working as expected.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Warning {
    /// Not published.
    NotPublished,
    /// Another published assessment has the same title.
    DuplicateTitle,
    /// It ends like the status tag of another title.
    LooksLikeStatus,
}

impl From<model::Overview> for Overview {
    fn from(model: model::Overview) -> Self {
        Self {
            problems: model.problems.into_iter().map(Obstacle::from).collect(),
            connection: model.connection.into(),
            trigger_stages: model.stages.chosen.into_iter().map(TriggerStage::from).collect(),
            assessments: match model.assessments {
                model::Reading::Known(rows) => Some(rows.iter().map(Assessment::from).collect()),
                model::Reading::NotConnected | model::Reading::Unavailable(_) => None,
            },
            activity: model.activity.into_iter().map(ActivityLine::from).collect(),
            funnel: model.funnel.weeks.iter().map(Week::from).collect(),
            funnel_since: model.funnel.since.map(|at| at.to_string()),
        }
    }
}

impl From<model::Problem> for Obstacle {
    fn from(problem: model::Problem) -> Self {
        match problem {
            model::Problem::ReconnectNeeded { since, environment, waiting } => {
                Self::ReconnectNeeded { since: since.to_string(), environment: environment.into(), waiting }
            }
            model::Problem::ApiKeyRefused { waiting } => Self::ApiKeyRefused { waiting },
            model::Problem::WebhookGone => Self::WebhookGone,
            model::Problem::WebhookSilent { last_event_at } => {
                Self::WebhookSilent { last_event_at: last_event_at.map(|at| at.to_string()) }
            }
            model::Problem::SubscriptionMissing => Self::SubscriptionMissing,
            model::Problem::NoWebhooksInPlan => Self::NoWebhooksInPlan,
            model::Problem::NoTriggerStage => Self::NoTriggerStage,
            model::Problem::StagesGone { texts } => Self::StagesGone { texts },
            model::Problem::NoPublishedAssessment => Self::NoPublishedAssessment,
            model::Problem::LeverRefuses { environment } => {
                Self::LeverRefuses { environment: environment.into() }
            }
            model::Problem::LeverBusy => Self::LeverBusy,
            model::Problem::LeverUnreachable => Self::LeverUnreachable,
            model::Problem::QualifiedUnreachable => Self::QualifiedUnreachable,
        }
    }
}

impl From<model::ChosenStage> for TriggerStage {
    fn from(stage: model::ChosenStage) -> Self {
        Self {
            id: stage.id.to_string(),
            text: stage.text,
            standing: match stage.standing {
                model::StageStanding::InLever => Standing::InLever,
                model::StageStanding::Gone => Standing::Gone,
                model::StageStanding::Unknown => Standing::Unknown,
            },
            added_at: stage.added_at.to_string(),
        }
    }
}

impl From<&model::AssessmentRow> for Assessment {
    fn from(row: &model::AssessmentRow) -> Self {
        let warning = |one: &model::TitleWarning| match one {
            model::TitleWarning::NotPublished => Warning::NotPublished,
            model::TitleWarning::Duplicate => Warning::DuplicateTitle,
            model::TitleWarning::LooksLikeStatus(_) => Warning::LooksLikeStatus,
        };
        Self { title: row.title.as_str().to_owned(), warnings: row.warnings.iter().map(warning).collect() }
    }
}
