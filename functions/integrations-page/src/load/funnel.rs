//! Invited, started and submitted by week, counted from the activity.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use lever_integration::domain::{Outcome, Reason, TeamId};

use crate::Page;
use crate::view::model::{Funnel, Week};

/// Weeks drawn.
const WEEKS: i32 = 12;
/// Pages of activity counted: 20 × 100 lines are read in well under a second.
const PAGES_MAX: usize = 20;

/// Counts a team's weeks up to now. Weeks that were not reached are left out: nobody knows what was in them.
pub(crate) async fn funnel(page: &Page, team: &TeamId, now: Timestamp) -> Funnel {
    let mut weeks: BTreeMap<Date, Week> = (0..WEEKS)
        .filter_map(|back| monday(now)?.checked_sub(back.weeks()).ok())
        .map(|monday| (monday, Week { monday, invited: 0, started: 0, submitted: 0 }))
        .collect();
    let (mut cursor, mut reached) = (None, now);
    for _ in 0..PAGES_MAX {
        let Ok(listed) = page.store.team_activity(team, cursor.as_deref(), 100).await else { break };
        for line in &listed.rows {
            reached = line.at;
            let Some(week) = monday(line.at).and_then(|monday| weeks.get_mut(&monday)) else { continue };
            match (line.reason, line.reason.outcome()) {
                (_, Outcome::Invited) => week.invited += 1,
                (Reason::Started, _) => week.started += 1,
                (Reason::Submitted, _) => week.submitted += 1,
                _ => {}
            }
        }
        cursor = listed.next;
        if cursor.is_none() {
            return Funnel { weeks: weeks.into_values().collect(), since: None };
        }
    }
    let is_whole = monday(reached).is_none_or(|monday| !weeks.contains_key(&monday));
    weeks.retain(|_, week| monday(reached).is_none_or(|reached| week.monday >= reached));
    Funnel { weeks: weeks.into_values().collect(), since: (!is_whole).then_some(reached) }
}

fn monday(at: Timestamp) -> Option<Date> {
    let date = TimeZone::UTC.to_datetime(at).date();
    date.checked_sub(i32::from(date.weekday().to_monday_zero_offset()).days()).ok()
}
