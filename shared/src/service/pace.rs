//! One limit of calls for each team, kept in the table for all processes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Clock;
use crate::domain::{CallGrant, CallRequest, TeamId, slot_after_refusal};
use crate::lever::{Error, Pace, Permits};
use crate::metrics::Metric;
use crate::store::Store;

/// The permits for one team's calls.
pub(super) fn permits(store: &Arc<dyn Store>, clock: &Arc<dyn Clock>, team: &TeamId) -> Permits {
    let pace = TeamPace { store: Arc::clone(store), clock: Arc::clone(clock), team: team.clone() };
    Permits::new(Box::new(pace), Arc::clone(clock))
}

struct TeamPace {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    team: TeamId,
}

#[async_trait]
impl Pace for TeamPace {
    /// Nothing is called while the table does not answer: without it nobody knows what others call.
    async fn reserve(&self, calls: u32) -> Result<(), Error> {
        let now = self.clock.now();
        let until =
            |moment: jiff::Timestamp| Duration::try_from(moment.duration_since(now)).unwrap_or_default();
        match self.store.reserve_calls(&self.team, CallRequest { calls, now }).await {
            Ok(CallGrant::From(from)) => {
                if from > now {
                    self.clock.sleep(until(from)).await;
                }
                Ok(())
            }
            Ok(CallGrant::Full(again)) => Err(Error::Paced { retry_after: Some(until(again)) }),
            Err(error) => {
                tracing::warn!(team.id = %self.team, %error, "calls not reserved");
                Err(Error::Paced { retry_after: None })
            }
        }
    }

    async fn hold(&self, pause: Duration) {
        Metric::RateLimited.count();
        tracing::warn!(team.id = %self.team, "lever.rate_limited");
        if let Err(error) =
            self.store.hold_calls(&self.team, slot_after_refusal(self.clock.now(), pause)).await
        {
            tracing::warn!(team.id = %self.team, %error, "calls not held");
        }
    }
}
