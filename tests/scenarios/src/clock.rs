//! The machine's clock, shifted.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use jiff::Timestamp;
use lever_integration::clock::{Clock, SystemClock};

/// Runs like the machine's clock and can be put forward.
#[derive(Debug, Default)]
pub struct ShiftedClock(Mutex<Duration>);

impl ShiftedClock {
    /// Puts it forward.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        let shift = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        SystemClock.now().saturating_add(shift).unwrap_or(Timestamp::MAX)
    }
}
