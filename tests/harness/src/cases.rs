//! The cases of the exhaustive run: one thing that happens, in a world prepared for it, hindered as planned.
//!
//! A case is played from the start for every plan. What has to come of it is the same whatever the plan.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use lever_integration::domain::Reason;
use lever_integration::store::Store as _;
use qualified_sim::Submission;
use serde_json::json;
use sim_kit::faults::Mode;

use crate::gate::{Fault, Point, RunId, Side, Verdict};
use crate::invariants::{Checker, at_rest};
use crate::runs::{Driven, Order};
use crate::world::{Due, Made, Sender, World, free};

/// Longer than a message stays hidden, and than any lease.
const LONG: Duration = Duration::from_secs(400);
/// So long lives an access token, and a bit more.
const TOKEN_LIFE: Duration = Duration::from_secs(61 * 60);
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
    /// The status tags were taken away, the title put back and the candidate moved in again.
    Restored,
    /// The candidate starts.
    Started,
    /// The candidate submits.
    Submitted,
    /// The candidate starts a retake; two opportunities follow the result.
    Retaken,
    /// An invitation while the access token has run out.
    Refresh,
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
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::OwnTag,
        Self::PostingTag,
        Self::TwoAssessments,
        Self::InvitedElsewhere,
        Self::Restored,
        Self::Started,
        Self::Submitted,
        Self::Retaken,
        Self::Refresh,
        Self::Intake,
        Self::Callback,
        Self::Key,
        Self::Removal,
    ];

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
    let mut reached = Vec::new();
    let mut held = None;
    for plan in plans {
        let (points, stopped) = case_played.hindered(case, *plan).await?;
        held = held.or(stopped.zip(points.last().cloned()));
        reached.push(points);
        case_played.check();
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
    if demand != Demand::Never {
        let wrong = at_rest(&case_played.world).await?;
        case_played.wrong.extend(wrong);
        case_played.outcome(case, demand).await?;
    }
    Ok(Played { reached, trace: case_played.world.gate.trace(), wrong: case_played.wrong })
}

async fn prepare(case: Case) -> Made<Prepared> {
    let is_connected = !matches!(case, Case::Callback | Case::Key);
    let world = if is_connected { World::start(1, 1).await? } else { World::unconnected(1)? };
    if case == Case::Callback {
        let tenant = world.tenants[0].clone();
        world.connector.set_api_key(&tenant.team, &tenant.api_key).await?;
    }
    let mut prepared =
        Prepared { world, checker: Checker::default(), wrong: Vec::new(), told: Vec::new(), due: None };
    match case {
        Case::OwnTag | Case::Refresh => prepared.asked(&[World::TITLE]).await?,
        Case::TwoAssessments => prepared.asked(&[World::TITLE, World::OTHER_TITLE]).await?,
        Case::PostingTag => prepared.asked(&[]).await?,
        Case::InvitedElsewhere => prepared.invited_elsewhere().await?,
        Case::Restored => prepared.restored().await?,
        Case::Started => prepared.started().await?,
        Case::Submitted => prepared.submitted().await?,
        Case::Retaken => prepared.retaken().await?,
        Case::Intake => {
            let id = prepared.world.candidate(0, "Candidate 1", json!({"tags": [World::TITLE]}))?;
            prepared.world.ask_for(&id)?;
            prepared.due = prepared.world.due().pop();
            prepared.told.push((id, vec![Reason::Invited]));
        }
        Case::Removal => {
            prepared.asked(&[World::TITLE]).await?;
            prepared.world.settle().await?;
        }
        Case::Callback | Case::Key => {}
    }
    if case == Case::Refresh {
        prepared.world.advance(TOKEN_LIFE);
    }
    Ok(prepared)
}

impl Prepared {
    /// A message about a candidate who has just been moved into the trigger stage; no tags means those of a posting.
    async fn asked(&mut self, titles: &[&str]) -> Made {
        let wish = if titles.is_empty() { json!({"posting": "Engineer 0"}) } else { json!({"tags": titles}) };
        let id = self.world.candidate(0, "Candidate 1", wish)?;
        self.world.ask_for(&id)?;
        self.world.deliver(free).await?;
        self.told.push((id, vec![Reason::Invited; titles.len().max(1)]));
        Ok(())
    }

    async fn invited_elsewhere(&mut self) -> Made {
        self.asked(&[World::TITLE]).await?;
        self.world.settle().await?;
        let second = self.world.candidate(0, "Candidate 1", json!({"tags": [World::TITLE]}))?;
        self.world.ask_for(&second)?;
        self.world.deliver(free).await?;
        self.told.push((second, vec![Reason::AttachedToExisting]));
        Ok(())
    }

    async fn restored(&mut self) -> Made {
        self.asked(&[World::TITLE]).await?;
        self.world.settle().await?;
        let (id, reasons) = &mut self.told[0];
        reasons.insert(0, Reason::TagsRestored);
        self.world.lever.tag(id, &[World::TITLE.to_owned()], &[format!("{} - Invited", World::TITLE)])?;
        self.world.lever.move_to(id, World::ELSEWHERE, None)?;
        self.world.clock.advance(Duration::from_secs(1));
        let id = id.clone();
        self.world.ask_for(&id)?;
        self.world.deliver(free).await
    }

    async fn started(&mut self) -> Made {
        self.asked(&[World::TITLE]).await?;
        self.world.settle().await?;
        self.world.advance(Duration::from_secs(60));
        let result = self.result()?;
        self.world.qualified.start_result(result.as_str()).map_err(|error| error.to_string())?;
        self.told[0].1.insert(0, Reason::Started);
        self.deliver_only("started").await
    }

    async fn submitted(&mut self) -> Made {
        self.started().await?;
        self.world.settle().await?;
        self.world.advance(Duration::from_secs(60));
        let result = self.result()?;
        let submission = Submission::default();
        self.world.qualified.submit_result(result.as_str(), submission).map_err(|error| error.to_string())?;
        self.world.qualified.tick();
        self.told[0].1.insert(0, Reason::Submitted);
        self.deliver_only("submitted").await
    }

    async fn retaken(&mut self) -> Made {
        self.invited_elsewhere().await?;
        self.world.settle().await?;
        let result = self.result()?;
        let refused = |error: qualified_sim::Refused| error.to_string();
        for step in 0..3 {
            self.world.advance(Duration::from_secs(60));
            match step {
                0 => self.world.qualified.start_result(result.as_str()).map_err(refused)?,
                1 => self
                    .world
                    .qualified
                    .submit_result(result.as_str(), Submission::default())
                    .map_err(refused)?,
                _ => {
                    let retake = self.world.qualified.retake_result(result.as_str()).map_err(refused)?;
                    self.world.qualified.start_result(retake.as_str()).map_err(refused)?
                }
            };
            self.world.qualified.tick();
            if step < 2 {
                self.world.settle().await?;
            }
        }
        self.world.retakes.insert(self.world.address(0, "Candidate 1"), 1);
        self.world.candidates.iter_mut().for_each(|candidate| candidate.reopened = 1);
        for (_, reasons) in &mut self.told {
            reasons.splice(0..0, [Reason::Retaken, Reason::Submitted, Reason::Started]);
        }
        self.deliver_only("started").await
    }

    fn result(&self) -> Made<String> {
        let result = self.world.qualified.results().into_iter().next().ok_or("no result")?;
        Ok(result.id.to_string())
    }

    /// Delivers the one event whose name ends like this; the others are lost.
    async fn deliver_only(&mut self, ending: &str) -> Made {
        for due in self.world.due() {
            let shown = self.world.kit(due.from).deliveries.get(&due.id).ok_or("no delivery")?;
            let event = shown.about["event"].as_str().unwrap_or_default().to_lowercase();
            if event.ends_with(ending) && !event.contains("team_candidate") {
                continue;
            }
            self.world.end_delivery(&due, Some(200));
        }
        self.world.deliver(free).await
    }

    fn check(&mut self) {
        self.wrong.extend(self.checker.step(&self.world));
    }

    /// Time passes until whatever was left behind can be taken up again.
    fn wait(&mut self) {
        self.world.advance(LONG);
    }

    /// One run under a plan; the points it reached, and the run if it is held.
    async fn hindered(&mut self, case: Case, plan: Plan) -> Made<(Vec<Point>, Option<RunId>)> {
        let Some(begun) = self.begin(case).await? else { return Ok((Vec::new(), None)) };
        let reached = RefCell::new(Vec::new());
        let driven = self
            .world
            .runs
            .drive(begun.run, |point: &Point| {
                reached.borrow_mut().push(point.clone());
                if point.number == plan.at { plan.order } else { Order::Pass(Verdict::Go) }
            })
            .await;
        let reached = reached.into_inner();
        if is_refresh_lost(&reached, plan) {
            self.world.lost_refreshes += 1;
        }
        if let (Some(due), Some(status)) = (&begun.due, &begun.status) {
            let status = *status.borrow();
            self.world.end_delivery(due, status);
            self.due = self.world.retries.first().cloned();
        }
        match driven {
            Driven::Finished => Ok((reached, None)),
            Driven::Ended => {
                self.world.process = self.world.new_process()?;
                self.wait();
                Ok((reached, None))
            }
            Driven::Held => {
                self.world.process = self.world.new_process()?;
                self.wait();
                Ok((reached, Some(begun.run)))
            }
        }
    }

    /// Another run does the work of a held one, which then goes on.
    async fn overtake(&mut self, case: Case, held: RunId, at: &Point) -> Made {
        if let Some(begun) = self.begin(case).await? {
            self.world.runs.drive(begun.run, free).await;
            if let (Some(due), Some(status)) = (&begun.due, &begun.status) {
                let status = *status.borrow();
                self.world.end_delivery(due, status);
            }
        }
        self.check();
        let before = self.world.wire.len();
        self.world.runs.drive(held, free).await;
        let after: Vec<_> = self.world.wire.log().split_off(before);
        let effects = after.iter().filter(|one| one.run == Some(held) && one.method != "GET").count();
        // A call that was on its way cannot be called back.
        let is_on_its_way = at.side == Side::Before && at.call.contains(' ') && !at.call.contains("GET");
        if case.is_worked() && effects > usize::from(is_on_its_way) {
            self.wrong.push(format!("F11: the overtaken run had {effects} effects"));
        }
        self.check();
        Ok(())
    }

    async fn begin(&mut self, case: Case) -> Made<Option<Begun>> {
        match case {
            Case::Intake => {
                let Some(due) = self.due.clone() else { return Ok(None) };
                let begun = self.world.begin_delivery(&due)?;
                Ok(begun.map(|(run, status)| Begun { run, due: Some(due), status: Some(status) }))
            }
            Case::Callback => {
                let callback = self.world.consent(0).await?;
                Ok(Some(Begun::of(self.world.come_back(callback).0)))
            }
            Case::Key => {
                let tenant = self.world.tenants[0].clone();
                let connector = Arc::clone(&self.world.connector);
                Ok(Some(Begun::of(self.world.runs.start(async move {
                    let _ = connector.set_api_key(&tenant.team, &tenant.api_key).await;
                }))))
            }
            Case::Removal => {
                let team = self.world.tenants[0].team.clone();
                let connector = Arc::clone(&self.world.connector);
                Ok(Some(Begun::of(self.world.runs.start(async move {
                    let _ = connector.remove_integration(&team).await;
                }))))
            }
            Case::OwnTag
            | Case::PostingTag
            | Case::TwoAssessments
            | Case::InvitedElsewhere
            | Case::Restored
            | Case::Started
            | Case::Submitted
            | Case::Retaken
            | Case::Refresh => {
                if let Some(at) = self.world.queue.next_visible_at() {
                    let wait = at.as_millisecond() - self.world.now_ms();
                    self.world.advance(Duration::from_millis(u64::try_from(wait).unwrap_or_default()));
                }
                Ok(self.world.begin_work(1).map(Begun::of))
            }
        }
    }

    /// What an admin does again who saw it fail, and what follows from it.
    async fn repeat(&mut self, case: Case) -> Made {
        match case {
            Case::Callback => {
                let callback = self.world.consent(0).await?;
                let (run, told) = self.world.come_back(callback);
                self.world.runs.drive(run, free).await;
                if *told.borrow() != Some(true) {
                    self.wrong.push("the second login failed".to_owned());
                }
                self.use_it().await
            }
            Case::Key => {
                self.world.connect(0).await?;
                self.use_it().await
            }
            Case::Removal => {
                self.world.connector.remove_integration(&self.world.tenants[0].team).await?;
                Ok(())
            }
            Case::OwnTag
            | Case::PostingTag
            | Case::TwoAssessments
            | Case::InvitedElsewhere
            | Case::Restored
            | Case::Started
            | Case::Submitted
            | Case::Retaken
            | Case::Refresh
            | Case::Intake => Ok(()),
        }
    }

    /// The connection is good for an invitation that is followed.
    async fn use_it(&mut self) -> Made {
        let tenant = self.world.tenants[0].clone();
        let stage = tenant.trigger.parse()?;
        self.world.connector.add_trigger_stages(&tenant.team, &[stage], &"admin".parse()?).await?;
        self.world.added_at.insert(tenant.trigger, self.world.now_ms());
        self.asked(&[World::TITLE]).await?;
        self.world.settle().await?;
        let result = self.result()?;
        self.world.advance(Duration::from_secs(60));
        self.world.qualified.start_result(result.as_str()).map_err(|error| error.to_string())?;
        self.told[0].1.insert(0, Reason::Started);
        Ok(())
    }

    /// What has to have come of the case.
    async fn outcome(&mut self, case: Case, demand: Demand) -> Made {
        let team = self.world.tenants[0].team.clone();
        if demand == Demand::Whole {
            for (id, expected) in &self.told {
                let lines = self.world.store.opportunity_activity(&team, &id.parse()?, 100).await?;
                let reasons: Vec<Reason> = lines.into_iter().map(|line| line.reason).collect();
                // Whether an invitation that a repeated run finds was its own or another's is not on record.
                let is_unknowable = case == Case::InvitedElsewhere && reasons == [Reason::Invited];
                if reasons != *expected && !is_unknowable {
                    self.wrong.push(format!("{id} is told as {reasons:?} instead of {expected:?}"));
                }
            }
        }
        let state = self.world.lever.state();
        let webhooks = state["accounts"][0]["webhooks"].as_array().map_or(0, Vec::len);
        let expected = usize::from(case != Case::Removal);
        if webhooks != expected {
            self.wrong.push(format!("{webhooks} webhooks in Lever instead of {expected}"));
        }
        if case == Case::Removal {
            let context = self.world.store.load_team(&team).await?.ok_or("the team is gone")?;
            if context.connection.is_some() || context.team.api_key.is_some() {
                self.wrong.push("I14: credentials are left".to_owned());
            }
        }
        Ok(())
    }
}

/// A run that has begun.
struct Begun {
    run: RunId,
    due: Option<Due>,
    status: Option<Rc<RefCell<Option<u16>>>>,
}

impl Begun {
    fn of(run: RunId) -> Self {
        Self { run, due: None, status: None }
    }
}

/// Whether Lever gave a pair of tokens that was never stored.
fn is_refresh_lost(reached: &[Point], plan: Plan) -> bool {
    let Some(hindered) = reached.iter().find(|point| point.number == plan.at) else { return false };
    let is_bought = |point: &&Point| point.call == TOKEN_CALL && point.side == Side::After;
    let is_call = hindered.call == TOKEN_CALL;
    match plan.order {
        // Between the call and the write.
        Order::End | Order::Hold => {
            let bought = reached.iter().find(is_bought).map(|point| point.number);
            // A call that was on its way arrives when another run has used the token.
            let is_on_its_way = is_call && plan.order == Order::Hold;
            is_on_its_way || bought.is_some_and(|bought| (bought..=bought + 1).contains(&plan.at))
        }
        Order::Pass(_) => is_call && loses(plan.order, hindered.side),
    }
}

/// Whether the answer of a call is lost after its effect.
fn loses(order: Order, side: Side) -> bool {
    match order {
        Order::End | Order::Hold | Order::Pass(Verdict::Fail(Fault::Unreachable)) => side == Side::After,
        Order::Pass(Verdict::Fail(Fault::Answer(mode, ..))) => matches!(
            mode,
            Mode::DropAfter | Mode::StatusAfter | Mode::MalformedJson | Mode::Html | Mode::Oversized
        ),
        Order::Pass(Verdict::Fail(Fault::Late)) => true,
        Order::Pass(_) => false,
    }
}

/// The sender of the deliveries a case is about.
pub const LEVER: Sender = Sender::Lever;
