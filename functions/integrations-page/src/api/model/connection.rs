//! The connection and the stages of the Lever account.

use lever_integration::domain::LeverEnvironment;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::problem::{Code, Problem};
use crate::view::model;

/// The links between Qualified and Lever.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Connection {
    api_key: ApiKeyState,
    lever: LeverState,
    /// The account, if Lever named it.
    account: Option<String>,
    /// Which of Lever's two worlds.
    environment: Option<Environment>,
    /// Since when Lever refuses the credentials.
    #[schema(format = DateTime)]
    refused_since: Option<String>,
    /// Whether events come; nothing without a connection.
    webhook: Option<Webhook>,
}

/// Qualified's API key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ApiKeyState {
    /// An admin has to give it.
    Missing,
    /// It works.
    Accepted,
    /// Qualified refuses it.
    Refused,
}

/// The connection to Lever.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LeverState {
    NotConnected,
    Connected,
    ReconnectNeeded,
}

/// Which of Lever's two worlds.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Environment {
    Production,
    Sandbox,
}

impl From<LeverEnvironment> for Environment {
    fn from(environment: LeverEnvironment) -> Self {
        match environment {
            LeverEnvironment::Production => Self::Production,
            LeverEnvironment::Sandbox => Self::Sandbox,
        }
    }
}

/// Whether Lever tells us when candidates change stage.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Webhook {
    state: WebhookState,
    /// When an event last came, if ever.
    #[schema(format = DateTime)]
    last_event_at: Option<String>,
}

/// How the webhook is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WebhookState {
    /// Lever has never sent an event.
    Waiting,
    /// Events come.
    Receiving,
    /// Candidates were moved and no event came.
    Silent,
    /// Not in Lever any more.
    Gone,
}

impl From<model::WebhookState> for Webhook {
    fn from(webhook: model::WebhookState) -> Self {
        let (state, last_event_at) = match webhook {
            model::WebhookState::Waiting => (WebhookState::Waiting, None),
            model::WebhookState::Receiving { last_event_at } => {
                (WebhookState::Receiving, Some(last_event_at))
            }
            model::WebhookState::Silent { last_event_at } => (WebhookState::Silent, last_event_at),
            model::WebhookState::Gone => (WebhookState::Gone, None),
        };
        Self { state, last_event_at: last_event_at.map(|at| at.to_string()) }
    }
}

impl From<model::ConnectionCard> for Connection {
    fn from(card: model::ConnectionCard) -> Self {
        let api_key = match card.api_key {
            model::ApiKeyState::Missing { .. } => ApiKeyState::Missing,
            model::ApiKeyState::Accepted { .. } => ApiKeyState::Accepted,
            model::ApiKeyState::Refused { .. } => ApiKeyState::Refused,
        };
        let (lever, account, environment, since, webhook) = match card.lever {
            model::LeverState::NotConnected => (LeverState::NotConnected, None, None, None, None),
            model::LeverState::Connected { account, environment, webhook } => {
                (LeverState::Connected, account, Some(environment), None, Some(webhook))
            }
            model::LeverState::ReconnectNeeded { account, environment, since } => {
                (LeverState::ReconnectNeeded, account, Some(environment), Some(since), None)
            }
        };
        Self {
            api_key,
            lever,
            account: account.map(|account| account.to_string()),
            environment: environment.map(Environment::from),
            refused_since: since.map(|at| at.to_string()),
            webhook: webhook.map(Webhook::from),
        }
    }
}

/// The stages of the Lever account, in Lever's order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct StageList {
    stages: Vec<Stage>,
}

/// A stage of the Lever account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Stage {
    id: String,
    /// Its name.
    text: String,
    /// Whether it is a trigger stage.
    is_trigger: bool,
}

impl TryFrom<model::Reading<Vec<model::OfferedStage>>> for StageList {
    type Error = Problem;

    fn try_from(read: model::Reading<Vec<model::OfferedStage>>) -> Result<Self, Problem> {
        let stage = |one: model::OfferedStage| Stage {
            id: one.id.to_string(),
            text: one.text,
            is_trigger: one.choice == model::StageChoice::Chosen,
        };
        match read {
            model::Reading::Known(stages) => Ok(Self { stages: stages.into_iter().map(stage).collect() }),
            model::Reading::NotConnected => Err(Code::NotConnected.into()),
            model::Reading::Unavailable(cause) => Err(cause.into()),
        }
    }
}
