//! One call of Qualified's API: the URL, the key, the status.
//!
//! Repeats nothing but a read that never reached Qualified, once; every other repetition is the queue's.
//! Never logs a URL: the query of a search holds an e-mail address.

use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use serde_json::Value;
use url::Url;

use super::error::Error;
use super::refusal::{Purpose, error_of};
use crate::domain::ApiKey;
use crate::http::{Answer, Client, TransportError};

/// What to ask.
pub(super) struct Call<'a> {
    method: Method,
    /// The path below the base, segment by segment.
    path: &'a [&'a str],
    /// Names and values, not encoded.
    query: Vec<(&'a str, &'a str)>,
    body: Option<Value>,
    purpose: Purpose,
}

impl<'a> Call<'a> {
    /// A read.
    pub(super) fn get(path: &'a [&'a str], query: Vec<(&'a str, &'a str)>, purpose: Purpose) -> Self {
        Self { method: Method::GET, path, query, body: None, purpose }
    }

    /// A change; Qualified wants the fields inside `data`.
    pub(super) fn write(method: Method, path: &'a [&'a str], data: &Value, purpose: Purpose) -> Self {
        let body = Some(serde_json::json!({ "data": data }));
        Self { method, path, query: Vec::new(), body, purpose }
    }

    /// A removal.
    pub(super) fn delete(path: &'a [&'a str]) -> Self {
        Self { method: Method::DELETE, path, query: Vec::new(), body: None, purpose: Purpose::Other }
    }

    /// The URL under a base.
    fn url(&self, base: &Url) -> Result<Url, Error> {
        let mut url = base.clone();
        url.path_segments_mut()
            .map_err(|()| TransportError::Unsendable)?
            .pop_if_empty()
            .push("v1")
            .extend(self.path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

/// A line to Qualified for one key.
#[derive(Debug)]
pub(super) struct Line<'a> {
    http: &'a Client,
    base: &'a Url,
    key: &'a ApiKey,
}

impl<'a> Line<'a> {
    pub(super) fn new(http: &'a Client, base: &'a Url, key: &'a ApiKey) -> Self {
        Self { http, base, key }
    }

    /// Asks and gives back the answer to a success.
    pub(super) async fn perform(&self, call: &Call<'_>) -> Result<Answer, Error> {
        let answer = match self.send(call).await {
            Err(Error::Transport(TransportError::NotReached)) if call.method == Method::GET => {
                self.send(call).await?
            }
            outcome => outcome?,
        };
        match error_of(call.purpose, &answer) {
            None => Ok(answer),
            Some(error) => Err(error),
        }
    }

    async fn send(&self, call: &Call<'_>) -> Result<Answer, Error> {
        let request = self
            .http
            .request(call.method.clone(), call.url(self.base)?)
            .header(AUTHORIZATION, self.authorization()?)
            .header(ACCEPT, "application/json");
        let request = match &call.body {
            Some(body) => request.json(body),
            None => request,
        };
        Ok(self.http.send(request).await?)
    }

    /// The key as it is: Qualified wants no scheme before it. A key that fits into no header is none.
    fn authorization(&self) -> Result<HeaderValue, Error> {
        let mut value = HeaderValue::from_str(self.key.expose()).map_err(|_| Error::KeyUnusable)?;
        if value.is_empty() {
            return Err(Error::KeyUnusable);
        }
        value.set_sensitive(true);
        Ok(value)
    }
}
