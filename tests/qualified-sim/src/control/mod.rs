//! The control API under `/_sim`: playing the candidate, the team and the clock, and looking behind the scenes.
//!
//! Plain `snake_case` JSON without envelope; a refused call is `{"error": "…"}`.

mod candidate;
mod launch;
mod outline;
mod team;

pub(crate) use launch::link as launch_link;
pub(crate) use outline::routes;

use sim_kit::control::Refusal;

use crate::world::Refused;

fn refusal(refused: Refused) -> Refusal {
    match &refused {
        Refused::NotFound { .. } => Refusal::missing(refused),
        Refused::NotInState { .. }
        | Refused::NotCurrent(_)
        | Refused::LinkDead(_)
        | Refused::NoAccess(_)
        | Refused::NotPublished(_)
        | Refused::AlreadyInvited
        | Refused::RetakesOff
        | Refused::Submission(_)
        | Refused::NotMergeable { .. } => Refusal::bad(refused),
    }
}
