//! Style sheet, script and icon, embedded and served under names that change with their content.
//!
//! A name is good for ever (`Cache-Control: immutable`); an old name is not served, so that a page never
//! gets a style sheet of another version. Also the content security policy that the pages live under.

use std::sync::LazyLock;

use url::Url;

use crate::paths;

/// One file.
#[derive(Debug)]
pub struct Asset {
    /// Its path on the gateway.
    pub path: String,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// What is in it.
    pub body: &'static str,
}

/// The value of `Cache-Control` for a file: a year, never asked for again.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

static STYLE: LazyLock<Asset> =
    LazyLock::new(|| asset("page", "css", "text/css; charset=utf-8", include_str!("../assets/page.css")));
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    asset("page", "js", "text/javascript; charset=utf-8", include_str!("../assets/page.js"))
});
static ICON: LazyLock<Asset> =
    LazyLock::new(|| asset("icon", "svg", "image/svg+xml", include_str!("../assets/icon.svg")));

/// The style sheet.
pub fn style() -> &'static Asset {
    &STYLE
}

/// The script.
pub fn script() -> &'static Asset {
    &SCRIPT
}

/// The icon.
pub fn icon() -> &'static Asset {
    &ICON
}

/// The file at a path, if it is one of today's.
pub fn find(path: &str) -> Option<&'static Asset> {
    [style(), script(), icon()].into_iter().find(|asset| asset.path == path)
}

/// The content security policy of every page.
///
/// `form-action` names the hosts where Lever asks for consent: browsers apply it to the redirect that
/// answers a form, too.
pub fn content_security_policy(login_hosts: &[Url]) -> String {
    let hosts: String =
        login_hosts.iter().map(|url| format!(" {}", url.origin().ascii_serialization())).collect();
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'{hosts}; base-uri 'none'; frame-ancestors 'none'"
    )
}

fn asset(name: &str, extension: &str, content_type: &'static str, body: &'static str) -> Asset {
    let path = format!("{}{name}-{:016x}.{extension}", paths::ASSETS, digest(body));
    Asset { path, content_type, body }
}

/// FNV-1a, 64 bits: tells versions of our own files apart, nothing more.
fn digest(body: &str) -> u64 {
    body.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_present_name_only() {
        for asset in [style(), script(), icon()] {
            assert_eq!(find(&asset.path).map(|found| found.body), Some(asset.body));
            assert!(!asset.body.is_empty());
        }
        assert!(style().path.starts_with("/integrations/lever/assets/page-"), "{}", style().path);
        for other in ["", "/integrations/lever/assets/page.css", "/integrations/lever/assets/../main.rs"] {
            assert!(find(other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn a_name_changes_with_the_content() {
        assert_ne!(digest("a { color: red }"), digest("a { color: blue }"));
    }

    #[test]
    fn the_policy_lets_forms_go_to_us_and_to_lever_only() {
        let lever = [Url::parse("https://auth.lever.example/authorize?x=1").unwrap()];
        let policy = content_security_policy(&lever);
        assert!(policy.contains("form-action 'self' https://auth.lever.example; "), "{policy}");
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}
