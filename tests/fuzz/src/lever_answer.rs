//! What Lever answers.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use lever_integration::clock::ManualClock;
use lever_integration::config::LeverClientSecret;
use lever_integration::domain::{
    AccessToken, CodeVerifier, LeverWebhookId, OpportunityId, RefreshToken, StageId, Tag,
};
use lever_integration::lever::{Client, Confidentiality, Error, OAuth, Pace, Permits};
use url::Url;

use crate::answers::{client, outcome};

const ID: &str = "5f1c2a4e-0001-4000-8000-000000000001";

/// Calls may always be made.
struct Unlimited;

#[async_trait]
impl Pace for Unlimited {
    async fn reserve(&self, _: u32) -> Result<(), Error> {
        Ok(())
    }

    async fn hold(&self, _: Duration) {}
}

/// Makes a call; returns whether its answers were taken. The first byte chooses the call, the rest is what it is answered with.
///
/// # Panics
/// When a call waits for anything but its answers, takes another opportunity for the one asked for, repeats an answer in
/// its error, or would send its token elsewhere.
pub fn check(input: &[u8]) -> bool {
    let Some((which, input)) = input.split_first() else { return false };
    let http = client(input);
    let (base, now) = (url("https://api.lever.co/v1"), Timestamp::UNIX_EPOCH);
    let permits = Permits::new(Box::new(Unlimited), Arc::new(ManualClock::at(now)));
    let token = AccessToken::new("access".to_owned());
    let lever = Client::new(http.clone(), &base);
    let api = lever.api(&token, None, permits);
    let oauth = OAuth::new(
        http,
        &url("https://auth.lever.co"),
        base.as_str(),
        "id",
        LeverClientSecret::new("secret".to_owned()),
    );
    let id: OpportunityId = known(ID);
    let tags: Vec<Tag> = Tag::new("Rust Basics").into_iter().collect();
    let is_taken = match which % 14 {
        0 => outcome(api.opportunity(&id)).inspect(|opportunity| assert_eq!(opportunity.id, id)).is_some(),
        1 => outcome(api.opportunities_advanced(
            &[known::<StageId>("lead-new")],
            now,
            Confidentiality::All,
            None,
        ))
        .is_some(),
        2 => outcome(api.opportunities_deleted((now, now), None)).is_some(),
        3 => outcome(api.add_tags(&id, &tags)).is_some(),
        4 => outcome(api.remove_tags(&id, &tags)).is_some(),
        5 => outcome(api.add_note(&id, "text")).is_some(),
        6 => outcome(api.notes(&id)).is_some(),
        7 => outcome(api.stages()).is_some(),
        8 => outcome(api.webhooks()).is_some(),
        9 => outcome(api.register_webhook(&base)).is_some(),
        10 => outcome(api.delete_webhook(&known::<LeverWebhookId>(ID))).is_some(),
        11 => {
            let verifier = CodeVerifier::new("verifier".to_owned());
            outcome(oauth.exchange("code", &base, &verifier, now)).is_some()
        }
        12 => outcome(oauth.refresh(&RefreshToken::new("refresh".to_owned()), now)).is_some(),
        _ => outcome(oauth.revoke(&RefreshToken::new("refresh".to_owned()))).is_some(),
    };
    if let Some(moved_to) = api.moved_to() {
        let host = url(&moved_to).host_str().map(str::to_owned).unwrap_or_default();
        assert!(host == "lever.co" || host.ends_with(".lever.co"), "a token would go to {moved_to}");
    }
    is_taken
}

fn url(text: &str) -> Url {
    text.parse().expect("a URL")
}

fn known<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().expect("a usable id")
}
