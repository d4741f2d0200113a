//! What the OAuth callback shares with the page: the session, the pages and the words.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use lever_integration::domain::ConnectionState;
use lever_integration::service::connect::{Callback, Login, LoginError};
use lever_integration::session::Session;

use crate::Page;
use crate::load::unavailable;
use crate::request::{Fields, cookies};
use crate::respond::{html, redirect, trouble};
use crate::routes::{done, shell};
use crate::view::account_change_page;
use crate::view::model::{AccountChange, LoginTrouble, Notice, Shell, Trouble};

/// What became of a callback.
#[derive(Debug)]
pub enum CallbackOutcome {
    /// The team is connected.
    Done(Login),
    /// It is not.
    Failed(LoginError),
    /// This is no callback address.
    NotFound,
}

impl Page {
    /// The path that Lever sends the browser back to.
    pub fn callback_path(&self) -> String {
        self.connector.redirect_uri().path().to_owned()
    }

    /// Completes the login that this browser began.
    ///
    /// # Errors
    /// When the callback does not connect the team.
    pub async fn complete_login(&self, request: &Request, callback: &Callback) -> Result<Login, LoginError> {
        let session = self.session(request);
        let id = session.as_ref().map(|session| session.id.as_str());
        self.connector.complete_login(callback, id).await
    }

    /// Sends the browser on, or tells it what went wrong and what to do.
    pub async fn tell_callback(&self, request: &Request, outcome: CallbackOutcome) -> Response<Body> {
        let session = self.session(request);
        let shell = session.as_ref().map(|session| shell(self, session, &Fields::default()));
        let cause = match outcome {
            CallbackOutcome::Done(login) => return redirect(self, &done(&[notice(login)]), None),
            CallbackOutcome::NotFound => return trouble(self, shell, Trouble::NotFound),
            CallbackOutcome::Failed(LoginError::OtherAccount { granted }) => {
                if let (Some(session), Some(shell)) = (&session, &shell) {
                    return self.ask_about_account(session, shell.clone(), granted).await;
                }
                LoginTrouble::Elsewhere
            }
            CallbackOutcome::Failed(error) => match cause(&error) {
                Some(cause) => cause,
                None => return trouble(self, shell, unavailable(error)),
            },
        };
        trouble(self, shell, Trouble::Login(cause))
    }

    async fn ask_about_account(
        &self,
        session: &Session,
        shell: Shell,
        new: lever_integration::domain::LeverAccountId,
    ) -> Response<Body> {
        let context = self.store.load_team(&session.team).await.ok().flatten();
        let old =
            context.and_then(|context| context.connection).and_then(|connection| match connection.state {
                ConnectionState::Active(_) | ConnectionState::ReconnectNeeded { .. } => connection.account,
            });
        match old {
            Some(old) => {
                let model = AccountChange { shell, old, new, environment: self.environment };
                html(self, StatusCode::OK, account_change_page(&model))
            }
            None => trouble(self, Some(shell), Trouble::Unavailable),
        }
    }

    fn session(&self, request: &Request) -> Option<Session> {
        self.sessions.read(cookies(request), self.clock.now()).ok()
    }
}

fn notice(login: Login) -> Notice {
    match login {
        Login::Connected => Notice::Connected,
        Login::Reconnected => Notice::Reconnected,
    }
}

/// What to tell; nothing if it is our trouble and trying again may help.
fn cause(error: &LoginError) -> Option<LoginTrouble> {
    match error {
        LoginError::Malformed | LoginError::CodeRefused => Some(LoginTrouble::Expired),
        LoginError::NotOpen => Some(LoginTrouble::NotOpen),
        LoginError::Elsewhere | LoginError::OtherAccount { .. } => Some(LoginTrouble::Elsewhere),
        LoginError::Denied => Some(LoginTrouble::Denied),
        LoginError::MissingScopes { missing } => {
            Some(LoginTrouble::MissingScopes(missing.iter().map(ToString::to_string).collect()))
        }
        LoginError::BadAnswer(_) => Some(LoginTrouble::Failed),
        LoginError::Failed(_) => None,
    }
}
