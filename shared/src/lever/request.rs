//! One call of Lever's Data API: the URL, the bearer token, at most one redirect, the status.
//!
//! Repeats nothing but a read that never reached Lever; every other repetition is the queue's. Never logs
//! a URL: the query of a list names stages, its path names candidates.

use std::sync::{Mutex, PoisonError};

use reqwest::{Method, StatusCode};
use serde_json::Value;
use url::Url;

use super::error::{Error, RATE_LIMIT_PAUSE};
use super::permits::Permits;
use super::redirect::{is_trusted, moved_base};
use crate::domain::AccessToken;
use crate::http::{Answer, Client, TransportError};

/// What to ask. No `Debug`: a body may tell of a candidate.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// The path below the base, segment by segment.
    pub(super) path: &'a [&'a str],
    /// Names and values, not encoded.
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) body: Option<Value>,
}

impl<'a> Call<'a> {
    /// A read.
    pub(super) fn get(path: &'a [&'a str], query: &'a [(&'a str, &'a str)]) -> Self {
        Self { method: Method::GET, path, query, body: None }
    }

    /// A change.
    pub(super) fn post(path: &'a [&'a str], body: Value) -> Self {
        Self { method: Method::POST, path, query: &[], body: Some(body) }
    }

    /// A removal.
    pub(super) fn delete(path: &'a [&'a str]) -> Self {
        Self { method: Method::DELETE, path, query: &[], body: None }
    }

    /// The URL under a base.
    fn url(&self, base: &Url) -> Result<Url, Error> {
        let mut url = base.clone();
        url.path_segments_mut().map_err(|()| TransportError::Unsendable)?.pop_if_empty().extend(self.path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(self.query);
        }
        Ok(url)
    }
}

/// A line to Lever for one token; knows where the account is served from.
#[derive(Debug)]
pub(super) struct Line<'a> {
    http: &'a Client,
    access: &'a AccessToken,
    configured: &'a Url,
    base: Mutex<Url>,
    permits: Permits,
}

impl<'a> Line<'a> {
    /// Starts at the base remembered from an earlier redirect, if that is still one to trust.
    pub(super) fn new(
        (http, access): (&'a Client, &'a AccessToken),
        configured: &'a Url,
        moved_to: Option<&str>,
        permits: Permits,
    ) -> Self {
        let remembered =
            moved_to.and_then(|text| Url::parse(text).ok()).filter(|target| is_trusted(configured, target));
        let base = Mutex::new(remembered.unwrap_or_else(|| configured.clone()));
        Self { http, access, configured, base, permits }
    }

    /// What calls are made with.
    pub(super) fn permits(&self) -> &Permits {
        &self.permits
    }

    /// The base in use, if it is another than the configured one.
    pub(super) fn moved_to(&self) -> Option<String> {
        let base = self.base();
        (base != *self.configured).then(|| base.into())
    }

    /// Makes the call and returns the answer to it if its status is a success.
    pub(super) async fn perform(&self, call: &Call<'_>) -> Result<Answer, Error> {
        let base = self.base();
        let url = call.url(&base)?;
        let answer = self.send(call, url.clone()).await?;
        let Some(moved) = self.redirected(&answer, &base, &url) else {
            return self.checked(answer).await;
        };
        let answer = self.send(call, call.url(&moved)?).await?;
        if !answer.status.is_redirection() {
            *self.base.lock().unwrap_or_else(PoisonError::into_inner) = moved;
        }
        self.checked(answer).await
    }

    /// The answer if it is a success. What Lever refused for its rate slows down everybody who calls the
    /// account, not only this one.
    async fn checked(&self, answer: Answer) -> Result<Answer, Error> {
        let Some(error) = Error::of(&answer) else { return Ok(answer) };
        if let Error::RateLimited { retry_after } = error {
            self.permits.refused(retry_after.unwrap_or(RATE_LIMIT_PAUSE)).await;
        }
        Err(error)
    }

    fn base(&self) -> Url {
        self.base.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where to repeat the call, if Lever's answer is a redirect that keeps method and body.
    fn redirected(&self, answer: &Answer, base: &Url, asked: &Url) -> Option<Url> {
        let keeps_call = matches!(
            answer.status,
            StatusCode::MOVED_PERMANENTLY | StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
        );
        let location = answer.location.as_deref().filter(|_| keeps_call)?;
        moved_base(self.configured, base, asked, location)
    }

    async fn send(&self, call: &Call<'_>, url: Url) -> Result<Answer, Error> {
        self.permits.take().await?;
        let first = self.http.send(self.built(call, url.clone())).await;
        if matches!(first, Err(TransportError::NotReached)) && call.method == Method::GET {
            return Ok(self.http.send(self.built(call, url)).await?);
        }
        Ok(first?)
    }

    fn built(&self, call: &Call<'_>, url: Url) -> reqwest::RequestBuilder {
        let request = self.http.request(call.method.clone(), url).bearer_auth(self.access.expose());
        match &call.body {
            Some(body) => request.json(body),
            None => request,
        }
    }
}
