//! The values that switches can take.

use serde::{Deserialize, Serialize};

/// What a refresh token is worth after its first use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshReuse {
    /// Dead at once; presenting it again kills its whole family.
    RevokeFamily,
    /// Dead at once; presenting it again is refused and nothing else happens.
    Refuse,
    /// Good for another 30 seconds.
    Grace,
}

/// What one rate limit bucket belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateScope {
    /// An account and the app connected to it.
    AccountAndApp,
    /// One access token.
    Token,
}

/// What a further attempt at a delivery carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryBody {
    /// The same bytes.
    Same,
    /// A new token, time and signature around the same data.
    Resigned,
}

/// What `removeTags` does to a tag inherited from the posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InheritedTags {
    /// It goes and stays away.
    Removable,
    /// It stays; the call succeeds all the same.
    Sticky,
    /// It goes and comes back when the posting is edited.
    Returning,
}

/// What adding a present or removing an absent tag gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagNoop {
    /// 200, unchanged.
    Ok,
    /// 400.
    BadRequest,
}

/// What becomes of events while their group is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupOff {
    /// They are never sent.
    Discard,
    /// They are sent when the group is switched on.
    Queue,
}

/// What webhooks do after the account revoked the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterRevocation {
    /// They deliver nothing until the app is authorised again.
    Stop,
    /// They go on delivering.
    Continue,
}

/// Whether an app without the grant hears of confidential opportunities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfidentialEvents {
    /// It does, though it may not read them.
    Deliver,
    /// It does not.
    Withhold,
}

/// What `verifyConnection` on a new webhook does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerifyOnCreate {
    /// Sends the test call and ignores its result.
    Ping,
    /// Nothing.
    Ignore,
}

/// What a plain user who consents gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NonAdminConsent {
    /// The callback gets `error=access_denied`.
    AccessDenied,
    /// A code like a Super Admin's.
    Allow,
}

/// What PKCE parameters do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    /// Checked when both challenge and verifier came.
    CheckIfBoth,
    /// Accepted and ignored.
    Ignore,
    /// A challenge demands its verifier, and every flow a challenge.
    Require,
}

/// Which callback URIs are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectUris {
    /// Registered ones and any http URI on the loopback interface.
    RegisteredOrLoopback,
    /// Registered ones only.
    Registered,
}

/// What an authorisation without `audience` gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingAudience {
    /// A token that the API refuses, as in production.
    UselessToken,
    /// A usable token, as in the sandbox.
    Tolerate,
}

/// Whether a browser that consented before is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatedConsent {
    /// The page is shown each time.
    AskAgain,
    /// It is redirected at once unless `prompt=consent`, new scopes or a revocation call for the page.
    Skip,
}

/// A thing that is there or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// There.
    Present,
    /// Not there.
    Absent,
}

/// Processing state of an uploaded file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileStatus {
    /// Being worked on.
    Processing,
    /// Ready.
    Processed,
    /// Of a kind Lever cannot show.
    Unsupported,
    /// Could not be worked on; downloading answers 422.
    Error,
}

/// Tags of archived opportunities as the API shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchivedTags {
    /// As before.
    Kept,
    /// None.
    Hidden,
}
