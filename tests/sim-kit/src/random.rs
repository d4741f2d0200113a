//! Random ids and tokens in the shapes the real services use.

use rand::RngExt as _;

/// A random version 4 UUID in lower case.
pub fn uuid() -> String {
    let mut bytes: [u8; 16] = rand::rng().random();
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
    let mut rng = rand::rng();
    (0..count).map(|_| char::from(alphabet[rng.random_range(0..alphabet.len())])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
