//! Bodies: what is accepted is so written again, what schema and type say is one, and errors repeat no value.

use rondo::error::{Error, InvalidKind};
use rondo::http::fuzz;
use rondo::http::schemas::FILES;
use rondo::model::{Basis, Email, Id, Recurrence, Rule, Timestamp, Todo, TodoDraft};
use serde_json::{Map, Value, json};

/// Stands in no text of the service, and in no schema.
const MARK: &str = "zq7Xk9";

/// A byte that says which body is meant, then the body.
pub fn check(data: &[u8]) {
    let Some((which, bytes)) = data.split_first() else {
        return;
    };
    let readers = fuzz::readers();
    let (name, read) = readers[usize::from(*which) % readers.len()];
    let outcome = read(bytes).map_err(|error| told(&error));
    match fuzz::parse_json(bytes) {
        Ok(value) => {
            let loose: Value = serde_json::from_slice(bytes).expect("what is strict is JSON");
            assert_eq!(loose, value);
            let again = value.to_string().into_bytes();
            assert_eq!(fuzz::parse_json(&again).as_ref(), Ok(&value));
            let outcome_again = read(&again).map_err(|error| told(&error));
            if name == "import" {
                // It is read member by member: what is told is the first that is wrong, and where it stands.
                assert_eq!(outcome_again.is_ok(), outcome.is_ok(), "{name}: {value}");
            } else {
                assert_eq!(outcome_again, outcome, "{name}: {value}");
            }
            if outcome.is_ok() {
                accepted(name, &value, &again);
            }
            errors_hold_no_value(read, &value);
        }
        Err(_) => {
            assert!(outcome.is_err());
            let at = bytes.len() / 2;
            let marked = [&bytes[..at], MARK.as_bytes(), &bytes[at..]].concat();
            // Names of members are told, values are not: where there are no names, nothing is.
            if fuzz::parse_json(&marked).is_err() {
                let error = told(&read(&marked).expect_err("no JSON"));
                assert!(!error.contains(MARK), "{error}");
            }
        }
    }
}

/// What a client is told. Only these kinds come of a body, and its type has nothing to say that the schema
/// does not.
fn told(error: &Error) -> String {
    let Error::Invalid(invalid) = error else {
        panic!("{error:?}");
    };
    assert!(matches!(
        invalid.kind,
        InvalidKind::Malformed | InvalidKind::Schema
    ));
    assert!((1..=50).contains(&invalid.violations.len()));
    for violation in &invalid.violations {
        assert!(
            invalid.kind == InvalidKind::Malformed || violation.schema.is_some(),
            "the schema lets through what the type does not take: {violation:?}"
        );
    }
    format!("{invalid:?}")
}

fn accepted(name: &str, value: &Value, bytes: &[u8]) {
    for holder in [Some(value), value.get("query"), value.get("payload")]
        .into_iter()
        .flatten()
    {
        if let Some(email) = holder.get("email").and_then(Value::as_str) {
            let Ok(email) = email.parse::<Email>() else {
                // Who signs in with what is no address is nobody, and is told no more.
                assert!(matches!(name, "session-create" | "v1-auth"), "{name}: {email}");
                continue;
            };
            assert_eq!(
                email.key().parse::<Email>().expect("a key is an address").key(),
                email.key()
            );
        }
    }
    match name {
        "todo-create" => check_draft(bytes),
        "todo-update" => {
            let patch = fuzz::patch(bytes).expect("it was accepted");
            let mut once = todo(json!({ "title": "Kept" }).to_string().as_bytes());
            if let Err(error) = patch.apply(&mut once, Timestamp::from_millis(1)) {
                // A rule, and what it goes with: no schema says that.
                assert!(
                    value.get("recurrence").or(value.get("recurs_from")).is_some(),
                    "{error}"
                );
                return;
            }
            // What comes again and is completed is due at another time than was written, each time.
            let goes_on = once.recurrence.is_some() && patch.done == Some(true);
            let mut twice = once.clone();
            if patch.apply(&mut twice, Timestamp::from_millis(2)).is_ok() && !goes_on {
                assert_eq!(once, twice);
            }
            let shown = fuzz::shown(&once);
            let written = value
                .as_object()
                .expect("an object")
                .iter()
                .filter(|(_, value)| !value.is_null());
            for (member, value) in written {
                match member.as_str() {
                    "due" | "done" | "recurrence" if goes_on => {}
                    "recurrence" => assert_eq!(rule(&shown[member]), rule(value)),
                    _ => assert_eq!(&shown[member], value, "{member}"),
                }
            }
        }
        _ => {}
    }
}

fn rule(value: &Value) -> Rule {
    serde_json::from_value(value.clone()).expect("it was accepted")
}

fn check_draft(bytes: &[u8]) {
    let draft = fuzz::draft(bytes).expect("it was accepted");
    if is_whole(&draft) {
        todo(bytes);
    }
}

/// The service refuses what comes again without a due date.
pub(super) fn is_whole(draft: &TodoDraft) -> bool {
    match draft.recurrence {
        Some(_) => draft.due.is_some(),
        None => draft.recurs_from == Basis::Due,
    }
}

/// A to-do of the draft. What is shown of it makes the same draft.
fn todo(bytes: &[u8]) -> Todo {
    let draft = fuzz::draft(bytes).expect("it was accepted");
    let todo = todo_of(draft.clone());
    let mut shown = fuzz::shown(&todo);
    let members = shown.as_object_mut().expect("an object");
    members.retain(|name, _| {
        let of_the_client = [
            "title",
            "notes",
            "done",
            "due",
            "time_zone",
            "recurrence",
            "recurs_from",
            "priority",
            "tags",
            "list_id",
            "parent_id",
            "reminder",
        ];
        of_the_client.contains(&name.as_str())
    });
    let again = fuzz::draft(shown.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}: {shown}"));
    assert_eq!(again, draft, "{shown}");
    todo
}

pub(super) fn todo_of(draft: TodoDraft) -> Todo {
    let at = Timestamp::from_millis(0);
    let (id, owner) = (Id::from_bytes([1; 12]), Id::from_bytes([2; 12]));
    let series = draft.recurrence.zip(draft.due.clone());
    Todo {
        recurrence: series.map(|(rule, due)| Box::new(Recurrence::new(rule, draft.recurs_from, due))),
        notes: draft.notes,
        done: draft.done,
        completed_at: draft.done.then_some(at),
        due: draft.due,
        time_zone: draft.time_zone,
        priority: draft.priority,
        tags: draft.tags,
        list_id: draft.list_id,
        parent_id: draft.parent_id,
        reminder: draft.reminder,
        ..Todo::new(id, owner, draft.title, at)
    }
}

/// The same with a mark in front of every text.
fn errors_hold_no_value(read: fn(&[u8]) -> rondo::error::Result<()>, value: &Value) {
    fn marked(value: &Value) -> Value {
        match value {
            Value::String(text) => format!("{MARK}{text}").into(),
            Value::Array(items) => items.iter().map(marked).collect(),
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| (name.clone(), marked(value)));
                Value::Object(members.collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }
    let value = marked(value);
    if let Err(error) = read(value.to_string().as_bytes()) {
        // A name that holds the mark was there before.
        let told = told(&error);
        assert!(!told.contains(MARK) || names_hold_it(&value), "{told}");
    }
}

/// Whether the name of a member holds the mark.
fn names_hold_it(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(names_hold_it),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains(MARK) || names_hold_it(value)),
        _ => false,
    }
}

/// For each body one that fulfils its schema, the same cut short and with each member of another type, and what
/// is seldom.
pub fn seeds() -> Vec<Vec<u8>> {
    let schema = |name: &str| -> Value {
        let (_, text) = FILES.iter().find(|(known, _)| *known == name).expect("a schema");
        serde_json::from_str(text).expect("a schema is JSON")
    };
    let common = schema("common");
    let mut seeds = Vec::new();
    for (which, (name, read)) in (0_u8..).zip(fuzz::readers()) {
        let sample = sample(&schema(name), &common);
        for member in sample.as_object().into_iter().flat_map(Map::keys) {
            let mut other = sample.clone();
            other[member] = if other[member].is_string() {
                json!(7)
            } else {
                json!("x")
            };
            seeds.push([&[which], other.to_string().as_bytes()].concat());
        }
        let sound = sample.to_string();
        assert_eq!(
            read(sound.as_bytes()).map_err(|error| told(&error)),
            Ok(()),
            "{name}: {sound}"
        );
        for text in [
            sound.as_str(),
            &sound[..sound.len() - 1],
            "{}",
            "[]",
            r#"{"a":1,"a":1e3}"#,
        ] {
            seeds.push([&[which], text.as_bytes()].concat());
        }
    }
    seeds
}

/// A value that fulfils a schema of this project.
fn sample(schema: &Value, common: &Value) -> Value {
    if let Some(part) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        return match part {
            "id" | "list_id" | "parent_id" => json!("65f0a1b2c3d4e5f60718293a"),
            "email" => json!("Person+tag@Example.org"),
            "time_zone" => json!("Europe/Berlin"),
            "language" => json!("de-CH"),
            "due" => json!("2026-11-22T10:30:00+01:00"),
            "color" => json!("#0a1b2c"),
            "recurrence" => json!("FREQ=WEEKLY;BYDAY=MO,TH"),
            "reminder" => json!("-P1DT30M"),
            "digest" => json!("07:30"),
            "totp_code" => json!("123456"),
            "tags" => json!(["a", "b"]),
            _ => sample(&common["$defs"][part], common),
        };
    }
    if let Some(only) = schema.get("const") {
        return only.clone();
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    if let Some(members) = schema["properties"].as_object() {
        // Of members that exclude each other the first.
        let left_out: &[&str] = if schema.get("oneOf").or(schema.get("not")).is_some() {
            &["email", "before"]
        } else {
            &[]
        };
        let members = members
            .iter()
            .filter(|(name, _)| !left_out.contains(&name.as_str()));
        let most = schema["maxProperties"].as_u64().unwrap_or(u64::MAX);
        return members
            .take(usize::try_from(most).unwrap_or(usize::MAX))
            .map(|(name, inner)| (name.clone(), sample(inner, common)))
            .collect();
    }
    if schema["format"] == "date-time" {
        return json!("2999-01-01T00:00:00Z");
    }
    match schema["type"].as_str() {
        Some("boolean") => json!(true),
        Some("integer") => schema["minimum"].clone(),
        Some("array") if schema["items"].get("enum").is_some() => json!([sample(&schema["items"], common)]),
        // The only other one that is never empty is that of a batch.
        Some("array") if schema.get("minItems").is_some() => {
            json!([{ "op": "complete", "id": "65f0a1b2c3d4e5f60718293a" }])
        }
        Some("array") => json!([]),
        _ => json!("a text, long enough"),
    }
}
