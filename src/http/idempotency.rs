//! The header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): how it is read, what tells two
//! requests apart, and that the answer of the first is given again.
//!
//! A handler that takes its body as [`KeyedBody`] and answers through [`Keyed::once`] honours the header. The
//! key itself goes no further than this file: it is kept as a hash, and not logged.

use std::future::Future;
use std::sync::Arc;

use rocket::data::{self, FromData};
use rocket::http::Status;
use rocket::{Data, Request};
use serde_json::Value;

use crate::error::{Error, InvalidKind, Result};
use crate::fingerprint::fingerprint;
use crate::http::Edge;
use crate::http::body::{self, Schema};
use crate::http::reply::Reply;
use crate::model::{Caller, Id};
use crate::service::Services;
use crate::service::idempotency::{Outcome, RequestKey};

const HEADER: &str = "Idempotency-Key";

/// The longest key, in characters.
const LONGEST: usize = 255;

/// Bytes of a hash: all that SHA-256 gives.
const HASH: usize = 32;

/// A body that fulfils its schema, and the key of its request if it came with one.
pub struct Keyed<T> {
    body: T,
    key: Option<RequestKey>,
}

/// Such a body, or what is wrong with it or with the key.
pub type KeyedBody<T> = std::result::Result<Keyed<T>, Error>;

impl<T: Send + 'static> Keyed<T> {
    /// Answers with what `work` answers; under a key, with what it answered the first time, and then with
    /// `Idempotency-Replayed: true`. What `work` makes must have the id that it is given, if it is given
    /// one, and may have been made before. Its answer is JSON.
    ///
    /// # Errors
    /// Those of `work` and of [`crate::service::Idempotency::once`].
    pub async fn once<F, W>(self, edge: &Edge, caller: Caller, work: F) -> Result<Reply>
    where
        F: FnOnce(Arc<Services>, Caller, T, Option<Id>) -> W + Send + 'static,
        W: Future<Output = Result<Reply>> + Send + 'static,
    {
        let services = Arc::clone(&edge.services);
        let Some(key) = self.key else {
            return work(services, caller, self.body, None).await;
        };
        let (owner, body) = (caller.user_id, self.body);
        let work = |id| async move {
            let reply = work(services, caller, body, Some(id)).await?;
            Ok(Outcome {
                answer: reply.record(),
                is_final: reply.is_final(),
            })
        };
        let done = edge.services.idempotency.once(owner, key, work).await?;
        let reply = Reply::of_record(&done.answer)
            .ok_or_else(|| Error::internal("an answer that was kept cannot be read"))?;
        Ok(if done.is_repeat {
            reply.header("Idempotency-Replayed", "true")
        } else {
            reply
        })
    }
}

#[rocket::async_trait]
impl<'r, T: Schema> FromData<'r> for Keyed<T> {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> data::Outcome<'r, Self> {
        match read(request, data).await {
            Ok(keyed) => data::Outcome::Success(keyed),
            // The status is not used: handlers take a `Result`.
            Err(error) => data::Outcome::Error((Status::BadRequest, error)),
        }
    }
}

async fn read<T: Schema>(request: &Request<'_>, data: Data<'_>) -> Result<Keyed<T>> {
    let lines: Vec<&str> = request.headers().get(HEADER).collect();
    let key = key_of(&lines)?;
    let value = body::read_json::<T>(request, data).await?;
    let key = key.map(|key| RequestKey {
        key: fingerprint(key.as_bytes(), HASH),
        request: fingerprint(what_is_asked(request, &value).as_bytes(), HASH),
    });
    Ok(Keyed {
        body: body::typed(value)?,
        key,
    })
}

/// The key: a string of a structured field (RFC 9651), or its characters as they stand.
///
/// # Errors
/// `Invalid` for several lines, and for what is no key.
fn key_of(lines: &[&str]) -> Result<Option<String>> {
    let refused = |detail: &str| Error::invalid(InvalidKind::Header, HEADER, "format", detail);
    let line = match lines {
        [] => return Ok(None),
        [line] => line.trim_matches([' ', '\t']),
        _ => return Err(refused("Idempotency-Key may stand once")),
    };
    let key = match line.strip_prefix('"') {
        Some(quoted) => unquoted(quoted).ok_or_else(|| {
            refused("Idempotency-Key begins with a double quote, and is not a string in quotes")
        })?,
        None => line.to_owned(),
    };
    let is_printable = key.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !is_printable || !(1..=LONGEST).contains(&key.len()) {
        return Err(refused("Idempotency-Key has 1 to 255 printable ASCII characters"));
    }
    Ok(Some(key))
}

/// What stands between the quotes, of which the first is already taken off.
fn unquoted(text: &str) -> Option<String> {
    let mut key = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(key),
            '\\' => key.push(characters.next().filter(|c| matches!(c, '"' | '\\'))?),
            other => key.push(other),
        }
    }
}

/// What the request asks for, the same however it is written.
fn what_is_asked(request: &Request<'_>, body: &Value) -> String {
    let mut text = request.method().as_str().to_owned();
    for segment in request.uri().path().segments() {
        text.push('/');
        text.push_str(segment);
    }
    if let Some(query) = request.uri().query() {
        text.push('?');
        text.push_str(query.as_str());
    }
    text.push('\n');
    write_canonical(body, &mut text);
    text
}

/// Writes JSON without white space, and the members of each object in the order of their names.
fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(object) => {
            let mut members: Vec<_> = object.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (name, member) in members {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write_canonical(member, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(line: &str) -> Option<String> {
        key_of(&[line]).ok().flatten()
    }

    #[test]
    fn a_key_is_a_structured_string_or_stands_as_it_is() {
        assert_eq!(key_of(&[]).unwrap(), None);
        for (line, expected) in [
            (
                "8e03978e-40d5-43e8-bc93-6894a57f9324",
                "8e03978e-40d5-43e8-bc93-6894a57f9324",
            ),
            (" \"8e03978e\"\t", "8e03978e"),
            (r#""a\"b\\c""#, r#"a"b\c"#),
            (r#"{"$ne":1}"#, r#"{"$ne":1}"#),
            ("a b, c;d=\"e\"", "a b, c;d=\"e\""),
            ("~", "~"),
        ] {
            assert_eq!(key(line).as_deref(), Some(expected), "{line}");
        }
        assert_eq!(key(&"k".repeat(255)), Some("k".repeat(255)));
        assert_eq!(key(&format!("\"{}\"", "k".repeat(255))), Some("k".repeat(255)));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let long = "k".repeat(256);
        for line in [
            "",
            " ",
            "\"\"",
            "\"a",
            "\"",
            "\"a\"b\"",
            "\"a\";p=1",
            r#""a\b""#,
            "\"a\\",
            "a\tb",
            "a\u{7f}",
            "\"\0\"",
            "é",
            "🔑",
            &long,
        ] {
            assert_eq!(key(line), None, "{line}");
        }
        assert!(key_of(&["a", "a"]).is_err());
    }

    #[test]
    fn bodies_that_mean_the_same_are_written_the_same_and_others_are_not() {
        let canonical = |json: &str| {
            let mut text = String::new();
            write_canonical(&serde_json::from_str(json).unwrap(), &mut text);
            text
        };
        assert_eq!(
            canonical(r#"{"b":[1,{"y":null,"x":"\u00e9"}],"a":true}"#),
            canonical(r#" { "a" : true, "b" : [ 1 , { "x" : "é" , "y" : null } ] } "#)
        );
        let different = [
            "{}",
            "[]",
            "null",
            r#""""#,
            "[[]]",
            "[[],[]]",
            "[1,2]",
            "[12]",
            "[2,1]",
            r#"["1"]"#,
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"a":1,"b":2}"#,
            r#"{"a":2,"b":1}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"a,b":1}"#,
            r#"["a,b"]"#,
            r#"["a","b"]"#,
            r#"["a\",\"b"]"#,
        ];
        let mut written: Vec<String> = different.iter().map(|json| canonical(json)).collect();
        written.sort_unstable();
        written.dedup();
        assert_eq!(written.len(), different.len());
    }
}
