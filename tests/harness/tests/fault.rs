//! Every call of a port fails in every way that it can; every run stalls at every point and is overtaken.

use harness::cases::{Case, Demand};
use harness::ways::{failures, stall};

use crate::support::{Tally, for_every_case, points};

async fn fails(case: Case) {
    let mut tally = Tally::default();
    for point in points(case).await {
        for (plan, demand) in failures(case, &point) {
            tally.play(case, &[plan], demand).await;
        }
    }
    tally.close(&format!("{case:?} fails"));
}

async fn stalls(case: Case) {
    let mut tally = Tally::default();
    for plan in points(case).await.iter().filter_map(stall) {
        tally.play(case, &[plan], Demand::Result).await;
    }
    tally.close(&format!("{case:?} stalls and is overtaken"));
}

#[tokio::test(start_paused = true)]
async fn of_a_batch_with_one_bad_message_the_others_are_done_once() {
    assert_eq!(harness::batch::poisoned_batch().await.unwrap(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_message_of_a_newer_version_comes_back_and_is_never_dropped() {
    assert_eq!(harness::batch::message_of_a_newer_version().await.unwrap(), Vec::<String>::new());
}

for_every_case! { fails:
    an_invitation_survives_every_failure = OwnTag,
    an_invitation_by_a_posting_survives_every_failure = PostingTag,
    two_invitations_survive_every_failure = TwoAssessments,
    somebody_invited_elsewhere_survives_every_failure = InvitedElsewhere,
    somebody_whose_result_was_closed_survives_every_failure = ClosedElsewhere,
    somebody_who_came_too_early_survives_every_failure = EnteredBefore,
    restored_tags_survive_every_failure = Restored,
    a_corrected_address_survives_every_failure = Corrected,
    an_address_corrected_again_survives_every_failure = CorrectedAgain,
    a_start_survives_every_failure = Started,
    a_submission_survives_every_failure = Submitted,
    a_retake_survives_every_failure = Retaken,
    a_refresh_survives_every_failure = Refresh,
    an_event_that_waits_survives_every_failure = Parked,
    an_intake_survives_every_failure = Intake,
    a_login_survives_every_failure = Callback,
    a_key_survives_every_failure = Key,
    a_removal_survives_every_failure = Removal,
}

for_every_case! { stalls:
    a_stalled_invitation_stops = OwnTag,
    a_stalled_invitation_by_a_posting_stops = PostingTag,
    two_stalled_invitations_stop = TwoAssessments,
    a_stalled_restoring_of_tags_stops = Restored,
    a_stalled_start_stops = Started,
    a_stalled_submission_stops = Submitted,
    a_stalled_retake_stops = Retaken,
    a_stalled_refresh_stops = Refresh,
    a_stalled_event_that_waits_is_not_forgotten = Parked,
    a_stalled_intake_stops = Intake,
    a_stalled_login_stops = Callback,
    a_stalled_key_stops = Key,
}
