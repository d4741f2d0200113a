//! What is proved with the whole system: scenarios, budgets, bad input, conventions.

mod architecture;
mod bad_input;
mod budget;
mod follow;
mod orders;
mod reasons;
mod sample_events;
