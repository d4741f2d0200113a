//! What the page says when something is amiss names the true cause, and what it offers helps.

mod activity;
mod help;
mod silence;

use local::browser::{Browser, Shown};
use scenarios::{Made, World};
use serde_json::Value;
use sim_kit::faults::{Fault, Mode};

use crate::api::User;

/// The overview, as JSON.
async fn overview(world: &World) -> Made<Value> {
    Ok(User::sign_in(world, "admin").await?.get("/overview").await?.json().await?)
}

fn codes(overview: &Value) -> Vec<&str> {
    overview["problems"].as_array().into_iter().flatten().filter_map(|one| one["code"].as_str()).collect()
}

/// An admin's browser on the overview.
async fn admin(world: &World) -> Made<(Browser, Shown)> {
    let link = world.local.qualified.launch_url(world.team.as_str(), "admin", "user-1");
    let mut browser = Browser::new()?;
    let page = browser.open(&link.map_err(|error| error.to_string())?).await?;
    Ok((browser, page))
}

fn says(page: &Shown, text: &str) {
    assert!(page.html.contains(text), "`{text}` is not in {}", page.html);
}

fn does_not_say(page: &Shown, text: &str) {
    assert!(!page.html.contains(text), "`{text}` is in {}", page.html);
}

fn refuse(kit: &sim_kit::Kit, method: &str, path: &str, status: u16, times: u64) {
    kit.faults.plan(Fault { status: Some(status), times, ..Fault::new(method, path, Mode::Status) });
}

/// The page with a form for this action, which it need not show at the moment.
fn with_form(page: &Shown, action: &str) -> Shown {
    let token = page.html.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let input = format!(r#"<input type="hidden" name="csrf" value="{}">"#, token.unwrap_or_default());
    let html = format!(r#"<form method="post" action="{action}">{input}</form>"#);
    Shown { url: page.url.clone(), status: page.status, html }
}
