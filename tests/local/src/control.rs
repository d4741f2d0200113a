//! The control API of a simulator, as any tool outside would use it: JSON over HTTP.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Error;

/// How long a step may take until it shows; the whole path takes well under a second on an idle machine, and a
/// delivery that failed comes again after ten.
const SHOWS_WITHIN: Duration = Duration::from_secs(30);
/// How often is looked.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// One simulator, seen from outside.
#[derive(Debug, Clone)]
pub struct Control {
    http: reqwest::Client,
    url: String,
}

impl Control {
    /// The simulator at `url`.
    pub fn new(url: &str) -> Self {
        Self { http: sim_kit::http::client(), url: url.trim_end_matches('/').to_owned() }
    }

    /// Asks for a JSON answer.
    ///
    /// # Errors
    /// When there is none.
    pub async fn get(&self, path: &str) -> Result<Value, Error> {
        let response = self.http.get(format!("{}{path}", self.url)).send().await?;
        answer(path, response).await
    }

    /// Sends JSON and takes the answer.
    ///
    /// # Errors
    /// When the simulator refuses.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        let response = self.http.post(format!("{}{path}", self.url)).json(body).send().await?;
        answer(path, response).await
    }

    /// Looks at an answer again and again until it is as wanted.
    ///
    /// # Errors
    /// When it does not become so in time; `what` says what was waited for.
    pub async fn until<T>(
        &self,
        what: &str,
        path: &str,
        wanted: impl Fn(&Value) -> Option<T>,
    ) -> Result<T, Error> {
        let deadline = Instant::now() + SHOWS_WITHIN;
        loop {
            if let Some(found) = wanted(&self.get(path).await?) {
                return Ok(found);
            }
            if Instant::now() > deadline {
                return Err(Error::Step(format!("not seen within {} s: {what}", SHOWS_WITHIN.as_secs())));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

async fn answer(path: &str, response: reqwest::Response) -> Result<Value, Error> {
    let status = response.status();
    let text = response.text().await?;
    if !status.is_success() {
        return Err(Error::Step(format!("{path} answered {status}: {text}")));
    }
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).map_err(|error| Error::Step(format!("{path}: {error}")))
}
