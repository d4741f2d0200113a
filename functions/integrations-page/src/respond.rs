//! The answers, each with the headers that keep the page safe.
//!
//! No page may be framed, cached, sniffed or leak its address; style and script come from our own files
//! (OWASP ASVS 5.0, 3.4). Redirects are 303, so that a form is never sent twice.

use lambda_http::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE};
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use lever_integration::edge::SECURITY_HEADERS;
use maud::Markup;

use crate::Page;
use crate::assets::{self, Asset};
use crate::view::model::{Shell, Trouble, TroublePage};
use crate::view::trouble_page;

/// A page.
pub(crate) fn html(page: &Page, status: StatusCode, markup: Markup) -> Response<Body> {
    let mut response = bare(page, status, Body::Text(markup.into_string()));
    set(&mut response, CONTENT_TYPE, "text/html; charset=utf-8");
    response
}

/// A page about a trouble, with the status that fits it.
pub(crate) fn trouble(page: &Page, shell: Option<Shell>, trouble: Trouble) -> Response<Body> {
    let status = StatusCode::from_u16(trouble.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let markup = trouble_page(&TroublePage { shell, trouble });
    let mut response = html(page, status, markup);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        set(&mut response, ALLOW, "GET, HEAD, POST");
    }
    response
}

/// JSON of some media type.
pub(crate) fn json(page: &Page, status: StatusCode, media_type: &str, text: String) -> Response<Body> {
    let mut response = bare(page, status, Body::Text(text));
    set(&mut response, CONTENT_TYPE, media_type);
    response
}

/// Done, and nothing to say.
pub(crate) fn no_content(page: &Page) -> Response<Body> {
    bare(page, StatusCode::NO_CONTENT, Body::Empty)
}

/// Adds the methods that a path has.
pub(crate) fn allowing(mut response: Response<Body>, methods: &str) -> Response<Body> {
    set(&mut response, ALLOW, methods);
    response
}

/// Sends the browser elsewhere, with a cookie if there is one to set.
pub(crate) fn redirect(page: &Page, to: &str, cookie: Option<&str>) -> Response<Body> {
    let mut response = bare(page, StatusCode::SEE_OTHER, Body::Empty);
    set(&mut response, LOCATION, to);
    if let Some(cookie) = cookie {
        set(&mut response, SET_COOKIE, cookie);
    }
    response
}

/// A style sheet, a script or a picture; its name changes with its content.
pub(crate) fn asset(page: &Page, asset: &'static Asset) -> Response<Body> {
    let mut response = bare(page, StatusCode::OK, Body::Text(asset.body.to_owned()));
    set(&mut response, CONTENT_TYPE, asset.content_type);
    set(&mut response, CACHE_CONTROL, assets::CACHE_CONTROL);
    response
}

fn bare(page: &Page, status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let policy = ("content-security-policy", page.content_security_policy.as_str());
    for (name, value) in SECURITY_HEADERS.into_iter().chain([policy]) {
        set(&mut response, HeaderName::from_static(name), value);
    }
    response
}

fn set(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
