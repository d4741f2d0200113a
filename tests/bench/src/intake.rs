//! The intake function beside the least function there is, and beside the same work in Node.js and Python.

use std::ffi::OsString;
use std::time::Duration;

use lambda::{Program, build_binary};

use crate::Error;
use crate::deliveries::{Addressee, Kind, delivery};
use crate::peers::{self, Peer};
use crate::report::{Limit, Report, Row, median, say};
use crate::runtime::Running;
use crate::world::World;

/// How often each program is started.
const STARTS: usize = 25;
/// How many events are counted, in rounds of this many for each program in turn.
const ROUNDS: u32 = 10;
const ROUND: u32 = 200;
/// Events before counting begins: connections are made, and the interpreters of the peers have compiled.
const WARM_UP: u32 = 300;

/// Start-up and processor time of the intake.
pub(crate) async fn measure(world: &World, report: &mut Report) -> Result<(), Error> {
    let hello: Vec<OsString> = vec![build_binary("hello", "hello")?.into_os_string()];
    let intake: Vec<OsString> = vec![Program::StageChangeWebhook.path()?.into_os_string()];
    starts(world, &hello, &intake, report).await?;
    let to = &world.addressee;
    let mut contenders = vec![
        Contender::start(world, "hello", &hello, to.clone(), Kind::Queued).await?,
        Contender::start(world, "stage-change-webhook, queued", &intake, to.clone(), Kind::Queued).await?,
        Contender::start(
            world,
            "stage-change-webhook, no trigger",
            &intake,
            to.clone(),
            Kind::NoTriggerStage,
        )
        .await?,
    ];
    for peer in Peer::ALL {
        match peers::prepare(peer, world).await? {
            Some((command, addressee)) => {
                contenders
                    .push(Contender::start(world, peer.name(), &command, addressee, Kind::Queued).await?);
            }
            None => say(&format!("{} cannot be had on this machine", peer.name())),
        }
    }
    for round in 0..ROUNDS {
        for contender in &mut contenders {
            contender.play(WARM_UP + round * ROUND, ROUND).await?;
        }
    }
    tell(&contenders, report)
}

/// Starts both in turn, so that both meet the same machine.
async fn starts(
    world: &World,
    hello: &[OsString],
    intake: &[OsString],
    report: &mut Report,
) -> Result<(), Error> {
    let (mut of_hello, mut of_intake) = (Vec::new(), Vec::new());
    let (mut work_of_hello, mut work_of_intake) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        for (command, times, work) in
            [(hello, &mut of_hello, &mut work_of_hello), (intake, &mut of_intake, &mut work_of_intake)]
        {
            let running = world.run_command(command).await?;
            times.push(running.init);
            work.push(running.processor_time()?);
            running.end().await?;
        }
    }
    let (hello, intake) = (median(&mut of_hello), median(&mut of_intake));
    let of_starts = |name: &str| format!("init of {name}, median of {STARTS}");
    report.add(Row::figure(of_starts("hello"), milliseconds(hello), "ms"));
    report.add(Row::figure(of_starts("stage-change-webhook"), milliseconds(intake), "ms"));
    report.add(
        Row::figure("init ÷ hello", ratio(intake, hello), "×").limit(
            Limit::Most(1.5),
            "three clients of the SDK and a first call of each; docs/decisions/0011",
        ),
    );
    let count = f64::from(u32::try_from(STARTS).unwrap_or(u32::MAX));
    let mean = |work: &[Duration]| milliseconds(work.iter().sum::<Duration>()) / count;
    report.add(Row::figure("processor time of an init of hello, mean", mean(&work_of_hello), "ms"));
    report.add(Row::figure("processor time of an init of the intake, mean", mean(&work_of_intake), "ms"));
    Ok(())
}

fn tell(contenders: &[Contender], report: &mut Report) -> Result<(), Error> {
    let each = |name: &str| contenders.iter().find(|one| one.name == name).map(Contender::each);
    for contender in contenders {
        let what = format!("processor time of an event, {}", contender.name);
        report.add(Row::figure(what, contender.each() * 1000.0, "µs"));
    }
    let (Some(hello), Some(queued), Some(dropped)) =
        (each("hello"), each("stage-change-webhook, queued"), each("stage-change-webhook, no trigger"))
    else {
        return Err(Error::Failed("a contender is missing".to_owned()));
    };
    report.add(Row::figure("events a second and core, queued", 1000.0 / queued, ""));
    report.add(Row::figure("events a second and core, no trigger stage", 1000.0 / dropped, ""));
    let calls = "three signed calls of AWS through the SDK (two reads, one send)";
    report.add(Row::figure("event ÷ hello, queued", queued / hello, "×").limit(Limit::Most(6.0), calls));
    let call = "one signed call of AWS through the SDK";
    report.add(
        Row::figure("event ÷ hello, no trigger stage", dropped / hello, "×").limit(Limit::Most(6.0), call),
    );
    for peer in Peer::ALL {
        let what = format!("{} ÷ stage-change-webhook, queued", peer.name());
        let row = match each(peer.name()) {
            Some(other) => Row::figure(what, other / queued, "×")
                .limit(Limit::Least(6.0), "the calls of AWS weigh the same for all"),
            None => Row::unmeasured(what).limit(Limit::Least(6.0), "the language cannot be had here"),
        };
        report.add(row);
    }
    Ok(())
}

/// A process that is given events.
struct Contender {
    name: &'static str,
    running: Running,
    to: Addressee,
    kind: Kind,
    used: Duration,
    events: u32,
}

impl Contender {
    async fn start(
        world: &World,
        name: &'static str,
        command: &[OsString],
        to: Addressee,
        kind: Kind,
    ) -> Result<Self, Error> {
        let running = world.run_command(command).await?;
        let mut contender = Self { name, running, to, kind, used: Duration::ZERO, events: 0 };
        contender.play(0, WARM_UP).await?;
        (contender.used, contender.events) = (Duration::ZERO, 0);
        Ok(contender)
    }

    async fn play(&mut self, first: u32, count: u32) -> Result<(), Error> {
        let before = self.running.processor_time()?;
        for number in first..first + count {
            let event = delivery(&self.to, self.kind, number)?;
            self.running.expect(&event, self.kind.status()).await?;
        }
        self.used += self.running.processor_time_since(before)?;
        self.events += count;
        Ok(())
    }

    /// Processor time of an event in milliseconds.
    fn each(&self) -> f64 {
        milliseconds(self.used) / f64::from(self.events)
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}
