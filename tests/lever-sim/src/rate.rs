//! The token bucket of Lever's rate limit.

use sim_kit::clock::Millis;

/// A bucket that starts full. A refused request takes nothing out.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    left: f64,
    at: Millis,
}

impl Bucket {
    pub(crate) fn full(burst: f64, now: Millis) -> Self {
        Self { left: burst, at: now }
    }

    /// Takes one request out; `false` if the bucket is empty.
    pub(crate) fn take(&mut self, per_second: f64, burst: f64, now: Millis) -> bool {
        let passed = u32::try_from((now - self.at).max(0)).unwrap_or(u32::MAX);
        self.left = (self.left + f64::from(passed) / 1000.0 * per_second).min(burst);
        self.at = now;
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_twenty_then_ten_a_second() {
        let mut bucket = Bucket::full(20.0, 0);
        let at_once = (0..25).filter(|_| bucket.take(10.0, 20.0, 0)).count();
        assert_eq!(at_once, 20);
        assert!(!bucket.take(10.0, 20.0, 99));
        assert!(bucket.take(10.0, 20.0, 200));
        let after_an_hour = (0..25).filter(|_| bucket.take(10.0, 20.0, 3_600_000)).count();
        assert_eq!(after_an_hour, 20);
    }
}
