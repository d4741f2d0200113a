//! Lever's webhook.

use jiff::{SignedDuration, Timestamp};
use lever_integration::domain::SignatureToken;
use lever_integration::lever::webhook::{Delivery, parse, sign};

/// When deliveries arrive.
const NOW_MS: i64 = 1_795_000_000_000;
const TOKEN: &str = "5a1b8c7d";

/// Reads any bytes as a delivery, then what follows the first of them with a right signature; returns whether that one
/// is taken.
///
/// The first byte chooses how old the signed delivery is, the rest is what stands in its object beside the signature.
///
/// # Panics
/// When bytes without our signature count as verified, or a signed delivery out of its time does.
pub fn check(input: &[u8]) -> bool {
    let now = Timestamp::from_millisecond(NOW_MS).unwrap_or_default();
    let (key, wrong_key) = (SignatureToken::new("right".to_owned()), SignatureToken::new("wrong".to_owned()));
    // Nobody finds a signature by chance.
    if let Ok(unverified) = parse(input) {
        assert!(unverified.verify(&key, now).is_err());
    }
    let Some((age, inside)) = input.split_first() else { return false };
    let Ok(inside) = std::str::from_utf8(inside) else { return false };
    // From ten minutes ahead to three weeks ago.
    let age = SignedDuration::from_mins(i64::from(*age) * 120 - 10);
    let Ok(triggered_at) = now.checked_sub(age) else { return false };
    let signature = sign(&key, TOKEN, triggered_at);
    let time = triggered_at.as_millisecond();
    let body = format!(r#"{{"token":"{TOKEN}","triggeredAt":{time},"signature":"{signature}",{inside}}}"#);
    if let Ok(unverified) = parse(body.as_bytes()) {
        assert!(unverified.verify(&wrong_key, now).is_err());
    }
    let Ok(unverified) = parse(body.as_bytes()) else { return false };
    match unverified.verify(&key, now) {
        Ok(Delivery::StageChanged(event)) => {
            assert_eq!(event.triggered_at, triggered_at);
            assert!((-5..=15 * 24 * 60).contains(&age.as_mins()), "accepted at an age of {age:?}");
            true
        }
        Ok(Delivery::Test | Delivery::Ignored { .. }) => true,
        Err(_) => false,
    }
}
