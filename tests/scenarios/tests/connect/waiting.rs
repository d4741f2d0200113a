//! Events that waited go on when access is right again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use lever_integration::clock::Clock;
use lever_integration::domain::{Event, EventId, ParkedEvent, Reason, ResultChanged, ResultNews};
use lever_integration::queue::{Envelope, Error as QueueError, Queue};
use lever_integration::setup::Parts;
use scenarios::{Admin, Last, Made, World};
use sim_kit::faults::Mode;

use super::{active, connection, plan};

/// Longer than the pause between two upkeeps.
const AN_HOUR: Duration = Duration::from_secs(61 * 60);
/// More events than a login or an API key sends again.
const MANY: usize = 520;
/// So many it sends.
const FIRST: usize = 500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_work_goes_on_though_the_webhook_could_not_be_registered() -> Made {
    let world = World::start().await?;
    plan(&world.local, "GET", "/v1/opportunities/*", Mode::Status, |fault| {
        fault.status = Some(401);
        fault.times = 2;
    });
    world.invited("Candidate 1").await?;
    let admin = Admin::of(&world.local, &world.team)?;
    plan(&world.local, "GET", "/v1/webhooks", Mode::Status, |_| {});
    assert!(admin.log_in().await.is_err());
    world.settle().await?;
    assert!(active(&connection(&world).await?).is_some());
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    admin.log_in().await?;
    assert_eq!(admin.webhooks().len(), 1);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_work_goes_on_past_an_event_that_cannot_be_read() -> Made {
    let world = World::start().await?;
    plan(&world.local, "GET", "/v1/opportunities/*", Mode::Status, |fault| {
        fault.status = Some(401);
        fault.times = 2;
    });
    world.invited("Candidate 1").await?;
    let unreadable = ParkedEvent {
        team: world.team.clone(),
        event: "0-unreadable".parse()?,
        reason: Reason::ReconnectNeeded,
        parked_at: world.clock.now(),
        envelope: "{}".to_owned(),
    };
    world.local.parts.store.park_event(&unreadable).await?;
    Admin::of(&world.local, &world.team)?.log_in().await?;
    world.settle().await?;
    assert_eq!(world.mailed("Candidate 1"), [World::TITLE]);
    assert_eq!(world.local.parts.store.parked_events(&world.team, 100).await?, [unreadable]);
    world.finish().await
}

/// A queue that counts what it gets; nobody works it off.
#[derive(Default)]
struct Counting(AtomicUsize);

#[async_trait]
impl Queue for Counting {
    async fn send(&self, _envelope: &Envelope) -> Result<(), QueueError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
    async fn postpone(&self, _receipt: &str, _delay: Duration) -> Result<(), QueueError> {
        Ok(())
    }
}

/// Many events wait, about a result that nobody follows.
async fn let_many_wait(world: &World) -> Made {
    for number in 0..MANY {
        let id: EventId = format!("waiting-{number}").parse()?;
        let submitted = ResultChanged {
            id: id.clone(),
            result: "followed-by-nobody".parse()?,
            news: ResultNews::Submitted,
            changed_at: None,
            team_candidate: None,
            assessment: None,
        };
        let parked = ParkedEvent {
            team: world.team.clone(),
            event: id,
            reason: Reason::ReconnectNeeded,
            parked_at: world.clock.now(),
            envelope: world.envelope(Event::ResultChanged(submitted)).to_json()?,
        };
        world.local.parts.store.park_event(&parked).await?;
    }
    Ok(())
}

async fn waiting(world: &World) -> Made<usize> {
    Ok(world.local.parts.store.parked_events(&world.team, 100).await?.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_connects_waits_for_the_first_of_very_many_events_and_the_rest_follows() -> Made {
    let world = World::start().await?;
    let queue = Arc::new(Counting::default());
    let counted = Arc::clone(&queue) as Arc<dyn Queue>;
    let parts = Parts { queue: counted, ..world.failing(usize::MAX, Last::Undone) };
    let mut admin = Admin::of(&world.local, &world.team)?;
    admin.connector = parts.connector()?;
    let sent = || queue.0.load(Ordering::SeqCst);
    let_many_wait(&world).await?;
    let (_, key) = world.local.qualified.first_team().ok_or("no team")?;
    admin.connector.set_api_key(&world.team, key.expose()).await?;
    assert_eq!((sent(), waiting(&world).await?), (FIRST, MANY - FIRST));
    admin.log_in().await?;
    assert_eq!((sent(), waiting(&world).await?), (MANY, 0), "a login takes what is left, here less");
    let_many_wait(&world).await?;
    admin.log_in().await?;
    assert_eq!((sent(), waiting(&world).await?), (MANY + FIRST, MANY - FIRST));
    world.pass(AN_HOUR);
    assert_eq!(world.local.reconcile().await?.found, MANY - FIRST);
    world.settle().await?;
    assert_eq!(waiting(&world).await?, 0);
    world.finish().await
}
