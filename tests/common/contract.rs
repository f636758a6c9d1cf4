//! Whether requests and answers are what the OpenAPI document says. Every client of the tests asks this of
//! everything that it sees.

use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, Mutex, PoisonError};

use jsonschema::{Draft, Validator};
use rondo::http::openapi;
use rondo::model::{Due, Email, Rule, Zone};
use serde_json::{Value, json};

/// A request and its answer, as they went over the wire.
pub struct Exchange<'a> {
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    pub request_type: Option<&'a str>,
    /// `None` if it is not known.
    pub request_body: Option<&'a [u8]>,
    pub status: u16,
    /// The value of a header of the answer.
    pub header: &'a dyn Fn(&str) -> Option<String>,
    pub body: &'a [u8],
}

/// The document, with objects of answers closed: a member that no schema names is a leak.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = openapi::document().expect("a document").clone();
    close(&mut document["components"]["schemas"]);
    document
});

fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("properties").is_some_and(Value::is_object)
                && !members.contains_key("additionalProperties")
            {
                members.insert("additionalProperties".into(), json!(false));
            }
            // What only asks, and describes nothing.
            let asks = |name: &str| matches!(name, "if" | "then" | "else" | "not");
            let described = members.iter_mut().filter(|(name, _)| !asks(name));
            described.for_each(|(_, inner)| close(inner));
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Ends the test if the two do not fit the document.
#[track_caller]
pub fn check(exchange: &Exchange<'_>) {
    let what = || {
        let body = String::from_utf8_lossy(&exchange.body[..exchange.body.len().min(2000)]);
        format!(
            "{} {}: {} {body}",
            exchange.method, exchange.target, exchange.status
        )
    };
    // What is no HTTP is refused before it comes to the service.
    let is_no_http = exchange.status == 400 && exchange.body.is_empty();
    if exchange.status < 200 || (is_no_http && exchange.method != "HEAD") {
        return;
    }
    let (path, query) = exchange.target.split_once('?').unwrap_or((exchange.target, ""));
    let method = if exchange.method == "HEAD" {
        "GET"
    } else {
        exchange.method
    };
    // A form may name another method than the request line, and then it is no operation.
    let operation = operation(method, path).filter(|_| exchange.status != 405);
    let Some(operation) = operation else {
        check_elsewhere(exchange, &what);
        return;
    };
    let response = resolve(&operation["responses"][exchange.status.to_string()]);
    assert!(response.is_object(), "not in the document: {}", what());
    check_headers(response, exchange, &what);
    if exchange.method != "HEAD" {
        check_body(response, exchange, &what);
    }
    if exchange.status < 400 {
        check_parameters(operation, query, &what);
        check_request_body(operation, exchange, &what);
    }
}

/// What is no operation: another method of a known path, a path that is nothing, a page of the web app.
#[track_caller]
fn check_elsewhere(exchange: &Exchange<'_>, what: &dyn Fn() -> String) {
    if exchange.status >= 400 && !exchange.body.is_empty() {
        let media_type = (exchange.header)("content-type").unwrap_or_default();
        let schema = match media_type.as_str() {
            "application/problem+json" => "Problem",
            "application/json" if exchange.target.starts_with("/oauth") => "OauthFailure",
            "application/json" => "V1Failure",
            other => panic!("an error in {other}: {}", what()),
        };
        fulfils(
            &json!({ "$ref": format!("#/components/schemas/{schema}") }),
            &parse(exchange.body, what),
            what,
        );
    }
}

/// The operation of a path, which may have empty segments as Rocket takes them, but none at its end.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    if path.ends_with('/') {
        return None;
    }
    let asked: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let paths = DOCUMENT["paths"].as_object()?;
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').filter(|part| !part.is_empty()).collect();
        let is_same = |(part, segment): (&&str, &&str)| part == segment || part.starts_with('{');
        parts.len() == asked.len() && parts.iter().zip(&asked).all(is_same)
    };
    // A path without a variable stands before one with it.
    let mut found: Vec<&String> = paths.keys().filter(|template| fits(template)).collect();
    found.sort_by_key(|template| template.matches('{').count());
    paths.get(*found.first()?)?.get(method.to_ascii_lowercase())
}

fn resolve(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
        Some(pointer) => DOCUMENT.pointer(pointer).unwrap_or(&Value::Null),
        None => value,
    }
}

#[track_caller]
fn check_headers(response: &'static Value, exchange: &Exchange<'_>, what: &dyn Fn() -> String) {
    for (name, header) in response["headers"].as_object().into_iter().flatten() {
        let header = resolve(header);
        match (exchange.header)(name) {
            None => assert_ne!(header["required"], true, "{name} is missing: {}", what()),
            Some(text) => fulfils(&header["schema"], &typed(&header["schema"], &text), what),
        }
    }
}

#[track_caller]
fn check_body(response: &'static Value, exchange: &Exchange<'_>, what: &dyn Fn() -> String) {
    let Some(content) = response["content"].as_object() else {
        assert!(
            exchange.body.is_empty(),
            "a body that is not in the document: {}",
            what()
        );
        return;
    };
    let media_type = (exchange.header)("content-type").unwrap_or_default();
    let content = content.get(&media_type).or_else(|| content.get("*/*"));
    let content = content.unwrap_or_else(|| panic!("{media_type} is not in the document: {}", what()));
    if media_type.contains("json") {
        fulfils(&content["schema"], &parse(exchange.body, what), what);
    }
}

#[track_caller]
fn check_parameters(operation: &'static Value, query: &str, what: &dyn Fn() -> String) {
    let known: BTreeMap<&str, &Value> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(resolve)
        .filter(|parameter| parameter["in"] == "query")
        .map(|parameter| (parameter["name"].as_str().expect("a name"), parameter))
        .collect();
    let mut given: HashMap<String, Vec<String>> = HashMap::new();
    let address = reqwest::Url::parse(&format!("http://rondo.test/?{query}")).expect("a query");
    for (name, value) in address.query_pairs() {
        given
            .entry(name.into_owned())
            .or_default()
            .push(value.into_owned());
    }
    for (name, values) in given {
        let parameter = known.get(name.as_str());
        let parameter = parameter.unwrap_or_else(|| panic!("{name} is not in the document: {}", what()));
        let schema = &parameter["schema"];
        let value = if schema["type"] == "array" {
            json!(values)
        } else {
            assert_eq!(values.len(), 1, "{name} was taken twice: {}", what());
            typed(schema, &values[0])
        };
        fulfils(schema, &value, what);
    }
}

/// Text as a value of the type that the schema names.
fn typed(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "boolean") => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        _ => json!(text),
    }
}

#[track_caller]
fn check_request_body(operation: &'static Value, exchange: &Exchange<'_>, what: &dyn Fn() -> String) {
    let Some(body) = exchange.request_body.filter(|body| !body.is_empty()) else {
        let is_required = operation["requestBody"]["required"] == true;
        let is_known = exchange.request_body.is_some();
        assert!(
            !(is_required && is_known),
            "it was taken without a body: {}",
            what()
        );
        return;
    };
    let Some(content) = operation["requestBody"]["content"].as_object() else {
        return;
    };
    let media_type = exchange.request_type.unwrap_or_default().to_ascii_lowercase();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    match content.get(essence) {
        // A file says what it is by its own rules.
        Some(_) if !essence.contains("json") => {}
        Some(content) => fulfils(&content["schema"], &parse(body, what), what),
        // Nobody looks at the body when the token comes as bearer.
        None => assert_eq!(
            operation["requestBody"]["required"],
            false,
            "a body of {essence} was taken: {}",
            what()
        ),
    }
}

#[track_caller]
fn parse(body: &[u8], what: &dyn Fn() -> String) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|error| panic!("no JSON ({error}): {}", what()))
}

#[track_caller]
fn fulfils(schema: &Value, value: &Value, what: &dyn Fn() -> String) {
    static VALIDATORS: LazyLock<Mutex<HashMap<String, &'static Validator>>> = LazyLock::new(Mutex::default);
    let validator = {
        let mut validators = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
        *validators
            .entry(schema.to_string())
            .or_insert_with(|| Box::leak(Box::new(compile(schema))))
    };
    let violations: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(
        violations.is_empty(),
        "not what the document says: {violations:?}\n{}",
        what()
    );
}

fn compile(schema: &Value) -> Validator {
    let mut whole = schema.clone();
    whole["components"] = DOCUMENT["components"].clone();
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .with_format("email", |text: &str| text.parse::<Email>().is_ok())
        .with_format("reminder", |text: &str| {
            text.parse::<rondo::model::Reminder>().is_ok()
        })
        .with_format("due", |text: &str| text.parse::<Due>().is_ok())
        .with_format("recurrence", |text: &str| text.parse::<Rule>().is_ok())
        .with_format("time-zone", |text: &str| text.parse::<Zone>().is_ok())
        .build(&whole)
        .unwrap_or_else(|error| panic!("{schema}: {error}"))
}
