//! The table that is printed: what was measured, what it must not exceed, and what holds it back.

use std::io::Write as _;
use std::time::Duration;

/// A figure.
pub(crate) struct Row {
    what: String,
    limit: Option<Limit>,
    /// Nothing if it could not be measured.
    reached: Option<f64>,
    unit: &'static str,
    holds_back: String,
}

/// What a figure must keep to.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    /// This or less.
    Most(f64),
    /// This or more.
    Least(f64),
}

impl Row {
    /// A figure without a limit, for the reader.
    pub(crate) fn figure(what: impl Into<String>, reached: f64, unit: &'static str) -> Self {
        Self { what: what.into(), limit: None, reached: Some(reached), unit, holds_back: String::new() }
    }

    /// A figure that cannot be had on this machine; its limit counts as not kept.
    pub(crate) fn unmeasured(what: impl Into<String>) -> Self {
        Self { what: what.into(), limit: None, reached: None, unit: "", holds_back: String::new() }
    }

    /// Says what it must keep to, and what holds it back if it does not.
    pub(crate) fn limit(self, limit: Limit, holds_back: &str) -> Self {
        Self { limit: Some(limit), holds_back: holds_back.to_owned(), ..self }
    }

    fn is_kept(&self) -> Option<bool> {
        self.limit.map(|limit| match limit {
            Limit::Most(most) => self.reached.is_some_and(|reached| reached <= most),
            Limit::Least(least) => self.reached.is_some_and(|reached| reached >= least),
        })
    }
}

/// All figures so far.
#[derive(Default)]
pub(crate) struct Report(Vec<Row>);

impl Report {
    /// Adds a figure and shows it at once, since the whole takes minutes.
    pub(crate) fn add(&mut self, row: Row) {
        say(&line(&row));
        self.0.push(row);
    }

    /// Prints the whole table.
    pub(crate) fn print(&self) {
        say(&format!("\n{:<58} {:>12} {:>14}  {:<6} {}", "figure", "limit", "reached", "", "holds back"));
        for row in &self.0 {
            say(&line(row));
        }
        let missed = self.0.iter().filter(|row| row.is_kept() == Some(false)).count();
        let limits = self.0.iter().filter(|row| row.limit.is_some()).count();
        say(&format!("\n{} of {limits} limits kept.", limits - missed));
    }
}

/// The middle one.
pub(crate) fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Prints a line.
pub(crate) fn say(text: &str) {
    // A reader that went away is no reason to stop.
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn line(row: &Row) -> String {
    let limit = match row.limit {
        None => String::new(),
        Some(Limit::Most(most)) => format!("≤ {}", number(most)),
        Some(Limit::Least(least)) => format!("≥ {}", number(least)),
    };
    let reached =
        row.reached.map_or("not measured".to_owned(), |reached| format!("{} {}", number(reached), row.unit));
    let (verdict, holds_back) = match row.is_kept() {
        None => ("", ""),
        Some(true) => ("ok", ""),
        Some(false) => ("missed", row.holds_back.as_str()),
    };
    format!("{:<58} {limit:>12} {reached:>14}  {verdict:<6} {holds_back}", row.what).trim_end().to_owned()
}

/// As many digits as tell something.
fn number(value: f64) -> String {
    if value == value.trunc() || value.abs() >= 100.0 {
        format!("{value:.0}")
    } else if value.abs() >= 0.1 {
        format!("{value:.2}")
    } else {
        format!("{value:.4}")
    }
}
