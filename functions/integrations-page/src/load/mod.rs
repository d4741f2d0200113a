//! Gathers what a page shows from the table, from Lever and from Qualified.
//!
//! What a service does not answer is shown as unavailable; the page comes all the same. Names are read
//! from Lever for the page and stored nowhere.

mod activity;
mod candidates;
mod explain;
mod funnel;
mod overview;
mod recent;
mod unread;
mod webhook;
mod why;

pub(crate) use activity::activity;
pub(crate) use overview::{offered_stages, overview};
pub(crate) use recent::RecentOpportunities;
pub(crate) use unread::reading;
pub(crate) use why::why;

use lever_integration::domain::{Reason, TeamId};
use lever_integration::lever;
use lever_integration::service::Error;
use lever_integration::store::TeamContext;

use crate::Page;
use crate::view::model::Trouble;

/// The team as it is, with tokens that serve if that can be had.
pub(crate) struct Loaded {
    pub(crate) context: TeamContext,
    /// Lever could not renew the tokens just now.
    pub(crate) is_lever_unreachable: bool,
}

/// Reads the team.
pub(crate) async fn team(page: &Page, id: &TeamId) -> Result<Loaded, Trouble> {
    loaded(page, id, page.connector.ready_team(id).await).await
}

/// Reads the team again after Lever did not accept its access token.
pub(crate) async fn team_after_refusal(page: &Page, refused: &Loaded) -> Result<Loaded, Trouble> {
    let renewed = page.connector.renew_access(&refused.context).await;
    loaded(page, &refused.context.team.id, renewed).await
}

/// Reads the team and asks Lever for its stages; an access token that Lever does not accept is replaced
/// once, so that every page finds out by itself that Lever revoked the access.
pub(crate) async fn team_and_stages(page: &Page, id: &TeamId) -> Result<(Loaded, StagesRead), Trouble> {
    let loaded = team(page, id).await?;
    let read = stages(page, &loaded).await;
    if !matches!(read, Some(Err(lever::Error::Unauthorized))) {
        return Ok((loaded, read));
    }
    let loaded = team_after_refusal(page, &loaded).await?;
    let read = stages(page, &loaded).await;
    Ok((loaded, read))
}

/// Lever's stages, if the team is connected.
pub(crate) type StagesRead = Option<Result<Vec<lever::Stage>, lever::Error>>;

async fn stages(page: &Page, loaded: &Loaded) -> StagesRead {
    Some(page.connector.lever_api(&loaded.context)?.stages().await)
}

async fn loaded(
    page: &Page,
    id: &TeamId,
    ready: Result<Option<TeamContext>, Error>,
) -> Result<Loaded, Trouble> {
    let is_lever_unreachable = match ready {
        Ok(Some(context)) => return Ok(Loaded { context, is_lever_unreachable: false }),
        Ok(None) | Err(Error::Waiting(Reason::ReconnectNeeded)) => false,
        Err(_) => true,
    };
    let context = page.connector.ensure_team(id).await.map_err(unavailable)?;
    Ok(Loaded { context, is_lever_unreachable })
}

/// What without the table cannot be shown at all; the reason goes into the log.
pub(crate) fn unavailable(error: impl std::error::Error) -> Trouble {
    tracing::error!(%error, "page.unavailable");
    Trouble::Unavailable
}
