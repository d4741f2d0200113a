//! What every page has.

use jiff::Timestamp;

/// What is the same on every page of a session.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The team's name.
    pub team_name: String,
    /// Who looks.
    pub viewer: Viewer,
    /// When the page is rendered.
    pub now: Timestamp,
    /// What the user has just done, and what came of it.
    pub notices: Vec<Notice>,
}

/// Who looks at the page.
#[derive(Debug, Clone)]
pub enum Viewer {
    /// May change everything.
    Admin {
        /// Goes into every form.
        csrf: String,
    },
    /// May only look.
    Member,
}

impl Viewer {
    /// The form token, if the viewer may change anything.
    pub fn csrf(&self) -> Option<&str> {
        match self {
            Self::Admin { csrf } => Some(csrf),
            Self::Member => None,
        }
    }
}

macro_rules! notices {
    ($($variant:ident = $code:literal, $sentence:literal;)*) => {
        /// What the user has just done, told once after the redirect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Notice {
            $(#[doc = $sentence] $variant,)*
        }

        impl Notice {
            /// Every notice.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code in the query of the redirect.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What it says.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }
        }
    };
}

notices! {
    ApiKeyAccepted = "api-key-accepted", "Qualified accepted the API key.";
    ApiKeySaved = "api-key-saved",
        "The API key is saved. Qualified did not answer any more, so it announces results later; until then we look for them ourselves.";
    NoWebhooks = "no-webhooks",
        "Your plan in Qualified has no webhooks; we look for results ourselves, every five minutes while there is activity, otherwise once a day.";
    Connected = "connected", "You are connected to Lever.";
    Reconnected = "reconnected", "You are connected to Lever again. Work that waited is being done now.";
    StageAdded = "stage-added",
        "The trigger stage was added. Candidates moved into it from now on are invited.";
    StagesAdded = "stages-added",
        "The trigger stages were added. Candidates moved into them from now on are invited.";
    StageRemoved = "stage-removed", "The trigger stage was removed. Invitations already sent are still followed.";
    WebhookRegistered = "webhook-registered", "The webhook is registered in Lever again.";
    SubscriptionRegistered = "subscription-registered", "Qualified tells us about results again.";
    Removed = "removed", "The integration was removed. You can set it up again at any time.";
    LeftLeverWebhook = "left-lever-webhook",
        "Our webhook is still in Lever; what it sends is refused. Delete it in Lever under Settings → Integrations and API → Webhooks, or ask Lever's support to.";
    LeftSubscription = "left-subscription",
        "Our webhook is still in Qualified; what it sends is no longer followed. Delete the one named “Lever” in Qualified under Account → Integrations → Webhooks.";
    LeftLeverAccess = "left-lever-access",
        "Our access to Lever could not be given back, and we have forgotten it. Revoke it in Lever under Settings → Integrations and API → Authorized Apps.";
    LeverBusy = "lever-busy",
        "Nothing was changed: Lever is limiting our requests. Please try again in a minute.";
}
