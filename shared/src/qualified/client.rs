//! The client of Qualified's API.
//!
//! One method for each call the integration makes. A failed change is never repeated here;
//! [`Error::may_have_happened`] says whether to look first. Lists are filtered again on this side, since a
//! filter that Qualified does not know may be passed over in silence.
//! Source: Qualified API reference.

use std::cmp::Reverse;
use std::collections::HashSet;

use jiff::Timestamp;
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use super::answer::{Invitation, Invited, Person, Subscription};
use super::error::{Error, Flaw};
use super::refusal::Purpose;
use super::request::{Call, Line};
use super::wire;
use crate::domain::{
    ApiKey, Assessment, AssessmentId, AssessmentResult, ContactId, EmailAddress, ResultId, SubscriptionId,
    TeamCandidateId,
};
use crate::http;

/// The most pages read of a list: 80 × 25 rows are 2,000 assessments and some 20 s of calls.
const PAGES_MAX: usize = 80;

const ASSESSMENTS: &[&str] = &["assessments"];
const TEAM_CANDIDATES: &[&str] = &["team_candidates"];
const RESULTS: &[&str] = &["assessment_results"];
const INVITE: &[&str] = &["assessment_invitations", "invite_candidates"];
const SUBSCRIPTIONS: &[&str] = &["webhook_subscriptions"];

/// Qualified's API; holds no credential.
#[derive(Debug, Clone)]
pub struct Client {
    http: http::Client,
    base: Url,
}

impl Client {
    /// A client for a base URL without the version, such as `https://www.qualified.io/api/`. The HTTP client
    /// must not follow redirects ([`crate::http::client`] does not).
    pub fn new(http: impl Into<http::Client>, base: &Url) -> Self {
        let mut base = base.clone();
        base.set_query(None);
        base.set_fragment(None);
        Self { http: http.into(), base }
    }

    /// The API as one team sees it.
    pub fn api<'a>(&'a self, key: &'a ApiKey) -> Api<'a> {
        Api { line: Line::new(&self.http, &self.base, key) }
    }
}

/// Qualified's API with the key of one team.
#[derive(Debug)]
pub struct Api<'a> {
    line: Line<'a>,
}

impl Api<'_> {
    /// Checks the key by reading the first page of assessments.
    ///
    /// # Errors
    /// [`Error::KeyUnusable`] if it does not work.
    pub async fn check_key(&self) -> Result<(), Error> {
        self.page(ASSESSMENTS, &[], Purpose::List, 1).await.map(drop)
    }

    /// Reads all assessments but those whose title cannot be a tag.
    ///
    /// # Errors
    /// As any call.
    pub async fn assessments(&self) -> Result<Vec<Assessment>, Error> {
        // Without an order, rows may change places between the calls for two pages.
        let rows = self.whole_list(ASSESSMENTS, &[("order_by", "title ASC")], Purpose::List).await?;
        let parsed =
            rows.into_iter().filter_map(|row| serde_json::from_value::<wire::AssessmentRow>(row).ok());
        Ok(parsed.filter_map(wire::AssessmentRow::into_assessment).collect())
    }

    /// Looks a person up by e-mail address. Of several, one that is not archived, then the newest.
    ///
    /// # Errors
    /// Also when a row cannot be read: it might be the person looked for.
    pub async fn find_person(&self, email: &EmailAddress) -> Result<Option<Person>, Error> {
        let found = self.people(&json!({ "email": email.as_str() }), |person| person.has_email(email)).await;
        Ok(found?.into_iter().next())
    }

    /// Looks up whom invitations for this contact went to, whatever the contact's address is now: those who are not
    /// archived first, and of them the newest.
    ///
    /// # Errors
    /// As [`Api::find_person`].
    pub async fn find_people_of(&self, contact: &ContactId) -> Result<Vec<Person>, Error> {
        let id = wire::alternate_id(contact);
        self.people(&json!({ "alternate_id": id }), |person| person.has_alternate_id(&id)).await
    }

    async fn people(
        &self,
        filter: &Value,
        is_asked_for: impl Fn(&wire::PersonRow) -> bool,
    ) -> Result<Vec<Person>, Error> {
        let rows = self.whole_list(TEAM_CANDIDATES, &[("where", &filter.to_string())], Purpose::List).await?;
        let mut people: Vec<wire::PersonRow> = parse_rows(rows)?;
        people.retain(is_asked_for);
        people.sort_by_key(|person| Reverse(person.rank()));
        Ok(people.into_iter().map(wire::PersonRow::into_person).collect::<Result<_, _>>()?)
    }

    /// Reads all results of a person for an assessment, without titles, verdicts and challenges, the first
    /// take first.
    ///
    /// # Errors
    /// Also when a row cannot be read.
    pub async fn results_of(
        &self,
        team_candidate: &TeamCandidateId,
        assessment: &AssessmentId,
    ) -> Result<Vec<AssessmentResult>, Error> {
        let mut rows = self.result_rows(team_candidate, assessment).await?;
        rows.sort_by_key(wire::ListedResult::rank);
        Ok(rows.into_iter().map(|row| row.result).collect())
    }

    /// Reads the team's results that changed at or after a moment, as [`Api::results_of`] does. One that cannot be
    /// read is left out, so that it does not hide the others.
    ///
    /// # Errors
    /// As any call.
    pub async fn results_changed(&self, since: Timestamp) -> Result<Vec<AssessmentResult>, Error> {
        let filter = json!({ "updated_at": { ">=": format!("{since:.3}") } }).to_string();
        let rows = self.whole_list(RESULTS, &[("where", &filter)], Purpose::List).await?;
        let rows = rows.into_iter().filter_map(|row| serde_json::from_value::<wire::ResultRow>(row).ok());
        Ok(rows.filter_map(|row| Some(row.into_listed().ok()?.result)).collect())
    }

    /// Reads the result that counts: the current take, or else the last one.
    ///
    /// # Errors
    /// As [`Api::results_of`].
    pub async fn current_result(
        &self,
        team_candidate: &TeamCandidateId,
        assessment: &AssessmentId,
    ) -> Result<Option<AssessmentResult>, Error> {
        let rows = self.result_rows(team_candidate, assessment).await?;
        Ok(rows.into_iter().max_by_key(wire::ListedResult::rank).map(|row| row.result))
    }

    /// Reads one result with all that the note needs.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for a result of another team.
    pub async fn exhibit(&self, id: &ResultId) -> Result<AssessmentResult, Error> {
        let path = ["assessment_results", id.as_str(), "exhibit"];
        let exhibit: wire::Exhibit = self.read(&Call::get(&path, Vec::new(), Purpose::Other)).await?;
        let result = exhibit.into_result()?;
        if result.id == *id { Ok(result) } else { Err(Flaw::OtherObject.into()) }
    }

    /// Invites a person; Qualified sends the mail, and none to somebody whose invitation is active.
    ///
    /// # Errors
    /// [`Error::EmailRefused`] and [`Error::AssessmentRefused`] are final. After an error that may have
    /// happened, look the person up before repeating.
    pub async fn invite(&self, invitation: &Invitation<'_>) -> Result<Invited, Error> {
        let data = wire::invitation_data(invitation);
        let invitations: wire::Invitations =
            self.read(&Call::write(Method::POST, INVITE, &data, Purpose::Invite)).await?;
        invitations.into_invited(invitation.assessment)
    }

    /// Reads the team's webhook subscriptions, also those of others.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the team's plan has no webhooks.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, Error> {
        let rows = self.whole_list(SUBSCRIPTIONS, &[], Purpose::Other).await?;
        let rows: Vec<wire::SubscriptionRow> = parse_rows(rows)?;
        Ok(rows.into_iter().map(Subscription::try_from).collect::<Result<_, _>>()?)
    }

    /// Subscribes a URL to started and submitted results. Qualified may take the same URL twice and then
    /// deliver twice, so list them first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the team's plan or the key does not allow it.
    pub async fn subscribe(&self, url: &Url, name: &str) -> Result<Subscription, Error> {
        let data = wire::subscription_data(url, Some(name));
        let created = Call::write(Method::POST, SUBSCRIPTIONS, &data, Purpose::Other);
        let record: wire::Single<wire::SubscriptionRow> = self.read(&created).await?;
        Ok(record.data.try_into()?)
    }

    /// Points a subscription at another URL and sets its triggers right.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it was deleted.
    pub async fn resubscribe(&self, id: &SubscriptionId, url: &Url) -> Result<Subscription, Error> {
        let path = ["webhook_subscriptions", id.as_str()];
        let changed = Call::write(Method::PUT, &path, &wire::subscription_data(url, None), Purpose::Other);
        let record: wire::Single<wire::SubscriptionRow> = self.read(&changed).await?;
        let subscription = Subscription::try_from(record.data)?;
        if subscription.id == *id { Ok(subscription) } else { Err(Flaw::OtherObject.into()) }
    }

    /// Deletes a subscription; one that is gone already is no error.
    ///
    /// # Errors
    /// As any call.
    pub async fn unsubscribe(&self, id: &SubscriptionId) -> Result<(), Error> {
        match self.line.perform(&Call::delete(&["webhook_subscriptions", id.as_str()])).await {
            Ok(_) | Err(Error::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn result_rows(
        &self,
        team_candidate: &TeamCandidateId,
        assessment: &AssessmentId,
    ) -> Result<Vec<wire::ListedResult>, Error> {
        let query = [("team_candidate_id", team_candidate.as_str()), ("assessment_id", assessment.as_str())];
        let rows: Vec<wire::ResultRow> = parse_rows(self.whole_list(RESULTS, &query, Purpose::List).await?)?;
        let rows = rows.into_iter().map(wire::ResultRow::into_listed).collect::<Result<Vec<_>, _>>()?;
        let is_asked_for = |result: &AssessmentResult| {
            result.team_candidate == *team_candidate && result.assessment == *assessment
        };
        Ok(rows.into_iter().filter(|row| is_asked_for(&row.result)).collect())
    }

    async fn read<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, Error> {
        let answer = self.line.perform(call).await?;
        Ok(wire::parse(&answer.body)?)
    }

    /// Reads all pages of a list, each row once.
    async fn whole_list(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        purpose: Purpose,
    ) -> Result<Vec<Value>, Error> {
        let mut rows = Vec::new();
        let mut ids = HashSet::new();
        for page in 1..=PAGES_MAX {
            let list = self.page(path, query, purpose, page).await?;
            let is_last = list.is_last(page);
            // Only a row with an id can be known from an earlier page.
            rows.extend(
                list.data
                    .into_iter()
                    .filter(|row| row["id"].as_str().is_none_or(|id| ids.insert(id.to_owned()))),
            );
            if is_last {
                return Ok(rows);
            }
        }
        Err(Flaw::Endless.into())
    }

    async fn page(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        purpose: Purpose,
        page: usize,
    ) -> Result<wire::List, Error> {
        let number = page.to_string();
        let mut query = query.to_vec();
        // Not every list documents the parameter; the first page needs none.
        if page > 1 {
            query.push(("page", &number));
        }
        self.read(&Call::get(path, query, purpose)).await
    }
}

fn parse_rows<T: DeserializeOwned>(rows: Vec<Value>) -> Result<Vec<T>, Flaw> {
    rows.into_iter().map(|row| Ok(serde_json::from_value(row)?)).collect()
}
