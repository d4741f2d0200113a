//! Random ids and tokens in the shapes the real services use.
//!
//! A thread that was given a seed draws the same ones every time, so that a run of simulators can be repeated.

use std::cell::RefCell;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

thread_local! {
    static SEEDED: RefCell<Option<StdRng>> = const { RefCell::new(None) };
}

/// Makes everything that this thread draws from now on follow from `seed`.
pub fn seed(seed: u64) {
    SEEDED.with_borrow_mut(|rng| *rng = Some(StdRng::seed_from_u64(seed)));
}

fn fill(bytes: &mut [u8]) {
    SEEDED.with_borrow_mut(|rng| match rng {
        Some(rng) => rng.fill(bytes),
        None => rand::rng().fill(bytes),
    });
}

/// A random version 4 UUID in lower case.
pub fn uuid() -> String {
    let mut bytes = [0; 16];
    fill(&mut bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = hex_of(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// So many random lower case hex digits.
pub fn hex(digits: usize) -> String {
    pick(digits, b"0123456789abcdef")
}

/// So many random letters and digits.
pub fn token(chars: usize) -> String {
    pick(chars, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
}

/// Bytes as lower case hex.
pub fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn pick(count: usize, alphabet: &[u8]) -> String {
    let draw = || {
        let mut bytes = [0; 8];
        fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % alphabet.len() as u64).unwrap_or_default()
    };
    std::iter::repeat_with(draw).take(count).map(|at| char::from(alphabet[at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_what_is_drawn() {
        let draw = |number| {
            seed(number);
            (uuid(), hex(48))
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn ids_have_the_documented_shapes() {
        let id = uuid();
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'4');
        assert_ne!(id, uuid());
        assert_eq!(hex(48).len(), 48);
        assert!(token(40).chars().all(|c| c.is_ascii_alphanumeric()));
        assert_eq!(hex_of(&[0, 255]), "00ff");
    }
}
