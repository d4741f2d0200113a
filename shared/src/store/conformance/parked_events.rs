//! Parked events.

use std::time::Duration;

use crate::clock::{Clock, ManualClock};
use crate::domain::{ParkedEvent, Reason, TeamId};
use crate::store::Store;

use super::{Made, Outcome};

fn parked(team: &TeamId, event: &str, clock: &ManualClock) -> Made<ParkedEvent> {
    Ok(ParkedEvent {
        team: team.clone(),
        event: event.parse()?,
        reason: Reason::ReconnectNeeded,
        parked_at: clock.now(),
        envelope: format!("envelope of {event}"),
    })
}

pub(super) async fn check(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let (team, other): (TeamId, TeamId) = ("parked-1".parse()?, "parked-2".parse()?);
    assert_eq!(store.parked_events(&team, 10).await?, []);
    let (first, second) = (parked(&team, "event-1", clock)?, parked(&team, "event-2", clock)?);
    for one in [&second, &first, &second, &parked(&other, "event-1", clock)?] {
        store.park_event(one).await?;
    }
    assert_eq!(store.parked_events(&team, 10).await?, [first.clone(), second.clone()]);
    assert_eq!(store.parked_events(&team, 1).await?, std::slice::from_ref(&first));
    clock.advance(Duration::from_millis(1));
    let renewed = ParkedEvent { reason: Reason::ApiKeyNeeded, parked_at: clock.now(), ..first.clone() };
    store.park_event(&renewed).await?;
    for gone in [&second, &second, &first] {
        store.remove_parked_event(gone).await?;
    }
    assert_eq!(store.parked_events(&team, 10).await?, [renewed]);
    assert_eq!(store.parked_events(&other, 10).await?.len(), 1);
    assert!(store.parked_events(&team, 0).await.is_err() && store.parked_events(&team, 101).await.is_err());
    Ok(())
}
