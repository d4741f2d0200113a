//! A candidate whose delivery is lost on the way from Lever, found by the reconciler on its schedule.

use std::time::Duration;

use lever_integration::clock::{Clock, SystemClock};
use lever_integration::domain::TeamId;
use local::control::Control;
use local::story::{Print, opportunity};
use local::timeline::{Actor, continuation, line, tags};
use serde_json::json;

use crate::{Error, Invoked, Stack};

/// How long ago the candidate was moved: longer than a stage change is left to its own event.
const AGO: Duration = Duration::from_secs(5 * 60);
const NAME: &str = "Ida Lost";
const EMAIL: &str = "ida@example.com";
const TRIGGER_STAGE: &str = "Technical Assessment";

/// Loses the delivery of one stage change of the team that a story connected, and sweeps twice.
///
/// # Errors
/// With the first step that was not seen.
pub async fn play(stack: &Stack, print: Print<'_>) -> Result<(), Error> {
    let say = |actor, what: &str| print(&line(SystemClock.now(), actor, what));
    let lever = Control::new(&stack.lever.url());
    let (team, _) = stack.qualified.first_team().ok_or(Error::Broken("Qualified has no team".to_owned()))?;
    let team: TeamId = team.as_str().parse().map_err(|error| Error::Broken(format!("{error}")))?;
    print("");
    let id = lose(stack, &team, &lever).await?;
    say(Actor::Recruiter, &format!("moves {NAME} into \"{TRIGGER_STAGE}\"; the delivery is lost"));
    found(stack, &team, 1).await?;
    say(Actor::Integration, "finds the move five minutes later");
    let shown = lever
        .until("the tag of whom a sweep found", "/_sim/state", |state| {
            let tags = opportunity(state, &id)?["tags"].as_array()?;
            (*tags == ["Rust Basics - Invited"]).then(|| vec!["Rust Basics - Invited".to_owned()])
        })
        .await?;
    print(&continuation(&tags(&shown)));
    found(stack, &team, 0).await?;
    say(Actor::Integration, "finds nothing more");
    match stack.qualified.mails().iter().filter(|mail| mail.to == EMAIL).count() {
        1 => Ok(()),
        mails => Err(Error::Broken(format!("{NAME} was mailed {mails} times"))),
    }
}

/// Moves a candidate as if it had been some minutes ago; the delivery is dropped.
async fn lose(stack: &Stack, team: &TeamId, lever: &Control) -> Result<String, Error> {
    let ago = i64::try_from(AGO.as_millis()).unwrap_or_default();
    stack.age_trigger_stages(team, 2 * AGO).await?;
    let wish = json!({"name": NAME, "emails": [EMAIL], "stage": "New applicant", "tags": ["Rust Basics"]});
    let created = lever.post("/_sim/opportunities", &wish).await?;
    let id = created["id"].as_str().unwrap_or_default().to_owned();
    lever.post("/_sim/deliveries/mode", &json!({"drop_next": 1})).await?;
    lever.post("/_sim/clock", &json!({"advance_ms": -ago})).await?;
    lever.post(&format!("/_sim/opportunities/{id}/move"), &json!({"stage": TRIGGER_STAGE})).await?;
    lever.post("/_sim/clock", &json!({"advance_ms": ago})).await?;
    let deliveries = lever.get("/_sim/deliveries").await?;
    match deliveries.as_array().and_then(|all| all.last()) {
        Some(last) if last["state"] == "dropped" => Ok(id),
        last => Err(Error::Broken(format!("the delivery is not lost: {last:?}"))),
    }
}

/// A run of the reconciler has to find so much.
async fn found(stack: &Stack, team: &TeamId, expected: u32) -> Result<(), Error> {
    let wanted = json!({"swept": 1, "failed": 0, "found": expected, "complete": true});
    let seen = stack.sweep(team).await?;
    if seen == Invoked::Answer(wanted.clone()) {
        return Ok(());
    }
    Err(Error::Broken(format!("the reconciler: {seen:?} instead of {wanted}")))
}
