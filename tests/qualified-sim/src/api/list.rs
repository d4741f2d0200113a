//! Lists: filter, order, page, include.

use axum::Json;
use serde_json::Value;

use sim_kit::clock::Millis;

use super::error::ApiError;
use super::filter::{Filter, compare};
use super::include::Includes;
use super::query::Params;
use crate::app::App;
use crate::switches::Switches;
use crate::wire::case::{camel, snake};
use crate::wire::disturb::disturb;
use crate::wire::envelope::{self, Page};
use crate::world::World;

/// Parameters of every list but assessments.
pub(crate) const PAGING: [&str; 3] = ["page", "limit", "order_by"];

/// The answer of a list route.
pub(crate) struct Listing<'a> {
    pub(crate) kind: &'static str,
    pub(crate) params: &'a Params,
    pub(crate) filter: Filter,
    pub(crate) includes: Includes,
}

impl Listing<'_> {
    /// Renders the page asked for out of all records of the team.
    pub(crate) fn answer(
        &self,
        app: &App,
        records: impl FnOnce(&World, Millis) -> Vec<Value>,
    ) -> Result<Json<Value>, ApiError> {
        app.act(|world, now| {
            let mut records = records(world, now);
            records.retain(|record| self.filter.holds(record, world));
            self.order(&mut records)?;
            let mut page = page(records, self.params, &world.switches)?;
            for record in &mut page.records {
                self.includes.add(record, world, now);
                disturb(record, &world.switches);
            }
            Ok(Json(envelope::list(self.kind, &page, self.includes.names(), now)))
        })
    }

    /// `order_by=title DESC`; any field of the record that can be compared.
    fn order(&self, records: &mut [Value]) -> Result<(), ApiError> {
        let Some(wanted) = self.params.get("order_by") else { return Ok(()) };
        let refused = || ApiError::misuse("order_by", format!("cannot order by: {wanted}"));
        let (field, direction) = wanted.split_once(' ').unwrap_or((wanted, "ASC"));
        let down = match direction.to_ascii_uppercase().as_str() {
            "ASC" => false,
            "DESC" => true,
            _ => return Err(refused()),
        };
        let name = camel(&snake(field));
        if records.first().is_some_and(|record| record.get(&name).is_none()) {
            return Err(refused());
        }
        records.sort_by(|one, other| {
            let order = compare(&one[&name], &other[&name]).unwrap_or(std::cmp::Ordering::Equal);
            if down { order.reverse() } else { order }
        });
        Ok(())
    }
}

fn page(records: Vec<Value>, params: &Params, switches: &Switches) -> Result<Page, ApiError> {
    let current = params.positive("page")?.unwrap_or(1);
    let asked = params.positive("limit")?.unwrap_or(switches.q1_default_page_size);
    let size = switches.page_size.unwrap_or_else(|| asked.min(switches.q1_max_page_size)).max(1);
    let (total_count, total_pages) = (records.len(), records.len().div_ceil(size));
    let first = (current - 1).saturating_mul(size);
    let records = records.into_iter().skip(first).take(size).collect();
    Ok(Page { records, current, total_pages, total_count })
}
