//! What is proved with the whole system: scenarios, budgets, bad input, conventions.

mod architecture;
mod budget;
mod follow;
mod reasons;
mod sample_events;
