//! How calls are spread so that Lever's rate limit is never met.
//!
//! One moment for each team, its *slot*, says until when all calls granted so far take at the steady rate
//! (the generic cell rate algorithm). Moving it forward is one conditional write, so any number of
//! processes share one limit. Lever allows ten requests a second and bursts of twenty (Lever API reference,
//! Rate limits).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The steady rate: ten requests a second.
const CALL_INTERVAL: Duration = Duration::from_millis(100);
/// How many calls may be made at once after a rest: half of what Lever allows. The other half is for calls
/// that are made late: those granted within one [`GRANT_LIFETIME`], ten, may all come at its end.
const BURST: u32 = 10;
/// How far ahead a slot is granted. Whoever would wait longer comes back instead.
const LEAD_MAX: Duration = Duration::from_secs(1);
/// How long after its moment a granted call may be made.
pub const GRANT_LIFETIME: Duration = Duration::from_secs(1);

/// The question whether some calls may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallRequest {
    /// How many, at least 1.
    pub calls: u32,
    /// By the asker's clock.
    pub now: Timestamp,
}

/// The answer to a [`CallRequest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallGrant {
    /// They may be made from this moment on, a second ahead at most.
    From(Timestamp),
    /// Others were granted all that can be foreseen; nothing was reserved. Ask again at this moment.
    Full(Timestamp),
}

impl CallRequest {
    /// Moves the slot and grants the calls, or leaves it and says when to ask again.
    pub fn reserve(self, slot: &mut Option<Timestamp>) -> CallGrant {
        let moved = match *slot {
            Some(present) if present > self.latest_slot() => return self.refused(present),
            Some(present) if present > self.now => later(present, self.length()),
            Some(_) | None => self.slot_after_rest(),
        };
        *slot = Some(moved);
        self.granted(moved)
    }

    /// The slot after granting the calls to a team whose slot is over.
    pub fn slot_after_rest(self) -> Timestamp {
        later(self.now, self.length())
    }

    /// How far granting the calls moves a slot that is not over.
    pub fn length(self) -> Duration {
        CALL_INTERVAL.saturating_mul(self.calls)
    }

    /// The latest slot at which the calls are granted. An asker for more than a whole burst is served after
    /// a rest.
    pub fn latest_slot(self) -> Timestamp {
        let span = later(self.now, burst() + LEAD_MAX);
        span.saturating_sub(SignedDuration::try_from(self.length()).unwrap_or(SignedDuration::MAX))
            .map_or(self.now, |latest| latest.max(self.now))
    }

    /// When calls that moved the slot to this moment may be made.
    pub fn granted(self, slot: Timestamp) -> CallGrant {
        let burst = SignedDuration::try_from(burst()).unwrap_or(SignedDuration::ZERO);
        CallGrant::From(slot.saturating_sub(burst).map_or(self.now, |from| from.max(self.now)))
    }

    /// When to ask again if the slot is at this moment, past [`CallRequest::latest_slot`].
    pub fn refused(self, slot: Timestamp) -> CallGrant {
        let wait = slot.duration_since(self.latest_slot());
        CallGrant::Full(later(self.now, Duration::try_from(wait).unwrap_or(Duration::ZERO)))
    }
}

/// The slot of a team that Lever refused a call for its rate: nothing is granted for `pause`.
pub fn slot_after_refusal(now: Timestamp, pause: Duration) -> Timestamp {
    later(now, pause + burst() + LEAD_MAX)
}

fn burst() -> Duration {
    CALL_INTERVAL.saturating_mul(BURST)
}

fn later(moment: Timestamp, by: Duration) -> Timestamp {
    moment.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lever's own count: a bucket of twenty that gains ten a second.
    struct Bucket {
        left: f64,
        at: Timestamp,
    }

    impl Bucket {
        fn take(&mut self, now: Timestamp) -> bool {
            let passed = now.duration_since(self.at).as_secs_f64();
            self.left = (self.left + passed * 10.0).min(20.0);
            self.at = now;
            self.left -= 1.0;
            self.left >= -1e-6
        }
    }

    fn start() -> Timestamp {
        "2026-03-01T09:00:00Z".parse().unwrap()
    }

    proptest! {
        #[test]
        fn calls_made_as_late_as_allowed_never_exceed_the_limit(
            asked in prop::collection::vec((0_u64..400, 1_u32..5, 0_u64..=1000), 1..200)
        ) {
            let (mut now, mut slot) = (start(), None);
            let mut made = Vec::new();
            for (pause, calls, late) in asked {
                now = later(now, Duration::from_millis(pause));
                let request = CallRequest { calls, now };
                if let CallGrant::From(from) = request.reserve(&mut slot) {
                    let at = later(from, Duration::from_millis(late).min(GRANT_LIFETIME));
                    made.extend((0..calls).map(|_| at));
                }
            }
            made.sort();
            let mut bucket = Bucket { left: 20.0, at: start() };
            for at in made {
                prop_assert!(bucket.take(at), "too many by {at}");
            }
        }
    }

    #[test]
    fn a_burst_is_granted_at_once_and_the_next_calls_at_the_steady_rate() {
        let (now, mut slot) = (start(), None);
        let one = CallRequest { calls: 1, now };
        let grants: Vec<_> = (0..21).map(|_| one.reserve(&mut slot)).collect();
        assert!(grants[..10].iter().all(|grant| *grant == CallGrant::From(now)));
        for (index, grant) in grants[10..20].iter().enumerate() {
            let wait = Duration::from_millis(100 * (u64::try_from(index).unwrap() + 1));
            assert_eq!(*grant, CallGrant::From(later(now, wait)));
        }
        assert_eq!(grants[20], CallGrant::Full(later(now, Duration::from_millis(100))));
    }

    #[test]
    fn the_last_slot_that_can_be_foreseen_is_granted() {
        let request = CallRequest { calls: 2, now: start() };
        let latest = request.latest_slot();
        assert!(matches!(request.reserve(&mut Some(latest)), CallGrant::From(_)));
        let past = later(latest, Duration::from_millis(1));
        assert_eq!(
            request.reserve(&mut Some(past)),
            CallGrant::Full(later(start(), Duration::from_millis(1)))
        );
    }

    #[test]
    fn who_asks_again_when_told_is_served() {
        let (mut now, mut slot) = (start(), None);
        for _ in 0..50 {
            match (CallRequest { calls: 3, now }).reserve(&mut slot) {
                CallGrant::From(_) => {}
                CallGrant::Full(again) => {
                    assert!(again > now);
                    now = again;
                    assert!(matches!(CallRequest { calls: 3, now }.reserve(&mut slot), CallGrant::From(_)));
                }
            }
        }
    }

    #[test]
    fn more_calls_than_a_burst_are_granted_after_a_rest() {
        let (now, mut slot) = (start(), None);
        let many = CallRequest { calls: 50, now };
        assert!(matches!(many.reserve(&mut slot), CallGrant::From(_)));
        assert!(matches!(many.reserve(&mut slot), CallGrant::Full(_)));
    }

    #[test]
    fn nothing_is_granted_while_lever_refuses_calls() {
        let now = start();
        let mut slot = Some(slot_after_refusal(now, Duration::from_secs(2)));
        let again = CallRequest { calls: 1, now }.reserve(&mut slot);
        assert_eq!(again, CallGrant::Full(later(now, Duration::from_millis(2100))));
        let CallGrant::Full(now) = again else { unreachable!() };
        assert!(matches!(CallRequest { calls: 1, now }.reserve(&mut slot), CallGrant::From(_)));
    }
}
