//! Identifiers, one type for each kind of thing.
//!
//! All share one rule, which also makes them safe inside a table key or a URL path: 1 to 128 characters
//! out of letters, digits, `.`, `_`, `:` and `-`. Lever's ids are UUIDs or slugs (`applicant-new`),
//! Qualified's are 24 hex digits; neither is enforced more closely, since both services call them opaque.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

/// The longest identifier accepted, in bytes.
const LENGTH_MAX: usize = 128;

/// What an [`Id`] identifies.
pub trait Kind {
    /// The name used in errors.
    const NAME: &'static str;
}

/// An identifier of one kind; made by parsing only.
pub struct Id<K> {
    value: Box<str>,
    kind: PhantomData<fn() -> K>,
}

/// The text is no identifier of this kind. Does not repeat the text: it may come from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind} id")]
pub struct InvalidId {
    /// What it should have identified.
    pub kind: &'static str,
}

impl<K> Id<K> {
    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-');
        // Dots alone would climb in a URL path.
        let is_dots = text.bytes().all(|byte| byte == b'.');
        if is_dots || text.len() > LENGTH_MAX || !text.bytes().all(allowed) {
            return Err(InvalidId { kind: K::NAME });
        }
        Ok(Self { value: text.into(), kind: PhantomData })
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), kind: PhantomData }
    }
}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<K> Eq for Id<K> {}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", K::NAME, self.value)
    }
}

impl ActivityId {
    /// The id of one line of an event's activity, counted from 0.
    pub fn line(event: &EventId, number: usize) -> Self {
        Self { value: format!("{event}-{number}").into(), kind: PhantomData }
    }

    /// The id of the line that tells of an assessment what an event did and left untold. It is none of the event's own
    /// lines: those it may still write.
    pub fn untold(event: &EventId, assessment: &AssessmentId) -> Self {
        Self { value: format!("{event}-{assessment}").into(), kind: PhantomData }
    }
}

/// Starts the id of an event that no delivery brought.
const FOUND: &str = "found:";

impl EventId {
    /// The id of what a comparison with Lever or Qualified found. The same finding has the same digest.
    pub fn found(digest: u128) -> Self {
        Self { value: format!("{FOUND}{digest:032x}").into(), kind: PhantomData }
    }

    /// Whether no delivery brought the event.
    pub fn is_found(&self) -> bool {
        self.value.starts_with(FOUND)
    }
}

impl LeaseHolder {
    /// A holder that no other run is.
    pub fn of(random: u128) -> Self {
        Self { value: format!("{random:032x}").into(), kind: PhantomData }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $id:ident = $kind:ident, $name:literal;)*) => {
        /// The kinds of things that have an identifier.
        pub mod kind {
            $(
                #[doc = concat!("Marks the identifier of a ", $name, ".")]
                #[derive(Debug)]
                pub enum $kind {}
                impl super::Kind for $kind {
                    const NAME: &'static str = $name;
                }
            )*
        }
        $($(#[$doc])* pub type $id = Id<kind::$kind>;)*
    };
}

kinds! {
    /// Qualified's customer.
    TeamId = Team, "team";
    /// A user of Qualified.
    UserId = User, "user";
    /// A candidacy in Lever; stage, tags and notes hang on it.
    OpportunityId = Opportunity, "opportunity";
    /// A person in Lever; may have several opportunities.
    ContactId = Contact, "contact";
    /// A stage in Lever: a slug for the built-in ones, a UUID otherwise.
    StageId = Stage, "stage";
    /// A note in Lever.
    NoteId = Note, "note";
    /// The customer's account in Lever.
    LeverAccountId = LeverAccount, "Lever account";
    /// A webhook registered in Lever.
    LeverWebhookId = LeverWebhook, "Lever webhook";
    /// An assessment in Qualified.
    AssessmentId = Assessment, "assessment";
    /// An invitation in Qualified.
    InvitationId = Invitation, "invitation";
    /// An assessment result in Qualified; exists from the invitation on.
    ResultId = AssessmentResult, "result";
    /// A person within one Qualified team.
    TeamCandidateId = TeamCandidate, "team candidate";
    /// A webhook subscription in Qualified.
    SubscriptionId = Subscription, "subscription";
    /// One incoming event, the same for every repetition of it.
    EventId = Event, "event";
    /// One line of activity.
    ActivityId = Activity, "activity";
    /// Who holds a lease on an assignment: one run of a worker.
    LeaseHolder = Lease, "lease holder";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_both_services_are_accepted() {
        for text in ["applicant-new", "7d0f2c1e-0000-4000-8000-000000000001", "65f0aa01bb02cc03dd04ee05"] {
            assert_eq!(text.parse::<OpportunityId>().map(|id| id.to_string()), Ok(text.to_owned()));
        }
        assert!("a".repeat(LENGTH_MAX).parse::<OpportunityId>().is_ok());
    }

    #[test]
    fn a_finding_is_told_from_a_delivery() {
        assert!(EventId::found(7).is_found());
        assert!(!"0123456789abcdef".parse::<EventId>().unwrap().is_found());
    }

    #[test]
    fn equal_ids_are_one_key_in_order_and_debug_tells_the_kind() {
        let id = |text: &str| text.parse::<OpportunityId>().unwrap();
        let set: std::collections::HashSet<_> = [id("a"), id("a"), id("b")].into_iter().collect();
        assert_eq!(set.len(), 2);
        assert!(id("a") < id("b"));
        assert_eq!(format!("{:?}", id("a")), "opportunity:a");
    }

    #[test]
    fn text_that_could_leave_a_key_or_a_path_is_refused() {
        let long = "a".repeat(LENGTH_MAX + 1);
        for text in ["", ".", "..", "a#b", "a/b", "..%2f", "a b", "a\0", "ä", "a?b", long.as_str()] {
            assert_eq!(text.parse::<OpportunityId>(), Err(InvalidId { kind: "opportunity" }), "{text:?}");
        }
    }
}
