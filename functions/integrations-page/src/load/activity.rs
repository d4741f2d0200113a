//! The activity page.

use lever_integration::domain::{Activity, Reason, TeamId};
use lever_integration::failure::Disposition;
use lever_integration::store;

use super::candidates::{Named, NotNamed, StageNames, line, named, named_by_link, read_all};
use super::{Loaded, team_and_stages, unavailable};
use crate::Page;
use crate::paths::field;
use crate::request::Fields;
use crate::view::model::{ActivityFilter, ActivityPage, Reading, Shell, Trouble, Unread};

/// Lines on a page.
const LINES: usize = 20;
/// Lines read at once to find those that pass the filter.
const ROWS: usize = 100;
/// Pages of the table looked through for lines that pass the filter: 10 × 100 lines.
const PAGES_MAX: usize = 10;
/// The longest search, in characters.
const SEARCH_CHARS_MAX: usize = 300;

/// Loads the page.
pub(crate) async fn activity(
    page: &Page,
    id: &TeamId,
    shell: Shell,
    query: &Fields,
) -> Result<ActivityPage, Trouble> {
    let filter = filter(query)?;
    let cursor = query.one(field::CURSOR).map(str::to_owned);
    let (loaded, stages) = team_and_stages(page, id).await?;
    let listed = list(page, &loaded, &filter, cursor.as_deref()).await?;
    let (lines, older, is_cut) = match listed {
        Err(NotListed::NotConnected) => (Reading::NotConnected, None, false),
        Err(NotListed::Unavailable(cause)) => (Reading::Unavailable(cause), None, false),
        Ok(Listed { activity, older, is_cut }) => {
            let api = page.connector.lever_api(&loaded.context);
            let (known, _) = read_all(page, id, api.as_ref(), &activity).await;
            let names = StageNames::new(&loaded.context, &stages);
            let lines = activity.iter().map(|one| line(one, &names, &known, page)).collect();
            (Reading::Known(lines), older, is_cut)
        }
    };
    Ok(ActivityPage { shell, filter, lines, cursor, older, is_cut })
}

fn filter(query: &Fields) -> Result<ActivityFilter, Trouble> {
    let search = query.one(field::SEARCH).unwrap_or_default().trim().to_owned();
    if search.chars().count() > SEARCH_CHARS_MAX {
        return Err(Trouble::BadField(field::SEARCH));
    }
    let reason = match query.one(field::REASON).filter(|code| !code.is_empty()) {
        None => None,
        Some(code) => Some(
            Reason::from_code(code)
                .filter(|reason| reason.is_recorded())
                .ok_or(Trouble::BadField(field::REASON))?,
        ),
    };
    Ok(ActivityFilter { reason, search })
}

/// Lines that pass the filter.
struct Listed {
    activity: Vec<Activity>,
    /// Where older ones start, if there are any.
    older: Option<String>,
    /// Whether the search may mean more candidates than were found.
    is_cut: bool,
}

/// Why a search that needs Lever found nobody out.
enum NotListed {
    /// There is no working connection.
    NotConnected,
    /// The table or Lever was asked in vain.
    Unavailable(Unread),
}

/// A page of lines that pass the filter, if Lever can be asked where that needs it.
async fn list(
    page: &Page,
    loaded: &Loaded,
    filter: &ActivityFilter,
    cursor: Option<&str>,
) -> Result<Result<Listed, NotListed>, Trouble> {
    let team = &loaded.context.team.id;
    if let Some(id) = named_by_link(&filter.search) {
        let history = page.store.opportunity_activity(team, &id, ROWS).await.map_err(unavailable)?;
        let is_wanted = |line: &Activity| filter.reason.is_none_or(|reason| reason == line.reason);
        let activity = history.into_iter().filter(is_wanted).collect();
        return Ok(Ok(Listed { activity, older: None, is_cut: false }));
    }
    let wanted = match candidates(page, loaded, filter).await {
        Ok(wanted) => wanted,
        Err(cause) => return Ok(Err(cause)),
    };
    let passes = |line: &Activity| {
        filter.reason.is_none_or(|reason| reason == line.reason)
            && wanted.as_ref().is_none_or(|named| named.rows.iter().any(|one| one.id == line.opportunity))
    };
    let rows_of_page = if filter.is_empty() { LINES } else { ROWS };
    let mut lines = Vec::new();
    let mut next = cursor.map(str::to_owned);
    for _ in 0..PAGES_MAX {
        let from = next;
        let mut read = rows(page, team, from.as_deref(), rows_of_page).await?;
        let passing = read.rows.iter().enumerate().filter(|(_, line)| passes(line));
        let last = passing.map(|(index, _)| index + 1).nth((LINES - 1).saturating_sub(lines.len()));
        // The next page begins after the last line of this one, which only the table can say.
        if let Some(count) = last.filter(|count| *count < read.rows.len()) {
            read = rows(page, team, from.as_deref(), count).await?;
        }
        lines.extend(read.rows.into_iter().filter(passes));
        next = read.next;
        if next.is_none() || lines.len() >= LINES {
            break;
        }
    }
    let is_cut = wanted.as_ref().is_some_and(|named| named.is_cut);
    Ok(Ok(Listed { activity: lines, older: next, is_cut }))
}

async fn rows(
    page: &Page,
    team: &TeamId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<store::Page<Activity>, Trouble> {
    page.store.team_activity(team, cursor, limit).await.map_err(|error| match error.disposition() {
        Disposition::Rejected => Trouble::BadField(field::CURSOR),
        Disposition::Transient { .. }
        | Disposition::Disconnected
        | Disposition::Unprocessable
        | Disposition::Defect => unavailable(error),
    })
}

/// The candidates that the search means; nothing if nothing was searched for.
async fn candidates(
    page: &Page,
    loaded: &Loaded,
    filter: &ActivityFilter,
) -> Result<Option<Named>, NotListed> {
    if filter.search.is_empty() {
        return Ok(None);
    }
    let api = page.connector.lever_api(&loaded.context).ok_or(NotListed::NotConnected)?;
    named(page, &loaded.context, &api, &filter.search).await.map(Some).map_err(|error| match error {
        NotNamed::TokenRefused => NotListed::Unavailable(Unread::Refused),
        NotNamed::Unavailable(cause) => NotListed::Unavailable(cause),
    })
}
