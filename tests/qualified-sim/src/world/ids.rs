//! Ids in the shape Qualified uses: 24 hex digits, one type for each kind of record.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use sim_kit::clock::Millis;
use sim_kit::random;

/// Whether a text is 24 lower case hex digits.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                if is_id(&text) {
                    return Ok(Self(text));
                }
                Err(serde::de::Error::custom(format!("`{text}` is not an id: 24 lower case hex digits are needed")))
            }
        }
    )*};
}

ids! {
    /// Id of a team, Qualified's customer.
    TeamId;
    /// Id of a person working for a team.
    MemberId;
    /// Id of an assessment.
    AssessmentId;
    /// Id of a challenge of an assessment.
    ChallengeId;
    /// Id of a person across all teams.
    CandidateId;
    /// Id of a person as one team knows them.
    TeamCandidateId;
    /// Id of an invitation.
    InvitationId;
    /// Id of an assessment result.
    ResultId;
    /// Id of the work on one challenge within a result.
    SolutionId;
    /// Id of a webhook subscription.
    SubscriptionId;
    /// Id of a stored webhook event.
    EventId;
}

/// Makes new ids: seconds, a part of its own for each simulator, a counter.
#[derive(Debug)]
pub(crate) struct IdSource {
    part: String,
    count: u32,
}

impl IdSource {
    /// A source whose ids differ from those of every other simulator.
    pub(crate) fn new() -> Self {
        Self { part: random::hex(10), count: 0 }
    }

    /// The next id.
    pub(crate) fn next<T: From<String>>(&mut self, now: Millis) -> T {
        self.count += 1;
        let seconds = u32::try_from(now / 1000).unwrap_or(u32::MAX);
        T::from(format!("{seconds:08x}{}{:06x}", self.part, self.count & 0x00ff_ffff))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_ids_are_24_hex_digits_and_differ() {
        let mut source = IdSource::new();
        let (first, second): (ResultId, ResultId) =
            (source.next(1_700_000_000_000), source.next(1_700_000_000_000));
        assert!(is_id(first.as_str()), "{first}");
        assert_ne!(first, second);
    }

    #[test]
    fn a_text_of_another_shape_is_refused_by_name() {
        let error = serde_json::from_str::<TeamId>("\"t1\"").unwrap_err();
        assert!(error.to_string().contains("`t1`"), "{error}");
    }
}
