//! What Qualified answers.

use jiff::Timestamp;
use lever_integration::domain::{
    ApiKey, AssessmentId, ContactId, EmailAddress, PersonName, ResultId, SubscriptionId, TeamCandidateId,
};
use lever_integration::qualified::{Client, Invitation};
use url::Url;

use crate::answers::{client, outcome};

const ID: &str = "5f1c2a4e0001400080000001";

/// Makes a call; returns whether its answers were taken. The first byte chooses the call, the rest is what it is answered with.
///
/// # Panics
/// When a call waits for anything but its answers, takes another's exhibit for the one asked for, or repeats an answer in
/// its error.
pub fn check(input: &[u8]) -> bool {
    let Some((which, input)) = input.split_first() else { return false };
    let base: Url = "https://www.qualified.example/api/".parse().expect("a URL");
    let key = ApiKey::new("key".to_owned());
    let qualified = Client::new(client(input), &base);
    let api = qualified.api(&key);
    let email: EmailAddress = known("candidate@example.com");
    let (assessment, contact): (AssessmentId, ContactId) = (known(ID), known(ID));
    let (person, result): (TeamCandidateId, ResultId) = (known(ID), known(ID));
    match which % 14 {
        0 => outcome(api.check_key()).is_some(),
        1 => outcome(api.assessments()).is_some(),
        2 => outcome(api.find_person(&email)).is_some(),
        3 => outcome(api.find_people_of(&contact)).is_some(),
        4 => outcome(api.results_of(&person, &assessment)).is_some(),
        5 => outcome(api.results_changed(Timestamp::UNIX_EPOCH)).is_some(),
        6 => outcome(api.current_result(&person, &assessment)).is_some(),
        7 => outcome(api.exhibit(&result)).inspect(|read| assert_eq!(read.id, result)).is_some(),
        8 => {
            let name = PersonName::default();
            let invitation =
                Invitation { email: &email, name: &name, assessment: &assessment, contact: &contact };
            outcome(api.invite(&invitation)).is_some()
        }
        9 => outcome(api.subscriptions()).is_some(),
        10 => outcome(api.subscribe(&base, "name")).is_some(),
        11 => outcome(api.resubscribe(&known::<SubscriptionId>(ID), &base)).is_some(),
        _ => outcome(api.unsubscribe(&known::<SubscriptionId>(ID))).is_some(),
    }
}

fn known<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().expect("usable")
}
