//! The whole world as JSON, without hiding anything from the tests.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use sim_kit::clock::Millis;

use crate::api::{View, full_json};
use crate::lever::Lever;
use crate::switches::Switches;
use crate::world::{Account, Feedback, Note, Opportunity, Posting, Stage, Template, User, World};

pub(super) async fn state(State(lever): State<Lever>) -> Json<Value> {
    Json(lever.state())
}

impl Lever {
    /// The whole world.
    pub fn state(&self) -> Value {
        let mut state = self.look(world_json);
        state["violations"] = json!(self.kit.violations.list().len());
        state["calls"] = json!(self.kit.calls.after(0).len());
        state["faults"] = json!(self.kit.faults.list());
        state["deliveries"] = json!(self.kit.deliveries.list().len());
        state
    }
}

fn world_json(world: &World, now: Millis) -> Value {
    let accounts: Vec<Value> =
        world.accounts.iter().map(|account| account_json(account, &world.switches)).collect();
    let app = &world.app;
    json!({
        "now": now,
        "app": {
            "clientId": app.client_id, "clientSecret": app.client_secret, "name": app.name,
            "redirectUris": app.redirect_uris, "scopes": app.scopes, "audiences": app.audiences,
        },
        "consent": world.consent, "switches": world.switches, "grants": world.grants.json(now),
        "refusedByRate": world.refused_by_rate, "accounts": accounts,
    })
}

fn account_json(account: &Account, switches: &Switches) -> Value {
    let webhooks: Vec<Value> = account.webhooks.iter().map(crate::world::Webhook::json_with_token).collect();
    let deleted: Vec<Value> = account
        .deleted
        .iter()
        .map(
            |deleted| json!({"id": deleted.opportunity.id, "deletedBy": deleted.by, "deletedAt": deleted.at}),
        )
        .collect();
    json!({
        "id": account.id, "name": account.name, "groups": account.groups, "consentedScopes": account.consented,
        "users": account.users.iter().map(User::json).collect::<Vec<_>>(),
        "stages": account.stages.iter().map(Stage::json).collect::<Vec<_>>(),
        "archiveReasons": account.reasons.iter().map(crate::world::ArchiveReason::json).collect::<Vec<_>>(),
        "postings": account.postings.iter().map(Posting::json).collect::<Vec<_>>(),
        "feedbackTemplates": account.templates.iter().map(Template::json).collect::<Vec<_>>(),
        "webhooks": webhooks, "deleted": deleted,
        "opportunities": account.opportunities.iter().map(|one| opportunity_json(account, one, switches))
            .collect::<Vec<_>>(),
    })
}

fn opportunity_json(account: &Account, opportunity: &Opportunity, switches: &Switches) -> Value {
    let mut json = full_json(account, opportunity, View::Full, switches);
    json["ownTags"] = json!(opportunity.tags.own());
    json["posting"] = json!(opportunity.application.as_ref().map(|application| &application.posting));
    json["notes"] = opportunity.notes.iter().map(Note::json).collect();
    json["files"] = opportunity.files.iter().map(|file| file.json(&opportunity.id)).collect();
    json["feedback"] = opportunity.feedback.iter().map(Feedback::json).collect();
    json
}
