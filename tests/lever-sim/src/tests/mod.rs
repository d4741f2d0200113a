//! Behaviour over real HTTP, one test for each promise of the simulator.

mod changing;
mod control;
mod deliveries;
mod documents;
mod faults;
mod oauth;
mod reading;
mod strictness;
mod support;
mod switches;
mod webhooks;
