//! Reading the one file of a `multipart/form-data` body (RFC 7578).

use super::error::ApiError;
use crate::rule::Rule;

/// A file as uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) content: Vec<u8>,
}

/// The file in the field `file`; other fields are refused.
pub(super) fn file(content_type: &str, body: &[u8]) -> Result<Upload, ApiError> {
    let boundary = content_type
        .strip_prefix("multipart/form-data")
        .and_then(|rest| rest.split(';').find_map(|part| part.trim().strip_prefix("boundary=")))
        .map(|boundary| boundary.trim_matches('"'))
        .filter(|boundary| !boundary.is_empty())
        .ok_or_else(|| {
            broken(Rule::WrongContentType, "the body is not multipart/form-data with a boundary")
        })?;
    let parts = split(body, boundary).ok_or_else(|| broken(Rule::BadBody, "the multipart body is broken"))?;
    let mut found = None;
    for part in parts {
        let at = find(part, b"\r\n\r\n")
            .ok_or_else(|| broken(Rule::BadBody, "a part has no end of its headers"))?;
        let headers = String::from_utf8_lossy(&part[..at]);
        let name = parameter(&headers, "name").unwrap_or_default();
        if name != "file" {
            return Err(broken(Rule::UnknownField, &format!("{name} is no field of an upload")));
        }
        let file_name = parameter(&headers, "filename")
            .ok_or_else(|| broken(Rule::MissingParameter, "the field file has no file name"))?;
        found = Some(Upload { name: file_name.to_owned(), content: part[at + 4..].to_vec() });
    }
    found.ok_or_else(|| broken(Rule::MissingParameter, "the field file is required"))
}

fn broken(rule: Rule, message: &str) -> ApiError {
    ApiError::BadRequest { rule, message: message.to_owned() }
}

/// The parts between the boundary lines, each with headers and content.
fn split<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<&'a [u8]>> {
    let opening = format!("--{boundary}\r\n");
    let between = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(opening.as_bytes())?;
    let mut parts = Vec::new();
    loop {
        let end = find(rest, between.as_bytes())?;
        parts.push(&rest[..end]);
        rest = &rest[end + between.len()..];
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        rest = rest.strip_prefix(b"\r\n")?;
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// A quoted parameter of the Content-Disposition header.
fn parameter<'a>(headers: &'a str, name: &str) -> Option<&'a str> {
    let line = headers.lines().find(|line| line.to_lowercase().starts_with("content-disposition:"))?;
    line.split(';').find_map(|part| {
        let value = part.trim().strip_prefix(name)?.strip_prefix('=')?;
        Some(value.trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"report.pdf\"\r\n\
        Content-Type: application/pdf\r\n\r\n%PDF\r\n--not\r\n--xyz--\r\n";

    #[test]
    fn the_file_comes_out_byte_for_byte() {
        let upload = file("multipart/form-data; boundary=xyz", BODY.as_bytes()).unwrap();
        assert_eq!(upload, Upload { name: "report.pdf".to_owned(), content: b"%PDF\r\n--not".to_vec() });
    }

    #[test]
    fn broken_or_foreign_bodies_are_refused() {
        assert!(file("application/json", BODY.as_bytes()).is_err());
        assert!(file("multipart/form-data; boundary=other", BODY.as_bytes()).is_err());
        assert!(file("multipart/form-data; boundary=xyz", &BODY.as_bytes()[..60]).is_err());
        let renamed = BODY.replace("name=\"file\"", "name=\"resume\"");
        assert!(file("multipart/form-data; boundary=xyz", renamed.as_bytes()).is_err());
    }
}
