//! What Lever's documentation leaves open, as named switches with the most likely answer as default.
//!
//! `POST /_sim/switches` changes some of them, `GET /_sim/switches` lists all with their meaning.

mod kinds;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sim_kit::clock::Millis;

pub use kinds::{
    AfterRevocation, ArchivedTags, ConfidentialEvents, FileStatus, GroupOff, InheritedTags, MissingAudience,
    NonAdminConsent, Pkce, Presence, RateScope, RedirectUris, RefreshReuse, RepeatedConsent, RetryBody,
    TagNoop, VerifyOnCreate,
};

macro_rules! switches {
    ($($name:ident: $kind:ty = $default:expr, $about:literal;)+) => {
        /// All switches of one simulator.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Switches {
            $(#[doc = $about] pub $name: $kind,)+
        }

        impl Default for Switches {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        /// What each switch means.
        const ABOUT: &[(&str, &str)] = &[$((stringify!($name), $about),)+];
    };
}

switches! {
    refresh_reuse: RefreshReuse = RefreshReuse::RevokeFamily,
        "A refresh token presented again: `revoke_family` | `refuse` | `grace` (30 s).";
    refresh_refusal_status: u16 = 403, "Status of a refused refresh: 400, 401 or 403.";
    access_token_seconds: i64 = 3600, "Life of an access token.";
    code_bad_request: String = "BadRequestError".to_owned(), "Code in 400 bodies.";
    code_forbidden: String = "ForbiddenError".to_owned(), "Code in 403 bodies.";
    code_too_many_requests: String = "TooManyRequestsError".to_owned(), "Code in 429 bodies.";
    rate_scope: RateScope = RateScope::AccountAndApp, "What a rate limit bucket belongs to: `account_and_app` | `token`.";
    rate_per_second: f64 = 10.0, "Requests per second that refill a bucket; 0 switches the limit off.";
    rate_burst: f64 = 20.0, "Requests a full bucket allows at once.";
    retry_pauses_ms: Vec<Millis> = vec![10_000, 60_000, 300_000, 1_800_000, 7_200_000],
        "Pauses before the further attempts at a failed delivery.";
    retry_time_scale: f64 = 1.0, "Factor on those pauses.";
    delivery_timeout_ms: u64 = 10_000, "How long a receiver may take, in real time.";
    retry_body: RetryBody = RetryBody::Same, "What a further attempt carries: `same` | `resigned`.";
    inherited_tags: InheritedTags = InheritedTags::Removable,
        "removeTags on a tag of the posting: `removable` | `sticky` | `returning` (when the posting is edited).";
    archived_tags: ArchivedTags = ArchivedTags::Kept, "Tags of archived opportunities through the API: `kept` | `hidden`.";
    tag_noop: TagNoop = TagNoop::Ok, "Adding a present or removing an absent tag: `ok` | `bad_request`.";
    event_on_create: Presence = Presence::Absent,
        "A stage event (without fromStageId) when an opportunity is created: `present` | `absent`.";
    event_on_same_stage: Presence = Presence::Absent, "A stage event for a move to the current stage: `present` | `absent`.";
    event_on_api_move: Presence = Presence::Present, "A stage event for a move through the API: `present` | `absent`.";
    event_id: Presence = Presence::Present, "The field id in deliveries: `present` | `absent`.";
    group_off: GroupOff = GroupOff::Discard, "Events while their group is off: `discard` | `queue`.";
    after_revocation: AfterRevocation = AfterRevocation::Stop, "Webhooks of a revoked app: `stop` | `continue`.";
    confidential_events: ConfidentialEvents = ConfidentialEvents::Deliver,
        "Events of confidential opportunities to an app without the grant: `deliver` | `withhold`.";
    verify_on_create: VerifyOnCreate = VerifyOnCreate::Ping, "verifyConnection on a new webhook: `ping` | `ignore`.";
    tag_max_chars: usize = 255, "Longest tag.";
    note_max_chars: usize = 10_000, "Longest note.";
    tag_lock_down: Presence = Presence::Absent, "addTags of a tag nobody bears yet answers 403: `present` | `absent`.";
    non_admin_consent: NonAdminConsent = NonAdminConsent::AccessDenied, "Consent of a plain user: `access_denied` | `allow`.";
    pkce: Pkce = Pkce::CheckIfBoth, "PKCE: `check_if_both` | `ignore` | `require`.";
    redirect_uris: RedirectUris = RedirectUris::RegisteredOrLoopback,
        "Accepted callbacks: `registered_or_loopback` | `registered`.";
    missing_audience: MissingAudience = MissingAudience::UselessToken,
        "Authorisation without audience: `useless_token` | `tolerate`.";
    repeated_consent: RepeatedConsent = RepeatedConsent::AskAgain,
        "A browser that consented before: `ask_again` | `skip`.";
    revoke_endpoint: Presence = Presence::Present, "POST /oauth/revoke: `present` | `absent`.";
    file_status: FileStatus = FileStatus::Processed,
        "State of uploaded files: `processing` | `processed` | `unsupported` | `error`.";
    eu_redirect: u16 = 0, "Answer every API call with this redirect (301, 307 or 308); 0 = do not.";
    eu_base: String = "https://api.eu.lever.co/v1".to_owned(), "Where that redirect leads.";
}

impl Switches {
    /// These switches with some changed.
    ///
    /// # Errors
    /// If a name or a value is unknown; the error says which.
    pub fn with(&self, changes: Map<String, Value>) -> Result<Self, serde_json::Error> {
        let mut all = json!(self);
        for (name, value) in changes {
            all[name] = value;
        }
        serde_json::from_value(all)
    }

    /// Every switch with its value and meaning.
    pub fn described(&self) -> Value {
        let values = json!(self);
        ABOUT
            .iter()
            .map(|(name, about)| json!({"name": name, "value": values[name], "about": about}))
            .collect()
    }

    /// How deliveries are sent under these switches.
    pub(crate) fn delivery_rules(&self) -> sim_kit::deliveries::Rules {
        sim_kit::deliveries::Rules {
            timeout: std::time::Duration::from_millis(self.delivery_timeout_ms),
            pauses_ms: self.retry_pauses_ms.clone(),
            time_scale: self.retry_time_scale,
            retried: |outcome| !outcome.is_success(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_the_rest_and_unknown_names_are_refused() {
        let some = |json: Value| json.as_object().unwrap().clone();
        let changed = Switches::default().with(some(json!({"tag_noop": "bad_request"}))).unwrap();
        assert_eq!(changed, Switches { tag_noop: TagNoop::BadRequest, ..Switches::default() });
        let error = Switches::default().with(some(json!({"tag_nop": "ok"}))).unwrap_err();
        assert!(error.to_string().contains("`tag_nop`"), "{error}");
        assert!(Switches::default().with(some(json!({"tag_noop": "maybe"}))).is_err());
    }

    #[test]
    fn every_switch_is_described() {
        let listed = Switches::default().described();
        assert_eq!(listed.as_array().unwrap().len(), json!(Switches::default()).as_object().unwrap().len());
    }
}
