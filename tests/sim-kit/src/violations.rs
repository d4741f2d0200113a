//! The log of strictness violations: what a well-behaved client would never have sent.

use serde::Serialize;

use crate::clock::Millis;
use crate::guarded::Guarded;

/// One violation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// When, in simulated milliseconds since the epoch.
    pub at_ms: Millis,
    /// HTTP method of the offending call.
    pub method: String,
    /// Path of the offending call, without the query.
    pub path: String,
    /// Stable `snake_case` name of the broken rule; tests that expect a violation match on it.
    pub rule: String,
    /// What exactly was wrong.
    pub detail: String,
}

/// All violations of one simulator since its start or last reset.
#[derive(Debug, Clone, Default)]
pub struct Violations(Guarded<Vec<Violation>>);

impl Violations {
    /// Adds one.
    pub fn record(&self, violation: Violation) {
        self.0.lock().push(violation);
    }

    /// All of them, oldest first.
    pub fn list(&self) -> Vec<Violation> {
        self.after(0)
    }

    /// Those after the first `seen`, oldest first.
    pub fn after(&self, seen: usize) -> Vec<Violation> {
        self.0.lock().get(seen..).unwrap_or_default().to_vec()
    }

    /// Those of one rule, oldest first.
    pub fn of_rule(&self, rule: &str) -> Vec<Violation> {
        self.0.lock().iter().filter(|violation| violation.rule == rule).cloned().collect()
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.0.lock().clear();
    }
}
