//! What the handlers of one simulator share: kit, world, page address, launch key.
//!
//! The world is only touched through [`App::act`], which first does what is due and afterwards sends what happened.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use sim_kit::Kit;
use sim_kit::clock::{Clock, Millis};
use sim_kit::guarded::Guarded;
use tokio::sync::Notify;

use crate::seed::{Seed, SeedError};
use crate::sender;
use crate::switches::Switches;
use crate::world::World;

/// Shared by all handlers of one simulator.
#[derive(Debug, Clone)]
pub(crate) struct App(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) kit: Kit,
    pub(crate) world: Guarded<World>,
    /// Where launch links lead, and where mailed links do.
    pub(crate) addresses: Guarded<Addresses>,
    seed: Seed,
    /// Woken when something may have become due earlier.
    changed: Notify,
}

/// URLs that are known only when everything runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Addresses {
    /// This simulator.
    pub(crate) own: String,
    /// The integrations page.
    pub(crate) page: Option<String>,
    /// Key of the launch links.
    pub(crate) launch_key: String,
}

impl FromRef<App> for Kit {
    fn from_ref(app: &App) -> Self {
        app.0.kit.clone()
    }
}

impl App {
    /// A simulator in the state of the seed.
    pub(crate) fn new(seed: Seed, clock: Clock) -> Result<Self, SeedError> {
        let kit = Kit::timed_by(clock, sender::rules(&seed.switches));
        let world = seed.world(kit.clock.now_ms())?;
        let addresses = Addresses {
            own: String::new(),
            page: seed.page_url.clone(),
            launch_key: seed.launch_key.clone(),
        };
        Ok(Self(Arc::new(Inner {
            kit,
            world: Guarded::new(world),
            addresses: Guarded::new(addresses),
            seed,
            changed: Notify::new(),
        })))
    }

    /// The simulated time.
    pub(crate) fn now(&self) -> Millis {
        self.0.kit.clock.now_ms()
    }

    /// Does something to the world, or reads it, at the present moment.
    pub(crate) fn act<T>(&self, verb: impl FnOnce(&mut World, Millis) -> T) -> T {
        let now = self.now();
        let mut world = self.0.world.lock();
        world.tick(now);
        let outcome = verb(&mut world, now);
        // Queued under the lock, so that deliveries keep the order in which things happened.
        sender::send_happenings(self, &mut world, now);
        drop(world);
        self.0.changed.notify_one();
        outcome
    }

    /// Back to a seed: the given one, or the one it started with. The page's address stays if the seed names none.
    pub(crate) fn reset(&self, seed: Option<Seed>) -> Result<(), SeedError> {
        let seed = seed.unwrap_or_else(|| self.0.seed.clone());
        // Checked before anything is forgotten.
        let fresh = seed.world(self.now())?;
        self.0.kit.reset();
        self.0.kit.deliveries.set_rules(sender::rules(&fresh.switches));
        *self.0.world.lock() = fresh;
        let mut addresses = self.0.addresses.lock();
        addresses.launch_key = seed.launch_key;
        addresses.page = seed.page_url.or(addresses.page.take());
        drop(addresses);
        self.0.changed.notify_one();
        Ok(())
    }

    /// Puts new switches into force.
    pub(crate) fn switch(&self, switches: Switches) {
        self.0.kit.deliveries.set_rules(sender::rules(&switches));
        self.act(|world, _| world.switches = switches);
    }

    /// Does what is due when it is due, for ever.
    pub(crate) async fn keep_time(self) {
        /// Looks again at least this often, so that nothing depends on being woken.
        const AT_LEAST: Duration = Duration::from_secs(60);
        loop {
            let due = self.0.world.lock().next_due();
            let until_due = async {
                match due {
                    Some(at) => self.0.kit.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = until_due => self.act(|_, _| ()),
                () = self.0.changed.notified() => {}
                () = tokio::time::sleep(AT_LEAST) => {}
            }
        }
    }
}
