//! The simulated clock: real time plus an offset that tests move.
//!
//! Every time a simulator shows or compares comes from here, so a test can expire an access token without waiting.

use std::time::{Duration, SystemTime};

use tokio::sync::watch;

/// Milliseconds since the epoch, as both APIs count.
pub type Millis = i64;

/// Real time plus an offset; clones share the offset.
#[derive(Debug, Clone)]
pub struct Clock {
    offset: watch::Sender<Millis>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { offset: watch::Sender::new(0) }
    }
}

impl Clock {
    /// The simulated time now, in milliseconds since the epoch.
    #[expect(clippy::disallowed_methods, reason = "the one place where a simulator reads the wall clock")]
    pub fn now_ms(&self) -> Millis {
        let real = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Millis::try_from(real.as_millis()).unwrap_or(Millis::MAX).saturating_add(*self.offset.borrow())
    }

    /// Moves the clock by so many milliseconds (negative = back) and wakes everybody who sleeps on it.
    pub fn advance_ms(&self, by: Millis) {
        self.offset.send_modify(|offset| *offset = offset.saturating_add(by));
    }

    /// Back to real time.
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

#[cfg(test)]
mod tests {
    use super::*;

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
