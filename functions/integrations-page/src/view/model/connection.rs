//! The connection card: Qualified, Lever and the webhook.

use jiff::Timestamp;
use lever_integration::domain::{LeverAccountId, LeverEnvironment};

/// The links between Qualified and Lever.
#[derive(Debug, Clone)]
pub struct ConnectionCard {
    /// The way to Qualified.
    pub api_key: ApiKeyState,
    /// The way to Lever.
    pub lever: LeverState,
}

/// Qualified's API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiKeyState {
    /// An admin has to give it.
    Missing {
        /// What was wrong with the one just given.
        rejection: Option<ApiKeyRejection>,
    },
    /// It works.
    Accepted {
        /// What was wrong with the one just given to replace it.
        rejection: Option<ApiKeyRejection>,
    },
    /// It worked once; Qualified refuses it now.
    Refused {
        /// What was wrong with the one just given.
        rejection: Option<ApiKeyRejection>,
    },
}

impl ApiKeyState {
    /// What was wrong with the key just given.
    pub fn rejection(self) -> Option<ApiKeyRejection> {
        match self {
            Self::Missing { rejection } | Self::Accepted { rejection } | Self::Refused { rejection } => {
                rejection
            }
        }
    }
}

/// What is wrong with an API key just given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiKeyRejection {
    /// Nothing was given, or something that is no key.
    NoKey,
    /// Qualified refuses it.
    Refused,
    /// It works, but the team's plan does not include the API.
    NoApiAccess,
    /// Qualified did not answer; the key was not kept.
    NotChecked,
}

/// The connection to Lever.
#[derive(Debug, Clone)]
pub enum LeverState {
    /// Nobody has logged in.
    NotConnected,
    /// It works.
    Connected {
        /// The account, if Lever named it.
        account: Option<LeverAccountId>,
        /// Which of Lever's two worlds.
        environment: LeverEnvironment,
        /// Whether events come.
        webhook: WebhookState,
    },
    /// Lever refused the credentials.
    ReconnectNeeded {
        /// The account, if Lever named it.
        account: Option<LeverAccountId>,
        /// Which of Lever's two worlds.
        environment: LeverEnvironment,
        /// When that was noticed.
        since: Timestamp,
    },
}

/// Whether Lever tells us when candidates change stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookState {
    /// Registered; Lever has never sent an event. Usually not switched on yet.
    Waiting,
    /// Events come.
    Receiving {
        /// The last one.
        last_event_at: Timestamp,
    },
    /// Candidates were moved in Lever and no event came.
    Silent {
        /// The last one, if ever.
        last_event_at: Option<Timestamp>,
    },
    /// Not in Lever any more.
    Gone,
}
