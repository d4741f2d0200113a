//! Runs that end at every await of a port: once, and then once more at every point of the run that takes over.

use harness::cases::{Case, Demand};
use harness::ways::{end, nothing};

use crate::support::{Tally, for_every_case, points};

async fn ends(case: Case) {
    let mut tally = Tally::default();
    let mut pairs = Tally::default();
    for first in points(case).await {
        let Some(played) = tally.play(case, &[end(first.number), nothing()], Demand::Whole).await else {
            continue;
        };
        for second in played.reached.get(1).into_iter().flatten() {
            pairs.play(case, &[end(first.number), end(second.number)], Demand::Whole).await;
        }
    }
    tally.close(&format!("{case:?} ends once"));
    pairs.close(&format!("{case:?} ends twice"));
}

for_every_case! { ends:
    an_invitation_survives_its_ends = OwnTag,
    an_invitation_by_a_posting_survives_its_ends = PostingTag,
    two_invitations_survive_their_ends = TwoAssessments,
    somebody_invited_elsewhere_survives_the_ends = InvitedElsewhere,
    somebody_whose_result_was_closed_survives_the_ends = ClosedElsewhere,
    somebody_who_came_too_early_survives_the_ends = EnteredBefore,
    restored_tags_survive_the_ends = Restored,
    a_corrected_address_survives_the_ends = Corrected,
    an_address_corrected_again_survives_the_ends = CorrectedAgain,
    a_start_survives_its_ends = Started,
    a_submission_survives_its_ends = Submitted,
    a_retake_survives_its_ends = Retaken,
    a_refresh_survives_its_ends = Refresh,
    an_event_that_waits_survives_its_ends = Parked,
    an_intake_survives_its_ends = Intake,
    a_login_survives_its_ends = Callback,
    a_key_survives_its_ends = Key,
    a_removal_survives_its_ends = Removal,
}
