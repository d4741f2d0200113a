//! A browser without a window: follows redirects by hand, keeps cookies, fills in the forms it was given.
//!
//! The story clicks through the page with it, so that what it does is what an admin's browser does: the
//! token of a form is read from the page that holds the form.

use std::collections::BTreeMap;

use reqwest::header::{LOCATION, SET_COOKIE};
use reqwest::{Client, Response, StatusCode, redirect};
use url::Url;

use crate::Error;

/// Redirects followed in a row: there and back from Lever takes four.
const REDIRECTS_MAX: usize = 8;

/// A browser with one set of cookies for each host and port.
pub struct Browser {
    http: Client,
    cookies: BTreeMap<(String, String), String>,
}

/// A page that was shown.
#[derive(Debug)]
pub struct Shown {
    /// Its address, after all redirects.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its source.
    pub html: String,
}

impl Browser {
    /// A new browser.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new() -> Result<Self, Error> {
        let http = sim_kit::http::builder().redirect(redirect::Policy::none()).build()?;
        Ok(Self { http, cookies: BTreeMap::new() })
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// When nothing answers or the redirects do not end.
    pub async fn open(&mut self, url: &str) -> Result<Shown, Error> {
        let url = parse(url)?;
        let request = self.http.get(url.clone()).header("cookie", self.cookies_for(&url));
        let response = request.send().await?;
        self.follow(url, response).await
    }

    /// The cookies this browser would send to an address.
    ///
    /// # Errors
    /// When it is no address.
    pub fn cookies_at(&self, url: &str) -> Result<String, Error> {
        Ok(self.cookies_for(&parse(url)?))
    }

    /// Sends a form with a client that need not follow redirects, and answers what came back.
    ///
    /// # Errors
    /// When the page has no such form or nothing answers.
    pub async fn send(
        &self,
        http: &Client,
        page: &Shown,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Result<Response, Error> {
        let token = csrf_of(&page.html, action)
            .ok_or_else(|| Error::Step(format!("the page {} has no form to {action}", page.url.path())))?;
        let url = page.url.join(action).map_err(|error| Error::Step(error.to_string()))?;
        let mut form = vec![("csrf", token.as_str())];
        form.extend_from_slice(fields);
        let request = http.post(url.clone()).header("cookie", self.cookies_for(&url));
        Ok(request.header("origin", place(&url)).form(&form).send().await?)
    }

    /// Sends the form of a page that has this action, with these fields filled in.
    ///
    /// # Errors
    /// When the page has no such form, or as for [`Browser::open`].
    pub async fn submit(
        &mut self,
        page: &Shown,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Result<Shown, Error> {
        let response = self.send(&self.http, page, action, fields).await?;
        let url = page.url.join(action).map_err(|error| Error::Step(error.to_string()))?;
        self.follow(url, response).await
    }

    async fn follow(&mut self, mut url: Url, mut response: Response) -> Result<Shown, Error> {
        for _ in 0..REDIRECTS_MAX {
            self.keep_cookies(&url, &response);
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let Some(location) = location.filter(|_| response.status().is_redirection()) else {
                let status = response.status();
                return Ok(Shown { url, status, html: response.text().await? });
            };
            url = url.join(location).map_err(|error| Error::Step(error.to_string()))?;
            let request = self.http.get(url.clone()).header("cookie", self.cookies_for(&url));
            response = request.send().await?;
        }
        Err(Error::Step("too many redirects".to_owned()))
    }

    fn keep_cookies(&mut self, url: &Url, response: &Response) {
        for cookie in response.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let pair = cookie.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert((place(url), name.to_owned()), value.to_owned());
            }
        }
    }

    fn cookies_for(&self, url: &Url) -> String {
        let here = self.cookies.iter().filter(|((host, _), _)| *host == place(url));
        here.map(|((_, name), value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}

fn parse(url: &str) -> Result<Url, Error> {
    Url::parse(url).map_err(|error| Error::Step(format!("no address: {error}")))
}

fn place(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The token in the form with this action.
fn csrf_of(html: &str, action: &str) -> Option<String> {
    let form = html.split("<form").skip(1).find(|form| {
        form.split('>').next().is_some_and(|head| head.contains(&format!("action=\"{action}\"")))
    })?;
    let field = form.split("name=\"csrf\"").nth(1)?;
    Some(field.split("value=\"").nth(1)?.split('"').next()?.to_owned())
}
