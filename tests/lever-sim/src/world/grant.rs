//! What an authorisation granted: codes, access tokens and rotating refresh tokens.
//!
//! A family is everything that stems from one consent. Times are passed in; nothing is ever deleted, so that a token
//! presented too late can be told from one that never was.

use serde_json::{Value, json};
use sim_kit::clock::Millis;
use sim_kit::random;

use super::ids::{AccountId, UserId};
use crate::switches::RefreshReuse;

const CODE_LIFE_MS: Millis = 10 * 60 * 1000;
const REFRESH_IDLE_MS: Millis = 90 * 24 * 3600 * 1000;
const REFRESH_ABSOLUTE_MS: Millis = 365 * 24 * 3600 * 1000;
const GRACE_MS: Millis = 30_000;

/// A proof key challenge of the authorisation request.
#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    pub(crate) text: String,
    /// `S256` or `plain`.
    pub(crate) method: String,
}

/// Who consented to what.
#[derive(Debug, Clone)]
pub(crate) struct Consented {
    pub(crate) account: AccountId,
    pub(crate) user: UserId,
    pub(crate) scopes: Vec<String>,
    /// The API the token is for; without it the API refuses the token.
    pub(crate) audience: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) text: String,
    pub(crate) consented: Consented,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<Challenge>,
    issued_at: Millis,
    used_by: Option<usize>,
}

#[derive(Debug)]
struct Family {
    consented: Consented,
    created_at: Millis,
    /// No further refresh.
    dead: bool,
    /// Taken back by the account: access tokens die too.
    revoked: bool,
}

#[derive(Debug)]
struct Access {
    text: String,
    family: usize,
    expires_at: Millis,
}

#[derive(Debug)]
struct Refresh {
    text: String,
    family: usize,
    issued_at: Millis,
    used_at: Option<Millis>,
}

/// Everything ever granted to the app.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    codes: Vec<Code>,
    families: Vec<Family>,
    access: Vec<Access>,
    refresh: Vec<Refresh>,
}

/// Why an access token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessFault {
    Unknown,
    Expired,
    Revoked,
    NotForApi,
}

/// Why a code is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeFault {
    Unknown,
    Expired,
    Reused,
}

/// Why a refresh token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefreshFault {
    Unknown,
    Expired,
    Reused,
    Dead,
}

/// A family about to get a new pair of tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FamilyKey(usize);

impl Grants {
    pub(crate) fn issue_code(
        &mut self,
        consented: Consented,
        redirect_uri: String,
        challenge: Option<Challenge>,
        now: Millis,
    ) -> String {
        let text = random::token(32);
        let code =
            Code { text: text.clone(), consented, redirect_uri, challenge, issued_at: now, used_by: None };
        self.codes.push(code);
        text
    }

    pub(crate) fn code(&self, text: &str) -> Option<&Code> {
        self.codes.iter().find(|code| code.text == text)
    }

    /// Uses up a code. A second use is refused and ends what came of the first.
    pub(crate) fn use_code(&mut self, text: &str, now: Millis) -> Result<FamilyKey, CodeFault> {
        let next = self.families.len();
        let code = self.codes.iter_mut().find(|code| code.text == text).ok_or(CodeFault::Unknown)?;
        if let Some(family) = code.used_by {
            self.families[family].dead = true;
            return Err(CodeFault::Reused);
        }
        if now - code.issued_at > CODE_LIFE_MS {
            return Err(CodeFault::Expired);
        }
        code.used_by = Some(next);
        let consented = code.consented.clone();
        Ok(self.open_family(consented, now))
    }

    pub(crate) fn open_family(&mut self, consented: Consented, now: Millis) -> FamilyKey {
        self.families.push(Family { consented, created_at: now, dead: false, revoked: false });
        FamilyKey(self.families.len() - 1)
    }

    pub(crate) fn consented(&self, family: FamilyKey) -> &Consented {
        &self.families[family.0].consented
    }

    pub(crate) fn keep_access(&mut self, family: FamilyKey, text: String, expires_at: Millis) {
        self.access.push(Access { text, family: family.0, expires_at });
    }

    pub(crate) fn issue_refresh(&mut self, family: FamilyKey, now: Millis) -> String {
        let text = format!("v1.{}", random::token(45));
        self.refresh.push(Refresh { text: text.clone(), family: family.0, issued_at: now, used_at: None });
        text
    }

    /// Rotates: the presented token is used up and its family may get new ones.
    pub(crate) fn use_refresh(
        &mut self,
        text: &str,
        now: Millis,
        reuse: RefreshReuse,
    ) -> Result<FamilyKey, RefreshFault> {
        let token = self.refresh.iter_mut().find(|token| token.text == text).ok_or(RefreshFault::Unknown)?;
        let family = &mut self.families[token.family];
        if family.revoked || family.dead {
            return Err(if token.used_at.is_some() { RefreshFault::Reused } else { RefreshFault::Dead });
        }
        if let Some(used_at) = token.used_at {
            match reuse {
                RefreshReuse::Grace if now - used_at <= GRACE_MS => return Ok(FamilyKey(token.family)),
                RefreshReuse::RevokeFamily => family.dead = true,
                RefreshReuse::Grace | RefreshReuse::Refuse => {}
            }
            return Err(RefreshFault::Reused);
        }
        if now - token.issued_at > REFRESH_IDLE_MS || now - family.created_at > REFRESH_ABSOLUTE_MS {
            return Err(RefreshFault::Expired);
        }
        token.used_at = Some(now);
        Ok(FamilyKey(token.family))
    }

    /// Ends the family of a refresh token at the app's own request.
    pub(crate) fn end_refresh(&mut self, text: &str) {
        if let Some(token) = self.refresh.iter().find(|token| token.text == text) {
            self.families[token.family].dead = true;
        }
    }

    pub(crate) fn check_access(&self, text: &str, now: Millis) -> Result<&Consented, AccessFault> {
        let token = self.access.iter().rev().find(|token| token.text == text).ok_or(AccessFault::Unknown)?;
        let family = &self.families[token.family];
        if family.revoked {
            Err(AccessFault::Revoked)
        } else if now >= token.expires_at {
            Err(AccessFault::Expired)
        } else if family.consented.audience.is_none() {
            Err(AccessFault::NotForApi)
        } else {
            Ok(&family.consented)
        }
    }

    /// The account takes back everything it granted.
    pub(crate) fn revoke(&mut self, account: &AccountId) {
        for family in self.families.iter_mut().filter(|family| family.consented.account == *account) {
            family.revoked = true;
        }
    }

    /// Every family with the state of its tokens (only their last characters).
    pub(crate) fn json(&self, now: Millis) -> Value {
        let tail =
            |text: &str| text.chars().rev().take(6).collect::<Vec<_>>().into_iter().rev().collect::<String>();
        let of = |number: usize| {
            let family = &self.families[number];
            let access: Vec<Value> = self
                .access
                .iter()
                .filter(|token| token.family == number)
                .map(|token| {
                    let live = !family.revoked && now < token.expires_at;
                    json!({"endsWith": tail(&token.text), "expiresAt": token.expires_at, "live": live})
                })
                .collect();
            let refresh: Vec<Value> = self
                .refresh
                .iter()
                .filter(|token| token.family == number)
                .map(|token| {
                    let live = !family.revoked && !family.dead && token.used_at.is_none();
                    json!({"endsWith": tail(&token.text), "issuedAt": token.issued_at, "usedAt": token.used_at, "live": live})
                })
                .collect();
            json!({
                "account": family.consented.account, "user": family.consented.user,
                "scopes": family.consented.scopes, "audience": family.consented.audience,
                "createdAt": family.created_at, "dead": family.dead, "revoked": family.revoked,
                "accessTokens": access, "refreshTokens": refresh,
            })
        };
        (0..self.families.len()).map(of).collect()
    }
}
