//! The client of Lever's Data API.
//!
//! One method for each call the integration makes. E-mail addresses and names come from
//! [`Api::opportunity`] and the lists only: Lever leaves them blank in the answer to a change. A failed
//! change is never repeated here; [`Error::may_have_happened`] says whether to look first.
//! Source: Lever API reference (Opportunities, Notes, Stages, Webhooks).

use std::collections::HashSet;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use super::answer::{DeletedPage, Note, OpportunityPage, RegisteredWebhook, Stage};
use super::error::{Error, Flaw};
use super::permits::Permits;
use super::request::{Call, Line};
use super::webhook::STAGE_CHANGE_EVENT;
use super::wire;
use crate::domain::{
    AccessToken, LeverWebhook, LeverWebhookId, NoteId, Opportunity, OpportunityId, StageId, Tag,
};
use crate::http;

/// The most rows Lever puts on a page.
const PAGE_ROWS_MAX: &str = "100";
/// The most pages read of a list that is read whole: 50 × 100 rows is far beyond the notes of one
/// opportunity or the stages of one account, and some 15 s of calls.
const PAGES_MAX: usize = 50;

/// Lever's Data API in one of its two worlds; holds no credential.
#[derive(Debug, Clone)]
pub struct Client {
    http: http::Client,
    base: Url,
}

impl Client {
    /// A client for a base URL with the version in it, such as `https://api.lever.co/v1`. The HTTP client
    /// must not follow redirects ([`crate::http::client`] does not).
    pub fn new(http: impl Into<http::Client>, base: &Url) -> Self {
        let mut base = base.clone();
        base.set_query(None);
        base.set_fragment(None);
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        Self { http: http.into(), base }
    }

    /// The API as one account sees it. `moved_to` is the base that an earlier redirect named; it is
    /// ignored if it is not one to send a token to.
    /// Every call takes one of `permits`.
    pub fn api<'a>(&'a self, access: &'a AccessToken, moved_to: Option<&str>, permits: Permits) -> Api<'a> {
        Api { line: Line::new((&self.http, access), &self.base, moved_to, permits) }
    }
}

/// Whether confidential opportunities are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidentiality {
    /// They are left out: Lever's default.
    NonConfidential,
    /// They are listed too; Lever refuses that without the scope for it.
    All,
}

/// Lever's Data API with the access token of one account.
#[derive(Debug)]
pub struct Api<'a> {
    line: Line<'a>,
}

impl Api<'_> {
    /// The base in use, if it is another than the configured one: to be stored with the connection.
    pub fn moved_to(&self) -> Option<String> {
        self.line.moved_to()
    }

    /// Waits until so many calls can be made one after the other. Without it each call waits for itself.
    ///
    /// # Errors
    /// [`Error::Paced`] when that would take too long.
    pub async fn reserve(&self, calls: u32) -> Result<(), Error> {
        self.line.permits().reserve(calls).await
    }

    /// Reads an opportunity.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for one of another account, [`Error::Forbidden`] for a confidential one.
    pub async fn opportunity(&self, id: &OpportunityId) -> Result<Opportunity, Error> {
        let opportunity: wire::Opportunity =
            self.single(&Call::get(&["opportunities", id.as_str()], &[])).await?;
        let opportunity = Opportunity::try_from(opportunity)?;
        same_object(id, opportunity.id.as_str())?;
        Ok(opportunity)
    }

    /// Reads a page of the opportunities, not archived, that last advanced at or after `since` and are in
    /// one of the stages. No stages, no rows.
    ///
    /// # Errors
    /// [`Error::StaleCursor`] when the cursor is too old.
    pub async fn opportunities_advanced(
        &self,
        stages: &[StageId],
        since: Timestamp,
        confidentiality: Confidentiality,
        cursor: Option<&str>,
    ) -> Result<OpportunityPage, Error> {
        if stages.is_empty() {
            return Ok(OpportunityPage { rows: Vec::new(), unreadable: 0, next: None });
        }
        let since = since.as_millisecond().to_string();
        let mut query =
            vec![("archived", "false"), ("advanced_at_start", since.as_str()), ("limit", PAGE_ROWS_MAX)];
        query.extend(stages.iter().map(|stage| ("stage_id", stage.as_str())));
        match confidentiality {
            Confidentiality::NonConfidential => {}
            Confidentiality::All => query.push(("confidentiality", "all")),
        }
        query.extend(cursor.map(|cursor| ("offset", cursor)));
        let answer = self.line.perform(&Call::get(&["opportunities"], &query)).await?;
        let mut list: wire::List<Value> = wire::parse(&answer.body)?;
        let next = list.next_after(cursor);
        let (rows, unreadable) = readable(list.data);
        Ok(OpportunityPage { rows, unreadable, next })
    }

    /// Reads a page of the opportunities that were deleted between two moments, at most 30 days apart.
    ///
    /// # Errors
    /// [`Error::StaleCursor`] when the cursor is too old.
    pub async fn opportunities_deleted(
        &self,
        (since, until): (Timestamp, Timestamp),
        cursor: Option<&str>,
    ) -> Result<DeletedPage, Error> {
        let [since, until] = [since, until].map(|at| at.as_millisecond().to_string());
        let mut query = vec![("deleted_at_start", since.as_str()), ("deleted_at_end", until.as_str())];
        query.extend([("limit", PAGE_ROWS_MAX)].into_iter().chain(cursor.map(|cursor| ("offset", cursor))));
        let answer = self.line.perform(&Call::get(&["opportunities", "deleted"], &query)).await?;
        let mut list: wire::List<Value> = wire::parse(&answer.body)?;
        let next = list.next_after(cursor);
        // Only which one it was; a row that does not say so keeps nobody behind it.
        let ids = list.data.iter().filter_map(|row| row["id"].as_str()?.parse().ok()).collect();
        Ok(DeletedPage { ids, next })
    }

    /// Puts tags on an opportunity, after those it has; one that is there already stays. Returns all tags
    /// it has then.
    ///
    /// # Errors
    /// [`Error::Forbidden`] may mean that the customer locked tags down.
    pub async fn add_tags(&self, id: &OpportunityId, tags: &[Tag]) -> Result<Vec<Tag>, Error> {
        self.change_tags(id, "addTags", tags).await
    }

    /// Takes tags off an opportunity; one that is not there is no error. Returns all tags it has then:
    /// one inherited from the posting may stay.
    ///
    /// # Errors
    /// As [`Api::add_tags`].
    pub async fn remove_tags(&self, id: &OpportunityId, tags: &[Tag]) -> Result<Vec<Tag>, Error> {
        self.change_tags(id, "removeTags", tags).await
    }

    async fn change_tags(&self, id: &OpportunityId, change: &str, tags: &[Tag]) -> Result<Vec<Tag>, Error> {
        let texts: Vec<_> = tags.iter().map(Tag::as_str).collect();
        let path = ["opportunities", id.as_str(), change];
        let tagged: wire::Tagged = self.single(&Call::post(&path, json!({ "tags": texts }))).await?;
        same_object(id, &tagged.id)?;
        Ok(tagged.into_tags())
    }

    /// Writes a note on an opportunity. Doing it twice writes two.
    ///
    /// # Errors
    /// As any call.
    pub async fn add_note(&self, id: &OpportunityId, text: &str) -> Result<NoteId, Error> {
        let path = ["opportunities", id.as_str(), "notes"];
        let note: wire::NewNote = self.single(&Call::post(&path, json!({ "value": text }))).await?;
        Ok(note.into_id()?)
    }

    /// Reads all notes on an opportunity.
    ///
    /// # Errors
    /// Also when a single note cannot be read: it might be the one looked for.
    pub async fn notes(&self, id: &OpportunityId) -> Result<Vec<Note>, Error> {
        let threads = self.whole_list::<wire::NoteThread>(&["opportunities", id.as_str(), "notes"]).await?;
        let notes = threads.into_iter().map(Note::try_from).collect::<Result<_, _>>()?;
        Ok(notes)
    }

    /// Reads the account's stages, in the order of its pipeline.
    ///
    /// # Errors
    /// As any call.
    pub async fn stages(&self) -> Result<Vec<Stage>, Error> {
        let rows = self.whole_list::<wire::StageRow>(&["stages"]).await?;
        Ok(rows.into_iter().filter_map(|row| row.try_into().ok()).collect())
    }

    /// Reads the account's webhooks, perhaps also those of others; without their signature tokens.
    ///
    /// # Errors
    /// As any call.
    pub async fn webhooks(&self) -> Result<Vec<RegisteredWebhook>, Error> {
        let rows = self.whole_list::<wire::WebhookRow>(&["webhooks"]).await?;
        Ok(rows.into_iter().filter_map(|row| row.try_into().ok()).collect())
    }

    /// Registers a webhook for stage changes. Lever takes the same URL twice and then delivers twice, so
    /// list them first. It delivers nothing until an admin switches the event on.
    ///
    /// # Errors
    /// When the answer cannot be read the signature token is lost: delete the webhook and make a new one.
    pub async fn register_webhook(&self, url: &Url) -> Result<LeverWebhook, Error> {
        let body = json!({ "event": STAGE_CHANGE_EVENT, "url": url.as_str() });
        let created: wire::NewWebhook = self.single(&Call::post(&["webhooks"], body)).await?;
        Ok(created.try_into()?)
    }

    /// Deletes a webhook; one that is gone already is no error.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for one that was not created through the API.
    pub async fn delete_webhook(&self, id: &LeverWebhookId) -> Result<(), Error> {
        match self.line.perform(&Call::delete(&["webhooks", id.as_str()])).await {
            Ok(_) | Err(Error::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn single<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, Error> {
        let answer = self.line.perform(call).await?;
        let single: wire::Single<T> = wire::parse(&answer.body)?;
        Ok(single.data)
    }

    /// Reads all pages of a list, each row once. A list whose place got lost is started anew, once.
    async fn whole_list<T: wire::Row>(&self, path: &[&str]) -> Result<Vec<T>, Error> {
        match self.all_pages(path).await {
            Err(Error::StaleCursor) => self.all_pages(path).await,
            outcome => outcome,
        }
    }

    async fn all_pages<T: wire::Row>(&self, path: &[&str]) -> Result<Vec<T>, Error> {
        let mut rows = Vec::new();
        let mut row_ids = HashSet::new();
        let mut cursors = HashSet::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let query: Vec<_> = cursor.as_deref().map(|cursor| ("offset", cursor)).into_iter().collect();
            let answer = self.line.perform(&Call::get(path, &query)).await?;
            let mut list: wire::List<T> = wire::parse(&answer.body)?;
            cursor = list.next_after(cursor.as_deref());
            rows.extend(list.data.into_iter().filter(|row| row_ids.insert(row.id().to_owned())));
            // A place seen before leads round in a circle: there is no more to be had.
            match &cursor {
                Some(next) if cursors.insert(next.clone()) => {}
                Some(_) | None => return Ok(rows),
            }
        }
        Err(Flaw::Endless.into())
    }
}

fn same_object(asked: &OpportunityId, answered: &str) -> Result<(), Flaw> {
    if asked.as_str() == answered { Ok(()) } else { Err(Flaw::OtherObject) }
}

/// The rows that can be read, each opportunity once, and how many cannot.
fn readable(data: Vec<Value>) -> (Vec<Opportunity>, usize) {
    let count = data.len();
    let mut ids = HashSet::new();
    let parsed: Vec<Opportunity> = data
        .into_iter()
        .filter_map(|row| serde_json::from_value::<wire::Opportunity>(row).ok())
        .filter_map(|row| row.try_into().ok())
        .collect();
    let unreadable = count - parsed.len();
    let rows = parsed.into_iter().filter(|row| ids.insert(row.id.clone())).collect();
    (rows, unreadable)
}
