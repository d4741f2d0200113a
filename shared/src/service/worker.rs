//! One event at a time, with whatever its team's access is like today.
//!
//! A refused access token is replaced once and the event handled again, which is safe at any point: what
//! was done is on record. An event that only an admin can unblock is parked, and goes back into the queue
//! when the access is right again.

use std::sync::Arc;

use crate::clock::Clock;
use crate::domain::{AccessToken, ConnectionState, Event, LeaseHolder, ParkedEvent, Reason, TeamId};
use crate::failure::Disposition;
use crate::queue::Envelope;
use crate::store::{Store, TeamContext};
use crate::{lever, qualified};

use super::access::mark_api_key_refused;
use super::tokens::{Need, Tokens};
use super::{AssessmentCache, Error, Handled, ResultPages};

/// What the worker needs to do its work; made once at start.
pub struct Worker {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) lever: lever::Client,
    pub(crate) qualified: qualified::Client,
    pub(crate) assessments: AssessmentCache,
    pub(crate) pages: ResultPages,
    tokens: Tokens,
}

impl Worker {
    /// Puts a worker together.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        (lever, oauth): (lever::Client, lever::OAuth),
        qualified: qualified::Client,
        pages: ResultPages,
    ) -> Self {
        let tokens = Tokens::new(Arc::clone(&store), Arc::clone(&clock), oauth);
        Self { store, clock, lever, qualified, assessments: AssessmentCache::default(), pages, tokens }
    }

    /// The time this worker goes by.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Handles one event from the queue. `holder` names this run; no two runs share one.
    ///
    /// # Errors
    /// When something has to be tried again or looked at; its disposition says which. What was done until
    /// then is on record, and handling the same envelope again continues there.
    pub async fn handle(&self, envelope: &Envelope, holder: &LeaseHolder) -> Result<Handled, Error> {
        match self.handle_with_access(envelope, holder).await {
            Err(error @ Error::Qualified(_)) if error.disposition() == Disposition::Disconnected => {
                self.park(envelope, Reason::ApiKeyNeeded).await
            }
            Err(error) if error.disposition() == Disposition::Disconnected => {
                let reason =
                    if let Error::Waiting(reason) = error { reason } else { Reason::ReconnectNeeded };
                self.park(envelope, reason).await
            }
            outcome => outcome,
        }
    }

    async fn handle_with_access(&self, envelope: &Envelope, holder: &LeaseHolder) -> Result<Handled, Error> {
        let team = &envelope.team;
        let Some(context) = self.connected_team(team, Need::Fresh).await? else {
            return Ok(Handled::TeamGone);
        };
        let outcome = self.dispatch(&context, envelope, holder).await;
        let (Err(Error::Lever(lever::Error::Unauthorized)), Some(refused)) =
            (&outcome, access_token(&context))
        else {
            return outcome;
        };
        let Some(context) = self.connected_team(team, Need::Replace(refused)).await? else {
            return Ok(Handled::TeamGone);
        };
        let outcome = self.dispatch(&context, envelope, holder).await;
        if let (Err(Error::Lever(lever::Error::Unauthorized)), Some(refused)) =
            (&outcome, access_token(&context))
        {
            self.tokens.mark_reconnect_needed(team, refused).await?;
        }
        outcome
    }

    /// The team, if it uses the integration: one without a connection never did, or was removed.
    async fn connected_team(&self, team: &TeamId, need: Need<'_>) -> Result<Option<TeamContext>, Error> {
        let context = self.tokens.ready_team(team, need).await?;
        Ok(context.filter(|context| context.connection.is_some()))
    }

    async fn dispatch(
        &self,
        context: &TeamContext,
        envelope: &Envelope,
        holder: &LeaseHolder,
    ) -> Result<Handled, Error> {
        let outcome = match &envelope.event {
            Event::StageChanged(event) => self.assign(context, event, holder).await,
            Event::ResultChanged(event) => self.report(context, envelope.received_at, event, holder).await,
        };
        if let (Err(error @ Error::Qualified(_)), Some(refused)) = (&outcome, &context.team.api_key)
            && error.disposition() == Disposition::Disconnected
        {
            mark_api_key_refused(&*self.store, self.clock.now(), &envelope.team, refused).await?;
        }
        outcome
    }

    /// Keeps an event for when the access is right again. An admin may have put it right a moment ago, and
    /// what was parked then is back in the queue already, or the team was removed, with all that was
    /// parked; so this is looked at after parking.
    async fn park(&self, envelope: &Envelope, reason: Reason) -> Result<Handled, Error> {
        let parked = ParkedEvent {
            team: envelope.team.clone(),
            event: envelope.event.id().clone(),
            reason,
            parked_at: self.clock.now(),
            envelope: envelope.to_json()?,
        };
        self.store.park_event(&parked).await?;
        let context = self.store.load_team(&parked.team).await?;
        let context = context.filter(|context| context.connection.is_some());
        if context.as_ref().is_some_and(|context| self.open(context).is_err()) {
            return Ok(Handled::Waiting(reason));
        }
        self.store.remove_parked_event(&parked).await?;
        if context.is_some() { Err(Error::Contended) } else { Ok(Handled::TeamGone) }
    }
}

/// The access token of a team that has one.
pub(super) fn access_token(context: &TeamContext) -> Option<&AccessToken> {
    match &context.connection.as_ref()?.state {
        ConnectionState::Active(tokens) => Some(&tokens.access),
        ConnectionState::ReconnectNeeded { .. } => None,
    }
}
