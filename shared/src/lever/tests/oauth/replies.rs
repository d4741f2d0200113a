//! Replies that are taken in spite of something, and those that are refused.

use serde_json::json;

use super::super::server::{Reply, Server};
use super::*;
use crate::lever::{OAuthError, SCOPES};

#[tokio::test]
async fn a_reply_that_is_wrong_in_one_field_is_refused_as_a_whole() {
    let long = "x".repeat(8 * 1024 + 1);
    let fewer =
        "offline_access opportunities:write:admin notes:write:admin stages:read:admin tags:read:admin";
    for (changes, expected) in [
        (json!({"refresh_token": null}), OAuthError::NoRefreshToken),
        (json!({"refresh_token": ""}), OAuthError::Unreadable),
        (json!({"refresh_token": long}), OAuthError::Unreadable),
        (json!({"refresh_token": 5}), OAuthError::Unreadable),
        (json!({"access_token": null}), OAuthError::Unreadable),
        (json!({"access_token": ""}), OAuthError::Unreadable),
        (json!({"access_token": "a\r\nb"}), OAuthError::Unreadable),
        (json!({"access_token": "é"}), OAuthError::Unreadable),
        (json!({"expires_in": -1}), OAuthError::InvalidLifetime),
        (json!({"expires_in": 0}), OAuthError::InvalidLifetime),
        (json!({"expires_in": "x"}), OAuthError::InvalidLifetime),
        (json!({"expires_in": 1.5}), OAuthError::InvalidLifetime),
        (json!({"expires_in": 1_000_000_000_000_i64}), OAuthError::InvalidLifetime),
        (json!({"expires_in": null}), OAuthError::InvalidLifetime),
        (json!({"token_type": "mac"}), OAuthError::WrongTokenType),
        (json!({"token_type": null}), OAuthError::WrongTokenType),
        (json!({"scope": fewer}), missing(&SCOPES[5..])),
        (json!({"scope": "offline_access"}), missing(&SCOPES[1..])),
        (json!({"scope": ""}), missing(&SCOPES[1..])),
    ] {
        let server = Server::replying([Reply::json(200, &reply_with(&changes))]).await;
        let error = exchange(&server).await.unwrap_err();
        assert_eq!(error, expected, "{changes}");
        assert!(error.may_have_happened() && !format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn harmless_differences_in_a_reply_are_accepted() {
    let more = format!("extra {}", SCOPES.join("  "));
    let without_offline = SCOPES[1..].join(" ");
    for changes in [
        json!({"token_type": "bearer"}),
        json!({"expires_in": "3600"}),
        json!({"scope": null}),
        json!({"scope": more}),
        json!({"scope": without_offline}),
        json!({"id_token": "later"}),
    ] {
        let server = Server::replying([Reply::json(200, &reply_with(&changes))]).await;
        assert!(exchange(&server).await.is_ok(), "{changes}");
    }
}

#[tokio::test]
async fn replies_that_are_none_are_refused() {
    let huge = "x".repeat(10 * 1024 * 1024);
    for body in ["<html>canary</html>", "", "[]", "null", "{\"access_token\":", huge.as_str()] {
        let server = Server::always(Reply::text(200, body)).await;
        assert_eq!(exchange(&server).await, Err(OAuthError::Unreadable));
        let refreshed = oauth(server.url()).refresh(&refresh_token(), now()).await;
        assert_eq!(refreshed, Err(OAuthError::Unreadable));
    }
}
