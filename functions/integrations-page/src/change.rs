//! What the forms do. Each answers where to send the browser.

use std::error::Error;

use lever_integration::domain::{AccountChange, Reason, StageId};
use lever_integration::failure::Disposition;
use lever_integration::qualified;
use lever_integration::service;
use lever_integration::service::connect::{ApiKeyError, Leftover, StageError};
use lever_integration::session::Session;

use crate::Page;
use crate::load::{self, unavailable};
use crate::paths::{self, field};
use crate::request::Fields;
use crate::routes::done;
use crate::view::model::{ApiKeyRejection, Notice, Trouble, Unread};

/// Stages that can be added at once.
pub(crate) const STAGES_MAX: usize = 50;

/// Performs the form of a path. What only Lever keeps us from is told on the overview.
pub(crate) async fn perform(
    page: &Page,
    session: &Session,
    path: &str,
    form: &Fields,
) -> Result<String, Trouble> {
    match change(page, session, path, form).await {
        Err(Trouble::LeverBusy) => Ok(done(&[Notice::LeverBusy])),
        Err(Trouble::LeverRefuses) => Ok(paths::PAGE.to_owned()),
        changed => changed,
    }
}

async fn change(page: &Page, session: &Session, path: &str, form: &Fields) -> Result<String, Trouble> {
    match path {
        paths::API_KEY => set_api_key(page, session, form).await,
        paths::LOGIN => log_in(page, session, AccountChange::Ask).await,
        paths::CHANGE_ACCOUNT => log_in(page, session, AccountChange::Allow).await,
        paths::STAGES => add_stages(page, session, form).await,
        paths::REMOVE_STAGE => remove_stage(page, session, form).await,
        paths::WEBHOOK => register_webhook(page, session).await,
        paths::SUBSCRIPTION => Ok(match heal_subscription(page, session).await? {
            Healed::Registered => done(&[Notice::SubscriptionRegistered]),
            Healed::NoWebhooks => done(&[Notice::NoWebhooks]),
            Healed::KeyRefused => paths::PAGE.to_owned(),
        }),
        paths::REMOVE => remove_integration(page, session).await.map(|leftovers| removed(&leftovers)),
        paths::PAGE | paths::ACTIVITY | paths::WHY => Err(Trouble::MethodNotAllowed),
        _ => Err(Trouble::NotFound),
    }
}

async fn set_api_key(page: &Page, session: &Session, form: &Fields) -> Result<String, Trouble> {
    let key = form.one(field::API_KEY).ok_or(Trouble::BadField(field::API_KEY))?;
    Ok(match keep_api_key(page, session, key).await {
        Ok(Kept::Whole) => done(&[Notice::ApiKeyAccepted]),
        Ok(Kept::NoWebhooks) => done(&[Notice::ApiKeyAccepted, Notice::NoWebhooks]),
        Ok(Kept::Unfinished) => done(&[Notice::ApiKeySaved]),
        Err(rejection) => format!("{}?{}={}", paths::PAGE, field::API_KEY, rejection_code(rejection)),
    })
}

/// What a key that was kept brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Everything.
    Whole,
    /// Everything but news of results: the plan has none.
    NoWebhooks,
    /// What follows from it is made up for by itself.
    Unfinished,
}

/// Checks and keeps Qualified's API key.
pub(crate) async fn keep_api_key(page: &Page, session: &Session, key: &str) -> Result<Kept, ApiKeyRejection> {
    match page.connector.set_api_key(&session.team, key).await {
        Ok(()) => Ok(Kept::Whole),
        Err(ApiKeyError::NoWebhooks) => Ok(Kept::NoWebhooks),
        Err(ApiKeyError::Unfinished(error)) => {
            tracing::warn!(team.id = %session.team, %error, "api_key.unfinished");
            Ok(Kept::Unfinished)
        }
        Err(ApiKeyError::Malformed) => Err(ApiKeyRejection::NoKey),
        Err(ApiKeyError::Refused) => Err(ApiKeyRejection::Refused),
        Err(ApiKeyError::Failed(error)) if error.disposition() == Disposition::Defect => {
            Err(ApiKeyRejection::NoApiAccess)
        }
        Err(ApiKeyError::Failed(_)) => Err(ApiKeyRejection::NotChecked),
    }
}

fn rejection_code(rejection: ApiKeyRejection) -> &'static str {
    match rejection {
        ApiKeyRejection::NoKey => "missing",
        ApiKeyRejection::Refused => "refused",
        ApiKeyRejection::NoApiAccess => "no-access",
        ApiKeyRejection::NotChecked => "not-checked",
    }
}

/// The rejection that a redirect tells of.
pub(crate) fn rejection_from_code(code: &str) -> Option<ApiKeyRejection> {
    use ApiKeyRejection::{NoApiAccess, NoKey, NotChecked, Refused};
    [NoKey, Refused, NoApiAccess, NotChecked].into_iter().find(|rejection| rejection_code(*rejection) == code)
}

/// Begins a login to Lever; answers where to send the browser.
pub(crate) async fn log_in(
    page: &Page,
    session: &Session,
    account_change: AccountChange,
) -> Result<String, Trouble> {
    let begun = page
        .connector
        .begin_login(&session.team, &session.user, session.id.as_str(), account_change)
        .await
        .map_err(failed)?;
    Ok(begun.to_string())
}

async fn add_stages(page: &Page, session: &Session, form: &Fields) -> Result<String, Trouble> {
    let texts: Vec<&str> = form.all(field::STAGE).collect();
    match add_trigger_stages(page, session, &texts).await {
        Ok(()) if texts.len() == 1 => Ok(done(&[Notice::StageAdded])),
        Ok(()) => Ok(done(&[Notice::StagesAdded])),
        Err(NotAdded::NothingChosen) => Ok(format!("{}?dialog=nothing-chosen", paths::PAGE)),
        Err(NotAdded::UnknownStage) => Ok(format!("{}?dialog=unknown-stage", paths::PAGE)),
        Err(NotAdded::NotConnected) => Ok(paths::PAGE.to_owned()),
        Err(NotAdded::Malformed) => Err(Trouble::BadField(field::STAGE)),
        Err(NotAdded::Failed(cause)) => Err(cause),
    }
}

/// Why no trigger stage was added.
pub(crate) enum NotAdded {
    /// None was named.
    NothingChosen,
    /// Too many, or something that is no stage id.
    Malformed,
    /// Lever has no such stage.
    UnknownStage,
    /// There is no connection to Lever.
    NotConnected,
    /// Something failed.
    Failed(Trouble),
}

/// Adds trigger stages: all of them or none.
pub(crate) async fn add_trigger_stages(
    page: &Page,
    session: &Session,
    texts: &[&str],
) -> Result<(), NotAdded> {
    if texts.is_empty() {
        return Err(NotAdded::NothingChosen);
    }
    if texts.len() > STAGES_MAX {
        return Err(NotAdded::Malformed);
    }
    let stages: Vec<StageId> =
        texts.iter().map(|text| text.parse()).collect::<Result<_, _>>().map_err(|_| NotAdded::Malformed)?;
    let added = page.connector.add_trigger_stages(&session.team, &stages, &session.user).await;
    added.map_err(|error| match error {
        StageError::Unknown => NotAdded::UnknownStage,
        StageError::NotConnected => NotAdded::NotConnected,
        StageError::Failed(error) => NotAdded::Failed(failed(error)),
    })
}

async fn remove_stage(page: &Page, session: &Session, form: &Fields) -> Result<String, Trouble> {
    let text = form.one(field::STAGE).unwrap_or_default();
    remove_trigger_stage(page, session, text).await.map(|()| done(&[Notice::StageRemoved]))
}

/// Removes a trigger stage; one that is not there is no error.
pub(crate) async fn remove_trigger_stage(page: &Page, session: &Session, text: &str) -> Result<(), Trouble> {
    let stage: StageId = text.parse().map_err(|_| Trouble::BadField(field::STAGE))?;
    let removed = page.connector.remove_trigger_stage(&session.team, &stage).await;
    removed.map_err(failed)
}

/// Without a working connection nothing is registered, and the overview says why.
async fn register_webhook(page: &Page, session: &Session) -> Result<String, Trouble> {
    let team = load::team(page, &session.team).await?;
    if page.connector.lever_api(&team.context).is_none() {
        return Ok(paths::PAGE.to_owned());
    }
    heal_webhook(page, session).await?;
    Ok(done(&[Notice::WebhookRegistered]))
}

/// Registers our webhook in Lever again, if there is a working connection.
pub(crate) async fn heal_webhook(page: &Page, session: &Session) -> Result<(), Trouble> {
    page.connector.heal_webhook(&session.team).await.map_err(failed)
}

/// What came of registering our subscription again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Healed {
    /// It is registered.
    Registered,
    /// The plan has no webhooks: results are found by looking.
    NoWebhooks,
    /// Qualified refuses the key, which is on record.
    KeyRefused,
}

/// Registers our subscription in Qualified again.
pub(crate) async fn heal_subscription(page: &Page, session: &Session) -> Result<Healed, Trouble> {
    let context = page.connector.ensure_team(&session.team).await.map_err(unavailable)?;
    match page.connector.heal_subscription(&session.team).await {
        Ok(()) => Ok(Healed::Registered),
        Err(ApiKeyError::NoWebhooks) => Ok(Healed::NoWebhooks),
        Err(ApiKeyError::Refused) => Ok(Healed::KeyRefused),
        Err(ApiKeyError::Failed(service::Error::Qualified(qualified::Error::KeyUnusable))) => {
            page.connector.mark_key_refused(&context).await.map_err(unavailable)?;
            Ok(Healed::KeyRefused)
        }
        Err(error @ (ApiKeyError::Malformed | ApiKeyError::Failed(_) | ApiKeyError::Unfinished(_))) => {
            Err(failed_by(error.disposition(), error))
        }
    }
}

/// The address that tells of the removal, and of what is still there with its place.
fn removed(leftovers: &[Leftover]) -> String {
    let left = |leftover: &Leftover| match leftover {
        Leftover::LeverWebhook => Notice::LeftLeverWebhook,
        Leftover::Subscription => Notice::LeftSubscription,
        Leftover::LeverAccess => Notice::LeftLeverAccess,
    };
    let notices: Vec<_> = [Notice::Removed].into_iter().chain(leftovers.iter().map(left)).collect();
    done(&notices)
}

/// Removes the integration; answers what could not be removed at a service.
pub(crate) async fn remove_integration(page: &Page, session: &Session) -> Result<Vec<Leftover>, Trouble> {
    page.connector.remove_integration(&session.team).await.map_err(failed)
}

fn failed(error: service::Error) -> Trouble {
    match &error {
        service::Error::Waiting(Reason::ReconnectNeeded) => return Trouble::LeverRefuses,
        service::Error::Lever(cause) => match Unread::from(*cause) {
            Unread::Refused => return Trouble::LeverRefuses,
            Unread::Busy => return Trouble::LeverBusy,
            Unread::NoAnswer => {}
        },
        service::Error::Store(_)
        | service::Error::Queue(_)
        | service::Error::OAuth(_)
        | service::Error::Qualified(_)
        | service::Error::Contended
        | service::Error::LeaseLost
        | service::Error::Waiting(_) => {}
    }
    failed_by(error.disposition(), error)
}

fn failed_by(disposition: Disposition, error: impl Error) -> Trouble {
    match disposition {
        Disposition::Rejected => Trouble::BadRequest,
        Disposition::Transient { .. }
        | Disposition::Disconnected
        | Disposition::Unprocessable
        | Disposition::Defect => unavailable(error),
    }
}
