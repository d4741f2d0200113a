//! Name and attributes of the session cookie (RFC 6265bis).
//!
//! `__Host-` keeps every other host of the domain from setting it. `Lax` and not `Strict`: the way back
//! from Lever is a navigation from another site and has to bring the session along.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use url::{Host, Url};

use super::Error;

/// The longest cookie value read, in bytes: browsers keep no longer ones.
const VALUE_BYTES_MAX: usize = 4096;

/// How the cookie is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Over https.
    HostOnly,
    /// Over http, for local runs: such a cookie can be neither `Secure` nor `__Host-`.
    Loopback,
}

impl Style {
    pub(super) fn for_base(public_base: &Url) -> Result<Self, Error> {
        match public_base.scheme() {
            "https" => Ok(Self::HostOnly),
            "http" if is_loopback(public_base) => Ok(Self::Loopback),
            _ => Err(Error::UnsafeBaseUrl),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::HostOnly => "__Host-lever_integration",
            Self::Loopback => "lever_integration",
        }
    }

    /// A `Set-Cookie` header; a lifetime of nothing removes the cookie.
    pub(super) fn set(self, value: &str, lifetime: Duration) -> String {
        let secure = match self {
            Self::HostOnly => "; Secure",
            Self::Loopback => "",
        };
        let (name, seconds) = (self.name(), lifetime.as_secs());
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }

    /// The value of the one cookie with our name.
    pub(super) fn find<'a>(self, headers: impl IntoIterator<Item = &'a str>) -> Result<&'a str, Error> {
        let mut values = headers
            .into_iter()
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name())
            .map(|(_, value)| value);
        let value = values.next().ok_or(Error::NoCookie)?;
        if values.next().is_some() {
            return Err(Error::SeveralCookies);
        }
        if value.len() > VALUE_BYTES_MAX {
            return Err(Error::Malformed);
        }
        Ok(value)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => Ipv4Addr::is_loopback(&address),
        Some(Host::Ipv6(address)) => Ipv6Addr::is_loopback(&address),
        None => false,
    }
}
