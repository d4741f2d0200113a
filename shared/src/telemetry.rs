//! Log lines: where they go, what they hold and what they never hold.
//!
//! One unit of work (an HTTP request, a message, a run of the reconciler) ends with one [`Closing`] line.
//! The same thing has the same field everywhere:
//!
//! | field | what |
//! |---|---|
//! | `unit` | what kind of work: `message`, `sweep` (of one team), or the name of the function |
//! | `outcome` | what became of it, one word: `done`, `postponed`, `queued`, … |
//! | `team.id`, `opportunity.id`, `event.id`, `message.id` | about what |
//! | `reason` | the code of a decision's reason, or in one word why there was no decision |
//! | `disposition` | for a failure: `rejected`, `transient`, `disconnected`, `unprocessable`, `defect` |
//! | `error` | for a failure: what our own error type says |
//! | `receive_count` | how often the message was received, from 1 |
//! | `duration_ms` | how long it took |
//!
//! Never in a line: names, e-mail addresses, tokens and keys, bodies of requests, answers or messages,
//! URLs with a key or a query, the text of a panic. Since other crates write such things when asked for
//! detail, they are held to `INFO` whatever the filter says.

use std::error::Error as StdError;
use std::time::Duration;

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{self, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::{fmt, registry};

use crate::domain::{EventId, OpportunityId, TeamId};
use crate::failure::Disposition;

#[cfg(any(test, feature = "test-support"))]
mod capture;
#[cfg(any(test, feature = "test-support"))]
pub use capture::{Capture, capture};

/// What is logged when the filter does not say otherwise.
pub const FILTER_DEFAULT: &str = "info";
/// The same, for a filter that cannot be read.
const FILTER_DEFAULT_LEVEL: Level = Level::INFO;

/// The crates of this workspace: theirs alone are lines below `INFO`.
const OWN_CRATES: [&str; 11] = [
    "lever_integration",
    "integrations_page",
    "oauth_callback",
    "stage_change_webhook",
    "assessment_events",
    "worker",
    "reconciler",
    "local",
    "lever_sim",
    "qualified_sim",
    "sim_kit",
];

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object, for the logs of Lambda.
    Json,
    /// For a terminal.
    Plain,
}

/// Sends log lines to the standard error stream from now on; does nothing if they already go somewhere.
///
/// `filter` is that of `RUST_LOG`; one that cannot be read counts as [`FILTER_DEFAULT`]. With
/// [`Format::Json`] a panic becomes a line too: where it happened and nothing of its text.
pub fn init(format: Format, filter: &str) {
    let is_first =
        tracing::subscriber::set_global_default(subscriber(format, filter, std::io::stderr)).is_ok();
    if is_first && format == Format::Json {
        std::panic::set_hook(Box::new(log_panic));
    }
}

/// Whether `filter` can be read as one.
pub fn is_filter(filter: &str) -> bool {
    filter.parse::<Targets>().is_ok()
}

fn subscriber<W>(format: Format, filter: &str, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let wanted: Targets =
        filter.parse().unwrap_or_else(|_| Targets::new().with_default(FILTER_DEFAULT_LEVEL));
    let lines = fmt::layer().with_writer(writer);
    let lines = match format {
        Format::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(true).boxed()
        }
        Format::Plain => lines.boxed(),
    };
    registry().with(wanted).with(filter::filter_fn(is_discreet)).with(lines)
}

fn is_discreet(metadata: &Metadata<'_>) -> bool {
    let name = metadata.target().split("::").next().unwrap_or_default();
    *metadata.level() <= Level::INFO || OWN_CRATES.contains(&name)
}

/// The text of a panic may quote any datum at hand, so only its place is logged.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(panic.place = place, "panicked");
}

/// The last line of a unit of work.
#[derive(Debug, Clone, Copy)]
pub struct Closing<'a> {
    /// What kind of work.
    pub unit: &'static str,
    /// What became of it, one word.
    pub outcome: &'static str,
    /// How long it took.
    pub took: Duration,
    /// Whose work.
    pub team: Option<&'a TeamId>,
    /// About which opportunity.
    pub opportunity: Option<&'a OpportunityId>,
    /// About which event.
    pub event: Option<&'a EventId>,
    /// Why, as a code.
    pub reason: Option<&'static str>,
    /// For a failure: what is done about it.
    pub disposition: Option<Disposition>,
    /// For a failure: the error; its text is logged, so it must be one of ours.
    pub error: Option<&'a dyn StdError>,
}

macro_rules! write_closing {
    ($level:expr, $closing:expr) => {
        tracing::event!(
            $level,
            unit = $closing.unit,
            outcome = $closing.outcome,
            team.id = $closing.team.map(tracing::field::display),
            opportunity.id = $closing.opportunity.map(tracing::field::display),
            event.id = $closing.event.map(tracing::field::display),
            reason = $closing.reason,
            disposition = $closing.disposition.map(disposition_word),
            error = $closing.error.map(tracing::field::display),
            duration_ms = u64::try_from($closing.took.as_millis()).unwrap_or(u64::MAX),
            "closed"
        )
    };
}

impl<'a> Closing<'a> {
    /// A line that knows only what the work was, what became of it and how long it took.
    pub fn new(unit: &'static str, outcome: &'static str, took: Duration) -> Self {
        let (team, opportunity, event, reason, disposition, error) = (None, None, None, None, None, None);
        Self { unit, outcome, took, team, opportunity, event, reason, disposition, error }
    }

    /// Writes the line.
    pub fn log(self) {
        write_closing!(Level::INFO, self);
    }

    /// Writes the line as an error, which somebody has to look at.
    pub fn log_as_error(self) {
        write_closing!(Level::ERROR, self);
    }
}

fn disposition_word(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Rejected => "rejected",
        Disposition::Transient { .. } => "transient",
        Disposition::Disconnected => "disconnected",
        Disposition::Unprocessable => "unprocessable",
        Disposition::Defect => "defect",
    }
}

#[cfg(test)]
mod tests;
