//! The OpenAPI document (3.1), put together from the table of routes and the files of `schemas/`. Nothing of
//! it is written by hand, so it says what `gate` and `body` keep. The page that shows it is `docs`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rocket::Route;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::http::endpoint::{Access, Answer, Content, Endpoint, Mount};
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::http::routes::ENDPOINTS;
use crate::http::schemas::FILES;

/// The files that are not components: their parts go where they are used.
const PARTS: [&str; 2] = ["common", "parameters"];

const ABOUT: &str = "Accounts and to-dos. Version 2 (`/api/v2`) has resources, standard status codes and \
    `application/problem+json`; version 1 (at the root and under `/api/v1`) is the surface of the original \
    service. Every answer has `X-Request-Id`. Unknown query parameters and unknown members of a body are refused.";

/// The document, as it is served.
static DOCUMENT: LazyLock<std::result::Result<Value, String>> = LazyLock::new(assemble);

/// The OpenAPI document.
///
/// # Errors
/// A sentence, if the table names a schema or a parameter that is not there.
pub fn document() -> std::result::Result<&'static Value, String> {
    DOCUMENT.as_ref().map_err(Clone::clone)
}

fn assemble() -> std::result::Result<Value, String> {
    let files: BTreeMap<&str, Value> = FILES
        .iter()
        .map(|(name, text)| {
            Ok((
                *name,
                serde_json::from_str(text).map_err(|error| error.to_string())?,
            ))
        })
        .collect::<std::result::Result<_, String>>()?;
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for line in ENDPOINTS {
        for path in line.paths() {
            let operation = operation(line, &path, &files)?;
            let method = line.method.as_str().to_ascii_lowercase();
            paths.entry(path).or_default().insert(method, operation);
        }
    }
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Rondo",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "contact": { "name": "Whoever runs this service" },
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "This service" }],
        "tags": TAGS.map(|(name, description)| json!({ "name": name, "description": description })),
        "paths": paths,
        "components": {
            "schemas": schemas(&files)?,
            "parameters": parameters(&files)?,
            "headers": headers(),
            "responses": refusals(),
            "securitySchemes": {
                "bearer": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "An access token, as `POST /api/v2/sessions` answers it.",
                },
            },
        },
    }))
}

const TAGS: [(&str, &str); 5] = [
    ("Accounts", "Accounts and their settings."),
    ("Service", "Health, keys, and what the service says of itself."),
    ("Sessions", "Signing in, staying so, and signing out."),
    ("To-dos", "What is to be done."),
    ("Version 1", "The surface of the original service, kept as it is."),
];

fn tag(line: &Endpoint) -> &'static str {
    match line.mount {
        Mount::V1 => "Version 1",
        Mount::Root => "Service",
        Mount::V2 if line.path.starts_with("/users") => "Accounts",
        Mount::V2 if line.path.starts_with("/sessions") => "Sessions",
        Mount::V2 => "To-dos",
    }
}

/// Method and path in one word: `get_api_v2_todos_id`.
fn operation_id(line: &Endpoint, path: &str) -> String {
    let words = path
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let method = line.method.as_str().to_ascii_lowercase();
    std::iter::once(method.as_str())
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

fn operation(
    line: &Endpoint,
    path: &str,
    files: &BTreeMap<&str, Value>,
) -> std::result::Result<Value, String> {
    let variables = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let named = |place, name: &str| json!({ "$ref": format!("#/components/parameters/{place}-{name}") });
    let given: Vec<Value> = variables
        .map(|name| named("path", name))
        .chain(line.query.iter().map(|name| named("query", name)))
        .chain(line.headers.iter().map(|name| named("header", name)))
        .collect();
    let mut responses: BTreeMap<String, Value> = line
        .all_refusals()
        .into_iter()
        .map(|status| {
            (
                status.to_string(),
                json!({ "$ref": refusal_of(line.mount, status) }),
            )
        })
        .collect();
    for answer in line.answers {
        let mut response = response(answer, files)?;
        if let Some(links) = links(line, path, answer) {
            response["links"] = links;
        }
        responses.insert(answer.status.to_string(), response);
    }
    let mut operation = json!({
        "operationId": operation_id(line, path),
        "summary": line.summary,
        "description": describe(line),
        "tags": [tag(line)],
        "responses": responses,
        "security": [],
    });
    if matches!(line.access, Access::Scope(_) | Access::Admin) {
        operation["security"] = json!([{ "bearer": [] }]);
    }
    if !given.is_empty() {
        operation["parameters"] = given.into();
    }
    if let Some(name) = line.body {
        let schema = json!({ "schema": { "$ref": component(name, files)? } });
        let mut content = json!({ "application/json": schema });
        if line.takes_merge_patch() {
            content["application/merge-patch+json"] = schema;
        }
        operation["requestBody"] = json!({ "required": !line.body_is_optional, "content": content });
    }
    Ok(operation)
}

/// What may be done with a thing that was made: the operations on it, and where its id stands.
fn links(line: &Endpoint, path: &str, answer: &Answer) -> Option<Value> {
    if answer.status != 201 {
        return None;
    }
    let id = match answer.content {
        Content::Json("signed-in") => "$response.body#/session/id",
        _ => "$response.body#/id",
    };
    let one = format!("{}/<id>", line.path);
    let on_it = ENDPOINTS
        .iter()
        .filter(|other| other.mount == line.mount && other.path == one);
    let links: Map<String, Value> = on_it
        .map(|other| {
            let name = operation_id(other, &format!("{path}/{{id}}"));
            (
                name.clone(),
                json!({
                    "operationId": name, "description": other.summary, "parameters": { "id": id },
                }),
            )
        })
        .collect();
    (!links.is_empty()).then(|| links.into())
}

/// Who may call it, in words.
fn describe(line: &Endpoint) -> String {
    let who = match line.access {
        Access::Probe => "For everybody, without a limit.".to_owned(),
        Access::Metrics => {
            "For whoever shows the token of the metrics; without one it is not here.".to_owned()
        }
        Access::Open => "For everybody.".to_owned(),
        Access::Scope(scope) => format!("Needs the scope `{}`.", scope.name()),
        Access::Admin => "For administrators.".to_owned(),
    };
    format!("{}. {who}", line.summary)
}

fn response(answer: &Answer, files: &BTreeMap<&str, Value>) -> std::result::Result<Value, String> {
    let with_headers = |more: &[&str]| -> Map<String, Value> {
        let names = more.iter().chain(&["X-Request-Id"]);
        names
            .map(|name| {
                (
                    (*name).to_owned(),
                    json!({ "$ref": format!("#/components/headers/{name}") }),
                )
            })
            .collect()
    };
    let mut response = json!({
        "description": words_of(answer.status),
        "headers": with_headers(answer.headers),
    });
    let content = |media_type: &str, schema: Value| json!({ media_type: { "schema": schema } });
    match answer.content {
        Content::None => {}
        Content::Json(name) => {
            response["content"] = content("application/json", json!({ "$ref": component(name, files)? }));
        }
        Content::Other(media_type, Some(name)) => {
            response["content"] = content(media_type, json!({ "$ref": component(name, files)? }));
        }
        Content::Other(media_type, None) if media_type.contains("json") => {
            response["content"] = content(media_type, json!({ "type": "object" }));
        }
        Content::Other(media_type, None) => {
            response["content"] = content(media_type, json!({ "type": "string" }));
        }
    }
    Ok(response)
}

const fn words_of(status: u16) -> &'static str {
    match status {
        200 => "It is so.",
        201 => "It was made.",
        204 => "It was done; there is nothing to tell.",
        304 => "It is what you have.",
        400 => "The request cannot be read, or a parameter is wrong.",
        401 => "Nobody is signed in, or the credentials are wrong.",
        403 => "This is not allowed.",
        404 => "There is no such thing, or it is somebody else's.",
        409 => "It contradicts what is there.",
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
fn refusals() -> Map<String, Value> {
    let mut components = Map::new();
    for line in ENDPOINTS {
        for status in line.all_refusals() {
            let (media_type, schema) = match line.mount {
                Mount::V1 => ("application/json", "V1Failure"),
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

fn refusal_name(mount: Mount, status: u16) -> String {
    match mount {
        Mount::V1 => format!("v1-{status}"),
        Mount::Root | Mount::V2 => format!("problem-{status}"),
    }
}

fn refusal_of(mount: Mount, status: u16) -> String {
    format!("#/components/responses/{}", refusal_name(mount, status))
}

/// The headers of answers; those that an answer names and that are not `required` may be absent.
fn headers() -> Value {
    let header = |description: &str, required: bool| json!({ "description": description, "required": required, "schema": { "type": "string" } });
    json!({
        "X-Request-Id": header("What the log has the request under.", true),
        "Location": header("The path of what was made.", true),
        "ETag": header("The version and a hash of the representation.", true),
        "Link": header("The next page (`rel=\"next\"`), if there is one.", false),
        "Idempotency-Replayed": header("`true` if this was answered before, under the same key.", false),
        "Set-Cookie": header("The refresh token, where it travels in a cookie.", false),
        "WWW-Authenticate": header("What is needed (RFC 6750).", true),
        "Retry-After": {
            "description": "So many seconds later it may be tried again.",
            "required": true,
            "schema": { "type": "integer", "minimum": 1 },
        },
    })
}

/// Every parameter that the table names, once for each place.
fn parameters(files: &BTreeMap<&str, Value>) -> std::result::Result<Map<String, Value>, String> {
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
            let mut schema = files["parameters"]["$defs"][name].clone();
            let Some(object) = schema.as_object_mut() else {
                return Err(format!("schemas/parameters.json has no {name}"));
            };
            let description = object.remove("description").unwrap_or_default();
            components.insert(
                format!("{place}-{name}"),
                json!({
                    "name": name, "in": place, "required": place == "path",
                    "description": description, "schema": schema,
                }),
            );
        }
    }
    Ok(components)
}

/// The files as components, and the parts that they share.
fn schemas(files: &BTreeMap<&str, Value>) -> std::result::Result<Map<String, Value>, String> {
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
fn component(target: &str, files: &BTreeMap<&str, Value>) -> std::result::Result<String, String> {
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

pub fn routes() -> Vec<Route> {
    rocket::routes![openapi]
}

/// Documents may be kept for five minutes.
pub(super) const CACHE: &str = "public, max-age=300";

#[rocket::get("/api/openapi.json")]
fn openapi() -> V2Result<Reply> {
    let document = document().map_err(Error::internal)?;
    Ok(Reply::json(document).header("Cache-Control", CACHE))
}
