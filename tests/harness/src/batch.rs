//! Messages that cannot be read: of a batch the others are done, it alone comes back until it is dead (I9); one that newer
//! code has written comes back for as long, and is never dropped (F17).

use std::time::Duration;

use lever_integration::queue::{BATCH_MAX, RECEIVES_MAX};
use serde_json::json;

use crate::world::{Made, World, free};

/// A deployment is over by then.
const A_DEPLOYMENT: Duration = Duration::from_secs(10 * 60);

/// Works through a whole batch with one such message; says what is wrong.
///
/// # Errors
/// When the world cannot be prepared or does not come to rest.
pub async fn poisoned_batch() -> Made<Vec<String>> {
    let mut world = World::start(1, 1).await?;
    let mut wrong = Vec::new();
    world.queue.send_body(&world.tenants[0].team, "not an envelope");
    for number in 1..BATCH_MAX {
        let id = world.candidate(0, &format!("Candidate {number}"), json!({"tags": [World::TITLE]}))?;
        world.ask_for(&id)?;
    }
    world.deliver(free).await?;
    if let Some(run) = world.begin_work(BATCH_MAX) {
        world.runs.drive(run, free).await;
    }
    // Lever's rate lets some of them be done at once; the others were told to wait.
    let mails = world.qualified.mails().len();
    if mails == 0 || world.queue.depth() != BATCH_MAX - mails {
        let left = world.queue.depth();
        wrong.push(format!("I9: {left} messages are left and {mails} were invited"));
    }
    world.settle().await?;
    if world.qualified.mails().len() != BATCH_MAX - 1 {
        let mails = world.qualified.mails().len();
        wrong.push(format!("I9: {mails} instead of {} were invited", BATCH_MAX - 1));
    }
    let dead = world.queue.dead_letters();
    if dead.len() != 1 || dead[0].receives != RECEIVES_MAX {
        wrong.push(format!("I9: {dead:?} instead of one message received {RECEIVES_MAX} times"));
    }
    Ok(wrong)
}

/// Works on a message of a version to come, as old code does amid a deployment; says what is wrong.
///
/// # Errors
/// When the world cannot be prepared or does not come to rest.
pub async fn message_of_a_newer_version() -> Made<Vec<String>> {
    let mut world = World::start(1, 1).await?;
    let mut wrong = Vec::new();
    world.queue.send_body(&world.tenants[0].team, r#"{"v": 99, "something": "new"}"#);
    let mut waited = Duration::ZERO;
    for receive in 1..=RECEIVES_MAX {
        world.work(free).await;
        if world.queue.depth() != 1 {
            wrong.push(format!("F17: the message was dropped at its receive {receive}"));
        }
        let visible_at = world.queue.next_visible_at().map_or(0, |at| at.as_millisecond() + 1);
        let wait = Duration::from_millis(u64::try_from(visible_at - world.now_ms()).unwrap_or_default());
        world.advance(wait);
        waited += wait;
    }
    if waited < A_DEPLOYMENT {
        wrong.push(format!("F17: the message waited {waited:?} only"));
    }
    if world.begin_work(1).is_some() || world.queue.dead_letters().len() != 1 || world.queue.redrive() != 1 {
        wrong.push("F17: the message cannot be put back".to_owned());
    }
    Ok(wrong)
}
