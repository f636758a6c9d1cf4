//! The JSON Schema files (draft 2020-12) of `schemas/`: compiled once, used for every body, and served.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, Registry, ValidationError, Validator};
use rocket::Route;
use serde_json::Value;

use crate::error::{Error, Violation};
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::model::{Due, Email, Reminder, Rule, Zone};

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../schemas/", $name, ".json")))),*]
    };
}

/// Name and text of each file. `tests/api` compares the list with the folder.
pub const FILES: &[(&str, &str)] = files![
    "api-token",
    "api-token-create",
    "api-token-list",
    "api-token-made",
    "audit-event",
    "audit-page",
    "calendar",
    "calendar-address",
    "change",
    "change-list",
    "change-page",
    "common",
    "device-answer",
    "device-request",
    "email-verification",
    "export",
    "factors",
    "fresh-check",
    "health",
    "import",
    "import-report",
    "invitation",
    "invitation-create",
    "invitation-list",
    "jwk-set",
    "linked-provider-list",
    "list",
    "list-create",
    "list-member",
    "list-member-page",
    "list-member-update",
    "list-move",
    "list-page",
    "list-share",
    "list-update",
    "oauth-device",
    "oauth-device-begun",
    "oauth-failure",
    "oauth-introspect",
    "oauth-metadata",
    "oauth-revoke",
    "oauth-token",
    "oauth-tokens",
    "oauth-worth",
    "parameters",
    "passkey",
    "passkey-create",
    "passkey-made",
    "passkey-options",
    "passkey-update",
    "password-change",
    "password-reset",
    "password-reset-request",
    "problem",
    "provider-link",
    "provider-list",
    "readiness",
    "recovery-codes",
    "second-factor-asked",
    "session",
    "session-create",
    "session-list",
    "session-passkey",
    "session-refresh",
    "session-second-factor",
    "signed-in",
    "todo",
    "todo-batch",
    "todo-batch-result",
    "todo-create",
    "todo-move",
    "todo-page",
    "todo-update",
    "totp-confirm",
    "totp-made",
    "user",
    "user-admin",
    "user-admin-update",
    "user-create",
    "user-delete",
    "user-page",
    "user-update",
    "v1-account",
    "v1-auth",
    "v1-changed",
    "v1-failure",
    "v1-public-key",
    "v1-refresh",
    "v1-register",
    "v1-todo",
    "v1-todo-create",
    "v1-todo-created",
    "v1-todo-delete",
    "v1-todo-update",
    "v1-todos",
    "v1-tokens",
    "v1-user",
    "v1-user-create",
    "v1-user-created",
    "v1-user-delete",
    "v1-user-update",
];

/// So many violations are told; a body may have more.
const MOST_VIOLATIONS: usize = 50;

/// What the `$id` of the files is relative to, within the registry only.
const BASE: &str = "json-schema:///schemas/";

static VALIDATORS: LazyLock<Result<BTreeMap<&'static str, Validator>, String>> = LazyLock::new(compile);

/// Compiles all schemas, if that was not done yet.
///
/// # Errors
/// A sentence that names the file that is unsound.
pub fn check() -> Result<(), String> {
    VALIDATORS.as_ref().map(|_| ()).map_err(Clone::clone)
}

/// Everything about `value` that breaks the schema, at most fifty.
pub fn violations(name: &str, value: &Value) -> Vec<Violation> {
    let validator = VALIDATORS.as_ref().ok().and_then(|all| all.get(name));
    let Some(validator) = validator else {
        // The table of routes and the bodies name only files that are there; a test walks both.
        return vec![Violation {
            pointer: String::new(),
            keyword: "schema".into(),
            schema: None,
            detail: "there is no schema for this".into(),
        }];
    };
    if validator.is_valid(value) {
        return Vec::new();
    }
    let all = validator
        .iter_errors(value)
        .flat_map(|error| describe(name, &error));
    all.take(MOST_VIOLATIONS).collect()
}

/// A violation in words that do not hold the value; `required` and the names that are not known point at
/// the member, not at its parent.
fn describe(name: &str, error: &ValidationError<'_>) -> Vec<Violation> {
    let at = error.instance_path().to_string();
    let violation = |pointer: String, detail: String| Violation {
        pointer,
        keyword: error.kind().keyword().to_owned(),
        schema: Some(format!("/schemas/{name}.json")),
        detail,
    };
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let member = property.as_str().unwrap_or_default();
            vec![violation(
                format!("{at}/{}", escape(member)),
                format!("{member} is required"),
            )]
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => unexpected
            .iter()
            .map(|member| {
                let short: String = member.chars().take(60).collect();
                violation(
                    format!("{at}/{}", escape(&short)),
                    "no such member is known here".into(),
                )
            })
            .collect(),
        ValidationErrorKind::FalseSchema => vec![violation(at, "this does not belong here".into())],
        ValidationErrorKind::Not { schema } => {
            let names = schema["required"].as_array().into_iter().flatten();
            let names: Vec<&str> = names.filter_map(Value::as_str).collect();
            vec![violation(
                at,
                format!("{} exclude each other", names.join(" and ")),
            )]
        }
        ValidationErrorKind::Format { format } => {
            if let ("recurrence", Some(text)) = (format.as_str(), error.instance().as_str())
                && let Err(why) = text.parse::<Rule>()
            {
                return vec![violation(at, why.to_string())];
            }
            let rule = match format.as_str() {
                "email" => "an e-mail address: name@example.org, at most 254 characters",
                "due" => "a day (YYYY-MM-DD) or RFC 3339 with an offset, in the years 1000 to 9998",
                "reminder" => {
                    "RFC 3339 with an offset, or -PT30M, -P1D and the like: minutes, hours, days or weeks, 30 days at most"
                }
                "time-zone" => "a name of the IANA time zone database, such as Europe/Berlin",
                other => other,
            };
            vec![violation(at, format!("must be {rule}"))]
        }
        _ => vec![violation(at, error.masked().to_string())],
    }
}

/// A segment of a JSON pointer (RFC 6901).
fn escape(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}

fn compile() -> Result<BTreeMap<&'static str, Validator>, String> {
    let mut parsed = BTreeMap::new();
    for (name, text) in FILES {
        let schema: Value =
            serde_json::from_str(text).map_err(|error| format!("schemas/{name}.json: {error}"))?;
        jsonschema::meta::validate(&schema).map_err(|error| format!("schemas/{name}.json: {error}"))?;
        parsed.insert(*name, schema);
    }
    let resources = parsed
        .iter()
        .map(|(name, schema)| (format!("{BASE}{name}.json"), schema.clone()));
    let registry = Registry::new()
        .extend(resources)
        .and_then(jsonschema::RegistryBuilder::prepare)
        .map_err(|error| format!("schemas: {error}"))?;
    let build = |(name, schema): (&&'static str, &Value)| {
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .with_registry(&registry)
            .with_base_uri(format!("{BASE}{name}.json"))
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            // Linear time: what would need backtracking fails here and not at a request.
            .with_pattern_options(PatternOptions::regex().size_limit(1 << 20))
            .with_format("email", |text: &str| text.parse::<Email>().is_ok())
            .with_format("due", |text: &str| text.parse::<Due>().is_ok())
            .with_format("recurrence", |text: &str| text.parse::<Rule>().is_ok())
            .with_format("reminder", |text: &str| text.parse::<Reminder>().is_ok())
            .with_format("time-zone", |text: &str| text.parse::<Zone>().is_ok())
            .build(schema)
            .map_err(|error| format!("schemas/{name}.json: {error}"))?;
        Ok((*name, validator))
    };
    parsed.iter().map(build).collect()
}

pub fn routes() -> Vec<Route> {
    rocket::routes![schema]
}

/// One of the schema files, as it is used.
#[rocket::get("/schemas/<schema>")]
fn schema(schema: &str) -> V2Result<Reply> {
    let file = schema
        .strip_suffix(".json")
        .and_then(|name| FILES.iter().find(|(known, _)| *known == name));
    let (_, text) = file.ok_or(Error::NotFound)?;
    Ok(Reply::text("application/schema+json", *text).header("Cache-Control", "public, max-age=300"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::routes::{ENDPOINTS, Endpoint, Mount};

    #[test]
    fn every_schema_compiles_and_is_bounded_and_those_of_requests_are_closed() {
        check().unwrap();
        for (name, text) in FILES {
            lint(name, "", &serde_json::from_str(text).unwrap());
        }
    }

    /// Strings and arrays are bounded, and no keyword is misspelt: the validator would pass over one in
    /// silence. Objects of requests are closed; those of answers are open, so that a client that checks
    /// them survives a new member.
    fn lint(file: &str, at: &str, schema: &Value) {
        const KEYWORDS: [&str; 32] = [
            "$schema",
            "$id",
            "$ref",
            "$defs",
            "title",
            "description",
            "type",
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "maxProperties",
            "minLength",
            "maxLength",
            "pattern",
            "format",
            "enum",
            "const",
            "items",
            "minItems",
            "maxItems",
            "minimum",
            "maximum",
            "uniqueItems",
            "oneOf",
            "anyOf",
            "not",
            "if",
            "then",
            "else",
            "default",
            "examples",
        ];
        let Some(object) = schema.as_object() else { return };
        for keyword in object.keys() {
            assert!(
                KEYWORDS.contains(&keyword.as_str()),
                "{file}.json{at}: {keyword} is not a keyword used here"
            );
        }
        let has_type = |wanted: &str| match &schema["type"] {
            Value::String(one) => one == wanted,
            Value::Array(several) => several.iter().any(|one| one == wanted),
            _ => false,
        };
        if has_type("object") {
            // Fields that are not known are passed over in a form (RFC 6749, section 3.2).
            let takes_json = |line: &&Endpoint| line.mount != Mount::OAuth;
            let mut lines = ENDPOINTS.iter().filter(takes_json);
            let is_of_request = lines.any(|line| line.body == Some(file));
            let is_closed = schema["additionalProperties"] == Value::Bool(false);
            assert_eq!(is_closed, is_of_request, "{file}.json{at}");
        }
        if has_type("integer") {
            let is_bounded = object.contains_key("minimum") && object.contains_key("maximum");
            assert!(is_bounded, "{file}.json{at} is not bounded");
        }
        if has_type("string") && object.get("enum").is_none() {
            assert!(
                object.contains_key("maxLength"),
                "{file}.json{at} has no maxLength"
            );
        }
        if has_type("array") {
            assert!(object.contains_key("maxItems"), "{file}.json{at} has no maxItems");
        }
        for (keyword, inner) in object {
            match (keyword.as_str(), inner) {
                ("properties" | "$defs", Value::Object(members)) => {
                    members
                        .iter()
                        .for_each(|(name, inner)| lint(file, &format!("{at}/{keyword}/{name}"), inner));
                }
                ("items" | "not" | "if" | "then" | "else", inner) => {
                    lint(file, &format!("{at}/{keyword}"), inner);
                }
                ("oneOf" | "anyOf", Value::Array(several)) => {
                    several
                        .iter()
                        .enumerate()
                        .for_each(|(n, inner)| lint(file, &format!("{at}/{keyword}/{n}"), inner));
                }
                _ => {}
            }
        }
    }

    #[test]
    fn every_violation_is_told_and_no_value_is_repeated() {
        let body = serde_json::json!({"email": "hunter2@@", "password": "hunter2", "role": "hunter2"});
        let found = violations("user-create", &body);
        let pointers: Vec<_> = found.iter().map(|violation| violation.pointer.as_str()).collect();
        for pointer in ["/email", "/password", "/role"] {
            assert!(pointers.contains(&pointer), "{pointers:?}");
        }
        assert!(
            found
                .iter()
                .all(|violation| !violation.detail.contains("hunter2")),
            "{found:?}"
        );
        assert_eq!(
            violations("user-create", &serde_json::json!({}))[0].pointer,
            "/email"
        );
    }
}
