//! The cases of the exhaustive run: one thing that happens, in a world prepared for it, hindered as planned.
//!
//! A case is played from the start for every plan. What has to come of it is the same whatever the plan.

mod hinder;
mod outcome;
mod prepare;

use std::time::Duration;

use lever_integration::domain::Reason;
use serde_json::json;

use crate::gate::Point;
use crate::invariants::{Checker, at_rest};
use crate::runs::Order;
use crate::world::{Due, Made, World};
use outcome::{is_lost, is_the_table_at_fault};
use prepare::prepare;

/// Longer than a message stays hidden, and than any lease.
const LONG: Duration = Duration::from_secs(400);
/// The endpoint that takes a refresh token.
pub const TOKEN_CALL: &str = "lever.example POST /oauth/token";

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// A candidate with the tag is moved into the trigger stage.
    OwnTag,
    /// The tag is the posting's.
    PostingTag,
    /// Two tags name two assessments.
    TwoAssessments,
    /// The person was invited for another opportunity.
    InvitedElsewhere,
    /// The person was invited for another opportunity, and the team closed that before anything was started.
    ClosedElsewhere,
    /// The stage becomes a trigger stage after the candidate was moved into it.
    EnteredBefore,
    /// The status tags were taken away, the title put back and the candidate moved in again.
    Restored,
    /// Two tags name two assessments, and the address is corrected after every hindered run.
    Corrected,
    /// An invitation that went to an old address is asked for again; the address is corrected after every hindered run.
    CorrectedAgain,
    /// The candidate starts.
    Started,
    /// The candidate submits.
    Submitted,
    /// The candidate starts a retake; two opportunities follow the result.
    Retaken,
    /// An invitation while the access token has run out.
    Refresh,
    /// An invitation after the account took the access back, until an admin logs in again.
    Parked,
    /// Lever delivers the move.
    Intake,
    /// An admin comes back from Lever's login.
    Callback,
    /// An admin enters the API key.
    Key,
    /// An admin removes the integration.
    Removal,
}

impl Case {
    /// All of them, those first that are played quickly.
    pub const ALL: [Self; 18] = [
        Self::Intake,
        Self::Callback,
        Self::Key,
        Self::Removal,
        Self::OwnTag,
        Self::Submitted,
        Self::Refresh,
        Self::Parked,
        Self::Restored,
        Self::Retaken,
        Self::EnteredBefore,
        Self::InvitedElsewhere,
        Self::ClosedElsewhere,
        Self::Started,
        Self::PostingTag,
        Self::TwoAssessments,
        Self::Corrected,
        Self::CorrectedAgain,
    ];

    /// Whether the address is corrected after every hindered run.
    pub fn is_corrected(self) -> bool {
        matches!(self, Self::Corrected | Self::CorrectedAgain)
    }

    /// Whether another run can take over from one that is held. A mail that is on its way to an old address cannot be called
    /// back, nor can a removal.
    pub fn can_be_overtaken(self) -> bool {
        self != Self::Removal && !self.is_corrected()
    }

    /// Whether a worker handles it.
    pub fn is_worked(self) -> bool {
        !matches!(self, Self::Intake | Self::Callback | Self::Key | Self::Removal)
    }
}

/// What hinders one run, and at which of its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The point.
    pub at: usize,
    /// What becomes of the run there.
    pub order: Order,
}

/// How much must hold in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// Everything, and the reasons are those of a run that nothing hindered.
    Whole,
    /// Everything but the reasons.
    Result,
    /// What must never happen: the plan makes a service refuse for good.
    Never,
}

/// How a case went.
pub struct Played {
    /// The points that each hindered run reached.
    pub reached: Vec<Vec<Point>>,
    /// The steps and verdicts.
    pub trace: Vec<String>,
    /// What is wrong.
    pub wrong: Vec<String>,
}

/// A case in a world that is ready for it.
struct Prepared {
    world: World,
    checker: Checker,
    wrong: Vec<String>,
    /// The opportunities with their reasons, newest first.
    told: Vec<(String, Vec<Reason>)>,
    due: Option<Due>,
}

/// Plays a case: one hindered run for each plan, then as many free ones as it takes.
///
/// # Errors
/// When the world cannot be prepared or does not come to rest.
pub async fn play(case: Case, plans: &[Plan], demand: Demand) -> Made<Played> {
    let mut case_played = prepare(case).await?;
    let is_stalled = plans.iter().any(|plan| plan.order == Order::Hold);
    if is_stalled {
        // A token that comes late is refused and nothing else, so that nothing but the service can end the connection.
        case_played.world.lever.switch(serde_json::from_value(json!({"refresh_reuse": "refuse"}))?)?;
    }
    let mut reached = Vec::new();
    let mut held = None;
    for plan in plans {
        let (points, stopped) = case_played.hindered(case, *plan).await?;
        held = held.or(stopped.zip(points.last().cloned()));
        reached.push(points);
        case_played.check();
        if case.is_corrected() {
            case_played.correct()?;
        }
    }
    if let Some((run, at)) = held {
        case_played.overtake(case, run, &at).await?;
    }
    case_played.wait();
    case_played.world.wire.release_late().await;
    case_played.check();
    case_played.repeat(case).await?;
    case_played.world.settle().await?;
    case_played.check();
    let may_end =
        (is_stalled && is_lost(&reached)) || !(is_stalled || is_the_table_at_fault(&reached, plans));
    if case != Case::Parked && case_played.world.reconnects > 0 && !may_end {
        case_played.wrong.push("I6: a connection ended without a cause".to_owned());
    }
    if demand != Demand::Never {
        let wrong = at_rest(&case_played.world).await?;
        case_played.wrong.extend(wrong);
        case_played.outcome(case, demand).await?;
        if case.is_worked() && demand == Demand::Whole {
            case_played.once_more(case).await?;
        }
    }
    Ok(Played { reached, trace: case_played.world.gate.trace(), wrong: case_played.wrong })
}

impl Prepared {
    fn check(&mut self) {
        self.wrong.extend(self.checker.step(&self.world));
    }

    /// Time passes until whatever was left behind can be taken up again.
    fn wait(&mut self) {
        self.world.advance(LONG);
    }
}
