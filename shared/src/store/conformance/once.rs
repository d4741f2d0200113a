//! What is good for one use, and the end of a connection.

use std::time::Duration;

use futures_util::future::join_all;

use crate::clock::{Clock, ManualClock};
use crate::domain::{AccountChange, CodeVerifier, LeverEnvironment, OAuthAttempt, TeamId};
use crate::store::{Recorded, Store};

use super::{Made, Outcome, samples};

fn attempt(state_hash: &str, clock: &ManualClock) -> Made<OAuthAttempt> {
    Ok(OAuthAttempt {
        state_hash: state_hash.to_owned(),
        team: "once-1".parse()?,
        user: "user-1".parse()?,
        session_hash: "abcd".to_owned(),
        environment: LeverEnvironment::Sandbox,
        account_change: AccountChange::Allow,
        verifier: CodeVerifier::new("canary-verifier".to_owned()),
        expires_at: clock.now().saturating_add(Duration::from_secs(600))?,
    })
}

pub(super) async fn check(store: &dyn Store, clock: &ManualClock) -> Outcome {
    attempts(store, clock).await?;
    launches(store, clock).await?;
    connections(store, clock).await
}

async fn attempts(store: &dyn Store, clock: &ManualClock) -> Outcome {
    assert_eq!(store.take_oauth_attempt("0a").await?, None);
    let begun = attempt("0a", clock)?;
    store.record_oauth_attempt(&begun).await?;
    let takers = join_all((0..20).map(|_| store.take_oauth_attempt("0a"))).await;
    let taken: Vec<_> = takers.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    assert_eq!(taken, [begun]);
    store.record_oauth_attempt(&attempt("0b", clock)?).await?;
    clock.advance(Duration::from_secs(600));
    assert_eq!(store.take_oauth_attempt("0b").await?, None);
    Ok(())
}

async fn launches(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let until = clock.now().saturating_add(Duration::from_secs(300))?;
    let uses = join_all((0..20).map(|_| store.record_launch("0c", until))).await;
    samples::exactly_one_done(&uses.into_iter().collect::<Result<Vec<_>, _>>()?, 1)?;
    assert_eq!(store.record_launch("0d", until).await?, Recorded::Done { version: 1 });
    Ok(())
}

async fn connections(store: &dyn Store, clock: &ManualClock) -> Outcome {
    let (team, other): (TeamId, TeamId) = ("once-2".parse()?, "once-3".parse()?);
    for team in [&team, &other] {
        let _ = store.record_team(&samples::team(team.as_str())?).await?;
        let _ = store.record_connection(&samples::connection(team, clock)?).await?;
    }
    store.remove_connection(&team).await?;
    store.remove_connection(&team).await?;
    assert_eq!(store.load_team(&team).await?.and_then(|context| context.connection), None);
    assert!(store.load_team(&other).await?.is_some_and(|context| context.connection.is_some()));
    assert_eq!(store.record_connection(&samples::connection(&team, clock)?).await?, samples::done(1));
    Ok(())
}
