//! Times as Qualified writes them.

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};
use serde_json::Value;
use sim_kit::clock::Millis;

/// UTC with milliseconds: `2026-01-02T03:04:05.678Z`.
pub(crate) fn iso(at: Millis) -> String {
    instant(at).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The same or `null`.
pub(crate) fn iso_or_null(at: Option<Millis>) -> Value {
    at.map_or(Value::Null, |at| Value::String(iso(at)))
}

/// With the offset of Qualified's servers, as `meta.timestamp` carries it: `…T19:04:05.678-08:00`.
pub(crate) fn local(at: Millis) -> String {
    let zoned = instant(at).to_zoned_datetime(TimeZone::fixed(offset(-8)));
    zoned.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// Reads any ISO 8601 time with a zone.
pub(crate) fn parse(text: &str) -> Option<Millis> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

fn instant(at: Millis) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_recordings_show() {
        let at = parse("2026-01-02T03:04:05.678Z").unwrap();
        assert_eq!(iso(at), "2026-01-02T03:04:05.678Z");
        assert_eq!(iso(at - 678), "2026-01-02T03:04:05.000Z");
        assert_eq!(local(at), "2026-01-01T19:04:05.678-08:00");
        assert_eq!(parse("2026-01-02T04:04:05.678+01:00"), Some(at));
        assert_eq!(parse("tomorrow"), None);
    }
}
