//! The opportunity object as the API shows it (Lever API reference, Opportunities; recorded answers).

use serde_json::{Map, Value, json};

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::switches::{ArchivedTags, Switches};
use crate::world::{Account, Application, Contact, Opportunity, UserId};

/// How much of the contact an answer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// Reading: everything.
    Full,
    /// The answer to a change: the contact's data is blank although the contact has some.
    Blank,
}

const EXPANDABLE: [&str; 6] = ["applications", "stage", "owner", "followers", "sourcedBy", "contact"];

/// Which objects and fields a call asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    expand: Vec<String>,
    include: Vec<String>,
}

impl Shape {
    pub(super) fn of(call: &Call) -> Result<Self, ApiError> {
        let texts = |name| call.all(name).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let shape = Self { expand: texts("expand"), include: texts("include") };
        match shape.expand.iter().find(|field| !EXPANDABLE.contains(&field.as_str())) {
            Some(field) => Err(ApiError::bad(format!("{field} cannot be expanded"))),
            None => Ok(shape),
        }
    }

    pub(super) fn json(
        &self,
        account: &Account,
        opportunity: &Opportunity,
        switches: &Switches,
    ) -> Result<Value, ApiError> {
        let mut json = full_json(account, opportunity, View::Full, switches);
        for field in &self.expand {
            json[field] = expanded(account, opportunity, field);
        }
        if self.include.is_empty() {
            return Ok(json);
        }
        let mut kept = Map::new();
        for field in self.include.iter().chain(&self.expand) {
            let value =
                json.get(field).ok_or_else(|| ApiError::bad(format!("{field} is no field to include")))?;
            kept.insert(field.clone(), value.clone());
        }
        Ok(Value::Object(kept))
    }
}

fn expanded(account: &Account, opportunity: &Opportunity, field: &str) -> Value {
    let user = |id: &UserId| account.user(id).map_or(json!(id), crate::world::User::json);
    match field {
        "applications" => {
            opportunity.application.iter().map(|of| application_json(account, opportunity, of)).collect()
        }
        "stage" => {
            account.stage(&opportunity.stage).map_or(json!(opportunity.stage), crate::world::Stage::json)
        }
        "owner" => opportunity.owner.as_ref().map_or(Value::Null, user),
        "sourcedBy" => opportunity.sourced_by.as_ref().map_or(Value::Null, user),
        "followers" => opportunity.followers.iter().map(user).collect(),
        _ => account.contact(&opportunity.contact).map_or(Value::Null, crate::api::contacts::json),
    }
}

/// The object with ids for everything that can be expanded.
pub(crate) fn full_json(
    account: &Account,
    opportunity: &Opportunity,
    view: View,
    switches: &Switches,
) -> Value {
    let contact = account.contact(&opportunity.contact).ok();
    let mut json = base_json(opportunity, switches);
    json["isAnonymized"] = json!(contact.is_some_and(|contact| contact.anonymised));
    json["dataProtection"] = json!(contact.and_then(|contact| contact.data_protection.as_ref()));
    let shown = contact.filter(|_| view == View::Full);
    put_contact(&mut json, shown);
    let place = account.posting_of(opportunity).and_then(|posting| posting.categories.location.as_deref());
    if let (View::Full, Some(place)) = (view, place) {
        json["opportunityLocation"] = json!(place);
    }
    json
}

fn base_json(opportunity: &Opportunity, switches: &Switches) -> Value {
    let stage_changes: Vec<Value> = opportunity
        .stage_changes
        .iter()
        .map(|change| {
            let mut json =
                json!({"toStageId": change.to, "toStageIndex": change.index, "updatedAt": change.at});
            if let Some(user) = &change.user {
                json["userId"] = json!(user);
            }
            json
        })
        .collect();
    let hidden = opportunity.archived.is_some() && switches.archived_tags == ArchivedTags::Hidden;
    let show = format!("https://hire.lever.co/candidates/{}", opportunity.id);
    json!({
        "id": opportunity.id, "contact": opportunity.contact, "stage": opportunity.stage,
        "confidentiality": opportunity.confidentiality,
        "archived": opportunity.archived.as_ref().map(crate::world::Archived::json),
        "tags": if hidden { &[] } else { opportunity.tags.shown() }, "sources": opportunity.sources,
        "stageChanges": stage_changes, "origin": opportunity.origin, "sourcedBy": opportunity.sourced_by,
        "owner": opportunity.owner, "followers": opportunity.followers,
        "applications": opportunity.application.iter().map(|application| &application.id).collect::<Vec<_>>(),
        "createdAt": opportunity.created_at, "updatedAt": opportunity.updated_at,
        "lastInteractionAt": opportunity.last_interaction_at, "lastAdvancedAt": opportunity.last_advanced_at,
        "snoozedUntil": opportunity.snoozed_until,
        "urls": {"list": "https://hire.lever.co/candidates", "show": show},
    })
}

fn put_contact(json: &mut Value, contact: Option<&Contact>) {
    let text = |field: fn(&Contact) -> &String| contact.map_or(json!(""), |contact| json!(field(contact)));
    let (name, headline) = (text(|contact| &contact.name), text(|contact| &contact.headline));
    json["location"] = text(|contact| &contact.location);
    json["name"] = name;
    json["headline"] = headline;
    json["emails"] = contact.map_or(json!([]), |contact| json!(contact.emails));
    json["phones"] = contact.map_or(json!([]), |contact| json!(contact.phones));
    json["links"] = contact.map_or(json!([]), |contact| json!(contact.links));
}

/// The application object; a candidate whom a user put on a posting has no contact data in it.
pub(super) fn application_json(
    account: &Account,
    opportunity: &Opportunity,
    application: &Application,
) -> Value {
    let owner = account.posting(&application.posting).map(|posting| &posting.owner);
    json!({
        "id": application.id, "type": "user", "candidateId": opportunity.id, "opportunityId": opportunity.id,
        "posting": application.posting, "postingOwner": owner, "postingHiringManager": null,
        "user": opportunity.sourced_by, "name": null, "company": null, "phone": null, "email": null, "links": [],
        "comments": null, "customQuestions": [], "createdAt": application.created_at,
        "archived": opportunity.archived.as_ref().map(crate::world::Archived::json),
        "requisitionForHire": null, "ipAddress": null, "referer": null, "userAgent": null, "acceptLanguage": null,
        "timezone": null,
    })
}
