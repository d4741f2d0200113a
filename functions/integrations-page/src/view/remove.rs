//! Questions before something that cannot be taken back.

use maud::{Markup, html};

use super::layout::{Place, page};
use super::model::{AccountChange, Shell};
use super::parts::post_form;
use super::words;
use crate::paths;

/// Asks whether to remove the integration.
pub fn remove_page(shell: &Shell) -> Markup {
    let content = html! {
        h1 { "Remove integration" }
        section class="card" aria-labelledby="deleted" {
            h2 id="deleted" { "What is deleted" }
            ul class="plain-list" {
                li { "our webhook in Lever and our subscription in Qualified" }
                li { "our access to your Lever account, which we give back to Lever" }
                li { "the Qualified API key kept here" }
                li { "the trigger stages, and events that waited" }
            }
        }
        section class="card" aria-labelledby="stays" {
            h2 id="stays" { "What stays" }
            ul class="plain-list" {
                li { "tags and notes in Lever" }
                li { "invitations and results in Qualified; candidates can finish, but their tags no longer change" }
                li { "a list, by ids alone, of who was invited to what, so that nobody is invited twice if you come back; and the activity, for 90 days" }
            }
        }
        @if let Some(csrf) = shell.viewer.csrf() {
            div class="actions" {
                (post_form(csrf, paths::REMOVE, "inline", &html! {
                    button type="submit" class="danger" { "Remove integration" }
                }))
                a class="button" href=(paths::PAGE) { "Keep it" }
            }
        }
    };
    page(shell, Place::Elsewhere, "Remove integration", &content)
}

/// Asks whether to connect another Lever account than before.
pub fn account_change_page(model: &AccountChange) -> Markup {
    let content = html! {
        h1 { "This is another Lever account" }
        section class="card" aria-labelledby="accounts" {
            h2 id="accounts" { "Which account do you want?" }
            dl class="facts wide" {
                div { dt { "Connected so far" } dd class="id" { (model.old) } }
                div {
                    dt { "You have just logged in to" }
                    dd { span class="id" { (model.new) } " (" (words::environment(model.environment)) ")" }
                }
            }
            p {
                "If you change, you log in to Lever once more. The trigger stages of the old account are removed, since stages differ between \
                 accounts, and candidates of the old account are no longer followed. The activity stays."
            }
            @if let Some(csrf) = model.shell.viewer.csrf() {
                div class="actions" {
                    (post_form(csrf, paths::CHANGE_ACCOUNT, "inline", &html! {
                        button type="submit" class="danger" { "Change the account" }
                    }))
                    a class="button" href=(paths::PAGE) { "Keep the account so far" }
                }
            }
        }
    };
    page(&model.shell, Place::Elsewhere, "Another Lever account", &content)
}
