//! Registers our webhooks with both services: looks before it creates, so that no delivery comes twice.

use url::Url;

use crate::domain::{Connection, LeverWebhook, SubscriptionId, Team};
use crate::{lever, qualified};

use crate::service::Error;

/// The name our subscription bears in Qualified.
const SUBSCRIPTION_NAME: &str = "Lever";

/// Where Lever delivers a team's stage changes.
pub fn lever_webhook_url(public_base: &Url, team: &Team) -> Url {
    webhook_url(public_base, "lever", team, team.lever_url_key.expose())
}

/// Where Qualified delivers a team's result events.
pub fn qualified_webhook_url(public_base: &Url, team: &Team) -> Url {
    webhook_url(public_base, "qualified", team, team.qualified_url_key.expose())
}

fn webhook_url(public_base: &Url, service: &str, team: &Team, key: &str) -> Url {
    let mut url = public_base.clone();
    let path = format!("{}/webhooks/{service}/{}/{key}", public_base.path().trim_end_matches('/'), team.id);
    url.set_path(&path);
    url
}

/// Makes sure Lever has exactly one webhook of ours, with a signature token we know.
///
/// A webhook whose token we do not have is of no use: Lever tells the token only at creation. It is
/// deleted and made again. The caller has to record the webhook before doing anything else.
///
/// # Errors
/// When Lever fails; the webhooks may then be as before or as after any step.
pub(super) async fn ensure_lever_webhook(
    api: &lever::Api<'_>,
    url: &Url,
    connection: &Connection,
) -> Result<LeverWebhook, Error> {
    let mut kept = None;
    for registered in
        api.webhooks().await?.into_iter().filter(|registered| registered.brings_stage_changes_to(url))
    {
        match connection.webhook.as_ref().filter(|known| known.id == registered.id) {
            Some(known) => kept = Some(known.clone()),
            None => api.delete_webhook(&registered.id).await?,
        }
    }
    match kept {
        Some(webhook) => Ok(webhook),
        None => Ok(api.register_webhook(url).await?),
    }
}

/// Deletes every webhook of ours in Lever, also one that was registered and never written down.
///
/// # Errors
/// When Lever fails; some may be left then.
pub(super) async fn delete_lever_webhooks(api: &lever::Api<'_>, url: &Url) -> Result<(), Error> {
    for registered in api.webhooks().await?.iter().filter(|one| one.brings_stage_changes_to(url)) {
        api.delete_webhook(&registered.id).await?;
    }
    Ok(())
}

/// Deletes every subscription of ours in Qualified but the one to keep, also one that was made and never
/// written down.
///
/// # Errors
/// When Qualified fails; some may be left then.
pub(super) async fn delete_subscriptions(
    api: &qualified::Api<'_>,
    url: &Url,
    keep: Option<&SubscriptionId>,
) -> Result<(), Error> {
    let listed = api.subscriptions().await?;
    for subscription in listed.iter().filter(|one| one.delivers_to(url) && Some(&one.id) != keep) {
        api.unsubscribe(&subscription.id).await?;
    }
    Ok(())
}

/// Makes sure Qualified has exactly one subscription of ours, with the right triggers.
///
/// # Errors
/// When Qualified fails; the subscriptions may then be as before or as after any step.
pub(super) async fn ensure_subscription(
    api: &qualified::Api<'_>,
    url: &Url,
) -> Result<SubscriptionId, Error> {
    let mut ours =
        api.subscriptions().await?.into_iter().filter(|subscription| subscription.delivers_to(url));
    let Some(first) = ours.next() else { return Ok(api.subscribe(url, SUBSCRIPTION_NAME).await?.id) };
    for duplicate in ours {
        api.unsubscribe(&duplicate.id).await?;
    }
    if !first.has_our_triggers {
        api.resubscribe(&first.id, url).await?;
    }
    Ok(first.id)
}
