//! The queue's envelope.

use lever_integration::queue::Envelope;

/// Reads any text as an envelope; returns whether it is one.
///
/// # Panics
/// When an envelope that was read is not the same after it was written and read again.
pub fn check(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else { return false };
    let Ok(envelope) = Envelope::parse(text) else { return false };
    let written = envelope.to_json().expect("an envelope that was read can be written");
    assert_eq!(Envelope::parse(&written).ok(), Some(envelope));
    true
}
