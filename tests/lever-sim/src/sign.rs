//! The signature of Lever's webhooks (Lever API reference, Webhooks).

use ring::hmac;
use sim_kit::clock::Millis;
use sim_kit::random::hex_of;

/// Lower case hex of HMAC-SHA256 over token and time without separator, keyed with the token *text*.
///
/// The body is not covered.
pub fn signature(signature_token: &str, token: &str, triggered_at: Millis) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, signature_token.as_bytes());
    hex_of(hmac::sign(&key, format!("{token}{triggered_at}").as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_vector_comes_out_and_its_near_misses_do_not() {
        let key = "0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778";
        let token = "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718";
        let signed = signature(key, token, 1_700_000_000_123);
        assert_eq!(signed, "edfc4be7ef731307ce8a1ba1dab604f494069f554b463156aa750bec1257b780");
        for wrong in [
            "abce9bcec04fa6324d2b1686a2caacf88430d5b674abbdd57765df90ee0adfc3",
            "80ff598fed35aa36b362d1e14dcdc0478612c26d9c100233aa519c1f27b141ab",
        ] {
            assert_ne!(signed, wrong);
        }
    }
}
