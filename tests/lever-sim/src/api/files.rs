//! `/opportunities/:id/files`: upload, list, download, delete.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::call::{Answer, Call};
use super::error::ApiError;
use super::multipart;
use super::page::{self, Row};
use crate::lever::Lever;
use crate::switches::FileStatus;
use crate::world::{EXTENSIONS, FileId, Opportunity, OpportunityId, Problem, StoredFile};

const LARGEST_BYTES: usize = 30 << 20;

pub(super) fn routes() -> Router<Lever> {
    Router::new()
        .route("/opportunities/{id}/files", get(list).post(upload))
        .route("/opportunities/{id}/files/{file}", get(one).delete(delete))
        .route("/opportunities/{id}/files/{file}/download", get(download))
}

fn find<'a>(opportunity: &'a Opportunity, file: &str) -> Result<&'a StoredFile, Problem> {
    opportunity
        .files
        .iter()
        .find(|known| known.id.as_str() == file)
        .ok_or_else(|| Problem::missing("file", file))
}

async fn list(Path(id): Path<String>, call: Call) -> Answer {
    call.need("files:read:admin")?;
    call.only(&["uploaded_at_start", "uploaded_at_end", "limit", "offset"])?;
    let (start, end) = (call.millis("uploaded_at_start")?, call.millis("uploaded_at_end")?);
    let rows: Vec<Row> = call.look(|account| {
        let opportunity = call.visible(account, &id.as_str().into())?;
        let wanted = opportunity.files.iter().filter(|file| {
            start.is_none_or(|start| file.uploaded_at >= start)
                && end.is_none_or(|end| file.uploaded_at <= end)
        });
        let row = |file: &StoredFile| {
            let key = json!([file.uploaded_at, file.id]);
            Row { key, json: file.json(&opportunity.id) }
        };
        Ok::<_, ApiError>(wanted.map(row).collect())
    })??;
    page::answer_exact(&call, &rows)
}

async fn one(Path((id, file)): Path<(String, String)>, call: Call) -> Answer {
    call.need("files:read:admin")?;
    call.only(&[])?;
    let json = call.look(|account| {
        let opportunity = call.visible(account, &id.as_str().into())?;
        Ok::<_, ApiError>(find(opportunity, &file)?.json(&opportunity.id))
    })??;
    Ok(Json(json!({"data": json})).into_response())
}

async fn upload(Path(id): Path<String>, call: Call) -> Answer {
    call.need("files:write:admin")?;
    call.only(&["perform_as"])?;
    call.performer()?;
    let upload = multipart::file(&call.content_type_as_sent, &call.body)?;
    if upload.content.len() > LARGEST_BYTES {
        return Err(ApiError::bad("a file has at most 30 MB"));
    }
    let id = OpportunityId::from(id.as_str());
    let json = call.lever.change(|world, now| {
        let status = world.switches.file_status;
        let account = world.account_mut(&call.account)?;
        call.visible(account, &id)?;
        let opportunity = account.opportunity_mut(&id)?;
        let file = StoredFile {
            id: FileId::fresh(),
            name: upload.name,
            content: upload.content,
            uploaded_at: now,
            status,
        };
        if !EXTENSIONS.contains(&file.extension().to_lowercase().as_str()) {
            return Err(ApiError::bad(format!("files of the type {:?} are not taken", file.extension())));
        }
        let json = file.json(&id);
        opportunity.files.push(file);
        opportunity.last_interaction_at = now;
        Ok(json)
    })?;
    Ok((StatusCode::CREATED, Json(json!({"data": json}))).into_response())
}

async fn download(Path((id, file)): Path<(String, String)>, call: Call) -> Answer {
    call.need("files:read:admin")?;
    call.only(&[])?;
    let file = call.look(|account| {
        let opportunity = call.visible(account, &id.as_str().into())?;
        Ok::<_, ApiError>(find(opportunity, &file)?.clone())
    })??;
    match file.status {
        FileStatus::Error => {
            Err(ApiError::Unprocessable { message: "Lever could not process this file".to_owned() })
        }
        FileStatus::Processing | FileStatus::Processed | FileStatus::Unsupported => {
            let disposition =
                format!("attachment; filename=\"{}\"", file.name.replace(['"', '\r', '\n'], ""));
            let kind = (header::CONTENT_TYPE, "application/octet-stream".to_owned());
            Ok(([kind, (header::CONTENT_DISPOSITION, disposition)], file.content).into_response())
        }
    }
}

async fn delete(Path((id, file)): Path<(String, String)>, call: Call) -> Answer {
    call.need("files:write:admin")?;
    call.only(&["perform_as"])?;
    call.performer()?;
    let id = OpportunityId::from(id.as_str());
    call.lever.change(|world, _| {
        let account = world.account_mut(&call.account)?;
        find(call.visible(account, &id)?, &file)?;
        account.opportunity_mut(&id)?.files.retain(|known| known.id.as_str() != file);
        Ok::<_, ApiError>(())
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
