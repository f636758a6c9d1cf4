//! The bodies that make and change to-dos, the same in both versions but for their envelopes. What version 1 does
//! not have its schemas do not let through.

use serde::Deserialize;

use crate::http::body::maybe_null;
use crate::model::{Basis, Due, Id, Priority, Reminder, Rule, TodoDraft, Zone};
use crate::service::todos::TodoPatch;

/// What a client says of a new to-do. `null` is the default.
#[derive(Deserialize)]
pub struct DraftBody {
    title: String,
    notes: Option<String>,
    #[serde(default)]
    done: bool,
    due: Option<Due>,
    time_zone: Option<Zone>,
    recurrence: Option<Rule>,
    recurs_from: Option<Basis>,
    priority: Option<Priority>,
    tags: Option<Vec<String>>,
    /// Version 2 only, as the schemas say.
    parent_id: Option<Id>,
    list_id: Option<Id>,
    /// Version 2 only.
    reminder: Option<Reminder>,
}

impl From<DraftBody> for TodoDraft {
    fn from(body: DraftBody) -> Self {
        Self {
            title: body.title,
            notes: body.notes.unwrap_or_default(),
            done: body.done,
            due: body.due,
            time_zone: body.time_zone,
            recurrence: body.recurrence,
            recurs_from: body.recurs_from.unwrap_or_default(),
            priority: body.priority,
            tags: body.tags.unwrap_or_default(),
            list_id: body.list_id,
            parent_id: body.parent_id,
            reminder: body.reminder,
        }
    }
}

/// A merge patch (RFC 7396): what is absent stays, `null` goes back to the default.
#[derive(Deserialize)]
pub struct PatchBody {
    title: Option<String>,
    #[serde(default, deserialize_with = "maybe_null")]
    notes: Option<Option<String>>,
    done: Option<bool>,
    #[serde(default, deserialize_with = "maybe_null")]
    due: Option<Option<Due>>,
    #[serde(default, deserialize_with = "maybe_null")]
    time_zone: Option<Option<Zone>>,
    #[serde(default, deserialize_with = "maybe_null")]
    recurrence: Option<Option<Rule>>,
    #[serde(default, deserialize_with = "maybe_null")]
    recurs_from: Option<Option<Basis>>,
    #[serde(default, deserialize_with = "maybe_null")]
    priority: Option<Option<Priority>>,
    #[serde(default, deserialize_with = "maybe_null")]
    tags: Option<Option<Vec<String>>>,
    /// Version 2 only, as the schemas say.
    #[serde(default, deserialize_with = "maybe_null")]
    parent_id: Option<Option<Id>>,
    #[serde(default, deserialize_with = "maybe_null")]
    list_id: Option<Option<Id>>,
    /// Version 2 only.
    #[serde(default, deserialize_with = "maybe_null")]
    reminder: Option<Option<Reminder>>,
}

impl From<PatchBody> for TodoPatch {
    fn from(body: PatchBody) -> Self {
        Self {
            title: body.title,
            notes: body.notes,
            done: body.done,
            due: body.due,
            time_zone: body.time_zone,
            recurrence: body.recurrence,
            recurs_from: body.recurs_from,
            priority: body.priority,
            tags: body.tags,
            parent_id: body.parent_id,
            list_id: body.list_id,
            reminder: body.reminder,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::http::schemas::violations;
    use crate::http::views::TodoView;
    use crate::model::properties::settings;
    use crate::model::{Timestamp, Todo};

    /// What a client may write, and what a member is that is not there.
    const DEFAULTS: [(&str, Value); 7] = [
        ("title", Value::Null),
        ("notes", Value::String(String::new())),
        ("done", Value::Bool(false)),
        ("due", Value::Null),
        ("time_zone", Value::Null),
        ("priority", Value::Null),
        ("tags", Value::Array(Vec::new())),
    ];

    /// One of these, as JSON.
    fn one_of(texts: &'static [&'static str]) -> BoxedStrategy<Value> {
        prop::sample::select(texts).prop_map(Value::from).boxed()
    }

    /// A value of each member but `null`.
    fn values() -> Vec<(&'static str, BoxedStrategy<Value>)> {
        let text = |pattern: &'static str| pattern.prop_map(Value::from).boxed();
        let tags = prop::collection::btree_set("\\PC{1,5}", 0..4).prop_map(|tags| json!(tags));
        vec![
            ("title", text("\\PC{0,5}[!-~é🦀]\\PC{0,5}")),
            ("notes", text("[^\u{0}]{0,8}")),
            ("done", any::<bool>().prop_map(Value::from).boxed()),
            (
                "due",
                one_of(&[
                    "2026-11-22",
                    "1000-01-01",
                    "2026-11-22T10:30:00+01:00",
                    "2026-11-22T09:30:00.123456Z",
                ]),
            ),
            (
                "time_zone",
                one_of(&["UTC", "Europe/Berlin", "US/Pacific", "Asia/Tokyo"]),
            ),
            ("priority", one_of(&["low", "medium", "high"])),
            ("tags", tags.boxed()),
        ]
    }

    /// A patch: each member is absent, `null` where that is allowed, or has a value.
    fn patches() -> impl Strategy<Value = Value> {
        let member = |(name, value): (&'static str, BoxedStrategy<Value>)| {
            let null = if matches!(name, "title" | "done") {
                value.clone()
            } else {
                Just(Value::Null).boxed()
            };
            prop_oneof![Just(None), null.prop_map(Some), value.prop_map(Some)]
                .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
        };
        let members: Vec<_> = values().into_iter().map(member).collect();
        members.prop_map(|members| Value::Object(members.into_iter().flatten().collect()))
    }

    fn drafts() -> impl Strategy<Value = Value> {
        let member = |(name, value): (&'static str, BoxedStrategy<Value>)| (Just(name.to_owned()), value);
        let members: Vec<_> = values().into_iter().map(member).collect();
        members.prop_map(|members| Value::Object(members.into_iter().collect()))
    }

    /// RFC 7396, section 2, word for word.
    fn merge(target: Value, patch: &Value) -> Value {
        let Value::Object(patch) = patch else {
            return patch.clone();
        };
        let mut target = match target {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        for (name, value) in patch {
            if value.is_null() {
                target.remove(name);
            } else {
                let old = target.remove(name).unwrap_or_default();
                target.insert(name.clone(), merge(old, value));
            }
        }
        Value::Object(target)
    }

    fn shown(todo: &Todo) -> Value {
        serde_json::to_value(TodoView::from(todo)).expect("a view is JSON")
    }

    fn made_of(draft: Value) -> Todo {
        let body: DraftBody = serde_json::from_value(draft).expect("a draft");
        let (draft, made_at) = (TodoDraft::from(body), Timestamp::from_millis(1_790_000_000_000));
        let (id, owner) = (Id::from_bytes([1; 12]), Id::from_bytes([2; 12]));
        let mut todo = Todo {
            notes: draft.notes,
            due: draft.due,
            time_zone: draft.time_zone,
            priority: draft.priority,
            tags: draft.tags,
            ..Todo::new(id, owner, draft.title, made_at)
        };
        todo.set_done(draft.done, made_at);
        todo
    }

    fn patched(todo: &Todo, patch: &Value, millis: i64) -> Todo {
        let body: PatchBody = serde_json::from_value(patch.clone()).expect("a patch");
        let mut todo = todo.clone();
        let applied = TodoPatch::from(body).apply(&mut todo, Timestamp::from_millis(millis));
        applied.expect("nothing here comes again");
        todo
    }

    proptest! {
        #![proptest_config(settings())]

        #[test]
        fn a_patch_does_what_rfc_7396_does_to_the_document(draft in drafts(), patch in patches()) {
            prop_assert_eq!(violations("todo-create", &draft), []);
            prop_assert_eq!(violations("todo-update", &patch), []);
            let before = made_of(draft);
            let after = shown(&patched(&before, &patch, 1_790_000_000_001));
            let mut expected = merge(shown(&before), &patch);
            for (name, default) in DEFAULTS {
                let members = expected.as_object_mut().expect("an object");
                members.entry(name).or_insert(default);
            }
            // Follows from `done`: no client writes it.
            let completed_at = match (before.done, &expected["done"]) {
                (false, Value::Bool(true)) => json!("2026-09-21T14:13:20.001Z"),
                (true, Value::Bool(false)) => Value::Null,
                _ => json!(before.completed_at),
            };
            expected["completed_at"] = completed_at;
            prop_assert_eq!(after, expected);
        }

        #[test]
        fn a_patch_twice_is_a_patch_once(draft in drafts(), patch in patches()) {
            let once = patched(&made_of(draft), &patch, 1_790_000_000_001);
            prop_assert_eq!(patched(&once, &patch, 1_790_000_000_002), once);
        }

        #[test]
        fn what_is_absent_stays_and_null_goes_back_to_the_default(draft in drafts(), patch in patches()) {
            let before = made_of(draft);
            let (old, new) = (shown(&before), shown(&patched(&before, &patch, 1_790_000_000_001)));
            for (name, default) in DEFAULTS {
                match patch.get(name) {
                    None => prop_assert_eq!(&new[name], &old[name], "{}", name),
                    Some(Value::Null) => prop_assert_eq!(&new[name], &default, "{}", name),
                    Some(value) => prop_assert_eq!(&new[name], value, "{}", name),
                }
            }
        }
    }
}
