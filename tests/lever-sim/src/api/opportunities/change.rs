//! Changing opportunities. Answers carry the opportunity, but with blank contact data where the real API blanks it.

use axum::Json;
use axum::extract::Path;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use serde_json::json;
use sim_kit::clock::Millis;

use super::wire::{View, full_json};
use crate::api::call::{Answer, Call};
use crate::switches::Switches;
use crate::world::{Account, Actor, OpportunityId, Problem, ReasonId, StageId};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StageBody {
    stage: StageId,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ArchivedBody {
    /// Must be there: `null` un-archives.
    #[serde(deserialize_with = "Option::deserialize")]
    reason: Option<ReasonId>,
    /// Interviews and requisitions are not simulated; the fields are known so that they are not refused.
    #[serde(default)]
    #[expect(dead_code, reason = "accepted and without effect")]
    clean_interviews: Option<bool>,
    #[serde(default)]
    #[expect(dead_code, reason = "accepted and without effect")]
    requisition_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TagsBody {
    tags: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinksBody {
    links: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourcesBody {
    sources: Vec<String>,
}

/// What a change gets to know.
struct Change<'a> {
    account: &'a mut Account,
    id: &'a OpportunityId,
    actor: &'a Actor,
    now: Millis,
    switches: &'a Switches,
}

fn perform(
    call: &Call,
    id: &str,
    view: View,
    change: impl FnOnce(Change<'_>) -> Result<(), Problem>,
) -> Answer {
    let (id, actor) = (OpportunityId::from(id), call.actor()?);
    let json = call.lever.change(|world, now| {
        let (account, switches) = world.account_and_switches(&call.account)?;
        call.visible(account, &id)?;
        change(Change { account, id: &id, actor: &actor, now, switches })?;
        let opportunity = account.opportunity(&id)?;
        Ok::<_, crate::api::error::ApiError>(full_json(account, opportunity, view, switches))
    })?;
    Ok(Json(json!({"data": json})).into_response())
}

fn admit(call: &Call) -> Result<(), crate::api::error::ApiError> {
    call.need("opportunities:write:admin")?;
    call.only(&["perform_as"])
}

pub(super) async fn stage(Path(id): Path<String>, call: Call) -> Answer {
    admit(&call)?;
    let body: StageBody = call.json()?;
    perform(&call, &id, View::Blank, |change| {
        if change.account.stage(&body.stage).is_err() {
            return Err(Problem::invalid(format!("stage {} does not exist", body.stage)));
        }
        change.account.move_to(change.id, &body.stage, change.actor, change.now, change.switches)
    })
}

pub(super) async fn archived(Path(id): Path<String>, call: Call) -> Answer {
    admit(&call)?;
    let body: ArchivedBody = call.json()?;
    perform(&call, &id, View::Blank, |change| {
        let reason = body.reason.as_ref();
        if let Some(reason) = reason.filter(|reason| change.account.reason(reason).is_err()) {
            return Err(Problem::invalid(format!("archive reason {reason} does not exist")));
        }
        change.account.archive(change.id, reason, change.now)
    })
}

pub(super) async fn add_tags(Path(id): Path<String>, call: Call) -> Answer {
    admit(&call)?;
    let body: TagsBody = call.json()?;
    perform(&call, &id, View::Blank, |change| {
        change.account.add_tags(change.id, &body.tags, change.now, change.switches)
    })
}

pub(super) async fn remove_tags(Path(id): Path<String>, call: Call) -> Answer {
    admit(&call)?;
    let body: TagsBody = call.json()?;
    perform(&call, &id, View::Blank, |change| {
        change.account.remove_tags(change.id, &body.tags, change.now, change.switches)
    })
}

/// Links belong to the contact and show on all its opportunities; this answer is not blanked.
pub(super) async fn add_links(Path(id): Path<String>, call: Call) -> Answer {
    admit(&call)?;
    let body: LinksBody = call.json()?;
    perform(&call, &id, View::Full, |change| {
        let contact = change.account.opportunity(change.id)?.contact.clone();
        let links = &mut change.account.contact_mut(&contact)?.links;
        links.extend(body.links.into_iter().filter(|link| !link.is_empty()));
        keep_first(links);
        change.account.touch(change.id, change.now)
    })
}

pub(super) async fn remove_links(Path(id): Path<String>, call: Call) -> Answer {
    admit(&call)?;
    let body: LinksBody = call.json()?;
    perform(&call, &id, View::Full, |change| {
        let contact = change.account.opportunity(change.id)?.contact.clone();
        change.account.contact_mut(&contact)?.links.retain(|link| !body.links.contains(link));
        change.account.touch(change.id, change.now)
    })
}

pub(super) async fn add_sources(Path(id): Path<String>, call: Call) -> Answer {
    admit(&call)?;
    let body: SourcesBody = call.json()?;
    perform(&call, &id, View::Blank, |change| {
        let sources = &mut change.account.opportunity_mut(change.id)?.sources;
        sources.extend(body.sources);
        keep_first(sources);
        change.account.touch(change.id, change.now)
    })
}

pub(super) async fn remove_sources(Path(id): Path<String>, call: Call) -> Answer {
    admit(&call)?;
    let body: SourcesBody = call.json()?;
    perform(&call, &id, View::Blank, |change| {
        change.account.opportunity_mut(change.id)?.sources.retain(|source| !body.sources.contains(source));
        change.account.touch(change.id, change.now)
    })
}

/// Keeps the first of equal texts.
fn keep_first(texts: &mut Vec<String>) {
    let mut seen = std::collections::BTreeSet::new();
    texts.retain(|text| seen.insert(text.clone()));
}
