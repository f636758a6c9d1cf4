//! What `GET /api/v2/export` writes. Its to-dos are read one by one, so that no tree of the whole file is held.

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use super::{MOST_ROWS, malformed, refused, row_of, too_many};
use crate::error::{Error, Invalid, InvalidKind, Result, Violation};
use crate::http::{json, schemas};
use crate::model::Id;
use crate::service::transfer::{ListRow, Problem, Reading, Settings};

/// The schema of the document around the to-dos.
const SCHEMA: &str = "import";

/// Reads such a document.
///
/// # Errors
/// `Invalid` if it is no JSON that means one thing only, is another document, or has too many to-dos.
pub fn read(bytes: &[u8]) -> Result<Reading> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| malformed(format!("not UTF-8 after byte {}", error.valid_up_to())))?;
    let mut reading = Reading::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let document = Part::Document(&mut reading)
        .deserialize(&mut deserializer)
        .and_then(|document| deserializer.end().map(|()| document));
    let document = match document {
        Ok(document) => document,
        Err(_) if reading.rows.len() + reading.lines.len() > MOST_ROWS => return Err(too_many()),
        Err(error) => return Err(malformed(error.to_string())),
    };
    let mut violations = schemas::violations(SCHEMA, &document);
    if violations.is_empty() {
        let lists = document["lists"].as_array().into_iter().flatten().enumerate();
        // What others share is not the account's own.
        let lists = lists.filter(|(_, list)| list["role"].as_str().is_none_or(|role| role == "owner"));
        for (place, list) in lists {
            match list_of(place, list) {
                Ok(list) => reading.lists.push(list),
                Err(wrong) => violations.extend(wrong),
            }
        }
    }
    if violations.is_empty() {
        // The rest of the account is not looked at.
        let user = &document["user"];
        let text = |name: &str| user[name].as_str().unwrap_or_default();
        reading.settings = Settings {
            time_zone: text("time_zone").parse().ok(),
            digest: text("digest").parse().ok(),
        };
        return Ok(reading);
    }
    Err(Error::Invalid(Invalid {
        kind: InvalidKind::Schema,
        violations,
    }))
}

/// A list, of which the name, the colour and the archive are looked at.
fn list_of(place: usize, list: &Value) -> std::result::Result<ListRow, Vec<Violation>> {
    let wrong = |pointer: &str, detail: &str| Violation {
        pointer: format!("/lists/{place}{pointer}"),
        keyword: "list".into(),
        schema: None,
        detail: detail.into(),
    };
    let Ok(id) = list["id"].as_str().unwrap_or_default().parse::<Id>() else {
        let detail = "a list has an id of 24 lowercase hexadecimal digits";
        return Err(vec![wrong("/id", detail)]);
    };
    let said = json!({ "name": list["name"], "color": list["color"] });
    let violations = schemas::violations("list-create", &said);
    if !violations.is_empty() {
        let told = violations.into_iter();
        return Err(told.map(|one| wrong(&one.pointer, &one.detail)).collect());
    }
    Ok(ListRow {
        id,
        name: list["name"].as_str().unwrap_or_default().to_owned(),
        color: list["color"].as_str().and_then(|color| color.parse().ok()),
        archived: list["archived"] == true,
    })
}

/// What is read of the document, into the reading; its value holds nothing that the reading has. What has
/// another type than it should is for the schema to refuse.
enum Part<'a> {
    Document(&'a mut Reading),
    Todos(&'a mut Reading),
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, _: &str) -> std::result::Result<Value, E> {
        Ok(Value::String(String::new()))
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> std::result::Result<Value, A::Error> {
        let mut place = 0_u64;
        while let Some(item) = items.next_element_seed(json::Strict::default())? {
            if let Self::Todos(reading) = &mut self {
                place += 1;
                take(reading, place, item);
                if reading.rows.len() + reading.lines.len() > MOST_ROWS {
                    return Err(de::Error::custom("too many"));
                }
            }
        }
        Ok(Value::Array(Vec::new()))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> std::result::Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = match &mut self {
                Self::Document(reading) if key == "todos" && !members.contains_key("todos") => {
                    entries.next_value_seed(Part::Todos(reading))?
                }
                _ => entries.next_value_seed(json::Strict::default())?,
            };
            if members.insert(key, value).is_some() {
                return Err(de::Error::custom("a key stands twice in one object"));
            }
        }
        Ok(Value::Object(members))
    }
}

fn take(reading: &mut Reading, place: u64, item: Value) {
    let name = |pointer: &str, detail| Problem {
        pointer: Some(format!("/todos/{}{pointer}", place - 1)),
        column: None,
        detail,
    };
    let title = item["title"].as_str().map(str::to_owned);
    match row_of(place, item, &name) {
        Ok(row) => reading.rows.push(row),
        Err(problems) => reading.lines.push(refused(place, title.as_deref(), problems)),
    }
}
