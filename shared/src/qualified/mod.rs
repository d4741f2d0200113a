//! Qualified: the client of its API and the reader of its webhooks.
//!
//! The only place that knows Qualified's JSON; what leaves it are domain types and the few answers of
//! [`Api`]. No error here holds anything Qualified sent but numbers and names of our own fields, so that no
//! personal data reaches a log. Nothing here logs.
//!
//! What Qualified's documentation leaves open is assumed as follows. A wrong assumption is put right at the
//! place named.
//!
//! | id | assumed | where |
//! |---|---|---|
//! | Q1 | 25 rows on a page, at most 100; only `totalPages` is relied on | `client` (`whole_list`) |
//! | Q2 | 404 means not found, and so does a 400 whose reason says so; bodies of 429 and 5xx say nothing | `refusal` |
//! | Q3 | no published rate limit; 429 with or without `Retry-After` | [`Error::RateLimited`] |
//! | Q4 | inviting twice answers 200 with the invitation that is active and sends nothing; one that expired or was cancelled is made and sent anew | [`Novelty`] |
//! | Q5 | e-mail addresses are compared without case | `client` (`find_person`) |
//! | Q6 | an address refused is a 422 that names `email` or `candidates`, or an empty list | `refusal`, `wire::invitation` |
//! | Q7 | an assessment that is unpublished or unknown is a 400, 404 or 422, for good | `refusal` |
//! | Q8 | `alternate_id` is free text of at least 255 characters; the newest wins | `wire::invitation` |
//! | Q10 | the payload of `assessment_result_state_changed` is that of the other result events | [`webhook`] |
//! | Q11 | deliveries are not signed | [`webhook`] |
//! | Q12 | the API key may manage webhook subscriptions; if not, [`Error::Forbidden`] | `client` (`subscribe`) |
//! | Q13 | one API key is one team | [`Client::api`] |
//! | Q14 | a first name alone is accepted | `wire::invitation` |
//! | Q15 | the search by e-mail finds archived people too; if not, inviting says [`Novelty::Existing`] | `client` (`find_person`) |
//! | Q16 | an expired invitation leaves the result `invited` | `wire::result` |
//!
//! Q9, the address of a candidate's page, is configuration and not used here.

mod answer;
mod client;
mod error;
mod refusal;
mod request;
pub mod webhook;
mod wire;

pub use answer::{Invitation, Invited, Novelty, Person, Subscription};
pub use client::{Api, Client};
pub use error::{Error, Flaw};

#[cfg(test)]
mod tests;
