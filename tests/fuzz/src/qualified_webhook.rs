//! Qualified's webhook.

use lever_integration::qualified::webhook::parse;

/// Reads any bytes as a delivery; returns whether it is one.
///
/// # Panics
/// When the same bytes are read in two ways.
pub fn check(input: &[u8]) -> bool {
    let (once, again) = (parse(input), parse(input));
    assert_eq!(format!("{once:?}"), format!("{again:?}"));
    once.is_ok()
}
