//! Permits: no call of Lever's Data API is made without one.
//!
//! Whoever opens the API says where permits come from ([`Pace`]); a call takes one, and asks for one if
//! none was asked for in advance. A permit not used in time is void, so that calls granted one by one are
//! never made in one burst.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::error::Error;
use crate::clock::Clock;
use crate::domain::GRANT_LIFETIME;

/// Where the permits of one account come from: one limit for all processes that call it.
#[async_trait]
pub trait Pace: Send + Sync {
    /// Returns once so many calls may be made.
    ///
    /// # Errors
    /// [`Error::Paced`] when that would take too long or cannot be found out.
    async fn reserve(&self, calls: u32) -> Result<(), Error>;

    /// Lever refused a call for its rate: grants nothing for a while.
    async fn hold(&self, pause: Duration);
}

/// The permits for the calls of one [`super::Api`].
pub struct Permits {
    pace: Box<dyn Pace>,
    clock: Arc<dyn Clock>,
    granted: Mutex<Granted>,
}

#[derive(Debug, Clone, Copy)]
struct Granted {
    left: u32,
    until: Timestamp,
}

impl Granted {
    /// How many calls may still be made.
    fn valid(self, now: Timestamp) -> u32 {
        if now <= self.until { self.left } else { 0 }
    }
}

impl Permits {
    /// No permits yet.
    pub fn new(pace: Box<dyn Pace>, clock: Arc<dyn Clock>) -> Self {
        Self { pace, clock, granted: Mutex::new(Granted { left: 0, until: Timestamp::MIN }) }
    }

    /// Makes sure of the permits for a whole piece of work, so that it need not stop in the middle.
    pub(super) async fn reserve(&self, calls: u32) -> Result<(), Error> {
        if self.granted().valid(self.clock.now()) >= calls {
            return Ok(());
        }
        self.pace.reserve(calls).await?;
        let until = self.clock.now().saturating_add(GRANT_LIFETIME).unwrap_or(Timestamp::MAX);
        *self.granted() = Granted { left: calls, until };
        Ok(())
    }

    /// Takes the permit for one call.
    pub(super) async fn take(&self) -> Result<(), Error> {
        if self.take_granted() { Ok(()) } else { self.pace.reserve(1).await }
    }

    /// Lever refused a call for its rate.
    pub(super) async fn refused(&self, pause: Duration) {
        self.granted().left = 0;
        self.pace.hold(pause).await;
    }

    fn take_granted(&self) -> bool {
        let now = self.clock.now();
        let mut granted = self.granted();
        let is_valid = granted.valid(now) > 0;
        if is_valid {
            granted.left -= 1;
        }
        is_valid
    }

    fn granted(&self) -> std::sync::MutexGuard<'_, Granted> {
        self.granted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Permits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permits").field("granted", &*self.granted()).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::clock::ManualClock;

    /// Grants everything, and counts.
    #[derive(Default)]
    pub(in crate::lever) struct Counting {
        reserved: AtomicU32,
        held: AtomicU32,
    }

    #[async_trait]
    impl Pace for Arc<Counting> {
        async fn reserve(&self, calls: u32) -> Result<(), Error> {
            self.reserved.fetch_add(calls, Ordering::SeqCst);
            Ok(())
        }
        async fn hold(&self, _pause: Duration) {
            self.held.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// As many permits as there are calls.
    pub(in crate::lever) fn endless() -> Permits {
        counted(&Arc::default(), &Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)))
    }

    fn counted(pace: &Arc<Counting>, clock: &Arc<ManualClock>) -> Permits {
        Permits::new(Box::new(Arc::clone(pace)), Arc::clone(clock) as Arc<dyn Clock>)
    }

    #[tokio::test]
    async fn what_was_reserved_in_advance_is_used_up_before_more_is_asked_for() {
        let (pace, clock) = (Arc::<Counting>::default(), Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)));
        let permits = counted(&pace, &clock);
        permits.reserve(3).await.unwrap();
        for reserved in [3, 3, 3, 4, 5] {
            permits.take().await.unwrap();
            assert_eq!(pace.reserved.load(Ordering::SeqCst), reserved);
        }
    }

    #[tokio::test]
    async fn permits_at_hand_are_not_reserved_again() {
        let (pace, clock) = (Arc::<Counting>::default(), Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)));
        let permits = counted(&pace, &clock);
        permits.reserve(3).await.unwrap();
        permits.take().await.unwrap();
        for (calls, reserved) in [(2, 3), (3, 6)] {
            permits.reserve(calls).await.unwrap();
            assert_eq!(pace.reserved.load(Ordering::SeqCst), reserved);
        }
    }

    #[tokio::test]
    async fn a_permit_not_used_in_time_is_void() {
        let (pace, clock) = (Arc::<Counting>::default(), Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)));
        let permits = counted(&pace, &clock);
        permits.reserve(3).await.unwrap();
        clock.advance(GRANT_LIFETIME);
        permits.take().await.unwrap();
        assert_eq!(pace.reserved.load(Ordering::SeqCst), 3);
        clock.advance(Duration::from_millis(1));
        permits.take().await.unwrap();
        assert_eq!(pace.reserved.load(Ordering::SeqCst), 4);
    }

    #[tokio::test]
    async fn a_refusal_voids_what_is_left() {
        let (pace, clock) = (Arc::<Counting>::default(), Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)));
        let permits = counted(&pace, &clock);
        permits.reserve(3).await.unwrap();
        permits.refused(Duration::from_secs(2)).await;
        permits.take().await.unwrap();
        assert_eq!((pace.reserved.load(Ordering::SeqCst), pace.held.load(Ordering::SeqCst)), (4, 1));
    }
}
