//! From bytes to a [`Delivery`].
//!
//! Invariant: nothing but the signed fields is looked at before the signature holds.

use std::fmt::{self, Write as _};

use jiff::{SignedDuration, Timestamp};
use ring::{digest, hmac};

use super::Rejection;
use super::wire::{self, Content, Data, Signed, StageChange};
use crate::domain::{EventId, SignatureToken, StageChanged};

/// The largest body the intake passes on, in bytes. A real one has some 500.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// The event our webhook is registered for.
pub const STAGE_CHANGE_EVENT: &str = "candidateStageChange";
/// How old a delivery may be: Lever's settings can rerun one for two weeks, and a day for the queue.
const AGE_MAX: SignedDuration = SignedDuration::from_hours(15 * 24);
/// How far ahead Lever's clock may be: the five minutes usual for signed webhooks.
const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(5);
/// The range of `triggeredAt`: 13 digits, September 2001 to November 2286. With one number of digits, `token`
/// and `triggeredAt` joined can be split in one way only, so no signature fits another pair of them; and
/// seconds or microseconds fall outside.
const TRIGGERED_AT_MS: std::ops::RangeInclusive<u64> = 1_000_000_000_000..=9_999_999_999_999;
/// The length of the digest an event id is made of, in bytes: 128 bits never collide by accident.
const EVENT_ID_BYTES: usize = 16;
/// The longest event name repeated in a log; Lever's have up to 22 letters.
const EVENT_NAME_LENGTH_MAX: usize = 64;

/// A delivery whose signature holds. Made by [`Unverified::verify`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Lever's "Verify connection": nothing happened.
    Test,
    /// Another event than the one we registered for.
    Ignored {
        /// Its name, or `unnamed` if it has none that could be logged. Not covered by the signature.
        event: String,
    },
    /// A candidate changed stage.
    StageChanged(StageChanged),
}

/// A delivery of which only the signed fields were read.
pub struct Unverified<'a> {
    signed: Signed,
    triggered_at: Timestamp,
    text: &'a str,
}

impl fmt::Debug for Unverified<'_> {
    /// Shows the time only: the signed fields together validate any body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified").field("triggered_at", &self.triggered_at).finish_non_exhaustive()
    }
}

/// Reads the signed fields of a delivery.
///
/// # Errors
/// When the body is no JSON object, or one of the signed fields is missing, doubled or of the wrong type.
pub fn parse(body: &[u8]) -> Result<Unverified<'_>, Rejection> {
    if body.len() > BODY_BYTES_MAX {
        return Err(Rejection::TooLarge);
    }
    let text = wire::check(body)?;
    let signed: Signed = wire::read(text)?;
    let token_usable = !signed.token.is_empty() && signed.token.bytes().all(|byte| byte.is_ascii_graphic());
    if !token_usable {
        return Err(Rejection::Token);
    }
    if !TRIGGERED_AT_MS.contains(&signed.triggered_at) {
        return Err(Rejection::TriggeredAt);
    }
    let triggered_at = i64::try_from(signed.triggered_at)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok())
        .ok_or(Rejection::TriggeredAt)?;
    Ok(Unverified { signed, triggered_at, text })
}

impl Unverified<'_> {
    /// Checks signature and age, then reads what happened.
    ///
    /// # Errors
    /// Of class `Unauthentic` when the signature does not hold or is too old; of class `Malformed` when it
    /// holds but a stage change does not say whose or whereto.
    pub fn verify(self, token: &SignatureToken, now: Timestamp) -> Result<Delivery, Rejection> {
        self.check_signature(token)?;
        self.check_age(now)?;
        let content: Content = wire::read(self.text)?;
        match (content.event.as_deref(), content.data) {
            (_, Data::EmptyObject) => Ok(Delivery::Test),
            (Some(STAGE_CHANGE_EVENT), Data::Object) => self.stage_changed().map(Delivery::StageChanged),
            (Some(STAGE_CHANGE_EVENT), Data::Other) => Err(Rejection::Data),
            (Some(event), Data::Object | Data::Other) => Ok(Delivery::Ignored { event: loggable(event) }),
            (None, Data::Object | Data::Other) => Err(Rejection::Data),
        }
    }

    fn check_signature(&self, token: &SignatureToken) -> Result<(), Rejection> {
        let signature = self.signed.signature.as_deref().ok_or(Rejection::Unsigned)?;
        let tag = decode_hex(signature).ok_or(Rejection::SignatureFormat)?;
        // The key is the token as text, not the bytes its hex digits stand for.
        let key = hmac::Key::new(hmac::HMAC_SHA256, token.expose().as_bytes());
        hmac::verify(&key, self.signed.text().as_bytes(), &tag).map_err(|_| Rejection::WrongSignature)
    }

    fn check_age(&self, now: Timestamp) -> Result<(), Rejection> {
        let age = now.duration_since(self.triggered_at);
        if age > AGE_MAX {
            return Err(Rejection::TooOld);
        }
        if -age > AHEAD_MAX {
            return Err(Rejection::FromTheFuture);
        }
        Ok(())
    }

    fn stage_changed(&self) -> Result<StageChanged, Rejection> {
        let StageChange { data } = wire::read(self.text)?;
        let signed_digest = digest::digest(&digest::SHA256, self.signed.text().as_bytes());
        let id = encode_hex(signed_digest.as_ref().get(..EVENT_ID_BYTES).unwrap_or_default());
        Ok(StageChanged {
            id: id.parse::<EventId>().map_err(|_| Rejection::Data)?,
            triggered_at: self.triggered_at,
            opportunity: data.opportunity_id.parse().map_err(|_| Rejection::Data)?,
            to_stage: data.to_stage_id.parse().map_err(|_| Rejection::Data)?,
            body_digest: encode_hex(digest::digest(&digest::SHA256, self.text.as_bytes()).as_ref()),
        })
    }
}

fn loggable(event: &str) -> String {
    let plain =
        event.len() <= EVENT_NAME_LENGTH_MAX && event.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain && !event.is_empty() { event.to_owned() } else { "unnamed".to_owned() }
}

pub(super) fn encode_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The 32 bytes of 64 lower-case hex digits. Upper case is refused: Lever never sends it.
fn decode_hex(text: &str) -> Option<[u8; digest::SHA256_OUTPUT_LEN]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; digest::SHA256_OUTPUT_LEN];
    if text.len() != bytes.len() * 2 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}
