//! Notes of an opportunity: threads of comments.

use serde_json::{Value, json};
use sim_kit::clock::Millis;

use super::ids::{NoteId, StageId, UserId};
use super::opportunity::Opportunity;
use super::problem::Problem;

/// Who wrote a note decides who may change it through the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    Api,
    User,
}

/// Who may see a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secrecy {
    Open,
    Secret,
}

#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) value: String,
    pub(crate) score: Option<u8>,
    pub(crate) user: Option<UserId>,
    pub(crate) stage: StageId,
    pub(crate) created_at: Millis,
}

#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) id: NoteId,
    pub(crate) author: Author,
    pub(crate) secrecy: Secrecy,
    pub(crate) comments: Vec<Comment>,
    pub(crate) created_at: Millis,
}

impl Note {
    /// The note as Lever's API shows it on reading.
    pub(crate) fn json(&self) -> Value {
        let fields: Vec<Value> = self
            .comments
            .iter()
            .map(|comment| {
                json!({
                    "createdAt": comment.created_at, "score": comment.score, "stage": comment.stage,
                    "text": "Comment", "type": "note", "user": comment.user, "value": comment.value,
                })
            })
            .collect();
        json!({
            "id": self.id, "text": "Note", "fields": fields,
            "user": self.comments.first().and_then(|comment| comment.user.clone()),
            "secret": self.secrecy == Secrecy::Secret, "completedAt": self.created_at, "deletedAt": null, "createdAt": self.created_at,
        })
    }
}

impl Opportunity {
    /// Starts a thread.
    pub(crate) fn add_note(&mut self, author: Author, secrecy: Secrecy, first: Comment) -> &Note {
        let created_at = first.created_at;
        self.notes.push(Note { id: NoteId::fresh(), author, secrecy, comments: vec![first], created_at });
        &self.notes[self.notes.len() - 1]
    }

    /// Adds to a thread.
    pub(crate) fn add_comment(&mut self, id: &NoteId, comment: Comment) -> Result<&Note, Problem> {
        let note =
            self.notes.iter_mut().find(|note| note.id == *id).ok_or_else(|| Problem::missing("note", id))?;
        note.comments.push(comment);
        Ok(note)
    }

    /// The note, if it was created through the API; others are out of its reach.
    pub(crate) fn api_note_mut(&mut self, id: &str) -> Result<&mut Note, Problem> {
        let note = self.notes.iter_mut().find(|note| note.id.as_str() == id);
        let note = note.ok_or_else(|| Problem::missing("note", id))?;
        match note.author {
            Author::Api => Ok(note),
            Author::User => {
                Err(Problem::Refused("only notes created through the API can be changed".to_owned()))
            }
        }
    }
}
