//! What a kept table knows of simulators that are no more.
//!
//! The simulators start anew each time, so what their predecessors granted opens nothing. It is forgotten before
//! anybody uses it; activity and ledger stay.

use lever_integration::domain::{Team, TeamId};
use lever_integration::store::{Recorded, Store};

use crate::Error;

/// Teams read at once; one machine has few.
const PAGE: usize = 100;

/// Forgets API keys, connections and trigger stages of every connected team; says how many teams.
///
/// # Errors
/// When the table fails.
pub(crate) async fn forget_grants(store: &dyn Store) -> Result<usize, Error> {
    let (mut forgotten, mut cursor) = (0, None);
    loop {
        let page = store.connected_teams(cursor.as_deref(), PAGE).await.map_err(failed)?;
        for team in &page.rows {
            forget(store, team).await?;
        }
        forgotten += page.rows.len();
        cursor = page.next;
        if cursor.is_none() {
            return Ok(forgotten);
        }
    }
}

async fn forget(store: &dyn Store, id: &TeamId) -> Result<(), Error> {
    let Some(context) = store.load_team(id).await.map_err(failed)? else { return Ok(()) };
    for trigger in &context.trigger_stages {
        store.remove_trigger_stage(id, &trigger.stage).await.map_err(failed)?;
    }
    let team = Team { api_key: None, api_key_refused_at: None, subscription: None, ..context.team };
    if store.record_team(&team).await.map_err(failed)? == Recorded::Conflict {
        return Err(Error::Table("somebody else uses it".to_owned()));
    }
    store.remove_connection(id).await.map_err(failed)
}

fn failed(error: lever_integration::store::Error) -> Error {
    Error::Table(error.to_string())
}
