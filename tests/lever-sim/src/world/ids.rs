//! Ids as newtypes. Lever's ids are mostly UUIDs, but built-in stages have slugs, so nothing is parsed.

use std::fmt;

use serde::{Deserialize, Serialize};
use sim_kit::random;

macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A new random id.
            pub fn fresh() -> Self {
                Self(random::uuid())
            }

            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// A Lever account (the customer's company).
    AccountId;
    /// A user of a Lever account.
    UserId;
    /// A pipeline stage; a slug for the built-in ones.
    StageId;
    /// An archive reason.
    ReasonId;
    /// A posting.
    PostingId;
    /// A contact, that is a person.
    ContactId;
    /// An opportunity, that is one candidacy of a person.
    OpportunityId;
    /// An application to a posting.
    ApplicationId;
    /// A note thread.
    NoteId;
    /// A file of an opportunity.
    FileId;
    /// A feedback template.
    TemplateId;
    /// A feedback form.
    FeedbackId;
    /// A webhook.
    WebhookId;
}
