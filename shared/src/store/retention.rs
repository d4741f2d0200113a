//! How long activity is kept. The clock decides it on every read; the table's own deletion only cleans up.

use std::time::Duration;

use jiff::Timestamp;

/// 90 days.
const ACTIVITY_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The oldest activity still shown.
pub(super) fn oldest_kept(now: Timestamp) -> Timestamp {
    now.saturating_sub(ACTIVITY_KEPT).unwrap_or(Timestamp::MIN)
}

/// When a line of activity may be deleted, in seconds since 1970: never while it is still shown.
pub(super) fn expires_at(at: Timestamp) -> i64 {
    at.saturating_add(ACTIVITY_KEPT).unwrap_or(Timestamp::MAX).as_second().saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_deleted_only_after_it_is_no_longer_shown() {
        let at: Timestamp = "2026-03-01T12:00:00.9Z".parse().unwrap();
        let last_shown = at + ACTIVITY_KEPT;
        assert_eq!(oldest_kept(last_shown), at);
        assert!(expires_at(at) > last_shown.as_second());
        assert_eq!(oldest_kept(Timestamp::MIN), Timestamp::MIN);
    }
}
