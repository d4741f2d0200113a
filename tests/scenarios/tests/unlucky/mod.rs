//! What changes outside between two attempts, and what of several things fails.

mod answers;
mod people;
mod tags;
mod telling;

use scenarios::{Made, World};
use sim_kit::faults::{Fault, Mode};

fn plan(world: &World, method: &str, path: &str, mode: Mode, times: u64, skip: u64) {
    for kit in [world.local.lever.kit(), world.local.qualified.kit()] {
        kit.faults.plan(Fault { times, skip, ..Fault::new(method, path, mode) });
    }
}

fn of_title(world: &World, id: &str) -> Made<Vec<String>> {
    Ok(world.tags(id)?.into_iter().filter(|tag| tag.starts_with(World::TITLE)).collect())
}
