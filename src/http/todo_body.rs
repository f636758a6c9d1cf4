//! The bodies that make and change to-dos, the same in both versions but for their envelopes.

use serde::Deserialize;

use crate::http::body::maybe_null;
use crate::model::{Due, Priority, TodoDraft, Zone};
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
    priority: Option<Priority>,
    tags: Option<Vec<String>>,
}

impl From<DraftBody> for TodoDraft {
    fn from(body: DraftBody) -> Self {
        Self {
            title: body.title,
            notes: body.notes.unwrap_or_default(),
            done: body.done,
            due: body.due,
            time_zone: body.time_zone,
            priority: body.priority,
            tags: body.tags.unwrap_or_default(),
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
    priority: Option<Option<Priority>>,
    #[serde(default, deserialize_with = "maybe_null")]
    tags: Option<Option<Vec<String>>>,
}

impl From<PatchBody> for TodoPatch {
    fn from(body: PatchBody) -> Self {
        Self {
            title: body.title,
            notes: body.notes,
            done: body.done,
            due: body.due,
            time_zone: body.time_zone,
            priority: body.priority,
            tags: body.tags,
        }
    }
}
