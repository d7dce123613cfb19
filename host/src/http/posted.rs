//! Reading what a form posts: JSON, urlencoded or multipart, all to the same texts.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Multipart, Request};
use serde_json::{Map, Value};

use super::code::Code;
use super::json::{media_type, parse, read};
use super::problem::{Problem, Result};
use crate::crm::form_post::Posted;
use crate::crm::invalid::{Invalid, escaped};

/// How large a post may be.
const LIMIT: usize = 256 << 10;
/// How many texts a post may have.
const MANY: usize = 500;

/// The texts that a request posts.
///
/// # Errors
/// 413 and 415 for what is too large or of another type, 400 where it can't be read, 422 for values that are no texts.
pub async fn posted(request: Request) -> Result<Posted> {
    let (parts, body) = request.into_parts();
    let essence = media_type(&parts.headers).to_ascii_lowercase();
    let body = read(body, LIMIT).await?;
    let pairs = match essence.as_str() {
        "application/json" => of_json(&body)?,
        "application/x-www-form-urlencoded" => form_urlencoded::parse(&body).into_owned().collect(),
        "multipart/form-data" => of_parts(Request::from_parts(parts, Body::from(body))).await?,
        _ => {
            let detail = "send application/json, application/x-www-form-urlencoded or multipart/form-data";
            return Err(Problem::unsupported_media_type(detail));
        }
    };
    if pairs.len() > MANY {
        return Err(Problem::field("", format!("must not have more than {MANY} values")));
    }
    let mut posted = Posted::new();
    for (name, text) in pairs {
        posted.entry(name).and_modify(|there| *there = format!("{there}, {text}")).or_insert(text);
    }
    Ok(posted)
}

fn of_json(body: &Bytes) -> Result<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let mut invalid = Invalid::default();
    for (name, value) in parse::<Map<String, Value>>(body)? {
        let values = if let Value::Array(values) = value { values } else { vec![value] };
        for value in values {
            match value {
                Value::Null => {}
                Value::String(text) => pairs.push((name.clone(), text)),
                Value::Bool(_) | Value::Number(_) => pairs.push((name.clone(), value.to_string())),
                Value::Array(_) | Value::Object(_) => {
                    invalid.note(pointer(&name), "must be a text, a number, true or false, or a list of such");
                }
            }
        }
    }
    Ok(invalid.or(pairs)?)
}

async fn of_parts(request: Request) -> Result<Vec<(String, String)>> {
    let broken = |error: &dyn std::fmt::Display| {
        Problem::new(Code::MalformedForm, format!("the body is not multipart/form-data: {error}"))
    };
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| broken(&error.body_text()))?;
    let mut pairs = Vec::new();
    while let Some(part) = form.next_field().await.map_err(|error| broken(&error.body_text()))? {
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some();
        let bytes = part.bytes().await.map_err(|error| broken(&error.body_text()))?;
        // A browser sends an empty file where none was chosen.
        if is_file && !bytes.is_empty() {
            return Err(Problem::field(pointer(&name), "must be a text: files are not taken"));
        }
        if !is_file {
            pairs.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    Ok(pairs)
}

fn pointer(name: &str) -> String {
    format!("/{}", escaped(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read_as(media: &str, body: &'static str) -> Result<Posted> {
        let request = Request::builder().method("POST").header("content-type", media).body(Body::from(body)).unwrap();
        posted(request).await
    }

    #[tokio::test]
    async fn three_writings_of_the_same() {
        let parts = "--x\r\nContent-Disposition: form-data; name=\"a b\"\r\n\r\n1\r\n\
                     --x\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\nä\r\n\
                     --x\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\nd\r\n\
                     --x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n\r\n--x--\r\n";
        let expected = Posted::from([("a b".into(), "1".into()), ("c".into(), "ä, d".into())]);
        for (media, body) in [
            ("application/json; charset=utf-8", r#"{"a b": 1, "c": ["ä", "d"], "e": null}"#),
            ("application/x-www-form-urlencoded", "a+b=1&c=%C3%A4&c=d"),
            ("multipart/form-data; boundary=x", parts),
        ] {
            assert_eq!(read_as(media, body).await.unwrap(), expected, "{media}");
        }
    }

    #[tokio::test]
    async fn refusals() {
        let file = "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n1\r\n--x--\r\n";
        for (media, body, code) in [
            ("text/plain", "a", "unsupported_media_type"),
            ("application/json", "{\"a\": {}}", "invalid"),
            ("application/json", "{\"a\":", "malformed_json"),
            ("multipart/form-data", "a", "malformed_form"),
            ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"f\"", "malformed_form"),
            ("multipart/form-data; boundary=x", file, "invalid"),
        ] {
            assert_eq!(read_as(media, body).await.unwrap_err().code().name(), code, "{media} {body}");
        }
    }
}
