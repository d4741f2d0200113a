//! How much memory the intake takes, and that nobody can make it take more.

use lambda::Program;

use crate::Error;
use crate::deliveries::{Kind, delivery};
use crate::report::{Limit, Report, Row};
use crate::world::World;

/// Events of all kinds in turn.
const MIXED: u32 = 10_000;
/// Teams that are touched, each once.
const TEAMS: u32 = 100_000;

/// Peak after mixed events; peak and growth after as many teams as there may ever be, none of them known.
pub(crate) async fn measure(world: &World, report: &mut Report) -> Result<(), Error> {
    let mut intake = world.run(Program::StageChangeWebhook).await?;
    for (number, kind) in (0..MIXED).zip(Kind::ALL.into_iter().cycle()) {
        let event = delivery(&world.addressee, kind, 1_000_000 + number)?;
        intake.expect(&event, kind.status()).await?;
    }
    let held = "the SDK's clients and the code they run";
    let peak = |kib: u64| f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0;
    let mixed = intake.memory("VmHWM")?;
    let what = "peak memory after 10,000 mixed events";
    report.add(Row::figure(what, peak(mixed), "MiB").limit(Limit::Most(16.0), held));
    let before = intake.memory("VmRSS")?;
    for number in 0..TEAMS {
        let event = delivery(&world.addressee, Kind::UnknownTeam, number)?;
        intake.expect(&event, Kind::UnknownTeam.status()).await?;
    }
    let touched = intake.memory("VmHWM")?;
    let what = "peak memory after 100,000 unknown teams touched";
    report.add(Row::figure(what, peak(touched), "MiB").limit(Limit::Most(16.0), held));
    let growth = intake.memory("VmRSS")?.saturating_sub(before);
    let what = "growth of memory over 100,000 unknown teams (N64)";
    report.add(
        Row::figure(what, peak(growth), "MiB").limit(Limit::Most(1.0), "the allocator keeps freed pages"),
    );
    intake.end().await
}
