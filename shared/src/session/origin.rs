//! Whether a request that changes something comes from a page of ours.

use super::Error;

/// What browsers send instead of an origin they keep to themselves.
const OPAQUE: &str = "null";
/// The only relation that a form of ours has to us.
const SAME_ORIGIN: &str = "same-origin";

pub(super) fn check(ours: &url::Origin, origin: Option<&str>, fetch_site: Option<&str>) -> Result<(), Error> {
    let is_ours = match (origin, fetch_site) {
        (Some(OPAQUE) | None, site) => site == Some(SAME_ORIGIN),
        (Some(origin), site) => {
            origin == ours.ascii_serialization() && site.is_none_or(|site| site == SAME_ORIGIN)
        }
    };
    if is_ours { Ok(()) } else { Err(Error::WrongOrigin) }
}
