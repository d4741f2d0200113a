//! Whether Lever tells us of moved candidates.
//!
//! Lever does not tell whether the event group is switched on; that no event came though candidates were moved does.

use std::time::Duration;

use jiff::Timestamp;
use lever_integration::domain::{Connection, Opportunity};
use lever_integration::flow::is_silence;
use lever_integration::lever::{Api, Confidentiality, RegisteredWebhook};
use lever_integration::service::connect::lever_webhook_url;
use lever_integration::store::TeamContext;

use crate::Page;
use crate::view::model::WebhookState;

/// A move this old without an event is more than a late delivery: Lever's first repetitions come within
/// minutes.
const SILENT_AFTER: Duration = Duration::from_secs(10 * 60);

/// Whether events come.
pub(super) async fn webhook_state(
    api: &Api<'_>,
    page: &Page,
    context: &TeamContext,
    connection: &Connection,
    listed: Option<Vec<RegisteredWebhook>>,
    now: Timestamp,
) -> WebhookState {
    let url = lever_webhook_url(page.connector.public_base_url(), &context.team);
    let is_ours = |registered: &RegisteredWebhook| {
        registered.brings_stage_changes_to(&url)
            && connection.webhook.as_ref().is_some_and(|webhook| webhook.id == registered.id)
    };
    if listed.is_some_and(|listed| !listed.iter().any(is_ours)) {
        return WebhookState::Gone;
    }
    let last_event_at = connection.last_event_at;
    let first_added = context.trigger_stages.iter().map(|trigger| trigger.added_at).min();
    if let Some(first_added) = first_added
        && (was_missed(page, context, first_added).await
            || moved_unseen(api, context, first_added, now).await)
    {
        return WebhookState::Silent { last_event_at };
    }
    last_event_at.map_or(WebhookState::Waiting, |last_event_at| WebhookState::Receiving { last_event_at })
}

/// Whether the reconciler found a stage change that came after the last event and was not told by one. What it found
/// before the first of the present trigger stages was added is history.
async fn was_missed(page: &Page, context: &TeamContext, first_added: Timestamp) -> bool {
    let reconciliation = page.store.load_reconciliation(&context.team.id).await.ok().flatten();
    reconciliation
        .and_then(|reconciliation| reconciliation.missed_at)
        .is_some_and(|missed| missed >= first_added && is_silence(missed, last_event_at(context)))
}

/// Whether somebody was moved into a trigger stage a while ago and no event has come since.
async fn moved_unseen(api: &Api<'_>, context: &TeamContext, first_added: Timestamp, now: Timestamp) -> bool {
    let last = last_event_at(context);
    let since = last.unwrap_or(first_added).max(first_added);
    let stages: Vec<_> = context.trigger_stages.iter().map(|trigger| trigger.stage.clone()).collect();
    let Ok(moved) = api.opportunities_advanced(&stages, since, Confidentiality::NonConfidential, None).await
    else {
        return false;
    };
    let is_old = |at: Timestamp| now.duration_since(at) > SILENT_AFTER.try_into().unwrap_or_default();
    let is_unseen = |at: Timestamp| at >= first_added && is_old(at) && is_silence(at, last);
    let moved = moved.rows.iter().filter(|one| one.was_moved_here());
    moved.filter_map(Opportunity::entered_present_stage_at).any(is_unseen)
}

fn last_event_at(context: &TeamContext) -> Option<Timestamp> {
    context.connection.as_ref()?.last_event_at
}
