//! The parts of one simulator that do not depend on what it simulates.

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::calls::Calls;
use crate::clock::Clock;
use crate::deliveries::{Deliveries, Rules};
use crate::faults::Faults;
use crate::violations::{Violation, Violations};

/// Clock, faults, records and webhook sender of one simulator; clones share everything.
#[derive(Debug, Clone)]
pub struct Kit {
    /// Where every time comes from.
    pub clock: Clock,
    /// What goes wrong next.
    pub faults: Faults,
    /// What a good client would not have sent.
    pub violations: Violations,
    /// What was called.
    pub calls: Calls,
    /// What the simulator sends.
    pub deliveries: Deliveries,
}

impl Kit {
    /// A kit whose webhook sender follows these rules.
    pub fn new(rules: Rules) -> Self {
        Self::timed_by(Clock::default(), rules)
    }

    /// A kit on a clock that others may share.
    pub fn timed_by(clock: Clock, rules: Rules) -> Self {
        Self {
            deliveries: Deliveries::new(clock.clone(), rules),
            clock,
            faults: Faults::default(),
            violations: Violations::default(),
            calls: Calls::default(),
        }
    }

    /// Records a violation of the call with this method and path.
    pub fn violate(&self, method: &str, path: &str, rule: &str, detail: impl Into<String>) {
        self.violations.record(Violation {
            at_ms: self.clock.now_ms(),
            method: method.to_owned(),
            path: path.to_owned(),
            rule: rule.to_owned(),
            detail: detail.into(),
        });
    }

    /// Wraps the whole router, so that calls outside `/_sim` are recorded and meet their faults.
    ///
    /// `error_body` renders the simulated service's own error body for a status a fault asks for without a body.
    pub fn watch(&self, router: Router, error_body: fn(u16) -> serde_json::Value) -> Router {
        router.layer(from_fn_with_state((self.clone(), error_body), crate::watch::watch))
    }

    /// Back to the start: real time, no faults, no records; running deliveries are abandoned.
    pub fn reset(&self) {
        self.clock.reset();
        self.faults.clear();
        self.violations.clear();
        self.calls.clear();
        self.deliveries.clear();
    }
}
