//! The store on DynamoDB: one table for everything, keyed so that each question is one query.
//!
//! `schema` has the facts about the table, `keys` the keys of its items, `item` their attributes, `table`
//! the calls; the other modules answer the questions of the trait. Invariants: every key is made in `keys` only
//! and starts with the team if the item belongs to one, there is no scan, every item has a schema version, and no
//! credential but the keys of webhook paths is in the table unsealed.

mod activities;
mod assignments;
mod calls;
mod connections;
mod intake;
mod item;
mod keys;
mod once;
mod parked_events;
mod reconciling;
mod schema;
mod store;
mod table;
mod teams;

#[cfg(test)]
mod tests;

pub use schema::{IndexSchema, Projected, TABLE, TableSchema, create_table};
pub use store::DynamoStore;
