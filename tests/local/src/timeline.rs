//! What the story prints: who did what when, and what the candidate's tags are after it.

use std::fmt;

use jiff::Timestamp;

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The admin of the team.
    Admin,
    /// The recruiter, in Lever.
    Recruiter,
    /// The candidate, in Qualified.
    Candidate,
    /// Qualified itself.
    Qualified,
    /// This integration, as seen in Lever.
    Integration,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Admin => "admin",
            Self::Recruiter => "recruiter",
            Self::Candidate => "candidate",
            Self::Qualified => "Qualified",
            Self::Integration => "integration",
        })
    }
}

/// One line of the timeline, as printed.
pub fn line(at: Timestamp, actor: Actor, what: &str) -> String {
    format!("{}  {actor:<11}  {what}", at.strftime("%H:%M:%S.%3f"))
}

/// A line under the last one, indented to its text.
pub fn continuation(text: &str) -> String {
    format!("{:27}{text}", "")
}

/// Tags as printed after a step.
pub fn tags(tags: &[String]) -> String {
    let shown: Vec<_> = tags.iter().map(|tag| format!("[{tag}]")).collect();
    if shown.is_empty() { "tags: none".to_owned() } else { format!("tags: {}", shown.join(" ")) }
}

/// A table with a header, columns as wide as their widest cell.
pub fn table<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([header[column].chars().count()]).max().unwrap_or_default()
    });
    let render = |cells: [&str; N]| {
        let padded: Vec<_> =
            cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut lines =
        vec![render(header), render(widths.map(|width| "─".repeat(width)).each_ref().map(String::as_str))];
    lines.extend(rows.iter().map(|row| render(row.each_ref().map(String::as_str))));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_starts_with_time_and_actor() {
        let at = "2026-01-02T03:04:05.678Z".parse().unwrap();
        assert_eq!(line(at, Actor::Admin, "logs in"), "03:04:05.678  admin        logs in");
        assert!(continuation("x").find('x') == line(at, Actor::Admin, "x").find('x'));
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a".to_owned(), "longer".to_owned()]];
        assert_eq!(table(["first", "b"], &rows), "first  b\n─────  ──────\na      longer");
    }
}
