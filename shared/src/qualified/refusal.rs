//! What a status other than success means, call by call.
//!
//! Of the body only the reason and the names of the fields objected to are looked at, and neither is kept.
//! Never looked at: `attributes`, `user` and the messages, which all repeat personal data.
//! Source: recorded error answers in Qualified's API reference; assumptions Q2, Q6 and Q7.

use serde_json::Value;

use super::error::Error;
use crate::http::Answer;

/// The fields of our requests that a refusal may name, as they are written in requests.
const OUR_FIELDS: [&str; 3] = ["url", "name", "event_triggers"];
/// The names under which an e-mail address may be objected to.
const EMAIL_FIELDS: [&str; 4] = ["email", "emails", "candidates", "candidate_email"];

/// What a call is for, as far as it decides what a status means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Reading a list that every usable key may read.
    List,
    /// Inviting: a refusal is about the address or about the assessment.
    Invite,
    /// Anything else.
    Other,
}

/// The error that an answer stands for; nothing for a success.
pub(super) fn error_of(purpose: Purpose, answer: &Answer) -> Option<Error> {
    let status = answer.status.as_u16();
    let retry_after = answer.retry_after;
    match status {
        200..=299 => None,
        300..=399 => Some(Error::Redirected { status }),
        401 => Some(Error::KeyUnusable),
        403 => Some(match purpose {
            Purpose::List => Error::KeyUnusable,
            Purpose::Invite | Purpose::Other => Error::Forbidden,
        }),
        408 | 425 => Some(Error::Unavailable { status, retry_after }),
        429 => Some(Error::RateLimited { retry_after }),
        400..=499 => Some(refusal(purpose, status, &Refusal::parse(&answer.body))),
        _ => Some(Error::Unavailable { status, retry_after }),
    }
}

fn refusal(purpose: Purpose, status: u16, refusal: &Refusal) -> Error {
    let is_not_found = matches!(status, 404 | 410) || (status == 400 && refusal.is_not_found);
    match purpose {
        Purpose::Invite if status == 422 && refusal.is_about_email => Error::EmailRefused,
        Purpose::Invite if is_not_found || matches!(status, 400 | 422) => Error::AssessmentRefused,
        Purpose::Invite | Purpose::List | Purpose::Other if is_not_found => Error::NotFound,
        Purpose::Invite | Purpose::List | Purpose::Other => Error::Refused { status, field: refusal.field },
    }
}

/// What a refusal says, reduced to what cannot be personal.
#[derive(Debug, Default, PartialEq, Eq)]
struct Refusal {
    is_not_found: bool,
    is_about_email: bool,
    field: Option<&'static str>,
}

impl Refusal {
    /// Reads `{"reason": …, "errors": {…}}`; whatever else the body is says nothing.
    fn parse(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let reason = body["reason"].as_str().unwrap_or_default().to_lowercase();
        let fields: Vec<String> =
            body["errors"].as_object().into_iter().flatten().map(|(key, _)| snake(key)).collect();
        let names =
            |name: &str| fields.iter().any(|field| field.split(['.', '[', ']']).any(|part| part == name));
        Self {
            is_not_found: ["couldn't find", "could not find", "not found"]
                .iter()
                .any(|text| reason.contains(text)),
            is_about_email: EMAIL_FIELDS.iter().any(|name| names(name)),
            field: OUR_FIELDS.into_iter().find(|name| names(name)),
        }
    }
}

/// Qualified takes and may answer both cases.
fn snake(key: &str) -> String {
    let mut snake = String::with_capacity(key.len());
    for c in key.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_any_form_is_read_without_fail() {
        for body in ["", "null", "[]", "<html>", r#"{"reason":7,"errors":[1]}"#, r#"{"errors":"no"}"#] {
            assert_eq!(Refusal::parse(body.as_bytes()), Refusal::default(), "{body}");
        }
    }

    #[test]
    fn fields_are_recognised_in_both_cases_and_inside_lists() {
        for key in ["email", "candidates", "candidateEmail", "candidates[0]", "data.candidates.0.email"] {
            let refusal = Refusal::parse(format!(r#"{{"errors":{{"{key}":["is invalid"]}}}}"#).as_bytes());
            assert!(refusal.is_about_email, "{key}");
        }
        let refusal = Refusal::parse(br#"{"errors":{"eventTriggers":"is empty","emailing":"is off"}}"#);
        assert_eq!(refusal, Refusal { field: Some("event_triggers"), ..Refusal::default() });
    }
}
