//! The fault plan: which of the next calls go wrong, and how.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::guarded::Guarded;
use crate::pattern;

/// What happens to a call that meets a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The status is answered; nothing takes effect.
    Status,
    /// The call waits `delay_ms`, then is performed and answered as usual.
    Delay,
    /// The call takes effect at once; its answer waits `delay_ms`.
    DelayAfter,
    /// The connection is closed without an answer; nothing takes effect.
    DropBefore,
    /// The call takes effect, then the connection is closed without an answer.
    DropAfter,
    /// The call takes effect, but the status is answered instead of the true answer.
    StatusAfter,
    /// The call takes effect; the answer breaks off in the middle of its JSON.
    MalformedJson,
    /// The call takes effect; the answer is JSON that nobody asked for.
    WrongShape,
    /// The call takes effect; an HTML page is answered.
    Html,
    /// The call takes effect; the answer is 16 MiB of JSON.
    Oversized,
}

/// One entry of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// HTTP method, `*` (the default) = every method.
    #[serde(default = "any")]
    pub method: String,
    /// Path pattern, see [`crate::pattern`].
    pub path: String,
    /// How many matching calls go wrong; 0 removes the entries with this method and path.
    #[serde(default = "once")]
    pub times: u64,
    /// What goes wrong.
    pub mode: Mode,
    /// Status to answer. Default 503 for `status` and `status_after`; the true status for the body modes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Body to answer with a status: a string is sent as it is, anything else as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Headers to add to the answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// How long to wait first, in real milliseconds; any mode may wait. `delay_after` waits at the end.
    #[serde(default)]
    pub delay_ms: u64,
    /// How many matching calls pass unharmed first.
    #[serde(default)]
    pub skip: u64,
}

fn any() -> String {
    "*".to_owned()
}

fn once() -> u64 {
    1
}

impl Fault {
    /// A fault of this mode for the next matching call; set the other fields as needed.
    pub fn new(method: &str, path: &str, mode: Mode) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            times: 1,
            mode,
            status: None,
            body: None,
            headers: BTreeMap::new(),
            delay_ms: 0,
            skip: 0,
        }
    }
}

/// Why a fault was refused.
#[derive(Debug, Error)]
pub enum FaultError {
    /// Not the JSON of a fault; names the field.
    #[error("not a fault: {0}")]
    Shape(#[from] serde_json::Error),
    /// A status no HTTP answer can have.
    #[error("not a fault: status {0} is not between 100 and 999")]
    Status(u16),
    /// A header name or value HTTP does not allow.
    #[error("not a fault: header {0} is not valid")]
    Header(String),
}

/// The fault plan of one simulator.
#[derive(Debug, Clone, Default)]
pub struct Faults(Guarded<Vec<Fault>>);

impl Faults {
    /// Carries out one control body: `{"clear":true}` empties the plan, anything else must be a [`Fault`].
    ///
    /// # Errors
    /// [`FaultError`] if the body is neither; a field nobody knows is named.
    pub fn apply(&self, body: Value) -> Result<(), FaultError> {
        if body == serde_json::json!({"clear": true}) {
            self.clear();
            return Ok(());
        }
        let fault: Fault = serde_json::from_value(body)?;
        if let Some(status) = fault.status.filter(|status| !(100..1000).contains(status)) {
            return Err(FaultError::Status(status));
        }
        for (name, value) in &fault.headers {
            let name_ok = axum::http::HeaderName::try_from(name).is_ok();
            if !name_ok || axum::http::HeaderValue::try_from(value).is_err() {
                return Err(FaultError::Header(name.clone()));
            }
        }
        self.plan(fault);
        Ok(())
    }

    /// Adds a fault to the plan; `times: 0` removes the entries with its method and path instead.
    pub fn plan(&self, fault: Fault) {
        let mut plan = self.0.lock();
        if fault.times == 0 {
            plan.retain(|old| old.method != fault.method || old.path != fault.path);
        } else {
            plan.push(fault);
        }
    }

    /// The fault this call meets, if any. The oldest matching entry decides and is used up by one.
    pub fn take(&self, method: &str, path: &str) -> Option<Fault> {
        let mut plan = self.0.lock();
        let at = plan.iter().position(|fault| pattern::matches(&fault.method, &fault.path, method, path))?;
        let fault = &mut plan[at];
        if fault.skip > 0 {
            fault.skip -= 1;
            return None;
        }
        fault.times -= 1;
        let met = fault.clone();
        if met.times == 0 {
            plan.remove(at);
        }
        Some(met)
    }

    /// What is left of the plan.
    pub fn list(&self) -> Vec<Fault> {
        self.0.lock().clone()
    }

    /// Empties the plan.
    pub fn clear(&self) {
        self.0.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fault_lets_skipped_calls_pass_and_is_used_up() {
        let faults = Faults::default();
        faults
            .apply(json!({"method": "GET", "path": "/a/*", "mode": "status", "times": 2, "skip": 1}))
            .unwrap();
        let met: Vec<bool> = (0..4).map(|_| faults.take("GET", "/a/b").is_some()).collect();
        assert_eq!(met, [false, true, true, false]);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        let error = Faults::default().apply(json!({"path": "/a", "mode": "status", "tims": 2})).unwrap_err();
        assert!(error.to_string().contains("`tims`"), "{error}");
    }

    #[test]
    fn clear_and_times_zero_take_faults_back() {
        let faults = Faults::default();
        faults.plan(Fault::new("GET", "/a", Mode::Html));
        faults.plan(Fault::new("GET", "/b", Mode::Html));
        faults.apply(json!({"method": "GET", "path": "/a", "mode": "html", "times": 0})).unwrap();
        assert_eq!(faults.list().len(), 1);
        faults.apply(json!({"clear": true})).unwrap();
        assert!(faults.list().is_empty());
    }
}
