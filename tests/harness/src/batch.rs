//! One message of a batch that cannot be read (I9): the others are done, it alone comes back until it is dead.

use lever_integration::queue::{BATCH_MAX, RECEIVES_MAX};
use serde_json::json;

use crate::world::{Made, World, free};

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
