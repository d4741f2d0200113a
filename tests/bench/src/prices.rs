//! The money: a price list, and what a candidate costs by it.

use crate::report::{Limit, Report, Row};
use crate::spent::Spent;

/// List prices in US dollars, us-east-1, without any free tier, as published in November 2025.
mod list {
    /// DynamoDB, on demand: a write unit, a read unit.
    pub(super) const WRITE_UNIT: f64 = 0.625e-6;
    pub(super) const READ_UNIT: f64 = 0.125e-6;
    /// SQS, standard queue: a request.
    pub(super) const QUEUE_REQUEST: f64 = 0.40e-6;
    /// API Gateway, HTTP API: a request.
    pub(super) const HTTP_REQUEST: f64 = 1.00e-6;
    /// Lambda on arm64: a request, a GB-second.
    pub(super) const INVOCATION: f64 = 0.20e-6;
    pub(super) const GB_SECOND: f64 = 0.000_013_333_4;
    /// CloudWatch Logs: a GB taken in.
    pub(super) const LOG_GB: f64 = 0.50;
}

/// The memory of a function in GB, as the template has it.
const MEMORY_GB: f64 = 0.25;
/// How long the intake takes for a delivery in seconds: two reads and a send in the same region.
const INTAKE_SECONDS: f64 = 0.02;
/// How long the worker takes for an event in seconds: mostly it waits for Lever and Qualified.
const WORKER_SECONDS: f64 = 1.0;
/// Stage changes of a candidate that are not for us, for each that is.
const OTHER_MOVES: f64 = 4.0;
/// What a run writes as log lines and metrics, in GB: about 1 kB.
const LOG_GB_OF_RUN: f64 = 1e-6;
/// Requests of SQS for a message: sent, received, deleted.
const REQUESTS_OF_MESSAGE: f64 = 3.0;
/// Candidates that are paid for.
const CANDIDATES: f64 = 1000.0;

/// The events of a candidate with what each was counted to cost.
pub(crate) struct Candidate {
    /// Those that go through the queue.
    pub(crate) told: [Spent; 3],
    /// A stage change that is not for us.
    pub(crate) dropped: Spent,
}

/// What a thousand candidates cost, in parts and in all.
pub(crate) fn tell(candidate: &Candidate, report: &mut Report) {
    let reads = |spent: &Spent| spent.reads * list::READ_UNIT;
    let table: f64 =
        candidate.told.iter().map(|spent| reads(spent) + spent.writes() * list::WRITE_UNIT).sum();
    let table = table + OTHER_MOVES * reads(&candidate.dropped);
    let events = f64::from(u8::try_from(candidate.told.len()).unwrap_or(u8::MAX));
    let queue = events * REQUESTS_OF_MESSAGE * list::QUEUE_REQUEST;
    let deliveries = events + OTHER_MOVES;
    let gateway = deliveries * list::HTTP_REQUEST;
    let seconds = deliveries * INTAKE_SECONDS + events * WORKER_SECONDS;
    let functions = (deliveries + events) * list::INVOCATION + seconds * MEMORY_GB * list::GB_SECOND;
    let logs = (deliveries + events) * LOG_GB_OF_RUN * list::LOG_GB;
    for (what, each) in [
        ("DynamoDB", table),
        ("SQS", queue),
        ("API Gateway", gateway),
        ("Lambda", functions),
        ("log lines", logs),
    ] {
        report.add(Row::figure(format!("cost of 1,000 candidates, {what}"), each * CANDIDATES, "$"));
    }
    let units = "DynamoDB and queue alone";
    report.add(Row::figure(format!("cost of 1,000 candidates, {units}"), (table + queue) * CANDIDATES, "$"));
    report.add(
        Row::figure(
            "cost of 1,000 candidates, all",
            (table + queue + gateway + functions + logs) * CANDIDATES,
            "$",
        )
        .limit(Limit::Most(0.02), "the units above, and requests that every delivery costs"),
    );
}
