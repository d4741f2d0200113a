//! Placeholder: the request handling is wired here.
fn main() {}
