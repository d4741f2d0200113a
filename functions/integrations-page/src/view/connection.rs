//! The connection card: the way from Qualified to Lever and back, link by link.

use jiff::Timestamp;
use lever_integration::domain::{LeverAccountId, LeverEnvironment};
use maud::{Markup, html};

use super::model::{ApiKeyRejection, ApiKeyState, ConnectionCard, LeverState, Shell, WebhookState};
use super::parts::{login_form, pill, post_form, since, webhook_settings_path, when};
use super::words::{self, Tone};
use crate::paths::{self, field};

/// The card.
pub(super) fn card(card: &ConnectionCard, shell: &Shell) -> Markup {
    html! {
        section class="card" aria-labelledby="connection" {
            h2 id="connection" { "Connection" }
            ol class="links" {
                (qualified(card, shell))
                (lever(card, shell))
                (webhook(card, shell.now))
            }
        }
    }
}

fn link(tone: Tone, name: &str, state: &str, body: &Markup) -> Markup {
    html! {
        li class={ "link " (tone.class()) } {
            div class="row" { h3 { (name) } (pill(tone, state)) }
            (body)
        }
    }
}

fn qualified(card: &ConnectionCard, shell: &Shell) -> Markup {
    let rejection = card.api_key.rejection();
    let csrf = shell.viewer.csrf();
    match card.api_key {
        ApiKeyState::Missing { .. } => link(
            Tone::Attention,
            "Qualified",
            "API key needed",
            &html! {
                p { "Invitations are sent with your team's API key. You can find it in Qualified, in your team's settings." }
                @if let Some(csrf) = csrf { (key_form(csrf, rejection, "Check and save")) }
            },
        ),
        ApiKeyState::Refused { .. } => link(
            Tone::Bad,
            "Qualified",
            "API key refused",
            &html! {
                p { "Qualified no longer accepts the API key; it may have been replaced." }
                @if let Some(csrf) = csrf { (key_form(csrf, rejection, "Check and save")) }
            },
        ),
        ApiKeyState::Accepted { .. } => link(
            Tone::Good,
            "Qualified",
            "API key accepted",
            &html! {
                @if let Some(csrf) = csrf {
                    details open[rejection.is_some()] {
                        summary { "Use another API key" }
                        (key_form(csrf, rejection, "Check and replace"))
                    }
                }
            },
        ),
    }
}

fn key_form(csrf: &str, rejection: Option<ApiKeyRejection>, label: &str) -> Markup {
    let body = html! {
        label for="api-key" { "Qualified API key" }
        div class="field" {
            input id="api-key" name=(field::API_KEY) type="password" required maxlength="512"
                autocomplete="off" spellcheck="false" aria-invalid=[rejection.map(|_| "true")]
                aria-describedby=[rejection.map(|_| "api-key-error")];
            button type="submit" class="primary" { (label) }
        }
        @if let Some(rejection) = rejection {
            p id="api-key-error" class="error" { (rejection_sentence(rejection)) }
        }
    };
    post_form(csrf, paths::API_KEY, "stack", &body)
}

fn rejection_sentence(rejection: ApiKeyRejection) -> &'static str {
    match rejection {
        ApiKeyRejection::NoKey => "Paste the whole API key.",
        ApiKeyRejection::Refused => {
            "Qualified does not accept this key. Copy it again, whole and without blanks."
        }
        ApiKeyRejection::NoApiAccess => {
            "Qualified accepts the key, but your team's plan does not include the API. Ask Qualified to enable it."
        }
        ApiKeyRejection::NotChecked => {
            "Qualified did not answer, so the key was not saved. Try again in a minute."
        }
    }
}

fn lever(card: &ConnectionCard, shell: &Shell) -> Markup {
    let csrf = shell.viewer.csrf();
    match (&card.lever, card.api_key) {
        (LeverState::NotConnected, ApiKeyState::Missing { .. }) => link(
            Tone::Quiet,
            "Lever",
            "Not connected",
            &html! { p { "Next: log in to Lever, once Qualified has accepted the API key." } },
        ),
        (LeverState::NotConnected, ApiKeyState::Accepted { .. } | ApiKeyState::Refused { .. }) => link(
            Tone::Attention,
            "Lever",
            "Not connected",
            &html! {
                p { "You need to be a Super Admin in Lever. Lever shows what we ask for; choose " b { "Accept" } " there." }
                @if let Some(csrf) = csrf { div class="actions" { (login_form(csrf, "Log in to Lever", "primary")) } }
            },
        ),
        (LeverState::Connected { account, environment, .. }, _) => link(
            Tone::Good,
            "Lever",
            "Connected",
            &html! {
                (account_line(account.as_ref(), *environment))
                @if let Some(csrf) = csrf {
                    details {
                        summary { "Log in again or as somebody else" }
                        p { "Your trigger stages and the activity stay." }
                        (login_form(csrf, "Log in to Lever", ""))
                    }
                }
            },
        ),
        (LeverState::ReconnectNeeded { account, environment, since: at }, _) => link(
            Tone::Bad,
            "Lever",
            "Reconnect needed",
            &html! {
                (account_line(account.as_ref(), *environment))
                p { "Lever has refused our access since " (since(*at)) ". Your trigger stages and the activity are kept." }
                @if let Some(csrf) = csrf { (login_form(csrf, "Log in to Lever", "primary")) }
            },
        ),
    }
}

fn account_line(account: Option<&LeverAccountId>, environment: LeverEnvironment) -> Markup {
    html! {
        p class="detail" {
            (words::environment(environment)) " account"
            @if let Some(account) = account { " " span class="id" { (account) } }
        }
    }
}

fn webhook(card: &ConnectionCard, now: Timestamp) -> Markup {
    let state = match &card.lever {
        LeverState::Connected { webhook, .. } => *webhook,
        LeverState::NotConnected => {
            return link(
                Tone::Quiet,
                "Webhook",
                "After the login",
                &html! {
                    p { "We register it for you; you switch it on in Lever." }
                },
            );
        }
        LeverState::ReconnectNeeded { .. } => {
            return link(
                Tone::Quiet,
                "Webhook",
                "After the login",
                &html! {
                    p { "We look after it again as soon as Lever accepts our access." }
                },
            );
        }
    };
    match state {
        WebhookState::Waiting => link(
            Tone::Attention,
            "Webhook",
            "Waiting for the first event",
            &html! {
                p { "It is registered. Switch it on in Lever, as a Super Admin:" }
                (webhook_settings_path())
                p class="hint" { "Then move a candidate and load this page again." }
            },
        ),
        WebhookState::Receiving { last_event_at } => link(
            Tone::Good,
            "Webhook",
            "Receiving",
            &html! {
                p class="detail" { "Last event " (when(last_event_at, now)) }
            },
        ),
        WebhookState::Silent { .. } => link(
            Tone::Attention,
            "Webhook",
            "Silent",
            &html! {
                p { "Candidates are moved in Lever, but no event comes." }
            },
        ),
        WebhookState::Gone => link(
            Tone::Attention,
            "Webhook",
            "Gone",
            &html! {
                p { "It is no longer in Lever." }
            },
        ),
    }
}
