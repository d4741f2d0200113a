//! A transport that answers with what the fuzzer made up.

use std::fmt::{Debug, Display};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use lever_integration::http::{Answer, Client, Transport, TransportError};
use reqwest::header::{HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Request, StatusCode};

/// Builds requests; made once, since it reads certificates.
static BUILDER: LazyLock<reqwest::Client> = LazyLock::new(sim_kit::http::client);

/// What stands for personal data: an answer may hold it, an error must not.
const CANARY: &str = "canary.person";

/// Statuses worth answering with; the fuzzer picks one by its place.
const STATUSES: [u16; 16] = [200, 201, 204, 301, 307, 308, 400, 401, 403, 404, 410, 422, 429, 500, 503, 599];

/// The answers of one input, given one after the other, then none.
struct Scripted(Mutex<std::vec::IntoIter<Answer>>);

#[async_trait]
impl Transport for Scripted {
    async fn exchange(&self, _: Request) -> Result<Answer, TransportError> {
        let next = self.0.lock().unwrap_or_else(PoisonError::into_inner).next();
        next.ok_or(TransportError::NoAnswer)
    }
}

/// A client that is answered with `input`: lines, each the status (a letter from `a`), the header with a value up to
/// the next `|` (`Retry-After` and `Location` get it both), and the body.
pub(crate) fn client(input: &[u8]) -> Client {
    let answers: Vec<Answer> = input.split(|byte| *byte == b'\n').map(answer).collect();
    Client::carried_by(BUILDER.clone(), Arc::new(Scripted(Mutex::new(answers.into_iter()))))
}

fn answer(line: &[u8]) -> Answer {
    let (first, rest) = line.split_first().unwrap_or((&b'a', &[]));
    let status = STATUSES[usize::from(first.wrapping_sub(b'a')) % STATUSES.len()];
    let mut parts = rest.splitn(2, |byte| *byte == b'|');
    let (header, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(header) {
        headers.insert(RETRY_AFTER, value.clone());
        headers.insert(LOCATION, value);
    }
    let status = StatusCode::from_u16(status).unwrap_or_default();
    let mut answer = Answer::head(status, &headers);
    // Inputs are far smaller than the limit.
    let _ = answer.append(body);
    answer
}

/// Runs a call to its end and returns what it made of the answer. Nothing in it waits: the transport answers at once.
///
/// # Panics
/// When the call waits, or when its error repeats what was answered.
pub(crate) fn outcome<T, E: Debug + Display>(call: impl Future<Output = Result<T, E>>) -> Option<T> {
    let outcome = call.now_or_never().expect("a call waits for something");
    outcome.inspect_err(|error| assert!(!format!("{error} {error:?}").contains(CANARY), "{error}")).ok()
}
