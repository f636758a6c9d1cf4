//! The components of the OpenAPI document: schemas, parameters, headers and refusals, each once, and what they are
//! called there.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::http::endpoint::{Endpoint, Mount};
use crate::http::routes::ENDPOINTS;

/// The files that are not components: their parts go where they are used.
const PARTS: [&str; 2] = ["common", "parameters"];

pub(super) const fn words_of(status: u16) -> &'static str {
    match status {
        200 => "It is so.",
        201 => "It was made.",
        202 => "Something more has to be shown.",
        204 => "It was done; there is nothing to tell.",
        303 => "It goes on at the address in `Location`.",
        304 => "It is what you have.",
        400 => "The request cannot be read, or a parameter is wrong.",
        401 => "Nobody is signed in, or the credentials are wrong.",
        403 => "This is not allowed.",
        404 => "There is no such thing, or it is somebody else's.",
        409 => "It contradicts what is there.",
        410 => "What changed since the cursor is not known any more.",
        412 => "It has changed since it was read.",
        413 => "The body is too large.",
        415 => "The body is of another media type.",
        422 => "The body breaks its schema.",
        429 => "Too many requests.",
        500 => "The service failed.",
        503 => "The service cannot answer now.",
        _ => "Another answer.",
    }
}

/// Every refusal that the table can name, as components: one for each format and status.
pub(super) fn refusals() -> Map<String, Value> {
    let mut components = Map::new();
    for line in ENDPOINTS {
        for status in line.all_refusals() {
            let (media_type, schema) = match line.mount {
                Mount::V1 => ("application/json", "V1Failure"),
                Mount::OAuth => ("application/json", "OauthFailure"),
                Mount::Root | Mount::V2 => ("application/problem+json", "Problem"),
            };
            let mut headers = json!({ "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" } });
            let own = match status {
                401 => Some("WWW-Authenticate"),
                429 | 503 => Some("Retry-After"),
                _ => None,
            };
            if let Some(name) = own {
                headers[name] = json!({ "$ref": format!("#/components/headers/{name}") });
            }
            let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
            components
                .entry(refusal_name(line.mount, status))
                .or_insert_with(|| {
                    json!({
                        "description": words_of(status),
                        "headers": headers,
                        "content": { media_type: { "schema": schema } },
                    })
                });
        }
    }
    components
}

pub(super) fn refusal_name(mount: Mount, status: u16) -> String {
    match mount {
        Mount::V1 => format!("v1-{status}"),
        Mount::OAuth => format!("oauth-{status}"),
        Mount::Root | Mount::V2 => format!("problem-{status}"),
    }
}

pub(super) fn refusal_of(mount: Mount, status: u16) -> String {
    format!("#/components/responses/{}", refusal_name(mount, status))
}

/// The headers of answers; those that an answer names and that are not `required` may be absent.
pub(super) fn headers() -> Value {
    let header = |description: &str, required: bool| json!({ "description": description, "required": required, "schema": { "type": "string" } });
    json!({
        "X-Request-Id": header("What the log has the request under.", true),
        "Location": header("The path of what was made; or where it goes on.", true),
        "ETag": header("The version and a hash of the representation.", true),
        "Content-Disposition": header("The name that the file has.", true),
        "Link": header("The next page (`rel=\"next\"`), if there is one.", false),
        "Idempotency-Replayed": header("`true` if this was answered before, under the same key.", false),
        "Set-Cookie": header("The refresh token, where it travels in a cookie; what binds a sign-in at a provider to the browser.", false),
        "WWW-Authenticate": header("What is needed (RFC 6750).", true),
        "Retry-After": {
            "description": "So many seconds later it may be tried again.",
            "required": true,
            "schema": { "type": "integer", "minimum": 1 },
        },
    })
}

/// The definition of a parameter of this line: version 1's own, or that of the first word of its path, where there is
/// one.
pub(super) fn definition(line: &Endpoint, name: &str, files: &BTreeMap<&str, Value>) -> String {
    let whose = match line.mount {
        Mount::V1 => "v1",
        Mount::Root | Mount::V2 | Mount::OAuth => line.path.split('/').nth(1).unwrap_or_default(),
    };
    let own = format!("{whose}_{name}");
    if files["parameters"]["$defs"].get(&own).is_some() {
        own
    } else {
        name.to_owned()
    }
}

/// Query parameters that must be given.
const REQUIRED: [&str; 1] = ["todos"];

/// Every parameter that the table names, once for each place.
pub(super) fn parameters(files: &BTreeMap<&str, Value>) -> std::result::Result<Map<String, Value>, String> {
    let mut components = Map::new();
    for line in ENDPOINTS {
        let variables = line
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('<')?.strip_suffix('>'));
        let all = variables
            .map(|name| ("path", name))
            .chain(line.query.iter().map(|name| ("query", *name)))
            .chain(line.headers.iter().map(|name| ("header", *name)));
        for (place, name) in all {
            let definition = definition(line, name, files);
            let mut schema = files["parameters"]["$defs"][&definition].clone();
            let Some(object) = schema.as_object_mut() else {
                return Err(format!("schemas/parameters.json has no {name}"));
            };
            let description = object.remove("description").unwrap_or_default();
            components.insert(
                format!("{place}-{definition}"),
                json!({
                    "name": name, "in": place, "required": place == "path" || REQUIRED.contains(&name),
                    "description": description, "schema": schema,
                }),
            );
        }
    }
    Ok(components)
}

/// The files as components, and the parts that they share.
pub(super) fn schemas(files: &BTreeMap<&str, Value>) -> std::result::Result<Map<String, Value>, String> {
    let mut components = Map::new();
    let common = files["common"]["$defs"].as_object().into_iter().flatten();
    let whole = files.iter().filter(|(name, _)| !PARTS.contains(name));
    for (name, schema) in common
        .map(|(name, part)| (name.as_str(), part))
        .chain(whole.map(|(n, s)| (*n, s)))
    {
        let mut schema = schema.clone();
        if let Some(object) = schema.as_object_mut() {
            object.remove("$schema");
            object.remove("$id");
        }
        rewrite(&mut schema, files)?;
        if components.insert(component_name(name), schema).is_some() {
            return Err(format!("two schemas are called {}", component_name(name)));
        }
    }
    Ok(components)
}

/// References between files become references between components.
fn rewrite(schema: &mut Value, files: &BTreeMap<&str, Value>) -> std::result::Result<(), String> {
    match schema {
        Value::Object(members) => {
            for (name, inner) in members {
                match inner {
                    Value::String(target) if name == "$ref" => *target = component(target, files)?,
                    _ => rewrite(inner, files)?,
                }
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|inner| rewrite(inner, files)),
        _ => Ok(()),
    }
}

/// Where a file, or a part of `common.json`, is among the components.
pub(super) fn component(target: &str, files: &BTreeMap<&str, Value>) -> std::result::Result<String, String> {
    let part = target
        .strip_prefix("common.json#/$defs/")
        .or_else(|| target.strip_prefix("#/$defs/"));
    let is_there = match part {
        Some(part) => files["common"]["$defs"].get(part).is_some(),
        None => files.contains_key(target.trim_end_matches(".json")),
    };
    if !is_there {
        return Err(format!("{target} is not in schemas/"));
    }
    let name = part.unwrap_or_else(|| target.trim_end_matches(".json"));
    Ok(format!("#/components/schemas/{}", component_name(name)))
}

/// `todo-page` is `TodoPage`.
fn component_name(name: &str) -> String {
    name.split(['-', '_'])
        .map(|word| word[..1].to_ascii_uppercase() + &word[1..])
        .collect()
}
