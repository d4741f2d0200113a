//! The record of every API call, so that a test can count what a client sent. Bodies and headers are never kept.

use serde::Serialize;

use crate::clock::Millis;
use crate::guarded::Guarded;

/// One call to the simulated API (control calls are not recorded).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// 1, 2, 3 … in order of arrival.
    pub seq: u64,
    /// When it arrived, in simulated milliseconds since the epoch.
    pub at_ms: Millis,
    /// HTTP method.
    pub method: String,
    /// Path as sent, without the query.
    pub path: String,
    /// Query as sent, without the question mark.
    pub query: Option<String>,
    /// The status answered; `null` while running and when the connection was dropped.
    pub status: Option<u16>,
}

/// All calls of one simulator since its start or last reset.
#[derive(Debug, Clone, Default)]
pub struct Calls(Guarded<Vec<Call>>);

impl Calls {
    /// Notes the arrival of a call and returns its number.
    pub fn arrived(&self, at_ms: Millis, method: &str, path: &str, query: Option<&str>) -> u64 {
        let mut calls = self.0.lock();
        let seq = calls.last().map_or(0, |last| last.seq) + 1;
        calls.push(Call {
            seq,
            at_ms,
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.map(str::to_owned),
            status: None,
        });
        seq
    }

    /// Notes the answer to call `seq`.
    pub fn answered(&self, seq: u64, status: u16) {
        if let Some(call) = self.0.lock().iter_mut().rev().find(|call| call.seq == seq) {
            call.status = Some(status);
        }
    }

    /// The calls that came after number `after` (0 = all), oldest first.
    pub fn after(&self, after: u64) -> Vec<Call> {
        self.0.lock().iter().filter(|call| call.seq > after).cloned().collect()
    }

    /// How many calls match the method and the path pattern (see [`crate::pattern`]).
    pub fn count(&self, method: &str, pattern: &str) -> usize {
        let calls = self.0.lock();
        calls.iter().filter(|call| crate::pattern::matches(method, pattern, &call.method, &call.path)).count()
    }

    /// Forgets all; numbering starts anew.
    pub fn clear(&self) {
        self.0.lock().clear();
    }
}
