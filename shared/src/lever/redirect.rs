//! Where Lever may send us.
//!
//! Accounts in the EU are served from another host, and Lever redirects there (Lever API reference,
//! Errors). A redirect carries the bearer token along, so it is followed only to a host of Lever's own,
//! only with the same path, and only by this client, never by the HTTP library.

use url::{Host, Url};

/// The domain all of Lever's API hosts lie in.
const LEVER_DOMAIN: &str = "lever.co";

/// The base URL behind a redirect: `location` without the path of the call, if the host is trusted. A
/// redirect to the same place leads nowhere.
///
/// `asked` is the URL that was asked for, `base` its base, `configured` the base this client was set up with.
pub(super) fn moved_base(configured: &Url, base: &Url, asked: &Url, location: &str) -> Option<Url> {
    let target = asked.join(location).ok()?;
    let call_path = asked.path().strip_prefix(base.path().trim_end_matches('/'))?;
    let base_path = target.path().strip_suffix(call_path)?.to_owned();
    let mut moved = target;
    moved.set_path(&base_path);
    moved.set_query(None);
    moved.set_fragment(None);
    (moved != *base && is_trusted(configured, &moved)).then_some(moved)
}

/// Whether the token may be sent there.
pub(super) fn is_trusted(configured: &Url, target: &Url) -> bool {
    let anonymous = target.username().is_empty() && target.password().is_none();
    anonymous && (is_lever(target) || (is_loopback(configured) && is_loopback(target)))
}

fn is_lever(url: &Url) -> bool {
    let in_domain = match url.host() {
        Some(Host::Domain(host)) => {
            host == LEVER_DOMAIN || host.strip_suffix(LEVER_DOMAIN).is_some_and(|front| front.ends_with('.'))
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => false,
    };
    in_domain && url.scheme() == "https" && url.port().is_none()
}

/// Simulators run there; a token for them opens nothing else.
fn is_loopback(url: &Url) -> bool {
    let local = match url.host() {
        Some(Host::Domain(host)) => host == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    local && matches!(url.scheme(), "http" | "https")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(configured: &str, location: &str) -> Option<String> {
        let configured = Url::parse(configured).unwrap();
        let asked = Url::parse(&format!("{configured}/opportunities/o1/addTags?x=1")).unwrap();
        moved_base(&configured, &configured, &asked, location).map(String::from)
    }

    #[test]
    fn hosts_of_lever_are_followed() {
        let follow = |location| moved("https://api.lever.co/v1", location);
        let eu = "https://api.eu.lever.co/v1/opportunities/o1/addTags?x=1";
        assert_eq!(follow(eu).as_deref(), Some("https://api.eu.lever.co/v1"));
        assert_eq!(
            follow("https://lever.co/v1/opportunities/o1/addTags").as_deref(),
            Some("https://lever.co/v1")
        );
        let relative = "/eu/v1/opportunities/o1/addTags";
        assert_eq!(follow(relative).as_deref(), Some("https://api.lever.co/eu/v1"));
        assert_eq!(
            follow("//api.eu.lever.co/v1/opportunities/o1/addTags").as_deref(),
            Some("https://api.eu.lever.co/v1")
        );
    }

    #[test]
    fn anything_else_is_not_followed() {
        for host in [
            "http://169.254.169.254",
            "https://169.254.169.254",
            "http://api.eu.lever.co",
            "https://evillever.co",
            "https://lever.co.evil.example",
            "https://evil.example",
            "https://lever.co.",
            "https://lever.co@evil.example",
            "https://user:pass@api.lever.co",
            "https://api.lever.co:8443",
            "ftp://api.lever.co",
            "http://127.0.0.1:1",
            "https://localhost",
        ] {
            let location = format!("{host}/v1/opportunities/o1/addTags");
            assert_eq!(moved("https://api.lever.co/v1", &location), None, "{location}");
        }
        for location in
            ["", "https://api.eu.lever.co/v1", "https://api.eu.lever.co/v1/opportunities/o2/addTags"]
        {
            assert_eq!(moved("https://api.lever.co/v1", location), None, "{location:?}");
        }
    }

    #[test]
    fn a_loopback_base_may_move_to_another_loopback_port_only() {
        for host in ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"] {
            let location = format!("{host}/eu/v1/opportunities/o1/addTags");
            assert_eq!(moved("http://127.0.0.1:8081/v1", &location), Some(format!("{host}/eu/v1")));
        }
        for host in ["http://169.254.169.254", "http://10.0.0.1:8081"] {
            let location = format!("{host}/v1/opportunities/o1/addTags");
            assert_eq!(moved("http://127.0.0.1:8081/v1", &location), None);
        }
    }
}
