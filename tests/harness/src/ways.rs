//! The ways in which the call at a point can fail, and the plans of the exhaustive run.

use sim_kit::faults::Mode;

use crate::cases::{Case, Demand, Plan, TOKEN_CALL};
use crate::gate::{Fault, Point, Side, Verdict};
use crate::runs::Order;

/// A point that no run reaches.
pub const NOWHERE: usize = usize::MAX;

/// How a service may answer without its being the last word.
const PASSING: [Fault; 12] = [
    Fault::Answer(Mode::Status, Some(429), None),
    Fault::Answer(Mode::Status, Some(429), Some("7")),
    Fault::Answer(Mode::Status, Some(500), None),
    Fault::Answer(Mode::Status, Some(502), None),
    Fault::Answer(Mode::Status, Some(503), Some("2")),
    Fault::Answer(Mode::StatusAfter, Some(503), None),
    Fault::Answer(Mode::MalformedJson, None, None),
    Fault::Answer(Mode::WrongShape, None, None),
    Fault::Answer(Mode::Html, None, None),
    Fault::Answer(Mode::Oversized, None, None),
    Fault::Answer(Mode::DropBefore, None, None),
    Fault::Answer(Mode::DropAfter, None, None),
];
/// What a service says when it is its last word.
const FINAL: [u16; 5] = [400, 403, 404, 410, 422];

/// The end of the process at a point.
pub fn end(at: usize) -> Plan {
    Plan { at, order: Order::End }
}

/// Nothing.
pub fn nothing() -> Plan {
    Plan { at: NOWHERE, order: Order::Pass(Verdict::Go) }
}

/// The ways in which the call at a point may fail, with what must hold all the same.
pub fn failures(case: Case, point: &Point) -> Vec<(Plan, Demand)> {
    let is_http = point.call.contains(' ');
    // What an admin is told could not be removed at a service may be left there.
    let demand = if case == Case::Removal { Demand::Never } else { Demand::Whole };
    let ways = match (is_http, point.side) {
        (false, Side::After) => vec![(Fault::Unreachable, demand)],
        (false, Side::Before) => {
            let mut ways = vec![(Fault::Unreachable, demand), (Fault::Throttled, demand)];
            ways.extend(point.call.starts_with("record_").then_some((Fault::Conflict, demand)));
            ways
        }
        (true, Side::After) => Vec::new(),
        (true, Side::Before) => http_failures(point, demand),
    };
    let plan =
        |(fault, demand)| (Plan { at: point.number, order: Order::Pass(Verdict::Fail(fault)) }, demand);
    ways.into_iter().map(plan).collect()
}

fn http_failures(point: &Point, demand: Demand) -> Vec<(Fault, Demand)> {
    let mut ways: Vec<_> = PASSING.into_iter().map(|fault| (fault, demand)).collect();
    ways.push((Fault::Unreachable, demand));
    ways.extend(FINAL.map(|status| (Fault::Answer(Mode::Status, Some(status), None), Demand::Never)));
    let refused = if point.call == TOKEN_CALL { Demand::Never } else { demand };
    ways.push((Fault::Answer(Mode::Status, Some(401), None), refused));
    let is_note = point.call.ends_with("/notes");
    let is_repeatable = point.call.contains("GET") || point.call.ends_with("Tags");
    // A note that arrives after its run was given up and the next one has looked cannot be kept from being a second.
    ways.extend((!is_note).then_some((Fault::Late, demand)));
    ways.extend(is_repeatable.then_some((Fault::Twice, demand)));
    ways
}

/// The run stands still at a point while another one takes over; nothing where that cannot be survived by anybody.
pub fn stall(point: &Point) -> Option<Plan> {
    let is_note_on_its_way = point.call.ends_with("/notes") && point.side == Side::Before;
    (!is_note_on_its_way).then_some(Plan { at: point.number, order: Order::Hold })
}
