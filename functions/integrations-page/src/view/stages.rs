//! The trigger stages and the dialog **Add Trigger Stage**.
//!
//! The dialog is part of the page. Without the script its link asks for the page with the dialog open in
//! its place; with the script it opens over the page.

use maud::{Markup, html};

use super::model::{
    ChosenStage, DialogState, OfferedStage, Reading, Shell, StageChoice, StageStanding, StagesCard,
};
use super::parts::{pill, post_form, when};
use super::words::{self, Tone};
use crate::paths::{self, field};

/// The card with the dialog in it.
pub(super) fn card(card: &StagesCard, shell: &Shell) -> Markup {
    html! {
        section class="card" aria-labelledby="stages" {
            h2 id="stages" { "Trigger stages" }
            p class="intro" { "A candidate newly moved into one of these stages in Lever is invited." }
            @if card.chosen.is_empty() {
                p class="empty" { "No trigger stage yet, so nobody is invited." }
            } @else {
                ul class="rows" { @for stage in &card.chosen { (row(stage, shell)) } }
            }
            @if let Some(csrf) = shell.viewer.csrf() { (adding(card, csrf)) }
        }
    }
}

fn row(stage: &ChosenStage, shell: &Shell) -> Markup {
    html! {
        li {
            div class="grow" {
                p class="name" {
                    (stage.text)
                    @match stage.standing {
                        StageStanding::InLever | StageStanding::Unknown => {},
                        StageStanding::Gone => { " " (pill(Tone::Attention, "No longer in Lever")) }
                    }
                }
                p class="detail" { "Added " (when(stage.added_at, shell.now)) }
            }
            @if let Some(csrf) = shell.viewer.csrf() {
                (post_form(csrf, paths::REMOVE_STAGE, "inline", &html! {
                    input type="hidden" name=(field::STAGE) value=(stage.id);
                    button type="submit" class="small" {
                        "Remove" span class="hidden" { " the trigger stage " (stage.text) }
                    }
                }))
            }
        }
    }
}

fn adding(card: &StagesCard, csrf: &str) -> Markup {
    match &card.offered {
        Reading::NotConnected => html! { p class="hint" { "Log in to Lever to choose from its stages." } },
        Reading::Unavailable(cause) => html! {
            p class="hint" { "The stages in Lever cannot be shown. " (words::unread(*cause)) }
        },
        Reading::Known(offered) => html! {
            @if card.dialog == DialogState::Closed {
                p class="actions" {
                    a class={ "button" @if card.chosen.is_empty() { " primary" } } href=(paths::ADD_STAGE)
                        data-opens="add-stage" { "Add Trigger Stage" }
                }
            }
            (dialog(offered, card.dialog, csrf))
        },
    }
}

fn dialog(offered: &[OfferedStage], state: DialogState, csrf: &str) -> Markup {
    let error = match state {
        DialogState::Closed | DialogState::Open => None,
        DialogState::NothingChosen => Some("Choose at least one stage."),
        DialogState::UnknownStage => Some("That stage is not in your Lever account. Choose from the list."),
    };
    let first_free = offered.iter().position(|stage| stage.choice == StageChoice::Free);
    let body = html! {
        fieldset aria-describedby=[error.map(|_| "add-stage-error")] {
            legend { "Stages in Lever" }
            ul class="choices" { @for (number, stage) in offered.iter().enumerate() { (choice(stage, number, first_free)) } }
        }
        @if let Some(error) = error { p id="add-stage-error" class="error" { (error) } }
        p class="hint" { "Candidates who are in a stage already are not invited; those moved into it from now on are." }
        div class="actions" {
            @if first_free.is_some() { button type="submit" class="primary" { "Add Trigger Stage" } }
            a class="button" href=(paths::PAGE) data-closes="add-stage" { "Cancel" }
        }
    };
    html! {
        dialog id="add-stage" aria-labelledby="add-stage-title" open[state != DialogState::Closed] {
            h3 id="add-stage-title" { "Add Trigger Stage" }
            @if first_free.is_none() { p { "Every stage of your Lever account is a trigger stage already." } }
            (post_form(csrf, paths::STAGES, "stack", &body))
        }
    }
}

fn choice(stage: &OfferedStage, number: usize, first_free: Option<usize>) -> Markup {
    let is_chosen = stage.choice == StageChoice::Chosen;
    html! {
        li {
            label for={ "stage-" (number) } {
                input type="checkbox" id={ "stage-" (number) } name=(field::STAGE) value=(stage.id)
                    checked[is_chosen] disabled[is_chosen] autofocus[first_free == Some(number)];
                span class="grow" {
                    span { (stage.text) }
                    @if is_chosen { span class="detail" { "already a trigger stage" } }
                }
            }
        }
    }
}
