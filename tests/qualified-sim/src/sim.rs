//! One running simulator, for tests in the same process.

mod looks;

use std::ops::Deref;

use axum::Router;
use sim_kit::Kit;
use sim_kit::clock::{Clock, Millis};
use sim_kit::serve::{ServeError, Server, serve};
use thiserror::Error;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::seed::{Seed, SeedError};
use crate::switches::Switches;
use crate::world::{
    ApiKey, AssessmentId, Refused, ResultId, Risk, Submission, TeamCandidateId, TeamId, Tell,
};
use crate::{api, control, page};

/// Why a simulator did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The seed.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// The port.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

/// Why there is no launch link.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum LaunchError {
    /// The team is unknown, or the page's address is.
    #[error("no launch link: the team or the page is not known")]
    Unknown,
}

/// One simulated Qualified; clones share it. Its verbs are what people do in Qualified and what tests want to know.
#[derive(Debug, Clone)]
pub struct Qualified {
    app: App,
}

/// A simulator serving on 127.0.0.1; dropping it ends it at once. Its verbs are those of [`Qualified`].
#[derive(Debug)]
pub struct QualifiedSim {
    qualified: Qualified,
    server: Server,
    timekeeper: Timekeeper,
}

impl Deref for QualifiedSim {
    type Target = Qualified;

    fn deref(&self) -> &Qualified {
        &self.qualified
    }
}

/// The task that does what is due; ends with its simulator.
#[derive(Debug)]
struct Timekeeper(JoinHandle<()>);

impl Drop for Timekeeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A simulator without a port: whoever holds the router carries the requests. `clock` is the simulated time; what is
/// due by then is done at the next verb or call, see [`Qualified::next_due`].
///
/// # Errors
/// [`SeedError`] if the seed contradicts itself.
pub fn in_process(seed: Seed, clock: Clock) -> Result<(Qualified, Router), SeedError> {
    let app = App::new(seed, clock)?;
    let router = Router::new()
        .merge(api::routes(&app))
        .merge(control::routes())
        .merge(page::routes())
        .fallback(api::unknown_route)
        .method_not_allowed_fallback(api::unknown_route)
        .with_state(app.clone());
    let router = app.0.kit.watch(router, api::body_of_status);
    Ok((Qualified { app }, router))
}

impl QualifiedSim {
    /// Serves a simulator in the state of the seed; port 0 takes a free one.
    ///
    /// # Errors
    /// [`StartError`] if the seed contradicts itself or the port cannot be had.
    pub async fn start(port: u16, seed: Seed) -> Result<Self, StartError> {
        let (qualified, router) = in_process(seed, Clock::default())?;
        let server = serve(port, router).await?;
        qualified.app.0.addresses.lock().own = server.url();
        let timekeeper = Timekeeper(tokio::spawn(qualified.app.clone().keep_time()));
        Ok(Self { qualified, server, timekeeper })
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Base of the API: what a client of Qualified is configured with.
    pub fn api_base(&self) -> String {
        format!("{}/api", self.server.url())
    }

    /// Serves until the process ends or the server fails.
    pub async fn run(self) {
        let Self { server, timekeeper, .. } = self;
        server.run().await;
        drop(timekeeper);
    }

    /// Takes no new connection and waits until open requests are answered.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

impl Qualified {
    /// Clock, faults, violations, calls and deliveries.
    pub fn kit(&self) -> &Kit {
        &self.app.0.kit
    }

    /// When something is to be done by itself next, such as a reminder.
    pub fn next_due(&self) -> Option<Millis> {
        self.app.0.world.lock().next_due()
    }

    /// Does what is due by now.
    pub fn tick(&self) {
        self.app.act(|_, _| ());
    }

    /// Back to a seed: the given one, or the one it started with.
    ///
    /// # Errors
    /// [`SeedError`] if the seed contradicts itself; nothing is changed then.
    pub fn reset(&self, seed: Option<Seed>) -> Result<(), SeedError> {
        self.app.reset(seed)
    }

    /// Sets switches.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        let mut switches = self.app.act(|world, _| world.switches.clone());
        change(&mut switches);
        self.app.switch(switches);
    }

    /// The candidate follows the link; returns the result it leads to.
    ///
    /// # Errors
    /// [`Refused`] if the link is dead or the result is closed.
    pub fn open_result(&self, id: impl Into<ResultId>) -> Result<ResultId, Refused> {
        self.app.act(|world, now| world.open(&id.into(), now))
    }

    /// The candidate begins, or goes on with a reopened result.
    ///
    /// # Errors
    /// [`Refused`] if the candidate may not begin.
    pub fn start_result(&self, id: impl Into<ResultId>) -> Result<ResultId, Refused> {
        self.app.act(|world, now| world.start(&id.into(), now))
    }

    /// The candidate hands in; steps left out are taken on the way.
    ///
    /// # Errors
    /// [`Refused`] if the candidate may not, or the submission does not fit the assessment.
    pub fn submit_result(
        &self,
        id: impl Into<ResultId>,
        submission: Submission,
    ) -> Result<ResultId, Refused> {
        self.app.act(|world, now| world.submit(&id.into(), submission, now))
    }

    /// The team closes a result that is not final.
    ///
    /// # Errors
    /// [`Refused`] if it is final.
    pub fn terminate_result(&self, id: impl Into<ResultId>) -> Result<(), Refused> {
        self.app.act(|world, now| world.terminate(&id.into(), crate::world::ClosedReason::TeamForced, now))
    }

    /// The team lets the candidate go on with a submitted result, and the candidate gets a mail.
    ///
    /// # Errors
    /// [`Refused`] if it is not submitted or not the current take.
    pub fn reopen_result(&self, id: impl Into<ResultId>) -> Result<ResultId, Refused> {
        self.app.act(|world, now| world.reopen(&id.into(), Tell::Candidate, now))
    }

    /// The team lets the candidate take it anew, and the candidate gets a mail; returns the new result.
    ///
    /// # Errors
    /// [`Refused`] as for reopening, or if the team does not allow retakes.
    pub fn retake_result(&self, id: impl Into<ResultId>) -> Result<ResultId, Refused> {
        self.app.act(|world, now| world.retake(&id.into(), Tell::Candidate, now))
    }

    /// The invitation to a result runs out now.
    ///
    /// # Errors
    /// [`Refused`] if the link was followed already.
    pub fn expire_result(&self, id: impl Into<ResultId>) -> Result<(), Refused> {
        self.app.act(|world, now| world.expire_invitation(&id.into(), now))
    }

    /// Similarity of each challenge is found after the submission.
    ///
    /// # Errors
    /// [`Refused`] if the result is not submitted.
    pub fn set_risk(&self, id: impl Into<ResultId>, levels: &[Option<Risk>]) -> Result<(), Refused> {
        self.app.act(|world, now| world.set_risk(&id.into(), levels, now))
    }

    /// Wipes a person's data.
    ///
    /// # Errors
    /// [`Refused`] if the person is unknown.
    pub fn forget(&self, id: impl Into<TeamCandidateId>) -> Result<(), Refused> {
        self.app.act(|world, now| world.forget_candidate(&id.into(), now))
    }

    /// Gives an assessment another title.
    ///
    /// # Errors
    /// [`Refused`] if the assessment is unknown.
    pub fn rename_assessment(&self, id: impl Into<AssessmentId>, title: &str) -> Result<(), Refused> {
        self.app.act(|world, _| world.rename_assessment(&id.into(), title))
    }

    /// Takes an assessment back to draft.
    ///
    /// # Errors
    /// [`Refused`] if the assessment is unknown.
    pub fn unpublish_assessment(&self, id: impl Into<AssessmentId>) -> Result<(), Refused> {
        self.app.act(|world, _| world.unpublish_assessment(&id.into()))
    }

    /// Gives a team a new API key; the old one dies.
    pub fn rotate_api_key(&self, team: impl Into<TeamId>, key: ApiKey) {
        self.app.act(|world, _| world.rotate_key(&team.into(), key));
    }

    /// Says where the integrations page is, such as `http://localhost:8080`.
    pub fn set_page_url(&self, url: &str) {
        self.app.0.addresses.lock().page = Some(url.to_owned());
    }

    /// A signed launch link for a user of a team in a role, good for five minutes.
    ///
    /// # Errors
    /// [`LaunchError`] if the team or the page's address is unknown.
    pub fn launch_url(&self, team: &str, role: &str, user: &str) -> Result<String, LaunchError> {
        control::launch_link(&self.app, Some(team), Some(role), Some(user)).map_err(|_| LaunchError::Unknown)
    }
}
