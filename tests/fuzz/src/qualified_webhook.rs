//! Qualified's webhook.

use lever_integration::qualified::webhook::{News, parse};

/// Reads any bytes as a delivery; returns whether it is one.
///
/// # Panics
/// When it is said to be about a result that it does not name, or becomes another event by a field that means nothing.
pub fn check(input: &[u8]) -> bool {
    let read = parse(input);
    let Ok(text) = std::str::from_utf8(input) else { return read.is_ok() };
    // What is escaped stands there in other letters, and a key may be there once only.
    if let Ok(News::Changed(event)) = &read
        && !text.contains('\\')
        && !text.contains("beside")
    {
        assert!(text.contains(event.result.as_str()), "another result than the one named");
        let with_more = text.replacen('{', r#"{"beside":"5f1c2a4e0001400080000009","#, 1);
        assert_eq!(parse(with_more.as_bytes()), read);
    }
    read.is_ok()
}
