//! Qualified's JSON: records in `camelCase` for answers, `snake_case` for webhook payloads.
//!
//! Shapes follow the recordings of Qualified's API reference. Renders a world, never changes it.

pub(crate) mod assessment;
pub(crate) mod candidate;
pub(crate) mod case;
pub(crate) mod disturb;
pub(crate) mod envelope;
pub(crate) mod exhibit;
pub(crate) mod invitation;
pub(crate) mod mail;
pub(crate) mod result;
pub(crate) mod state;
pub(crate) mod subscription;
pub(crate) mod team;
pub(crate) mod time;
pub(crate) mod webhook;
