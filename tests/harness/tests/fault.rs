//! Every call of a port fails in every way that it can.

use harness::cases::{Case, Demand, Plan, TOKEN_CALL};
use harness::gate::{Fault, Point, Side, Verdict};
use harness::runs::Order;
use sim_kit::faults::Mode;

use crate::support::{Tally, for_every_case, points};

/// How a service may answer without its being the last word.
const PASSING: [Fault; 11] = [
    Fault::Answer(Mode::Status, Some(429), None),
    Fault::Answer(Mode::Status, Some(429), Some("7")),
    Fault::Answer(Mode::Status, Some(500), None),
    Fault::Answer(Mode::Status, Some(502), None),
    Fault::Answer(Mode::Status, Some(503), Some("2")),
    Fault::Answer(Mode::StatusAfter, Some(503), None),
    Fault::Answer(Mode::MalformedJson, None, None),
    Fault::Answer(Mode::Html, None, None),
    Fault::Answer(Mode::Oversized, None, None),
    Fault::Answer(Mode::DropBefore, None, None),
    Fault::Answer(Mode::DropAfter, None, None),
];
/// What a service says when it is its last word.
const FINAL: [u16; 5] = [400, 403, 404, 410, 422];

/// The ways in which the call at a point may fail, with what must hold all the same.
fn ways(case: Case, point: &Point) -> Vec<(Fault, Demand)> {
    let is_http = point.call.contains(' ');
    let is_final = if case == Case::Removal { Demand::Never } else { Demand::Whole };
    match (is_http, point.side) {
        (false, Side::After) => vec![(Fault::Unreachable, is_final)],
        (false, Side::Before) => {
            let mut ways = vec![(Fault::Unreachable, is_final), (Fault::Throttled, is_final)];
            ways.extend(point.call.starts_with("record_").then_some((Fault::Conflict, is_final)));
            ways
        }
        (true, Side::After) => Vec::new(),
        (true, Side::Before) => http_ways(point, is_final),
    }
}

fn http_ways(point: &Point, demand: Demand) -> Vec<(Fault, Demand)> {
    let is_token = point.call == TOKEN_CALL;
    let mut ways: Vec<_> = PASSING.into_iter().map(|fault| (fault, demand)).collect();
    ways.push((Fault::Unreachable, demand));
    ways.extend(FINAL.map(|status| (Fault::Answer(Mode::Status, Some(status), None), Demand::Never)));
    let refused = if is_token { Demand::Never } else { demand };
    ways.push((Fault::Answer(Mode::Status, Some(401), None), refused));
    let is_note = point.call.ends_with("/notes");
    let is_repeatable = point.call.contains("GET") || point.call.ends_with("Tags");
    // A note that arrives after its run was given up and the next one has looked cannot be kept from being a second.
    ways.extend((!is_note).then_some((Fault::Late, demand)));
    ways.extend(is_repeatable.then_some((Fault::Twice, demand)));
    ways
}

async fn fails(case: Case) {
    let mut tally = Tally::default();
    for point in points(case).await {
        for (fault, demand) in ways(case, &point) {
            let plan = Plan { at: point.number, order: Order::Pass(Verdict::Fail(fault)) };
            tally.play(case, &[plan], demand).await;
        }
    }
    tally.close(&format!("{case:?} fails"));
}

async fn stalls(case: Case) {
    let mut tally = Tally::default();
    for point in points(case).await {
        if point.call.ends_with("/notes") && point.side == Side::Before {
            continue;
        }
        let plan = Plan { at: point.number, order: Order::Hold };
        tally.play(case, &[plan], Demand::Result).await;
    }
    tally.close(&format!("{case:?} stalls and is overtaken"));
}

for_every_case! { fails:
    an_invitation_survives_every_failure = OwnTag,
    an_invitation_by_a_posting_survives_every_failure = PostingTag,
    two_invitations_survive_every_failure = TwoAssessments,
    somebody_invited_elsewhere_survives_every_failure = InvitedElsewhere,
    restored_tags_survive_every_failure = Restored,
    a_start_survives_every_failure = Started,
    a_submission_survives_every_failure = Submitted,
    a_retake_survives_every_failure = Retaken,
    a_refresh_survives_every_failure = Refresh,
    an_intake_survives_every_failure = Intake,
    a_login_survives_every_failure = Callback,
    a_key_survives_every_failure = Key,
    a_removal_survives_every_failure = Removal,
}

for_every_case! { stalls:
    a_stalled_invitation_stops = OwnTag,
    a_stalled_invitation_by_a_posting_stops = PostingTag,
    two_stalled_invitations_stop = TwoAssessments,
    a_stalled_start_stops = Started,
    a_stalled_submission_stops = Submitted,
    a_stalled_retake_stops = Retaken,
    a_stalled_refresh_stops = Refresh,
    a_stalled_intake_stops = Intake,
    a_stalled_login_stops = Callback,
    a_stalled_key_stops = Key,
}
