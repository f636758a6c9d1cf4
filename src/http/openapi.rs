//! The OpenAPI document (3.1), put together from the table of routes and the files of `schemas/`. Nothing of
//! it is written by hand, so it says what `gate` and `body` keep. The page that shows it is `docs`.

mod components;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rocket::Route;
use serde_json::{Map, Value, json};

use components::{
    component, definition, headers, parameters, refusal_name, refusal_of, refusals, schemas, words_of,
};

use crate::error::Error;
use crate::http::endpoint::{Access, Answer, Content, Endpoint, Mount};
use crate::http::form;
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::http::routes::ENDPOINTS;
use crate::http::schemas::FILES;

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

const TAGS: [(&str, &str); 7] = [
    ("Accounts", "Accounts and their settings."),
    ("Administration", "The accounts of others, and the audit log."),
    (
        "OAuth",
        "What other services and programs ask by the RFCs of OAuth 2.0.",
    ),
    ("Service", "Health, keys, and what the service says of itself."),
    ("Sessions", "Signing in, staying so, and signing out."),
    ("To-dos", "What is to be done."),
    ("Version 1", "The surface of the original service, kept as it is."),
];

fn tag(line: &Endpoint) -> &'static str {
    match line.mount {
        Mount::V1 => "Version 1",
        Mount::Root if line.path.starts_with("/calendar") => "To-dos",
        Mount::Root
            if ["/login", "/callback", "/logout"]
                .iter()
                .any(|at| line.path.starts_with(at)) =>
        {
            "Sessions"
        }
        Mount::Root => "Service",
        Mount::OAuth => "OAuth",
        Mount::V2 if line.access == Access::Admin => "Administration",
        Mount::V2
            if [
                "/users",
                "/email-verifications",
                "/password-resets",
                "/invitations",
            ]
            .iter()
            .any(|beginning| line.path.starts_with(beginning)) =>
        {
            "Accounts"
        }
        Mount::V2
            if line.path.starts_with("/sessions")
                || line.path.starts_with("/providers")
                || line.path.starts_with("/tokens")
                || line.path.starts_with("/device") =>
        {
            "Sessions"
        }
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
    let named = |place, name: &str| {
        let name = definition(line, name, files);
        json!({ "$ref": format!("#/components/parameters/{place}-{name}") })
    };
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
    for status in line.pages {
        let mut refusal = refusals()[&refusal_name(line.mount, *status)].clone();
        refusal["content"]["text/html; charset=utf-8"] = json!({ "schema": { "type": "string" } });
        responses.insert(status.to_string(), refusal);
    }
    for answer in line.answers {
        let mut response = response(answer, files)?;
        if let Some(links) = links(line, path, answer) {
            response["links"] = links;
        }
        match responses.get_mut(&answer.status.to_string()) {
            // Another form of the same.
            Some(known) if known.get("content").is_some() => {
                if let (Some(forms), Value::Object(form)) =
                    (known["content"].as_object_mut(), response["content"].take())
                {
                    forms.extend(form);
                }
            }
            _ => {
                responses.insert(answer.status.to_string(), response);
            }
        }
    }
    let mut operation = json!({
        "operationId": operation_id(line, path),
        "summary": line.summary,
        "description": describe(line),
        "tags": [tag(line)],
        "responses": responses,
        "security": [],
    });
    if line.access.needs().is_some() {
        operation["security"] = json!([{ "bearer": [] }]);
    }
    if !given.is_empty() {
        operation["parameters"] = given.into();
    }
    if let Some(name) = line.body {
        let schema = json!({ "schema": { "$ref": component(name, files)? } });
        let media_type = if line.mount == Mount::OAuth {
            form::MEDIA_TYPE
        } else {
            "application/json"
        };
        let mut content = json!({ media_type: schema });
        if line.takes_merge_patch() {
            content["application/merge-patch+json"] = schema;
        }
        for media_type in line.files {
            content[*media_type] = json!({ "schema": { "type": "string" } });
        }
        operation["requestBody"] = json!({ "required": !line.body_is_optional, "content": content });
    }
    if !line.form.is_empty() {
        let fields = line
            .form
            .iter()
            .map(|name| ((*name).to_owned(), json!({ "type": "string" })));
        let schema = json!({ "type": "object", "properties": fields.collect::<Map<_, _>>() });
        let content = json!({ "application/x-www-form-urlencoded": { "schema": schema } });
        operation["requestBody"] = json!({ "required": true, "content": content });
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
        Access::Scope(_) | Access::Both(..) => format!("Needs {}.", line.access.words()),
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
