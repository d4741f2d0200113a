//! What the forms do. Each answers where to send the browser.

use lever_integration::domain::{AccountChange, StageId};
use lever_integration::failure::Disposition;
use lever_integration::service::connect::{ApiKeyError, StageError};
use lever_integration::session::Session;

use crate::Page;
use crate::paths::{self, field};
use crate::request::Fields;
use crate::routes::done;
use crate::view::model::{ApiKeyRejection, Notice, Trouble};

/// Stages that can be added at once.
const STAGES_MAX: usize = 50;

/// Performs the form of a path.
pub(crate) async fn perform(
    page: &Page,
    session: &Session,
    path: &str,
    form: &Fields,
) -> Result<String, Trouble> {
    match path {
        paths::API_KEY => set_api_key(page, session, form).await,
        paths::LOGIN => log_in(page, session, AccountChange::Ask).await,
        paths::CHANGE_ACCOUNT => log_in(page, session, AccountChange::Allow).await,
        paths::STAGES => add_stages(page, session, form).await,
        paths::REMOVE_STAGE => remove_stage(page, session, form).await,
        paths::WEBHOOK => {
            let healed = page.connector.heal_webhook(&session.team).await;
            healed.map(|()| done(Notice::WebhookRegistered)).map_err(|error| failed(error.disposition()))
        }
        paths::SUBSCRIPTION => {
            let healed = page.connector.heal_subscription(&session.team).await;
            healed.map(|()| done(Notice::SubscriptionRegistered)).map_err(|error| failed(error.disposition()))
        }
        paths::REMOVE => {
            let removed = page.connector.remove_integration(&session.team).await;
            removed.map(|_| done(Notice::Removed)).map_err(|error| failed(error.disposition()))
        }
        paths::PAGE | paths::ACTIVITY | paths::WHY => Err(Trouble::MethodNotAllowed),
        _ => Err(Trouble::NotFound),
    }
}

async fn set_api_key(page: &Page, session: &Session, form: &Fields) -> Result<String, Trouble> {
    let key = form.one(field::API_KEY).ok_or(Trouble::BadField(field::API_KEY))?;
    let rejection = match page.connector.set_api_key(&session.team, key).await {
        Ok(()) | Err(ApiKeyError::NoWebhooks) => return Ok(done(Notice::ApiKeyAccepted)),
        Err(ApiKeyError::Malformed) => ApiKeyRejection::NoKey,
        Err(ApiKeyError::Refused) => ApiKeyRejection::Refused,
        Err(ApiKeyError::Failed(error)) if error.disposition() == Disposition::Defect => {
            ApiKeyRejection::NoApiAccess
        }
        Err(ApiKeyError::Failed(_)) => ApiKeyRejection::NotChecked,
    };
    Ok(format!("{}?{}={}", paths::PAGE, field::API_KEY, rejection_code(rejection)))
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

async fn log_in(page: &Page, session: &Session, account_change: AccountChange) -> Result<String, Trouble> {
    let begun = page
        .connector
        .begin_login(&session.team, &session.user, session.id.as_str(), account_change)
        .await
        .map_err(|error| failed(error.disposition()))?;
    Ok(begun.to_string())
}

async fn add_stages(page: &Page, session: &Session, form: &Fields) -> Result<String, Trouble> {
    let texts: Vec<&str> = form.all(field::STAGE).collect();
    if texts.is_empty() {
        return Ok(format!("{}?dialog=nothing-chosen", paths::PAGE));
    }
    let stages: Vec<StageId> = texts
        .iter()
        .take(STAGES_MAX)
        .map(|text| text.parse())
        .collect::<Result<_, _>>()
        .map_err(|_| Trouble::BadField(field::STAGE))?;
    match page.connector.add_trigger_stages(&session.team, &stages, &session.user).await {
        Ok(()) => Ok(done(Notice::StagesAdded)),
        Err(StageError::Unknown) => Ok(format!("{}?dialog=unknown-stage", paths::PAGE)),
        Err(StageError::NotConnected) => Ok(paths::PAGE.to_owned()),
        Err(StageError::Failed(error)) => Err(failed(error.disposition())),
    }
}

async fn remove_stage(page: &Page, session: &Session, form: &Fields) -> Result<String, Trouble> {
    let stage =
        form.one(field::STAGE).and_then(|text| text.parse().ok()).ok_or(Trouble::BadField(field::STAGE))?;
    let removed = page.connector.remove_trigger_stage(&session.team, &stage).await;
    removed.map(|()| done(Notice::StageRemoved)).map_err(|error| failed(error.disposition()))
}

fn failed(disposition: Disposition) -> Trouble {
    match disposition {
        Disposition::Rejected => Trouble::BadRequest,
        Disposition::Transient { .. }
        | Disposition::Disconnected
        | Disposition::Unprocessable
        | Disposition::Defect => Trouble::Unavailable,
    }
}
