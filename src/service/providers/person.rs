//! Who signed in, as the provider tells it: in the ID token, at its user info endpoint, in the access token.

use openidconnect::HttpRequest;
use serde_json::{Map, Value};

use super::directory::Metadata;
use super::jwt;
use super::outgoing::Outgoing;
use super::refused::Refused;
use crate::config::{Provider, RequiredClaim, RolesFrom};
use crate::model::{Email, ProviderSession, Timestamp};

/// The claims of one document.
pub type Claims = Map<String, Value>;

/// The longest subject (OpenID Connect Core, section 2), in bytes.
const LONGEST_SUBJECT: usize = 255;
/// The longest name that is taken over, in characters.
const LONGEST_NAME: usize = 100;

/// What came of a code: tokens that are verified.
pub struct Told {
    pub subject: String,
    /// Of the ID token.
    pub id_token: Claims,
    pub access_token: String,
    /// Those that the provider says it granted.
    pub scopes: Vec<String>,
}

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub struct Person {
    pub session: ProviderSession,
    pub email: Option<Email>,
    /// The provider says that the address is the person's.
    pub email_verified: bool,
    pub name: String,
    pub roles: Vec<String>,
    /// They lack what the configuration asks for of people who sign in.
    pub lacks_role: bool,
    /// When the person proved who they are, if the provider tells.
    pub authenticated_at: Option<Timestamp>,
}

impl Person {
    /// What an account has among its identities that is of this person.
    pub fn identity(&self) -> String {
        self.session.identity()
    }

    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|own| own == role)
    }
}

/// Puts together who it is, and asks for the rest at the user info endpoint where that is needed.
///
/// # Errors
/// `NotBelieved` and `NoAnswer`.
pub async fn person(
    provider: &Provider,
    metadata: &Metadata,
    outgoing: &Outgoing,
    told: Told,
) -> Result<Person, Refused> {
    check_subject(&told.subject)?;
    let required = provider.required_claim.as_ref();
    let lacks_more = !told.id_token.contains_key("email")
        || provider.roles_from == RolesFrom::UserInfo
        || required.is_some_and(|claim| find(&told.id_token, &claim.name).is_none());
    let user_info = if lacks_more {
        user_info(metadata, outgoing, &told).await?
    } else {
        None
    };
    let documents: Vec<&Claims> = std::iter::once(&told.id_token).chain(&user_info).collect();
    let roles = match provider.roles_from {
        RolesFrom::IdToken => strings(find(&told.id_token, &provider.roles_claim)),
        RolesFrom::UserInfo => strings(
            user_info
                .as_ref()
                .and_then(|claims| find(claims, &provider.roles_claim)),
        ),
        RolesFrom::AccessToken => roles_of_access_token(provider, metadata, &told),
    };
    let has_claim = |claim: &RequiredClaim| {
        documents
            .iter()
            .any(|document| fulfils(find(document, &claim.name), claim.value.as_deref()))
    };
    let has_role = |role: &String| roles.iter().any(|own| own == role);
    let lacks_role = !required.is_none_or(has_claim) || !provider.required_role.as_ref().is_none_or(has_role);
    Ok(Person {
        lacks_role,
        ..told_of(provider, &documents, &told, roles)
    })
}

/// Whose access token this is, of which the claims are told in the place of an ID token's: asks for the rest at the user info
/// endpoint where there is no address among them. What the configuration asks for is not looked at.
///
/// # Errors
/// `NotBelieved` and `NoAnswer`.
pub async fn holder(
    provider: &Provider,
    metadata: &Metadata,
    outgoing: &Outgoing,
    told: &Told,
) -> Result<Person, Refused> {
    check_subject(&told.subject)?;
    let user_info = if told.id_token.contains_key("email") {
        None
    } else {
        user_info(metadata, outgoing, told).await?
    };
    let documents: Vec<&Claims> = std::iter::once(&told.id_token).chain(&user_info).collect();
    Ok(told_of(provider, &documents, told, told.scopes.clone()))
}

fn check_subject(subject: &str) -> Result<(), Refused> {
    if !subject.is_empty() && subject.len() <= LONGEST_SUBJECT && !subject.contains(char::is_control) {
        return Ok(());
    }
    Err(Refused::NotBelieved(
        "the subject is empty, too long, or no text".into(),
    ))
}

fn told_of(provider: &Provider, documents: &[&Claims], told: &Told, roles: Vec<String>) -> Person {
    // Address and verification are of one document: each alone may be about another address.
    let with_email = documents.iter().find(|document| document.contains_key("email"));
    let text = |document: &Claims, name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
    let email = with_email.and_then(|document| text(document, "email")?.parse().ok());
    let email_verified = email.is_some()
        && with_email.is_some_and(|document| document.get("email_verified") == Some(&Value::Bool(true)));
    let name = documents
        .iter()
        .find_map(|document| text(document, "name").filter(|name| !name.trim().is_empty()));
    let name = name.unwrap_or_default();
    let name = name
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_NAME)
        .collect::<String>();
    Person {
        email,
        email_verified,
        name: name.trim().to_owned(),
        authenticated_at: told
            .id_token
            .get("auth_time")
            .and_then(Value::as_i64)
            .and_then(|seconds| seconds.checked_mul(1000))
            .map(Timestamp::from_millis),
        session: ProviderSession {
            name: provider.name.clone(),
            issuer: provider.issuer.clone(),
            sid: text(&told.id_token, "sid").filter(|sid| sid.len() <= LONGEST_SUBJECT),
            subject: told.subject.clone(),
        },
        roles,
        lacks_role: false,
    }
}

/// What the user info endpoint tells; nothing, if there is none.
async fn user_info(metadata: &Metadata, outgoing: &Outgoing, told: &Told) -> Result<Option<Claims>, Refused> {
    let Some(endpoint) = metadata.userinfo_endpoint() else {
        return Ok(None);
    };
    let mut request = HttpRequest::new(Vec::new());
    let unusable = |what: &str| Refused::NotBelieved(format!("its {what} cannot be used"));
    *request.uri_mut() = endpoint
        .as_str()
        .parse()
        .map_err(|_| unusable("user info endpoint"))?;
    let bearer = format!("Bearer {}", told.access_token).parse();
    let headers = request.headers_mut();
    headers.insert("Authorization", bearer.map_err(|_| unusable("access token"))?);
    headers.insert(
        "Accept",
        reqwest::header::HeaderValue::from_static("application/json"),
    );
    let answer = outgoing.ask(request).await?;
    if answer.status() != 200 {
        let words = format!("its user info endpoint answers {}", answer.status());
        return Err(Refused::NotBelieved(words));
    }
    let claims: Claims = serde_json::from_slice(answer.body())
        .map_err(|_| Refused::NotBelieved("its user info is no JSON".into()))?;
    // Tokens may be swapped (OpenID Connect Core, section 5.3.2).
    if claims.get("sub").and_then(Value::as_str) != Some(told.subject.as_str()) {
        return Err(Refused::NotBelieved("its user info is of somebody else".into()));
    }
    Ok(Some(claims))
}

/// The roles in an access token that the provider has signed; for one that nobody else can read, the scopes that
/// came with it.
fn roles_of_access_token(provider: &Provider, metadata: &Metadata, told: &Told) -> Vec<String> {
    let signed = jwt::read(&told.access_token, metadata.jwks()).ok();
    let own =
        signed.filter(|token| token.claims.get("iss").and_then(Value::as_str) == Some(&provider.issuer));
    match own {
        Some(token) => strings(find(&token.claims, &provider.roles_claim)),
        None if provider.roles_claim == "scope" => told.scopes.clone(),
        None => Vec::new(),
    }
}

/// The claim of this name, or at this JSON pointer.
pub fn find<'a>(claims: &'a Claims, name: &str) -> Option<&'a Value> {
    match name.strip_prefix('/') {
        None => claims.get(name),
        Some(path) => {
            let mut parts = path
                .split('/')
                .map(|part| part.replace("~1", "/").replace("~0", "~"));
            let first = claims.get(&parts.next()?)?;
            parts.try_fold(first, |value, part| value.get(part))
        }
    }
}

/// A list of texts, or one text with blanks between them.
pub fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(items)) => {
            let texts = items.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

pub fn fulfils(value: Option<&Value>, wanted: Option<&str>) -> bool {
    let is_equal = |value: &Value, wanted: &str| match value {
        Value::String(text) => text == wanted,
        Value::Bool(_) | Value::Number(_) => *value.to_string() == *wanted,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    };
    match (value, wanted) {
        (None | Some(Value::Null), _) => false,
        (Some(value), None) => *value != Value::Bool(false),
        (Some(Value::Array(items)), Some(wanted)) => items.iter().any(|item| is_equal(item, wanted)),
        (Some(value), Some(wanted)) => is_equal(value, wanted),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_claim_is_found_by_its_name_or_by_a_pointer() {
        let claims = json!({
            "roles": ["a", 1, "b"], "https://todo.example.org/roles": "c d",
            "realm_access": { "roles": ["e"] }, "a/b": { "~": ["f"] },
        });
        let claims = claims.as_object().unwrap();
        let found = |name| strings(find(claims, name));
        assert_eq!(found("roles"), ["a", "b"]);
        assert_eq!(found("https://todo.example.org/roles"), ["c", "d"]);
        assert_eq!(found("/realm_access/roles"), ["e"]);
        assert_eq!(found("/a~1b/~0"), ["f"]);
        for nothing in ["realm_access", "/realm_access", "/nothing/roles", "nothing", "/"] {
            assert!(found(nothing).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn a_required_claim_is_there_and_is_or_has_the_value() {
        for (value, wanted, is_so) in [
            (json!("tools"), Some("tools"), true),
            (json!("toolsmiths"), Some("tools"), false),
            (json!(["x", "tools"]), Some("tools"), true),
            (json!(true), Some("true"), true),
            (json!(7), Some("7"), true),
            (json!({ "tools": 1 }), Some("tools"), false),
            (json!("anything"), None, true),
            (json!(false), None, false),
            (json!(null), None, false),
        ] {
            assert_eq!(fulfils(Some(&value), wanted), is_so, "{value} {wanted:?}");
        }
        assert!(!fulfils(None, None) && !fulfils(None, Some("x")));
    }
}
