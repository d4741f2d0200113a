//! What happens, counted for CloudWatch in embedded metric format.
//!
//! The names are those of the alarms and the dashboard (template.yaml) and of `docs/OPERATIONS.md`. A count has
//! no dimension and names no team and no person. Nothing is written unless [`init`] was called: only a Lambda
//! function has somebody who reads it.

use std::sync::OnceLock;

use metrics_cloudwatch_embedded::{Builder, Collector};

use crate::domain::Reason;

/// The namespace in CloudWatch.
pub const NAMESPACE: &str = "LeverIntegration";

static COLLECTOR: OnceLock<&'static Collector> = OnceLock::new();

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// A delivery was accepted.
    EventsReceived,
    /// A delivery was answered 503.
    IntakeUnavailable,
    /// An invitation went out.
    Invited,
    /// A candidate was seen to have started.
    Started,
    /// A candidate was seen to have submitted.
    Submitted,
    /// A connection ended because Lever refused the refresh token.
    ReconnectNeeded,
    /// A connected team got no delivery that should have come.
    WebhookSilent,
    /// A message is given up for the dead-letter queue.
    DeadLettered,
    /// A signature was used before with another body.
    Tampered,
    /// Lever refused a call for its rate.
    RateLimited,
    /// DynamoDB throttled a call, of the table or of an index, until the client gave it up.
    TableThrottled,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::EventsReceived,
        Self::IntakeUnavailable,
        Self::Invited,
        Self::Started,
        Self::Submitted,
        Self::ReconnectNeeded,
        Self::WebhookSilent,
        Self::DeadLettered,
        Self::Tampered,
        Self::RateLimited,
        Self::TableThrottled,
    ];

    /// The name in CloudWatch.
    pub fn name(self) -> &'static str {
        match self {
            Self::EventsReceived => "EventsReceived",
            Self::IntakeUnavailable => "IntakeUnavailable",
            Self::Invited => "Invited",
            Self::Started => "Started",
            Self::Submitted => "Submitted",
            Self::ReconnectNeeded => "ReconnectNeeded",
            Self::WebhookSilent => "WebhookSilent",
            Self::DeadLettered => "DeadLettered",
            Self::Tampered => "Tampered",
            Self::RateLimited => "RateLimited",
            Self::TableThrottled => "TableThrottled",
        }
    }

    /// Counts one.
    pub fn count(self) {
        ::metrics::counter!(self.name()).increment(1);
        #[cfg(any(test, feature = "test-support"))]
        COUNTED.with_borrow_mut(|counted| counted.push(self));
    }
}

#[cfg(any(test, feature = "test-support"))]
thread_local! {
    static COUNTED: std::cell::RefCell<Vec<Metric>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// How often this was counted on this thread, for tests that run on one.
#[cfg(any(test, feature = "test-support"))]
pub fn counted(metric: Metric) -> usize {
    COUNTED.with_borrow(|counted| counted.iter().filter(|one| **one == metric).count())
}

/// Counts a decision, if its reason is a step of the funnel.
pub(crate) fn count_decision(reason: Reason) {
    let funnel = [
        (Reason::Invited, Metric::Invited),
        (Reason::Started, Metric::Started),
        (Reason::Submitted, Metric::Submitted),
    ];
    if let Some((_, metric)) = funnel.into_iter().find(|(step, _)| *step == reason) {
        metric.count();
    }
}

/// Counts from now on; does nothing if that was said before.
pub fn init() {
    if let Ok(collector) = Builder::new().cloudwatch_namespace(NAMESPACE).init() {
        _ = COLLECTOR.set(collector);
    }
}

/// Writes what was counted since the last time to the standard output, which Lambda takes to CloudWatch: to be
/// called at the end of every invocation, since afterwards the process may never run again.
pub fn flush() {
    if let Some(collector) = COLLECTOR.get()
        && let Err(error) = collector.flush(std::io::stdout())
    {
        tracing::warn!(%error, "metrics.not_written");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_one_line_of_embedded_metrics() {
        init();
        Metric::Invited.count();
        Metric::Invited.count();
        count_decision(Reason::Started);
        count_decision(Reason::NoMatchingTag);
        let mut written = Vec::new();
        COLLECTOR.get().unwrap().flush(&mut written).unwrap();
        let line: serde_json::Value = serde_json::from_slice(&written).unwrap();
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], NAMESPACE);
        assert_eq!((&line["Invited"], &line["Started"]), (&2.into(), &1.into()));
        let names = directive["Metrics"].as_array().unwrap();
        assert!(names.iter().all(|one| Metric::ALL.iter().any(|metric| one["Name"] == metric.name())));
        let dimensions = &directive["Dimensions"];
        assert!(dimensions.is_null() || dimensions == &serde_json::json!([[]]), "{dimensions}");
    }
}
