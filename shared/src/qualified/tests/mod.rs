//! Every call against a server in the same process that gives canned answers and keeps what it was asked.

mod exhibits;
mod failures;
mod inviting;
mod reading;
mod results;
mod server;
mod subscribing;
