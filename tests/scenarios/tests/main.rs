//! What is proved with the whole system: scenarios, budgets, bad input, conventions.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api;
mod architecture;
mod asked_again;
mod at_once;
mod bad_input;
mod budget;
mod connect;
mod crash;
mod dead_letters;
mod deadlines;
mod documents;
mod faults;
mod follow;
mod kept;
mod moved_on;
mod nothing_lost;
mod orders;
mod overtaken;
mod pace;
mod page_bad_input;
mod page_truth;
mod page_words;
mod reasons;
mod reconcile;
mod retaken;
mod sample_events;
mod second_word;
mod template;
mod tokens;
mod under_way;
mod unlucky;
mod why;
