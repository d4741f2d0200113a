//! The simulated clock: real time plus an offset that tests move, or a time that only tests move.
//!
//! Every time a simulator shows or compares comes from here, so a test can expire an access token without waiting.

use std::time::{Duration, SystemTime};

use tokio::sync::watch;

/// Milliseconds since the epoch, as both APIs count.
pub type Millis = i64;

/// A start, which runs or stands, plus an offset; clones share the offset.
#[derive(Debug, Clone)]
pub struct Clock {
    start: Start,
    offset: watch::Sender<Millis>,
}

/// What the offset is added to.
#[derive(Debug, Clone, Copy)]
enum Start {
    RealTime,
    Standing(Millis),
}

impl Default for Clock {
    fn default() -> Self {
        Self { start: Start::RealTime, offset: watch::Sender::new(0) }
    }
}

impl Clock {
    /// A clock that stands at this time until it is moved.
    pub fn standing(at: Millis) -> Self {
        Self { start: Start::Standing(at), offset: watch::Sender::new(0) }
    }

    /// The simulated time now, in milliseconds since the epoch.
    pub fn now_ms(&self) -> Millis {
        let start = match self.start {
            Start::RealTime => real_ms(),
            Start::Standing(at) => at,
        };
        start.saturating_add(*self.offset.borrow())
    }

    /// Moves the clock by so many milliseconds (negative = back) and wakes everybody who sleeps on it.
    pub fn advance_ms(&self, by: Millis) {
        self.offset.send_modify(|offset| *offset = offset.saturating_add(by));
    }

    /// Back to where it started.
    pub fn reset(&self) {
        self.offset.send_replace(0);
    }

    /// Sleeps until the simulated time has come, however it comes.
    pub async fn sleep_until(&self, due: Millis) {
        let mut moved = self.offset.subscribe();
        loop {
            let left = due.saturating_sub(self.now_ms());
            let Ok(left) = u64::try_from(left) else { return };
            if left == 0 {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(left)) => {}
                _ = moved.changed() => {}
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where a simulator reads the wall clock")]
fn real_ms() -> Millis {
    let real = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(real.as_millis()).unwrap_or(Millis::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_clock_moves_only_when_it_is_moved() {
        let clock = Clock::standing(5_000);
        let shared = clock.clone();
        assert_eq!(clock.now_ms(), 5_000);
        shared.advance_ms(10);
        assert_eq!(clock.now_ms(), 5_010);
    }

    #[tokio::test]
    async fn moving_the_clock_wakes_a_sleeper() {
        let clock = Clock::default();
        let due = clock.now_ms() + 3_600_000;
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(due).await }
        });
        tokio::task::yield_now().await;
        clock.advance_ms(3_600_001);
        tokio::time::timeout(Duration::from_secs(2), sleeper).await.unwrap().unwrap();
        assert!(clock.now_ms() >= due);
    }
}
