//! What becomes of a message whose handling failed. Pure: age and chance are arguments.

use std::time::Duration;

use super::RECEIVES_MAX;
use crate::failure::Disposition;

/// The bound of the first wait; each further one is twice as large. Lever and Qualified are back within
/// seconds after a deployment of theirs, and a wait is half its bound on average.
const BACKOFF_BASE: Duration = Duration::from_secs(60);
/// The bound of every later wait: once a fault is over, all work is done within a quarter of an hour.
const BACKOFF_CAP: Duration = Duration::from_secs(15 * 60);
/// The shortest wait: SQS counts in seconds, and none at all would be a hot loop.
const WAIT_MIN: Duration = Duration::from_secs(1);
/// How long a message that cannot succeed waits: it is dead and the alarm rings after 8 × 30 s = 4 min
/// instead of 8 visibility time-outs (48 min), yet a wrong deployment can be taken back in the meantime.
const POISON_WAIT: Duration = Duration::from_secs(30);
/// How old an event may get by being told to wait: 10 000 stage changes of one team take 10 000 × 3 calls
/// / 10 per second = 50 min, and a working day of Lever refusing calls is no longer only waiting. Counted from when it
/// came into the queue: what waited for an admin over a weekend stands in the longest line.
const RENEWAL_AGE_MAX: Duration = Duration::from_secs(12 * 60 * 60);

/// The bound of what is added to a wait one was told: a line of 10 000 messages then asks 330 times a second,
/// and the last few hundred still ask more often than they are served.
const SPREAD_MAX: Duration = Duration::from_secs(60);

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is deleted: what there was to do is done or recorded.
    Done,
    /// It comes back after this time.
    Postponed(Duration),
    /// It comes back after this time, but nothing good is expected of it: it is on its way to the dead letters.
    Doomed(Duration),
    /// A fresh copy takes its place. Being told to wait is no failure and must not use up its receives.
    Renewed,
}

impl Fate {
    /// Whether a message that was received so often comes no more, but goes to the dead letters.
    pub(super) fn is_death(self, receive_count: u32) -> bool {
        match self {
            Self::Postponed(_) | Self::Doomed(_) => receive_count >= RECEIVES_MAX,
            Self::Done | Self::Renewed => false,
        }
    }
}

/// How often a message was received, how long its event has waited, and a number from 0 to 1 by chance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circumstances {
    /// From 1.
    pub(super) receive_count: u32,
    /// Since it came into the queue; nothing if the envelope cannot be read.
    pub(super) age: Option<Duration>,
    /// 0 to 1.
    pub(super) chance: f64,
}

/// Decides what becomes of a message whose handling ended with `disposition`.
pub(super) fn decide_fate(disposition: Disposition, circumstances: Circumstances) -> Fate {
    match disposition {
        Disposition::Disconnected | Disposition::Unprocessable => Fate::Done,
        Disposition::Rejected | Disposition::Defect => Fate::Doomed(POISON_WAIT),
        Disposition::Transient { retry_after: None } => Fate::Postponed(backoff(circumstances)),
        Disposition::Transient { retry_after: Some(hint) } => {
            let is_last_receive = circumstances.receive_count >= RECEIVES_MAX;
            let is_young = circumstances.age.is_some_and(|age| age < RENEWAL_AGE_MAX);
            if is_last_receive && is_young {
                Fate::Renewed
            } else {
                Fate::Postponed(hint.max(WAIT_MIN) + spread(circumstances))
            }
        }
    }
}

/// Whatever was told to wait for long stands in a long line, and need not ask again soon: the longer the
/// line, the further apart its messages come back, so that they do not keep the worker busy with asking.
fn spread(circumstances: Circumstances) -> Duration {
    let bound = (circumstances.age.unwrap_or_default() / 2).min(SPREAD_MAX);
    bound.mul_f64(circumstances.chance.clamp(0.0, 1.0))
}

/// Full jitter: anything up to the bound, so that messages that failed together come back apart.
fn backoff(circumstances: Circumstances) -> Duration {
    let doublings = circumstances.receive_count.saturating_sub(1);
    let bound = BACKOFF_BASE.saturating_mul(2_u32.saturating_pow(doublings)).min(BACKOFF_CAP);
    bound.mul_f64(circumstances.chance.clamp(0.0, 1.0)).max(WAIT_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(disposition: Disposition, receive_count: u32, age: Duration, chance: f64) -> Fate {
        decide_fate(disposition, Circumstances { receive_count, age: Some(age), chance })
    }

    #[test]
    fn waits_double_up_to_the_cap_and_add_up_to_an_hour() {
        let wait = |receive_count| fate(Disposition::TRANSIENT, receive_count, Duration::ZERO, 1.0);
        let waits = [60, 120, 240, 480, 900, 900, 900].map(Duration::from_secs);
        for (index, expected) in waits.into_iter().enumerate() {
            assert_eq!(wait(u32::try_from(index).unwrap() + 1), Fate::Postponed(expected));
        }
        assert_eq!(waits.len() + 1, RECEIVES_MAX as usize);
        assert_eq!(waits.iter().sum::<Duration>(), Duration::from_secs(3_600));
        assert_eq!(wait(u32::MAX), Fate::Postponed(BACKOFF_CAP));
    }

    #[test]
    fn waits_are_spread_over_the_whole_bound() {
        let wait = |chance| fate(Disposition::TRANSIENT, 3, Duration::ZERO, chance);
        assert_eq!(wait(0.0), Fate::Postponed(WAIT_MIN));
        assert_eq!(wait(0.5), Fate::Postponed(Duration::from_secs(120)));
        assert_eq!(wait(1.0), Fate::Postponed(Duration::from_secs(240)));
    }

    #[test]
    fn a_hint_is_followed_and_never_becomes_a_hot_loop() {
        let told = |seconds| Disposition::Transient { retry_after: Some(Duration::from_secs(seconds)) };
        assert_eq!(fate(told(17), 1, Duration::ZERO, 0.3), Fate::Postponed(Duration::from_secs(17)));
        assert_eq!(fate(told(0), 1, Duration::ZERO, 0.3), Fate::Postponed(WAIT_MIN));
    }

    #[test]
    fn who_was_told_to_wait_for_long_asks_less_often() {
        let told = Disposition::Transient { retry_after: Some(Duration::from_secs(2)) };
        let wait = |age, chance| fate(told, 1, Duration::from_secs(age), chance);
        assert_eq!(wait(20, 1.0), Fate::Postponed(Duration::from_secs(12)));
        assert_eq!(wait(20, 0.5), Fate::Postponed(Duration::from_secs(7)));
        assert_eq!(wait(3_600, 1.0), Fate::Postponed(Duration::from_secs(62)));
        assert_eq!(wait(3_600, 0.0), Fate::Postponed(Duration::from_secs(2)));
    }

    #[test]
    fn being_told_to_wait_uses_up_no_receives_until_the_event_is_old() {
        let told = Disposition::Transient { retry_after: Some(Duration::from_secs(5)) };
        let postponed = Fate::Postponed(Duration::from_secs(5));
        assert_eq!(fate(told, RECEIVES_MAX - 1, Duration::ZERO, 0.0), postponed);
        assert_eq!(fate(told, RECEIVES_MAX, Duration::ZERO, 0.0), Fate::Renewed);
        assert_eq!(fate(told, RECEIVES_MAX, RENEWAL_AGE_MAX, 0.0), postponed);
        let unread = Circumstances { receive_count: RECEIVES_MAX, age: None, chance: 0.0 };
        assert_eq!(decide_fate(told, unread), postponed);
    }

    #[test]
    fn what_cannot_succeed_is_doomed_and_what_is_recorded_is_done() {
        for disposition in [Disposition::Rejected, Disposition::Defect] {
            assert_eq!(fate(disposition, 1, Duration::ZERO, 0.0), Fate::Doomed(POISON_WAIT));
        }
        for disposition in [Disposition::Disconnected, Disposition::Unprocessable] {
            assert_eq!(fate(disposition, 1, Duration::ZERO, 0.0), Fate::Done);
        }
    }
}
