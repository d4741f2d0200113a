//! `/contacts`: the people behind opportunities.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::call::{Answer, Call};
use crate::lever::Lever;
use crate::world::{Contact, ContactChange, ContactId};

pub(super) fn routes() -> Router<Lever> {
    Router::new().route("/contacts/{id}", get(one).put(update))
}

/// The contact object.
pub(super) fn json(contact: &Contact) -> Value {
    json!({
        "id": contact.id, "name": contact.name, "headline": contact.headline, "isAnonymized": contact.anonymised,
        "location": {"name": contact.location}, "emails": contact.emails, "phones": contact.phones,
        "dataProtection": contact.data_protection,
    })
}

async fn one(Path(id): Path<String>, call: Call) -> Answer {
    call.need("contact:read:admin")?;
    call.only(&[])?;
    let json = call.look(|account| account.contact(&id.as_str().into()).map(json))??;
    Ok(Json(json!({"data": json})).into_response())
}

/// Its answer lacks `isAnonymized` and `dataProtection`, as recorded.
async fn update(Path(id): Path<String>, call: Call) -> Answer {
    call.need("contact:write:admin")?;
    call.only(&[])?;
    let change: ContactChange = call.json()?;
    let id = ContactId::from(id.as_str());
    let mut json = call.lever.change(|world, _| {
        let account = world.account_mut(&call.account)?;
        account.update_contact(&id, change)?;
        account.contact(&id).map(json)
    })?;
    if let Some(fields) = json.as_object_mut() {
        fields.remove("isAnonymized");
        fields.remove("dataProtection");
    }
    Ok(Json(json!({"data": json})).into_response())
}
