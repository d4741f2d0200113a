//! The Lever integration of Qualified: everything the six Lambda functions share.
//!
//! Read in this order: [`domain`] (the nouns), [`flow`] (pure decisions), [`lever`] and [`qualified`]
//! (the two services and the only places that know their JSON), [`store`] (the table), [`queue`]
//! (between intake and worker), [`service`] (load, decide, record, perform, record). Dependencies
//! point that way only: `domain ← flow ← {lever, qualified, store, queue} ← service`.
//!
//! Invariants held here: at most one invitation for an opportunity, an assessment and one asking for it; a
//! standing never falls; one result note for each attempt; no credential and no personal data in a log line.

pub mod clock;
pub mod config;
pub mod domain;
pub mod edge;
pub mod failure;
pub mod flow;
pub mod http;
pub mod launch;
pub mod lever;
pub mod metrics;
pub mod qualified;
pub mod queue;
pub mod seal;
pub mod service;
pub mod session;
pub mod setup;
pub mod store;
pub mod telemetry;
