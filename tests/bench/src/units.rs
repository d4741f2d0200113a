//! What each kind of event costs: units of DynamoDB, calls of Lever and Qualified, and the money of it.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use local::control::Control;
use local::table::TABLE_NAME;
use serde_json::{Value, json};
use sim_kit::deliveries::State;

use crate::Error;
use crate::prices;
use crate::report::{Limit, Report, Row, say};
use crate::spent::{Kind, Spent};
use crate::world::World;

/// Candidates over whom the mean is taken.
const CANDIDATES: u32 = 5;
/// How many teams there are in the small and in the large table.
const TEAMS_FEW: u32 = 10;
const TEAMS_MANY: u32 = 100_000;
/// Items of one batch (DynamoDB: `BatchWriteItem`).
const BATCH: u32 = 25;
const TITLE: &str = "Rust Basics";
const TRIGGER_STAGE: &str = "Technical Assessment";
const OTHER_STAGE: &str = "Offer";
/// Everything is at rest when nothing was counted for so long.
const QUIET: Duration = Duration::from_millis(400);
/// How long it may take to come to rest.
const RESTS_WITHIN: Duration = Duration::from_secs(60);

/// Counts every kind of event with few and with many teams in the table.
pub(crate) async fn measure(report: &mut Report) -> Result<(), Error> {
    let world = World::start().await?;
    let run = Run { lever: Control::new(&world.stack.lever.url()), world: &world };
    run.preload(1, TEAMS_FEW).await?;
    // The list of assessments is read once a minute for a team, so the first candidate pays for the others.
    run.candidates(0, 1).await?;
    let few = run.candidates(1, CANDIDATES).await?;
    let began = Instant::now();
    run.preload(TEAMS_FEW, TEAMS_MANY).await?;
    say(&format!("{TEAMS_MANY} teams in the table after {} s", began.elapsed().as_secs()));
    let many = run.candidates(1 + CANDIDATES, CANDIDATES).await?;
    for (kind, spent) in Kind::ALL.into_iter().zip(&many) {
        tell(kind, spent, report);
    }
    // Without the connection: that an event came is noted once a minute, whoever it was about.
    let of_events = |spent: &Spent| spent.reads + spent.writes_of_event();
    let total = |all: &[Spent]| all.iter().map(of_events).sum::<f64>();
    let difference = (total(&many) / total(&few) - 1.0).abs() * 100.0;
    report.add(
        Row::figure("units with 100,000 teams against 10, difference", difference, "%")
            .limit(Limit::Most(1.0), "the figures of single candidates differ"),
    );
    let scans = few.iter().chain(&many).map(|spent| spent.scans).sum();
    // The other functions are not played here; no role allows a scan (docs/SECURITY.md).
    report.add(Row::figure("scans of intake and worker", scans, "").limit(Limit::Most(0.0), "a scan"));
    prices::tell(&few_kinds(&many), report);
    Ok(())
}

/// What one candidate goes through: invited, started, submitted; and the stage changes that are not for us.
fn few_kinds(all: &[Spent]) -> prices::Candidate {
    let of = |wanted: Kind| {
        Kind::ALL
            .into_iter()
            .zip(all)
            .find(|(kind, _)| *kind == wanted)
            .map(|(_, spent)| *spent)
            .unwrap_or_default()
    };
    prices::Candidate {
        told: [of(Kind::Invited), of(Kind::Started), of(Kind::Submitted)],
        dropped: of(Kind::NoTriggerStage),
    }
}

fn tell(kind: Kind, spent: &Spent, report: &mut Report) {
    let name = kind.name();
    let parts = format!(
        "ledger {}, activity {}, slot {}, other {}, indexes {}",
        spent.ledger, spent.activity, spent.slot, spent.other, spent.indexes
    );
    report.add(
        Row::figure(format!("write units, {name}"), spent.writes_of_event(), "")
            .limit(Limit::Most(kind.writes_limit()), &parts),
    );
    if spent.writes() > 0.0 {
        report.add(Row::figure("  of these ledger and activity", spent.ledger + spent.activity, ""));
        report.add(Row::figure("  of these rate slot", spent.slot, ""));
        report.add(Row::figure("  of these indexes", spent.indexes, ""));
        report.add(Row::figure("  besides, at most once a minute of a team", spent.connection, ""));
    }
    report.add(Row::figure(format!("read units, {name}"), spent.reads, ""));
    report.add(Row::figure(format!("calls of Lever, {name}"), spent.lever, ""));
    report.add(Row::figure(format!("calls of Qualified, {name}"), spent.qualified, ""));
}

struct Run<'a> {
    world: &'a World,
    lever: Control,
}

impl Run<'_> {
    /// Takes candidates through everything, one after the other; the mean of each kind.
    async fn candidates(&self, first: u32, count: u32) -> Result<Vec<Spent>, Error> {
        let mut all = vec![Spent::default(); Kind::ALL.len()];
        for number in first..first + count {
            let wish = json!({
                "name": format!("Candidate {number}"),
                "emails": [format!("candidate-{number}@example.com")],
                "stage": "New applicant",
                "tags": [TITLE],
            });
            let created = self.lever.post("/_sim/opportunities", &wish).await?;
            let id = created["id"].as_str().unwrap_or_default().to_owned();
            self.rest(Some(&format!("candidate {number}")), async || Ok(true)).await?;
            for (kind, spent) in Kind::ALL.into_iter().zip(&mut all) {
                self.play(kind, &id, number, spent).await.map_err(|error| {
                    Error::Failed(format!("candidate {number}, {}: {error}", kind.name()))
                })?;
            }
        }
        Ok(all.into_iter().map(|spent| spent.mean(f64::from(count))).collect())
    }

    async fn play(&self, kind: Kind, id: &str, number: u32, spent: &mut Spent) -> Result<(), Error> {
        self.world.proxy.take();
        let calls = |after: (usize, usize)| {
            let stack = &self.world.stack;
            let (lever, qualified) = (stack.lever.kit().calls.after(0), stack.qualified.kit().calls.after(0));
            (lever.len() - after.0, qualified.len() - after.1)
        };
        let before = calls((0, 0));
        let taken_before = self.taken_in();
        let qualified = &self.world.stack.qualified;
        let result = || {
            let to = format!("candidate-{number}@example.com");
            let mail = qualified.mails().into_iter().find(|mail| mail.to == to);
            mail.map(|mail| mail.result_id).ok_or_else(|| Error::Failed("no mail".to_owned()))
        };
        let refused = |error: &dyn std::fmt::Display| Error::Failed(error.to_string());
        let tag = match kind {
            Kind::Invited => {
                self.move_to(id, TRIGGER_STAGE).await?;
                Some("Invited")
            }
            Kind::Started => {
                qualified.start_result(result()?).map_err(|error| refused(&error))?;
                Some("Started")
            }
            Kind::Submitted => {
                qualified.submit_result(result()?, Default::default()).map_err(|error| refused(&error))?;
                Some("Submitted")
            }
            Kind::Duplicate => {
                self.rerun(id).await?;
                None
            }
            Kind::NoTriggerStage => {
                self.move_to(id, OTHER_STAGE).await?;
                None
            }
        };
        let wanted = tag.map(|suffix| format!("{TITLE} - {suffix}"));
        self.rest(wanted.as_deref(), async || match &wanted {
            Some(tag) => self.shows(id, tag).await,
            None => Ok(self.taken_in() > taken_before),
        })
        .await?;
        let costs = self.world.proxy.take();
        if let Some(cost) = costs.iter().find(|cost| !cost.is_told) {
            return Err(Error::Failed(format!("{} was answered without its capacity", cost.operation)));
        }
        costs.iter().for_each(|cost| spent.count(cost));
        let (lever, by_qualified) = calls(before);
        spent.lever += f64::from(u32::try_from(lever).unwrap_or(u32::MAX));
        spent.qualified += f64::from(u32::try_from(by_qualified).unwrap_or(u32::MAX));
        Ok(())
    }

    async fn move_to(&self, id: &str, stage: &str) -> Result<(), Error> {
        self.lever.post(&format!("/_sim/opportunities/{id}/move"), &json!({ "stage": stage })).await?;
        Ok(())
    }

    /// Delivers the stage change into the trigger stage again.
    async fn rerun(&self, opportunity: &str) -> Result<(), Error> {
        let deliveries = self.lever.get("/_sim/deliveries").await?;
        let last = deliveries
            .as_array()
            .into_iter()
            .flatten()
            .rfind(|one| one.to_string().contains(opportunity))
            .and_then(|one| {
                one["id"].as_str().map(str::to_owned).or_else(|| one["id"].as_u64().map(|id| id.to_string()))
            })
            .ok_or_else(|| Error::Failed("no delivery to run again".to_owned()))?;
        self.lever.post(&format!("/_sim/deliveries/{last}/rerun"), &json!({})).await?;
        Ok(())
    }

    /// How many deliveries of Lever were answered 2xx so far, repetitions included.
    fn taken_in(&self) -> usize {
        let deliveries = self.world.stack.lever.kit().deliveries.list();
        let taken = deliveries.iter().filter(|delivery| delivery.state == State::Delivered);
        taken.map(|delivery| delivery.attempts.len()).sum()
    }

    async fn shows(&self, id: &str, tag: &str) -> Result<bool, Error> {
        let state = self.lever.get("/_sim/state").await?;
        let all = state["accounts"][0]["opportunities"].as_array().cloned().unwrap_or_default();
        let tags = all.iter().find(|one| one["id"] == id).map(|one| one["tags"].clone()).unwrap_or_default();
        let of_title = |tags: &Value| -> Vec<String> {
            let tags = tags.as_array().into_iter().flatten().filter_map(Value::as_str);
            tags.filter(|tag| tag.starts_with(TITLE)).map(str::to_owned).collect()
        };
        Ok(of_title(&tags) == [tag])
    }

    /// Waits until it is as wanted, no message is left and nothing more is counted.
    async fn rest(
        &self,
        what: Option<&str>,
        is_as_wanted: impl AsyncFn() -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let deadline = Instant::now() + RESTS_WITHIN;
        let mut seen = usize::MAX;
        loop {
            tokio::time::sleep(QUIET).await;
            let counted = self.world.proxy.seen();
            let is_quiet = counted == seen;
            seen = counted;
            if is_quiet && is_as_wanted().await? && self.world.stack.messages().await?.0 == 0 {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Error::Failed(format!("not seen: {}", what.unwrap_or("rest"))));
            }
        }
    }

    /// Teams with a connection each, straight into the table.
    async fn preload(&self, from: u32, to: u32) -> Result<(), Error> {
        let client = self.world.stack.table_client();
        let numbers: Vec<u32> = (from..to).collect();
        for batch in numbers.chunks(usize::try_from(BATCH / 2).unwrap_or(1)) {
            let writes = batch.iter().flat_map(|number| items(*number)).collect::<Result<Vec<_>, _>>()?;
            let call = client.batch_write_item().request_items(TABLE_NAME, writes);
            call.send().await.map_err(|error| Error::Failed(format!("teams: {error}")))?;
        }
        Ok(())
    }
}

fn items(number: u32) -> [Result<WriteRequest, Error>; 2] {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let partition = format!("TEAM#6f{number:022x}");
    let item = |sk: &str, name: &str, value: &str| {
        let put =
            PutRequest::builder().item("pk", text(&partition)).item("sk", text(sk)).item(name, text(value));
        let put = put.item("filler", text(&"x".repeat(300))).build();
        let put = put.map_err(|error| Error::Failed(error.to_string()))?;
        Ok(WriteRequest::builder().put_request(put).build())
    };
    [
        item("TEAM", "lever_url_key", &"k".repeat(43)),
        item("LEVER", "connection_shard", &format!("CONNECTION#{:02}", number % 16)),
    ]
}
