//! Whether the worker waits for all messages of a batch at once.

use std::time::{Duration, Instant};

use lambda::{Invoked, Program};
use lever_integration::clock::{Clock, SystemClock};
use lever_integration::domain::{Connection, Team, TeamId};
use lever_integration::queue::BATCH_MAX;
use lever_integration::store::Recorded;
use local::control::Control;
use serde_json::{Value, json};

use crate::Error;
use crate::report::{Limit, Report, Row, median};
use crate::world::World;

/// How long Lever and Qualified take for each call.
const REMOTE: Duration = Duration::from_millis(300);
/// Long enough for Lever's limit to be as after a rest: 30 calls at 10 a second.
const REST: Duration = Duration::from_secs(3);
/// As long as Lever takes to grant the calls of one invitation again.
const CALLS_OF_ONE: Duration = Duration::from_millis(300);
/// How often both are measured.
const ROUNDS: u32 = 5;

/// The time of a whole batch against that of one message, invitations both, with slow remotes.
pub(crate) async fn measure(report: &mut Report) -> Result<(), Error> {
    let world = World::start().await?;
    world.stack.stop_worker();
    let lever = Control::new(&world.stack.lever.url());
    let qualified = Control::new(&world.stack.qualified.url());
    let batch = u32::try_from(BATCH_MAX).unwrap_or(10);
    let teams = teams(&world, batch).await?;
    // Connections are made and each team's assessments are read before anything counts.
    for (number, team) in (0..).zip(&teams) {
        play(&world, &lever, std::slice::from_ref(team), number).await?;
        tokio::time::sleep(CALLS_OF_ONE).await;
    }
    for control in [&lever, &qualified] {
        let delay = u64::try_from(REMOTE.as_millis()).unwrap_or_default();
        let path = if std::ptr::eq(control, &lever) { "/v1/**" } else { "/api/**" };
        let fault = json!({"path": path, "times": 1_000_000, "mode": "delay", "delay_ms": delay});
        control.post("/_sim/faults", &fault).await?;
    }
    let (mut one, mut all) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let first = 100 * (round + 1);
        tokio::time::sleep(REST).await;
        one.push(play(&world, &lever, teams.get(..1).unwrap_or_default(), first).await?);
        tokio::time::sleep(REST).await;
        all.push(play(&world, &lever, &teams, first + 1).await?);
    }
    let (one, all) = (median(&mut one), median(&mut all));
    report.add(Row::figure("one message, remotes of 300 ms", one.as_secs_f64() * 1000.0, "ms"));
    report.add(Row::figure("a batch of 10, remotes of 300 ms", all.as_secs_f64() * 1000.0, "ms"));
    report.add(
        Row::figure("batch of 10 ÷ one message", all.as_secs_f64() / one.as_secs_f64(), "×")
            .limit(Limit::Most(1.3), "the work of ten on one processor"),
    );
    Ok(())
}

/// Teams with the connection and the trigger stages of the one that logged in: a batch of one team alone would
/// be slowed down by Lever's limit, which is not what is measured.
async fn teams(world: &World, count: u32) -> Result<Vec<TeamId>, Error> {
    let store = &world.stack.store;
    let gone = || Error::Failed("the team is gone".to_owned());
    let known = store.load_team(&world.addressee.team).await?.ok_or_else(gone)?;
    let connection = known.connection.ok_or_else(gone)?;
    let mut teams = Vec::new();
    for number in 0..count {
        let id: TeamId = format!("7f{number:022x}").parse().map_err(|_| gone())?;
        let team = Team { id: id.clone(), version: 0, ..known.team.clone() };
        let connection = Connection { team: id.clone(), version: 0, ..connection.clone() };
        if store.record_team(&team).await? == Recorded::Conflict
            || store.record_connection(&connection).await? == Recorded::Conflict
        {
            return Err(Error::Failed(format!("{id} is there already")));
        }
        for stage in &known.trigger_stages {
            store.record_trigger_stage(&id, stage).await?;
        }
        teams.push(id);
    }
    Ok(teams)
}

/// Moves a candidate for each team into the trigger stage and hands their messages to the worker in one batch.
async fn play(world: &World, lever: &Control, teams: &[TeamId], first: u32) -> Result<Duration, Error> {
    let mut records = Vec::new();
    for (number, team) in (first..).zip(teams) {
        let wish = json!({
            "name": format!("Candidate {number}"),
            "emails": [format!("candidate-{number}@example.com")],
            "stage": "New applicant",
            "tags": ["Rust Basics"],
        });
        let created = lever.post("/_sim/opportunities", &wish).await?;
        let id = created["id"].as_str().unwrap_or_default().to_owned();
        let path = format!("/_sim/opportunities/{id}/move");
        lever.post(&path, &json!({"stage": "Technical Assessment"})).await?;
        records.push(record(world, team, &id, number));
    }
    let event = json!({ "Records": records });
    let invited_before = world.stack.qualified.mails().len();
    let began = Instant::now();
    let invoked = world.stack.function(Program::Worker).invoke(event).await?;
    let took = began.elapsed();
    let invited = world.stack.qualified.mails().len() - invited_before;
    if invited != teams.len() {
        return Err(Error::Failed(format!("{invited} of {} candidates were invited", teams.len())));
    }
    match invoked {
        Invoked::Answer(answer) if answer["batchItemFailures"] == json!([]) => Ok(took),
        other @ (Invoked::Answer(_) | Invoked::Failed(_) | Invoked::Killed) => {
            Err(Error::Failed(format!("the worker answered {other:?}")))
        }
    }
}

/// A message as Lambda hands it over (Lambda: SQS event).
fn record(world: &World, team: &TeamId, opportunity: &str, number: u32) -> Value {
    let now = SystemClock.now().as_millisecond();
    let body = json!({
        "v": 1,
        "team": team.as_str(),
        "received_at": now,
        "event": {"stage_changed": {
            "id": format!("{number:032x}"),
            "triggered_at": now,
            "opportunity": opportunity,
            "to_stage": world.addressee.trigger_stage.as_str(),
            "body_digest": "0".repeat(64),
        }},
    });
    json!({
        "messageId": format!("m-{number}"),
        "receiptHandle": format!("receipt-{number}"),
        "body": body.to_string(),
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": now.to_string()},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:events",
        "awsRegion": "us-east-1",
    })
}
