//! The two personal facts the integration needs: a name and an e-mail address.
//!
//! Both go to Qualified when a candidate is invited, and the page shows names to the team. Their `Debug` is
//! redacted, they are neither stored nor logged.

use std::fmt;
use std::str::FromStr;

/// The longest address a mail server has to accept (RFC 5321), in bytes.
const EMAIL_LENGTH_MAX: usize = 254;

/// An e-mail address, trimmed and in lower case: both services compare without case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(Box<str>);

/// The text is no e-mail address. Does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct InvalidEmail;

impl EmailAddress {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmail;

    /// Only what no address can be is refused; whether it exists is Qualified's to say.
    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let (local, host) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let no_blank = text.chars().all(|c| !c.is_whitespace() && !c.is_control());
        if local.is_empty() || host.is_empty() || !no_blank || text.len() > EMAIL_LENGTH_MAX {
            return Err(InvalidEmail);
        }
        Ok(Self(text.to_lowercase().into()))
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("e-mail:***")
    }
}

/// A person's name as Lever has it: one string, possibly empty.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct PersonName(Box<str>);

impl PersonName {
    /// Takes the name as Lever gives it.
    pub fn new(name: &str) -> Self {
        Self(name.split_whitespace().collect::<Vec<_>>().join(" ").into())
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// All words but the last; the only word if there is one; nothing for an empty name.
    pub fn first(&self) -> Option<&str> {
        let whole = self.as_str();
        let first = whole.rsplit_once(' ').map_or(whole, |(first, _)| first);
        (!first.is_empty()).then_some(first)
    }

    /// The last word, if there is more than one.
    pub fn last(&self) -> Option<&str> {
        self.as_str().rsplit_once(' ').map(|(_, last)| last)
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("name:***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_trimmed_and_compared_in_lower_case() {
        assert_eq!(" Ada@Example.COM ".parse::<EmailAddress>().unwrap().as_str(), "ada@example.com");
        for bad in ["", "ada", "@example.com", "ada@", "a da@example.com", "ada@exam\nple.com"] {
            assert_eq!(bad.parse::<EmailAddress>(), Err(InvalidEmail), "{bad:?}");
        }
        for (length, is_address) in [(EMAIL_LENGTH_MAX, true), (EMAIL_LENGTH_MAX + 1, false), (1_000, false)]
        {
            let address = format!("{}@example.com", "a".repeat(length - "@example.com".len()));
            assert_eq!(address.parse::<EmailAddress>().is_ok(), is_address, "{length} bytes");
        }
    }

    #[test]
    fn the_last_word_of_a_name_is_the_last_name() {
        let parts = |name: &str| {
            let name = PersonName::new(name);
            (name.first().map(str::to_owned), name.last().map(str::to_owned))
        };
        assert_eq!(parts("Ada  King Lovelace "), (Some("Ada King".into()), Some("Lovelace".into())));
        assert_eq!(parts("Ada"), (Some("Ada".into()), None));
        assert_eq!(parts("  "), (None, None));
    }

    #[test]
    fn debug_shows_neither_name_nor_address() {
        let shown = format!("{:?} {:?}", PersonName::new("Ada"), "ada@example.com".parse::<EmailAddress>());
        assert_eq!(shown, "name:*** Ok(e-mail:***)");
    }
}
