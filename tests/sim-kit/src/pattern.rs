//! Matching calls by method and path pattern: `*` stands for one segment, a last `**` for the rest of the path.

/// Whether a call fits the pattern; the method `*` fits every method.
pub fn matches(method: &str, pattern: &str, called_method: &str, called_path: &str) -> bool {
    (method == "*" || method.eq_ignore_ascii_case(called_method)) && path_matches(pattern, called_path)
}

fn path_matches(pattern: &str, path: &str) -> bool {
    let mut wanted = pattern.trim_matches('/').split('/').peekable();
    let mut given = path.trim_matches('/').split('/');
    while let Some(want) = wanted.next() {
        if want == "**" && wanted.peek().is_none() {
            return true;
        }
        match given.next() {
            Some(segment) if want == "*" || want == segment => {}
            Some(_) | None => return false,
        }
    }
    given.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_segment_and_two_for_the_rest() {
        assert!(matches("POST", "/v1/opportunities/*/addTags", "POST", "/v1/opportunities/7/addTags"));
        assert!(!matches("POST", "/v1/opportunities/*/addTags", "POST", "/v1/opportunities/7/x/addTags"));
        assert!(!matches("POST", "/v1/opportunities/*", "GET", "/v1/opportunities/7"));
        assert!(matches("*", "/v1/**", "GET", "/v1/opportunities/7"));
        assert!(!matches("*", "/v1", "GET", "/v1/stages"));
        assert!(matches("get", "/v1/stages", "GET", "/v1/stages/"));
    }
}
