//! Files of an opportunity.

use serde_json::{Value, json};
use sim_kit::clock::Millis;

use super::ids::{FileId, OpportunityId};
use crate::switches::FileStatus;

#[derive(Debug, Clone)]
pub(crate) struct StoredFile {
    pub(crate) id: FileId,
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
    pub(crate) uploaded_at: Millis,
    pub(crate) status: FileStatus,
}

/// Extensions Lever takes (Lever API reference, Files).
pub(crate) const EXTENSIONS: [&str; 7] = ["docx", "doc", "js", "jpg", "png", "pdf", "txt"];

impl StoredFile {
    pub(crate) fn extension(&self) -> &str {
        self.name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    pub(crate) fn json(&self, opportunity: &OpportunityId) -> Value {
        let download =
            format!("https://hire.lever.co/opportunities/{opportunity}/files/{}/download", self.id);
        json!({
            "id": self.id, "downloadUrl": download, "ext": format!(".{}", self.extension()), "name": self.name,
            "uploadedAt": self.uploaded_at, "status": self.status, "size": self.content.len(),
        })
    }
}
