//! Notes (Lever API reference, Notes).
//!
//! What a note says is kept whole, since our own notes are recognised by their text.

use serde::Deserialize;
use serde_json::Value;

use super::envelope::{Row, parse_id};
use crate::domain::NoteId;
use crate::lever::{Flaw, Note};

/// The answer to a new note: documented with `noteId` only, recorded as the whole note with both.
#[derive(Deserialize)]
pub(in crate::lever) struct NewNote {
    #[serde(rename = "noteId")]
    note_id: Option<String>,
    id: Option<String>,
}

impl NewNote {
    pub(in crate::lever) fn into_id(self) -> Result<NoteId, Flaw> {
        let id = self.note_id.or(self.id).ok_or(Flaw::Field("note id"))?;
        parse_id(&id, "note id")
    }
}

/// A note (Lever API reference, Notes).
#[derive(Deserialize)]
pub(in crate::lever) struct NoteThread {
    id: String,
    fields: Option<Vec<NoteField>>,
}

#[derive(Deserialize)]
struct NoteField {
    r#type: Option<String>,
    value: Option<Value>,
}

impl Row for NoteThread {
    fn id(&self) -> &str {
        &self.id
    }
}

impl TryFrom<NoteThread> for Note {
    type Error = Flaw;

    fn try_from(wire: NoteThread) -> Result<Self, Flaw> {
        let texts = wire
            .fields
            .unwrap_or_default()
            .into_iter()
            .filter(|field| matches!(field.r#type.as_deref(), Some("note" | "comment")))
            .filter_map(|field| field.value?.as_str().map(str::to_owned))
            .collect();
        Ok(Self { id: parse_id(&wire.id, "note id")?, texts })
    }
}
