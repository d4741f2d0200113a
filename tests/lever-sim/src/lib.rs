//! A strict simulator of Lever: Data API, OAuth, webhooks, and a control API that plays the users.
//!
//! Start one with [`LeverSim::start`]; it serves real HTTP on the loopback interface and shares nothing with other
//! instances. Whatever a well-behaved client would not send is answered as Lever answers it and recorded as a violation
//! named after a [`Rule`]. What Lever's documentation leaves open is a named switch, see [`switches`].
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use lever_sim::{LeverSim, Seed, TokenWish};
//!
//! let sim = LeverSim::start(0, Seed::default()).await?;
//! let tokens = sim.mint(TokenWish::default())?;
//! sim.move_to("50000000-0000-4000-8000-000000000001", "Technical Assessment", None)?;
//! assert!(sim.kit().violations.list().is_empty());
//! # Ok(())
//! # }
//! ```

mod api;
mod control;
mod lever;
mod oauth;
mod rate;
mod rule;
mod scopes;
mod seed;
mod sender;
mod sign;
mod sim;
pub mod switches;
#[cfg(test)]
mod tests;
mod verbs;
pub mod world;

pub use lever::Lever;
pub use rule::Rule;
pub use seed::{AccountSeed, AppSeed, PostingSeed, ReasonSeed, Seed, SeedError, StageSeed, UserSeed};
pub use sign::signature;
pub use sim::{LeverSim, StartError, in_process};
pub use verbs::{Scopes, TokenWish};
