//! Pages and cursors, the same for every implementation.
//!
//! A cursor names the last row given out, so rows that come or go in between neither shift nor double the
//! rest. It is bound to its listing and its team, not secret: whoever makes one up can only start
//! elsewhere in a listing that is open to them anyway.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::{Error, Page};
use crate::domain::{Activity, ActivityId, AssessmentId, OpenAssignment, OpportunityId, TeamId};

/// The most rows of a page.
const LIMIT_MAX: usize = 100;
/// Starts the cursors of the listing of teams.
const TEAMS: &str = "teams";
/// Starts the cursors of the listing of activity.
const ACTIVITY: &str = "activity";

/// Starts the cursors of the listing of open assignments.
const OPEN: &str = "open";
/// Starts the cursors of the walk over the ledger.
const LEDGER: &str = "ledger";

/// Checks the number of rows asked for.
pub(super) fn checked_limit(limit: usize) -> Result<usize, Error> {
    if (1..=LIMIT_MAX).contains(&limit) { Ok(limit) } else { Err(Error::InvalidLimit) }
}

/// A page out of rows that were read one further than `limit`, to know whether there is more.
pub(super) fn cut<T>(mut rows: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> Page<T> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = if more { rows.last().map(cursor) } else { None };
    Page { rows, next }
}

/// The cursor behind a team.
pub(super) fn after_team(team: &TeamId) -> String {
    encode(&[TEAMS, team.as_str()])
}

/// The team a cursor stands behind.
pub(super) fn parse_after_team(cursor: &str) -> Result<TeamId, Error> {
    let text = decode(cursor)?;
    match text.split('#').collect::<Vec<_>>().as_slice() {
        [TEAMS, team] => team.parse().map_err(|_| Error::InvalidCursor),
        _ => Err(Error::InvalidCursor),
    }
}

/// The cursor behind a line of activity.
pub(super) fn after_activity(line: &Activity) -> String {
    encode(&[ACTIVITY, line.team.as_str(), &line.at.to_string(), line.id.as_str()])
}

/// The line of activity a cursor stands behind; refused for another team.
pub(super) fn parse_after_activity(cursor: &str, team: &TeamId) -> Result<(Timestamp, ActivityId), Error> {
    let text = decode(cursor)?;
    match text.split('#').collect::<Vec<_>>().as_slice() {
        [ACTIVITY, of, at, id] if *of == team.as_str() => {
            let at = at.parse().map_err(|_| Error::InvalidCursor)?;
            let id = id.parse().map_err(|_| Error::InvalidCursor)?;
            Ok((at, id))
        }
        _ => Err(Error::InvalidCursor),
    }
}

/// The cursor behind an open assignment.
pub(super) fn after_open(team: &TeamId, one: &OpenAssignment) -> String {
    let OpenAssignment { opportunity, assessment, created_at } = one;
    encode(&[OPEN, team.as_str(), &created_at.to_string(), opportunity.as_str(), assessment.as_str()])
}

/// The open assignment a cursor stands behind; refused for another team.
pub(super) fn parse_after_open(cursor: &str, team: &TeamId) -> Result<OpenAssignment, Error> {
    let text = decode(cursor)?;
    match text.split('#').collect::<Vec<_>>().as_slice() {
        [OPEN, of, at, opportunity, assessment] if *of == team.as_str() => Ok(OpenAssignment {
            opportunity: opportunity.parse().map_err(|_| Error::InvalidCursor)?,
            assessment: assessment.parse().map_err(|_| Error::InvalidCursor)?,
            created_at: at.parse().map_err(|_| Error::InvalidCursor)?,
        }),
        _ => Err(Error::InvalidCursor),
    }
}

/// The cursor behind an entry of the ledger.
pub(super) fn after_entry(
    team: &TeamId,
    (opportunity, assessment): &(OpportunityId, AssessmentId),
) -> String {
    encode(&[LEDGER, team.as_str(), opportunity.as_str(), assessment.as_str()])
}

/// The entry of the ledger a cursor stands behind; refused for another team.
pub(super) fn parse_after_entry(cursor: &str, team: &TeamId) -> Result<(OpportunityId, AssessmentId), Error> {
    let text = decode(cursor)?;
    match text.split('#').collect::<Vec<_>>().as_slice() {
        [LEDGER, of, opportunity, assessment] if *of == team.as_str() => {
            let opportunity = opportunity.parse().map_err(|_| Error::InvalidCursor)?;
            Ok((opportunity, assessment.parse().map_err(|_| Error::InvalidCursor)?))
        }
        _ => Err(Error::InvalidCursor),
    }
}

/// The opportunities of a page of entries, each once.
pub(super) fn opportunities(page: Page<(OpportunityId, AssessmentId)>) -> Page<OpportunityId> {
    let mut rows: Vec<_> = page.rows.into_iter().map(|(opportunity, _)| opportunity).collect();
    rows.dedup();
    Page { rows, next: page.next }
}

fn encode(parts: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(parts.join("#"))
}

fn decode(cursor: &str) -> Result<String, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Error::InvalidCursor)?;
    String::from_utf8(bytes).map_err(|_| Error::InvalidCursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_there_is_more_only_if_there_is() {
        let page = |rows: usize| cut((0..rows).collect(), 2, |row| row.to_string());
        assert_eq!(page(2), Page { rows: vec![0, 1], next: None });
        assert_eq!(page(3), Page { rows: vec![0, 1], next: Some("1".to_owned()) });
    }

    #[test]
    fn limits_outside_the_range_are_refused() {
        assert_eq!((checked_limit(1), checked_limit(100)), (Ok(1), Ok(100)));
        for limit in [0, 101, usize::MAX] {
            assert_eq!(checked_limit(limit), Err(Error::InvalidLimit));
        }
    }

    #[test]
    fn cursors_with_foreign_parts_are_refused() {
        let team: TeamId = "a".parse().unwrap();
        let bad = [
            "activity#a#2026-01-01T00:00:00Z",
            "activity#a#yesterday#x",
            "activity#a#2026-01-01T00:00:00Z#",
            "a",
        ];
        for text in bad {
            assert_eq!(parse_after_activity(&encode(&[text]), &team), Err(Error::InvalidCursor), "{text}");
        }
        assert_eq!(parse_after_team(&encode(&["teams", "a", "b"])), Err(Error::InvalidCursor));
        assert_eq!(parse_after_team("not base64!"), Err(Error::InvalidCursor));
    }
}
