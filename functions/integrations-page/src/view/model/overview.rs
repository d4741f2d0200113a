//! The overview.

use jiff::Timestamp;
use lever_integration::domain::LeverEnvironment;

use super::{ActivityLine, AssessmentRow, ConnectionCard, Funnel, Shell, StagesCard};

/// Everything on the overview.
#[derive(Debug, Clone)]
pub struct Overview {
    /// What every page has.
    pub shell: Shell,
    /// What stops or disturbs invitations, worst first.
    pub problems: Vec<Problem>,
    /// The three links of the chain: Qualified, Lever, webhook.
    pub connection: ConnectionCard,
    /// The trigger stages.
    pub stages: StagesCard,
    /// The assessments and their tags.
    pub assessments: Reading<Vec<AssessmentRow>>,
    /// The newest activity.
    pub activity: Vec<ActivityLine>,
    /// Invited, started and submitted by week.
    pub funnel: Funnel,
}

/// Something read from Lever or Qualified for this page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading<T> {
    /// It was read.
    Known(T),
    /// Not yet: the connection it needs is missing or broken.
    NotConnected,
    /// The other service was asked in vain.
    Unavailable(Unread),
}

/// Why something could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// The other service did not answer, or not sensibly.
    NoAnswer,
    /// It answered that we may not.
    Refused,
    /// The calls that the other service allows us are used up for now.
    Busy,
}

/// Waiting events are counted up to this number, which stands for as many or more.
pub const WAITING_MAX: u8 = 100;

/// Something that stops or disturbs invitations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Lever refused the credentials.
    ReconnectNeeded {
        /// When that was noticed.
        since: Timestamp,
        /// Which of Lever's two worlds to log in to.
        environment: LeverEnvironment,
        /// How many events wait, counted up to [`WAITING_MAX`].
        waiting: u32,
    },
    /// Qualified refused the API key.
    ApiKeyRefused {
        /// How many events wait, counted up to [`WAITING_MAX`].
        waiting: u32,
    },
    /// Our webhook is not in Lever any more.
    WebhookGone,
    /// Candidates were moved in Lever and no event came.
    WebhookSilent {
        /// When an event last came.
        last_event_at: Option<Timestamp>,
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
    LeverRefuses {
        /// Which of Lever's two worlds to log in to.
        environment: LeverEnvironment,
    },
    /// Lever did not answer a moment ago.
    LeverUnreachable,
    /// The calls that Lever allows are used up for now.
    LeverBusy,
    /// Qualified did not answer a moment ago.
    QualifiedUnreachable,
}
