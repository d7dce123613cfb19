//! Versions of records as entity tags: `"v3"`.

use axum::http::{HeaderMap, HeaderValue, header};

use super::code::Code;
use super::problem::{Problem, Result};

/// The tag of a version.
#[must_use]
pub fn tag(version: u64) -> String {
    format!("\"v{version}\"")
}

/// The tag of a version, as a header's value.
#[must_use]
pub fn header_value(version: u64) -> HeaderValue {
    // Digits, a letter and quotes are always a header value.
    HeaderValue::from_str(&tag(version)).unwrap_or_else(|_| HeaderValue::from_static("\"v0\""))
}

/// The version that `If-Match` names; none where the header is absent or `*`.
///
/// # Errors
/// 400 where it is no tag that this host gives.
pub fn expected(headers: &HeaderMap) -> Result<Option<u64>> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    version(text)
        .map(Some)
        .ok_or_else(|| Problem::new(Code::BadIfMatch, "If-Match must be one tag as ETag gave it, like \"v3\", or *"))
}

/// Whether `If-None-Match` names this version: the caller has it already.
#[must_use]
pub fn is_known(headers: &HeaderMap, current: u64) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim())
        .any(|tag| tag == "*" || version(tag.strip_prefix("W/").unwrap_or(tag)) == Some(current))
}

/// 412: the record has another version than the caller rests on.
#[must_use]
pub fn stale(found: u64) -> Problem {
    Problem::new(Code::Stale, format!("the record has version {found} now: read it again and decide anew"))
        .with("version", found)
        .header(header::ETAG, header_value(found))
}

fn version(tag: &str) -> Option<u64> {
    tag.strip_prefix("\"v")?.strip_suffix('"')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn if_match() {
        assert_eq!(expected(&HeaderMap::new()).unwrap(), None);
        assert_eq!(expected(&headers(header::IF_MATCH, "*")).unwrap(), None);
        assert_eq!(expected(&headers(header::IF_MATCH, "\"v12\"")).unwrap(), Some(12));
        for bad in ["v12", "\"12\"", "W/\"v12\"", "\"v1\", \"v2\"", "\"v-1\"", ""] {
            assert_eq!(expected(&headers(header::IF_MATCH, bad)).unwrap_err().code(), Code::BadIfMatch, "{bad}");
        }
    }

    #[test]
    fn if_none_match() {
        assert!(!is_known(&HeaderMap::new(), 3));
        for yes in ["\"v3\"", "W/\"v3\"", "\"v1\", \"v3\"", "*"] {
            assert!(is_known(&headers(header::IF_NONE_MATCH, yes), 3), "{yes}");
        }
        assert!(!is_known(&headers(header::IF_NONE_MATCH, "\"v30\""), 3));
    }
}
