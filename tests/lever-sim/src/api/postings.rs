//! `/postings`: reading and partial update. Their tags and categories reach the opportunities at once.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::error::ApiError;
use super::page::{self, PAGING, Row};
use crate::lever::Lever;
use crate::world::{Account, Confidentiality, Posting, PostingChange, PostingId, Problem};

const FILTERS: [&str; 13] = [
    "state",
    "tag",
    "team",
    "department",
    "location",
    "commitment",
    "distributionChannel",
    "confidentiality",
    "group",
    "updated_at_start",
    "updated_at_end",
    "include",
    "expand",
];

pub(super) fn routes() -> Router<Lever> {
    Router::new().route("/postings", get(list)).route("/postings/{id}", get(one).post(update))
}

fn json(call: &Call, account: &Account, posting: &Posting) -> Result<Value, ApiError> {
    let mut json = posting.json();
    for field in call.all("expand") {
        let user = json[field].as_str().filter(|_| ["user", "owner", "hiringManager"].contains(&field));
        if let Some(user) = user.and_then(|id| account.user(&id.into())) {
            json[field] = user.json();
        } else if !["hiringManager", "followers"].contains(&field) {
            return Err(ApiError::bad(format!("{field} cannot be expanded")));
        }
    }
    let include = call.all("include");
    if include.is_empty() {
        return Ok(json);
    }
    let mut kept = serde_json::Map::new();
    for field in include.into_iter().chain(call.all("expand")) {
        let value =
            json.get(field).ok_or_else(|| ApiError::bad(format!("{field} is no field to include")))?;
        kept.insert(field.to_owned(), value.clone());
    }
    Ok(Value::Object(kept))
}

fn visible<'a>(call: &Call, account: &'a Account, id: &PostingId) -> Result<&'a Posting, ApiError> {
    let posting = account.posting(id).ok_or_else(|| Problem::missing("posting", id))?;
    if posting.confidentiality == Confidentiality::Confidential && !call.sees_confidential() {
        return Err(ApiError::Forbidden {
            message: "access to confidential data was not granted".to_owned(),
        });
    }
    Ok(posting)
}

async fn one(Path(id): Path<String>, call: Call) -> Answer {
    call.need("postings:read:admin")?;
    call.only(&["include", "expand"])?;
    let json = call.look(|account| json(&call, account, visible(&call, account, &id.as_str().into())?))??;
    Ok(Json(json!({"data": json})).into_response())
}

async fn list(call: Call) -> Answer {
    call.need("postings:read:admin")?;
    call.only(&[FILTERS.as_slice(), &PAGING].concat())?;
    let (start, end) = (call.millis("updated_at_start")?, call.millis("updated_at_end")?);
    let confidentiality = call.one("confidentiality")?;
    if (start.is_some() || end.is_some()) && confidentiality.is_none() {
        return Err(ApiError::bad("updated_at needs confidentiality beside it"));
    }
    let wanted_secrecy: &[Confidentiality] = match confidentiality {
        None | Some("non-confidential") => &[Confidentiality::NonConfidential],
        Some("confidential") if call.sees_confidential() => &[Confidentiality::Confidential],
        Some("all") if call.sees_confidential() => {
            &[Confidentiality::Confidential, Confidentiality::NonConfidential]
        }
        Some("confidential" | "all") => {
            return Err(ApiError::MissingScope { scope: "confidential:access:admin".to_owned() });
        }
        Some(other) => return Err(ApiError::bad(format!("confidentiality cannot be {other}"))),
    };
    let rows = call.look(|account| {
        let wanted = account.postings.iter().filter(|posting| {
            wanted_secrecy.contains(&posting.confidentiality)
                && start.is_none_or(|start| posting.updated_at >= start)
                && end.is_none_or(|end| posting.updated_at <= end)
                && words_hold(&call, posting)
        });
        wanted
            .map(|posting| {
                let key = json!([posting.created_at, posting.id]);
                Ok(Row { key, json: json(&call, account, posting)? })
            })
            .collect::<Result<Vec<Row>, ApiError>>()
    })??;
    page::answer_exact(&call, &rows)
}

fn words_hold(call: &Call, posting: &Posting) -> bool {
    let any = |name: &str, has: &[Option<&str>]| {
        let wanted = call.all(name);
        wanted.is_empty() || has.iter().flatten().any(|own| wanted.contains(own))
    };
    let state = serde_json::to_value(posting.state).unwrap_or_default();
    let tags: Vec<Option<&str>> = posting.tags.iter().map(|tag| Some(tag.as_str())).collect();
    let categories = &posting.categories;
    let channels: &[Option<&str>] = if posting.json()["distributionChannels"].is_null() {
        &[]
    } else {
        &[Some("public"), Some("internal")]
    };
    any("state", &[state.as_str()])
        && any("tag", &tags)
        && any("team", &[categories.team.as_deref()])
        && any("department", &[categories.department.as_deref()])
        && any("location", &[categories.location.as_deref()])
        && any("commitment", &[categories.commitment.as_deref()])
        && any("distributionChannel", channels)
        && any("group", &[])
}

async fn update(Path(id): Path<String>, call: Call) -> Answer {
    call.need("postings:write:admin")?;
    call.only(&["perform_as"])?;
    call.actor()?;
    let change: PostingChange = call.json()?;
    let id = PostingId::from(id.as_str());
    let json = call.lever.change(|world, now| {
        let (account, switches) = world.account_and_switches(&call.account)?;
        visible(&call, account, &id)?;
        account.edit_posting(&id, change, now, switches)?;
        Ok::<_, ApiError>(account.posting(&id).map(Posting::json))
    })?;
    Ok(Json(json!({"data": json})).into_response())
}
