//! The login and consent page as a browser sees it.

use maud::{DOCTYPE, Markup, html};

use super::consent::Request;
use crate::scopes;
use crate::world::World;

/// Choose a user, then accept or deny. `query` is the query of the authorisation request.
pub(super) fn consent(world: &World, request: &Request, query: &str) -> Markup {
    frame(
        "Authorize",
        &html! {
            h1 { (world.app.name) " wants to access your Lever account" }
            form method="post" action={ "/authorize?" (query) } {
                fieldset {
                    legend { "Log in as" }
                    @for account in &world.accounts {
                        @for user in &account.users {
                            label {
                                input type="radio" name="user" value=(user.id)
                                    checked[world.user_named(None).is_ok_and(|(_, id)| id == user.id)];
                                (user.name) " (" (user.access_role) ", " (account.name) ")"
                            }
                        }
                    }
                }
                p { "This will allow " (world.app.name) " to:" }
                ul {
                    @for scope in request.grantable() {
                        li data-scope=(scope) { (scopes::wording(&scope).unwrap_or(&scope)) }
                    }
                }
                button type="submit" name="decision" value="accept" { "Accept" }
                button type="submit" name="decision" value="deny" { "Deny" }
            }
        },
    )
}

/// What Lever shows instead of redirecting to a callback that is not registered.
pub(super) fn undefined() -> Markup {
    frame("Error", &html! { p { "undefined" } })
}

fn frame(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Lever (simulated)" }
                // Browsers ask for an icon where none is named.
                link rel="icon" href="data:,";
                style {
                    "body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#222}"
                    "label{display:block}fieldset{border:1px solid #ccc;border-radius:6px}"
                    "button{font:inherit;padding:.5rem 1.5rem;margin-right:.5rem}"
                }
            }
            body { main { (content) } }
        }
    }
}
