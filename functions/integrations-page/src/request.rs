//! What a request asks, taken apart: query, form, session headers.

use lambda_http::Request;
use lambda_http::http::HeaderMap;
use lambda_http::http::header::{CONTENT_TYPE, COOKIE, ORIGIN};
use url::form_urlencoded;

/// The largest body accepted, in bytes; the largest of ours has a few hundred stages.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;

/// Named values in the order they came.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The query of a request.
    pub(crate) fn of_query(request: &Request) -> Self {
        Self::parse(request.uri().query().unwrap_or_default().as_bytes())
    }

    /// The form in a request's body; nothing if it is none or too large.
    pub(crate) fn of_form(request: &Request) -> Option<Self> {
        let body: &[u8] = request.body().as_ref();
        let is_form = content_type(request).eq_ignore_ascii_case("application/x-www-form-urlencoded");
        (is_form && body.len() <= BODY_BYTES_MAX).then(|| Self::parse(body))
    }

    fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// A value that is there once; nothing if it is missing, and nothing if it is there twice.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        let mut values = self.all(name);
        values.next().filter(|_| values.next().is_none())
    }

    /// The names, as often as they came.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// All values of a name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The essence of the `Content-Type`, such as `application/json`.
pub(crate) fn content_type(request: &Request) -> &str {
    let value = header(request.headers(), CONTENT_TYPE.as_str()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// The `Cookie` headers.
pub(crate) fn cookies(request: &Request) -> impl Iterator<Item = &str> {
    request.headers().get_all(COOKIE).iter().filter_map(|value| value.to_str().ok())
}

/// `Origin` and `Sec-Fetch-Site`.
pub(crate) fn origin_headers(request: &Request) -> (Option<&str>, Option<&str>) {
    (header(request.headers(), ORIGIN.as_str()), header(request.headers(), "sec-fetch-site"))
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
