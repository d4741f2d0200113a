//! Reserving calls of Lever.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;

use super::{Made, Outcome};
use crate::clock::{Clock, ManualClock};
use crate::domain::{CallGrant, CallRequest, TeamId, slot_after_refusal};
use crate::store::Store;

pub(super) async fn check(store: &dyn Store, clock: &ManualClock) -> Outcome {
    askers_at_once_share_one_limit(store, clock).await?;
    a_slot_that_is_over_is_forgotten(store, clock).await?;
    nothing_is_granted_while_calls_are_held(store, clock).await
}

/// The present, in whole milliseconds: slots have no finer parts.
fn now(clock: &ManualClock) -> Made<Timestamp> {
    Ok(Timestamp::from_millisecond(clock.now().as_millisecond())?)
}

fn after(moment: Timestamp, milliseconds: u64) -> Made<Timestamp> {
    Ok(moment.saturating_add(Duration::from_millis(milliseconds))?)
}

/// When the calls may be made, for those granted; in order.
async fn grants(
    store: &dyn Store,
    team: &TeamId,
    askers: usize,
    request: CallRequest,
) -> Made<Vec<Timestamp>> {
    let asked = join_all((0..askers).map(|_| store.reserve_calls(team, request))).await;
    let mut granted = Vec::new();
    for grant in asked {
        match grant {
            Ok(CallGrant::From(from)) => granted.push(from),
            Ok(CallGrant::Full(again)) => assert!(again > request.now),
            // So many at once that one may have lost every time.
            Err(crate::store::Error::Throttled) => {}
            Err(error) => return Err(error.into()),
        }
    }
    granted.sort();
    Ok(granted)
}

async fn askers_at_once_share_one_limit(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let (team, other): (TeamId, TeamId) = ("calls-1".parse()?, "calls-2".parse()?);
    let now = now(clock)?;
    let granted = grants(store, &team, 50, CallRequest { calls: 1, now }).await?;
    assert!(granted.len() <= 20, "{} granted", granted.len());
    for (index, from) in granted.iter().enumerate() {
        let late = u64::try_from(index)?.saturating_sub(9) * 100;
        assert_eq!(*from, after(now, late)?, "grant {index}");
    }
    // One asker after the other, none loses.
    let mut one_by_one = granted.len();
    while let CallGrant::From(_) = store.reserve_calls(&team, CallRequest { calls: 1, now }).await? {
        one_by_one += 1;
    }
    assert_eq!(one_by_one, 20);
    let elsewhere = store.reserve_calls(&other, CallRequest { calls: 3, now }).await?;
    assert_eq!(elsewhere, CallGrant::From(now), "another team is not slowed down");
    Ok(())
}

async fn a_slot_that_is_over_is_forgotten(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team: TeamId = "calls-3".parse()?;
    let request = CallRequest { calls: 10, now: now(clock)? };
    assert_eq!(store.reserve_calls(&team, request).await?, CallGrant::From(request.now));
    assert_eq!(store.reserve_calls(&team, request).await?, CallGrant::From(after(request.now, 1_000)?));
    assert_eq!(store.reserve_calls(&team, request).await?, CallGrant::Full(after(request.now, 1_000)?));
    let later = CallRequest { now: after(request.now, 2_000)?, ..request };
    assert_eq!(store.reserve_calls(&team, later).await?, CallGrant::From(later.now));
    Ok(())
}

async fn nothing_is_granted_while_calls_are_held(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let team: TeamId = "calls-4".parse()?;
    let now = now(clock)?;
    let held = slot_after_refusal(now, Duration::from_secs(5));
    store.hold_calls(&team, held).await?;
    store.hold_calls(&team, now).await?;
    let request = CallRequest { calls: 1, now };
    let CallGrant::Full(again) = store.reserve_calls(&team, request).await? else {
        return Err("calls are granted".into());
    };
    assert!(again >= after(now, 5_000)?);
    let granted = store.reserve_calls(&team, CallRequest { now: again, ..request }).await?;
    assert!(matches!(granted, CallGrant::From(_)));
    Ok(())
}
