//! The handle on one simulated Lever: the world, and the kit that times, records and sends.

use std::sync::Arc;

use axum::extract::FromRef;
use sim_kit::Kit;
use sim_kit::clock::{Clock, Millis};
use sim_kit::guarded::Guarded;

use crate::seed::{Seed, SeedError};
use crate::sender;
use crate::switches::Switches;
use crate::world::{AccountId, World};

/// One simulated Lever; clones share it. Its verbs are what users do in Lever and what tests want to know.
#[derive(Debug, Clone)]
pub struct Lever {
    pub(crate) kit: Kit,
    world: Guarded<World>,
    seed: Arc<Seed>,
}

impl FromRef<Lever> for Kit {
    fn from_ref(lever: &Lever) -> Self {
        lever.kit.clone()
    }
}

impl Lever {
    pub(crate) fn new(seed: Seed, clock: Clock) -> Result<Self, SeedError> {
        let kit = Kit::timed_by(clock, Switches::default().delivery_rules());
        let world = seed.build(kit.clock.now_ms())?;
        kit.deliveries.set_rules(world.switches.delivery_rules());
        Ok(Self { kit, world: Guarded::new(world), seed: Arc::new(seed) })
    }

    /// Clock, faults, violations, calls and deliveries.
    pub fn kit(&self) -> &Kit {
        &self.kit
    }

    /// Looks at the world as it is now.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&World, Millis) -> T) -> T {
        let now = self.kit.clock.now_ms();
        look(&self.world.lock(), now)
    }

    /// Changes the world and tells the webhooks what happened.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World, Millis) -> T) -> T {
        let now = self.kit.clock.now_ms();
        let mut world = self.world.lock();
        let result = change(&mut world, now);
        let outgoing = sender::collect(&mut world, now);
        drop(world);
        for delivery in outgoing {
            let compose = sender::compose(&self.world, &self.kit.clock, delivery.clone());
            self.kit.deliveries.send(delivery.about(), compose);
        }
        result
    }

    /// Sends the test call of a webhook and returns the id of the delivery.
    pub(crate) fn ping(&self, account: &AccountId, webhook: &crate::world::WebhookId) -> Option<String> {
        let delivery = self.look(|world, now| sender::ping(world, account, webhook, now))?;
        let compose = sender::compose(&self.world, &self.kit.clock, delivery.clone());
        self.kit.deliveries.send_once(delivery.about(), compose)
    }

    /// Starts over, with another seed or the one it was started with.
    ///
    /// # Errors
    /// If the seed makes no world; then nothing changes.
    pub fn reset(&self, seed: Option<Seed>) -> Result<(), SeedError> {
        let seed = seed.map_or_else(|| Arc::clone(&self.seed), Arc::new);
        seed.build(self.kit.clock.now_ms())?;
        self.kit.reset();
        let world = seed.build(self.kit.clock.now_ms())?;
        self.kit.deliveries.set_rules(world.switches.delivery_rules());
        *self.world.lock() = world;
        Ok(())
    }
}
