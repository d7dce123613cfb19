//! Reading JSON bodies, and saying precisely what is wrong with them.

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use futures::StreamExt as _;
use serde::de::DeserializeOwned;

use super::code::Code;
use super::problem::{Problem, Result};
use crate::crm::invalid::{Invalid, escaped, pointer};

/// How large a JSON body may be.
pub const JSON_LIMIT: usize = 1 << 20;
/// How large an uploaded component may be.
pub const COMPONENT_LIMIT: usize = 64 << 20;

/// A JSON body of type `T`. Give `T` `deny_unknown_fields`, so that a misspelt field is refused.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self> {
        whole(request, &["application/json", "application/merge-patch+json"], JSON_LIMIT).await.map(Self)
    }
}

/// A JSON body that may carry components.
#[derive(Debug, Clone)]
pub struct LargeJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for LargeJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self> {
        whole(request, &["application/json"], COMPONENT_LIMIT).await.map(Self)
    }
}

async fn whole<T: DeserializeOwned>(request: Request, types: &[&str], limit: usize) -> Result<T> {
    expect_type(request.headers(), types)?;
    parse(&read(request.into_body(), limit).await?)
}

/// A JSON body that may be left out: an empty body is the default.
#[derive(Debug, Clone)]
pub struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self> {
        let headers = request.headers().clone();
        let body = read(request.into_body(), JSON_LIMIT).await?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        expect_type(&headers, &["application/json"])?;
        parse(&body).map(Self)
    }
}

/// The header that an uploaded component's signature stands in.
const SIGNATURE: &str = "takt-signature";

/// An uploaded component.
#[derive(Debug, Clone)]
pub struct Component {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its signature, where one came with it.
    pub signature: Option<String>,
}

impl<S: Send + Sync> FromRequest<S> for Component {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self> {
        expect_type(request.headers(), &["application/wasm", "application/octet-stream"])?;
        let signature =
            request.headers().get(SIGNATURE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Ok(Self { bytes: read(request.into_body(), COMPONENT_LIMIT).await?, signature })
    }
}

/// The whole body, where it is no larger than `limit`.
///
/// # Errors
/// 413 over the limit, 400 where the connection broke off.
pub async fn read(body: Body, limit: usize) -> Result<Bytes> {
    let announced = axum::body::HttpBody::size_hint(&body).lower();
    let mut stream = body.into_data_stream();
    if announced > limit as u64 {
        drain(&mut stream, limit).await;
        return Err(too_large(limit));
    }
    let mut whole = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Code::BodyBrokenOff, "the body broke off"))?;
        if whole.len() + chunk.len() > limit {
            drop(whole);
            drain(&mut stream, limit).await;
            return Err(too_large(limit));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

/// Reads on and forgets it, up to twice the limit. A caller that is still sending when the connection closes does not
/// get to see the answer.
async fn drain(stream: &mut BodyDataStream, limit: usize) {
    let mut left = limit.saturating_mul(2);
    while let Some(Ok(chunk)) = stream.next().await
        && chunk.len() <= left
    {
        left -= chunk.len();
    }
}

/// The value that a JSON object stands for.
///
/// # Errors
/// 400 `malformed_json` with line and column, 422 `invalid` with the field.
pub fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T> {
    expect_object(text)?;
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        refusal(&error.into_inner(), pointer)
    })?;
    deserializer.end().map_err(|error| refusal(&error, String::new()))?;
    Ok(value)
}

/// Every body is an object. (serde alone would also take an array for a struct, by the order of its fields.)
fn expect_object(text: &[u8]) -> Result<()> {
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    if first.is_none_or(|byte| *byte == b'{') || serde_json::from_slice::<serde::de::IgnoredAny>(text).is_err() {
        return Ok(());
    }
    Err(Problem::field("", "must be an object"))
}

fn refusal(error: &serde_json::Error, pointer: String) -> Problem {
    if !error.is_data() {
        let (line, column) = (error.line(), error.column());
        return Problem::new(Code::MalformedJson, format!("the body is not JSON: {error}"))
            .with("line", line)
            .with("column", column);
    }
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    Invalid::field(named_in(message, pointer), message).into()
}

/// serde names a missing or unknown field in its message, not always in its path.
fn named_in(message: &str, pointer: String) -> String {
    let named = ["unknown field `", "missing field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.split('`').next());
    match named {
        Some(name) if !pointer.ends_with(&format!("/{name}")) => format!("{pointer}/{}", escaped(name)),
        _ => pointer,
    }
}

/// What the body is said to be, without parameters; empty where nothing is said. Its case does not matter.
#[must_use]
pub fn media_type(headers: &HeaderMap) -> &str {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim()
}

fn expect_type(headers: &HeaderMap, expected: &[&str]) -> Result<()> {
    let essence = media_type(headers);
    if expected.iter().any(|expected| essence.eq_ignore_ascii_case(expected)) {
        return Ok(());
    }
    let shown: String = essence.chars().take(80).collect();
    let detail = format!("Content-Type `{shown}` is not read here: send {}", expected.join(" or "));
    Err(Problem::unsupported_media_type(detail))
}

fn too_large(limit: usize) -> Problem {
    let (amount, unit) = if limit >= 1 << 20 { (limit >> 20, "MiB") } else { (limit, "bytes") };
    Problem::new(Code::BodyTooLarge, format!("the body is over {amount} {unit}")).with("limit", limit)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Order {
        title: String,
        #[serde(default)]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Line {
        count: u32,
    }

    #[track_caller]
    fn check(text: &str, code: &str, field: &str, words: &str) {
        let details = parse::<Order>(text.as_bytes()).unwrap_err().details();
        assert_eq!(details.code, code, "{details:?}");
        assert!(details.detail.contains(words), "{details:?}");
        if code == "invalid" {
            assert_eq!(details.errors[0].field, field, "{details:?}");
        }
    }

    #[test]
    fn refusals() {
        check("{\"title\": \"a\",\n \"lines\": [}", "malformed_json", "", "line 2 column");
        check("", "malformed_json", "", "EOF");
        check("{\"title\": \"a\"} x", "malformed_json", "", "trailing");
        check(&format!("{{\"title\": {}", "[".repeat(10_000)), "invalid", "/title", "invalid type");
        check("[\"a\", []]", "invalid", "", "must be an object");
        check("nul", "malformed_json", "", "line 1 column");
        check("{}", "invalid", "/title", "missing field");
        check("{\"title\": 1}", "invalid", "/title", "invalid type");
        check("{\"title\": \"a\", \"color\": 1}", "invalid", "/color", "unknown field");
        check("{\"title\": \"a\", \"lines\": [{\"count\": 1}, {\"count\": -1}]}", "invalid", "/lines/1/count", "-1");
        check("{\"title\": \"a\", \"lines\": [{\"cnt\": 1}]}", "invalid", "/lines/0/cnt", "unknown field");
    }

    #[tokio::test]
    async fn over_the_limit() {
        let problem = read(Body::from(vec![b' '; 11]), 10).await.unwrap_err();
        assert_eq!(problem.code(), Code::BodyTooLarge);
        let chunks = futures::stream::iter((0..11).map(|_| Ok::<_, std::io::Error>("a")));
        let problem = read(Body::from_stream(chunks), 10).await.unwrap_err();
        assert_eq!(problem.code(), Code::BodyTooLarge);
        assert_eq!(read(Body::from("0123456789"), 10).await.unwrap().len(), 10);
    }
}
