//! The settings of the OpenID providers that people can sign in through: each has a name, and its settings stand
//! under `providers.<name>`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Deserialize;
use url::Url;

use super::checks::given;
use super::files::{SETTINGS_LIMIT, read_text};
use super::{ConfigError, Environment, Registration};
use crate::model::Scope;

/// The settings of a provider as they are written.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    client_secret_file: Option<PathBuf>,
    display_name: Option<String>,
    scopes: Option<Vec<String>>,
    audience: Option<String>,
    redirect_path: Option<String>,
    form_post: Option<bool>,
    logout_url: Option<String>,
    ca_file: Option<PathBuf>,
    private_addresses: Option<bool>,
    registration: Option<Registration>,
    link_by_email: Option<bool>,
    roles_from: Option<RolesFrom>,
    roles_claim: Option<String>,
    required_role: Option<String>,
    required_claim: Option<String>,
    admin_role: Option<String>,
    token_audience: Option<String>,
    token_algorithms: Option<Vec<String>>,
    token_introspection: Option<bool>,
    token_scopes: Option<Vec<String>>,
    machine_claim: Option<String>,
}

/// Where a provider says what somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolesFrom {
    #[default]
    IdToken,
    UserInfo,
    /// A JWT that the provider signed, or else the scopes that it says it granted.
    AccessToken,
}

/// A claim that somebody must have, and what it must be or have in it; `None` for any value but `false` and `null`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredClaim {
    pub name: String,
    pub value: Option<String>,
}

impl From<String> for RequiredClaim {
    /// From `name` or `name=value`.
    fn from(text: String) -> Self {
        match text.split_once('=') {
            Some((name, value)) => Self {
                name: name.into(),
                value: Some(value.into()),
            },
            None => Self {
                name: text,
                value: None,
            },
        }
    }
}

impl fmt::Display for RequiredClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}={value}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Provider {
    /// As it stands in addresses: lower-case letters, digits, `-`.
    pub name: String,
    /// As people are shown it.
    pub display_name: String,
    /// Exactly as the provider writes it.
    pub issuer: String,
    pub client_id: String,
    /// `None` for a client that has none, and relies on PKCE alone.
    pub client_secret: Option<String>,
    pub client_secret_file: Option<PathBuf>,
    /// What is asked for, `openid` among it.
    pub scopes: Vec<String>,
    /// The audience that an access token is asked for (Auth0).
    pub audience: Option<String>,
    /// Where the provider sends people back to; begins with `/callback`.
    pub redirect_path: String,
    /// The provider sends people back by a form and not by an address.
    pub form_post: bool,
    /// Where people are sent to end their session at the provider, in the place of what it says itself;
    /// `{client_id}` and `{return_to}` stand for these.
    pub logout_url: Option<String>,
    /// Certificate authorities that are trusted beside the known ones, in PEM.
    pub ca: Option<String>,
    pub ca_file: Option<PathBuf>,
    /// It may be at a private address, or on this machine, and without TLS.
    pub private_addresses: bool,
    /// Whether somebody who has no account gets one.
    pub registration: Registration,
    /// Whether somebody is taken for the owner of the account with the same e-mail address, if both sides have
    /// verified that.
    pub link_by_email: bool,
    pub roles_from: RolesFrom,
    /// The name of the claim with the roles, or a JSON pointer to it.
    pub roles_claim: String,
    pub required_role: Option<String>,
    pub required_claim: Option<RequiredClaim>,
    /// Who has this role is an administrator here, and nobody else who comes from this provider.
    pub admin_role: Option<String>,
    /// Access tokens of the provider's are taken as bearer tokens that are for this audience; `None`: none are.
    pub token_audience: Option<String>,
    /// With these they are signed, whatever their headers say.
    pub token_algorithms: Vec<String>,
    /// Those that are no JWTs, too: the provider is asked what they are worth.
    pub token_introspection: bool,
    /// What a scope or a role of the provider's is here; of an empty list, the scope of the same name.
    pub token_scopes: Vec<(String, Scope)>,
    /// What tokens of machines have that are of no person.
    pub machine_claim: Option<RequiredClaim>,
}

/// Algorithms with a public key that tokens may be signed with.
const ALGORITHMS: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];

/// The longest name of a provider.
const NAME: usize = 32;

/// The providers, by their names.
pub(super) fn providers(
    written: BTreeMap<String, Written>,
    environment: Environment,
    registration: Registration,
) -> Result<Vec<Provider>, ConfigError> {
    let providers = written
        .into_iter()
        .map(|(name, written)| read(name, written, environment, registration));
    let providers: Vec<Provider> = providers.collect::<Result<_, _>>()?;
    for (place, provider) in providers.iter().enumerate() {
        let others = &providers[..place];
        let same = others.iter().find(|other| {
            other.redirect_path == provider.redirect_path
                || (other.issuer == provider.issuer && other.client_id == provider.client_id)
        });
        let takes = |it: &Provider| it.issuer == provider.issuer && it.token_audience.is_some();
        if let Some(other) = others.iter().find(|other| takes(other) && takes(provider)) {
            return Err(ConfigError(format!(
                "the providers {} and {} have the same issuer and both a token_audience; one of them takes its tokens",
                other.name, provider.name
            )));
        }
        if let Some(other) = same {
            return Err(ConfigError(format!(
                "the providers {} and {} have the same redirect_path, or the same issuer and client_id; give each its own",
                other.name, provider.name
            )));
        }
    }
    Ok(providers)
}

fn read(
    name: String,
    written: Written,
    environment: Environment,
    registration: Registration,
) -> Result<Provider, ConfigError> {
    let refuse = |setting: &str, words: &str| Err(ConfigError(format!("providers.{name}.{setting} {words}")));
    let is_name = !name.is_empty()
        && name.len() <= NAME
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !is_name {
        return Err(ConfigError(format!(
            "providers has {name:?}; a provider's name is of lower-case letters, digits and -, at most {NAME}"
        )));
    }
    let private_addresses = written
        .private_addresses
        .unwrap_or(environment == Environment::Development);
    let Some(issuer) = written.issuer else {
        return refuse(
            "issuer",
            "is not set; it is the address that the provider has as \"issuer\"",
        );
    };
    let is_issuer = Url::parse(&issuer).is_ok_and(|url| {
        let is_scheme = url.scheme() == "https" || (url.scheme() == "http" && private_addresses);
        is_scheme && url.host().is_some() && url.query().is_none() && url.fragment().is_none()
    });
    // What stands behind it in an identity is told apart by `|`.
    if !is_issuer
        || issuer.contains(['|', '@'])
        || issuer.chars().any(|c| c.is_control() || c.is_whitespace())
    {
        return refuse(
            "issuer",
            "is no address of a provider, such as https://tenant.eu.auth0.com/ (http:// only with private_addresses)",
        );
    }
    let Some(client_id) = written.client_id.filter(|id| !id.is_empty()) else {
        return refuse(
            "client_id",
            "is not set; it is the name that the provider gave this service",
        );
    };
    let client_secret = given(
        &format!("providers.{name}.client_secret"),
        written.client_secret.as_deref(),
        written.client_secret_file.as_deref(),
    )?;
    let redirect_path = written
        .redirect_path
        .unwrap_or_else(|| format!("/callback/{name}"));
    if !is_redirect_path(&redirect_path) {
        return refuse(
            "redirect_path",
            "is /callback, or /callback/ and one name of letters, digits, - and _",
        );
    }
    let mut scopes = written
        .scopes
        .unwrap_or_else(|| ["openid", "profile", "email"].map(str::to_owned).to_vec());
    let is_scope = |scope: &String| !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic());
    if !scopes.iter().all(is_scope) {
        return refuse("scopes", "has one that is empty or has blanks in it");
    }
    if !scopes.iter().any(|scope| scope == "openid") {
        scopes.insert(0, "openid".into());
    }
    if let Some(url) = &written.logout_url {
        let filled = logout_address(url, "client", "https://todo.example.org/");
        if !Url::parse(&filled).is_ok_and(|url| matches!(url.scheme(), "https" | "http")) {
            return refuse(
                "logout_url",
                "is no address, such as https://tenant.eu.auth0.com/v2/logout?client_id={client_id}&returnTo={return_to}",
            );
        }
    }
    let ca =
        match &written.ca_file {
            Some(file) => Some(read_text(file, SETTINGS_LIMIT).map_err(|words| {
                ConfigError(format!("providers.{name}.ca_file {} {words}", file.display()))
            })?),
            None => None,
        };
    if let Some(words) = ca.as_deref().and_then(fault_of_authorities) {
        return refuse("ca_file", words);
    }
    let token_introspection = written.token_introspection.unwrap_or(false);
    if written.token_audience.is_none() && (token_introspection || written.token_scopes.is_some()) {
        return refuse(
            "token_audience",
            "is not set; without it no token of the provider's is taken",
        );
    }
    let token_algorithms = written.token_algorithms.unwrap_or_else(|| vec!["RS256".into()]);
    let is_algorithm = |name: &String| ALGORITHMS.contains(&name.as_str());
    if token_algorithms.is_empty() || !token_algorithms.iter().all(is_algorithm) {
        let words = format!("has one that is none of {}", ALGORITHMS.join(", "));
        return refuse("token_algorithms", &words);
    }
    let mut token_scopes = Vec::new();
    for pair in written.token_scopes.unwrap_or_default() {
        let read = pair.split_once('=').and_then(|(theirs, ours)| {
            let theirs = theirs.trim();
            (!theirs.is_empty()).then_some((theirs.to_owned(), Scope::from_name(ours.trim())?))
        });
        match read {
            Some(read) => token_scopes.push(read),
            None => {
                return refuse(
                    "token_scopes",
                    "has one that is not <theirs>=<ours>, such as rondo.read=todo:read; ours are todo:read, \
                     todo:write, profile, admin and introspect",
                );
            }
        }
    }
    let roles_from = written.roles_from.unwrap_or_default();
    Ok(Provider {
        display_name: written.display_name.unwrap_or_else(|| name.clone()),
        issuer,
        client_id,
        client_secret: client_secret.filter(|secret| !secret.is_empty()),
        client_secret_file: written.client_secret_file,
        scopes,
        audience: written.audience,
        redirect_path,
        form_post: written.form_post.unwrap_or(false),
        logout_url: written.logout_url,
        ca,
        ca_file: written.ca_file,
        private_addresses,
        registration: written.registration.unwrap_or(registration),
        link_by_email: written.link_by_email.unwrap_or(false),
        roles_from,
        roles_claim: written.roles_claim.unwrap_or_else(|| {
            match roles_from {
                RolesFrom::IdToken | RolesFrom::UserInfo => "roles",
                RolesFrom::AccessToken => "scope",
            }
            .into()
        }),
        required_role: written.required_role,
        required_claim: written.required_claim.map(RequiredClaim::from),
        admin_role: written.admin_role,
        token_audience: written.token_audience.filter(|audience| !audience.is_empty()),
        token_algorithms,
        token_introspection,
        token_scopes,
        machine_claim: written.machine_claim.map(RequiredClaim::from),
        name,
    })
}

/// What is wrong with a file of certificate authorities, if anything is. A key, or a part that cannot be read, would be
/// found out at the first sign-in alone.
fn fault_of_authorities(text: &str) -> Option<&'static str> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
        let Ok(certificate) = certificate else {
            return Some("is no PEM that can be read");
        };
        if roots.add(certificate).is_err() {
            return Some("has a certificate that cannot be used");
        }
    }
    roots
        .is_empty()
        .then_some("has no certificate in PEM (-----BEGIN CERTIFICATE-----)")
}

fn is_redirect_path(path: &str) -> bool {
    let is_segment = |segment: &str| {
        !segment.is_empty()
            && segment
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    path == "/callback" || path.strip_prefix("/callback/").is_some_and(is_segment)
}

/// The address to end a session at, with the two filled in.
pub fn logout_address(pattern: &str, client_id: &str, return_to: &str) -> String {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    pattern
        .replace("{client_id}", &encoded(client_id))
        .replace("{return_to}", &encoded(return_to))
}

impl Provider {
    /// Its settings but for the secret, each as it is shown.
    pub(super) fn shown(&self, setting: &str) -> Option<serde_json::Value> {
        use serde_json::json;
        let path = |path: &Option<PathBuf>| json!(path.as_ref().map(|path| path.display().to_string()));
        Some(match setting {
            "issuer" => json!(self.issuer),
            "client_id" => json!(self.client_id),
            "client_secret_file" => path(&self.client_secret_file),
            "display_name" => json!(self.display_name),
            "scopes" => json!(self.scopes),
            "audience" => json!(self.audience),
            "redirect_path" => json!(self.redirect_path),
            "form_post" => json!(self.form_post),
            "logout_url" => json!(self.logout_url),
            "ca_file" => path(&self.ca_file),
            "private_addresses" => json!(self.private_addresses),
            "registration" => json!(self.registration),
            "link_by_email" => json!(self.link_by_email),
            "roles_from" => json!(match self.roles_from {
                RolesFrom::IdToken => "id_token",
                RolesFrom::UserInfo => "user_info",
                RolesFrom::AccessToken => "access_token",
            }),
            "roles_claim" => json!(self.roles_claim),
            "required_role" => json!(self.required_role),
            "required_claim" => json!(self.required_claim.as_ref().map(RequiredClaim::to_string)),
            "admin_role" => json!(self.admin_role),
            "token_audience" => json!(self.token_audience),
            "token_algorithms" => json!(self.token_algorithms),
            "token_introspection" => json!(self.token_introspection),
            "token_scopes" => {
                let pairs = self.token_scopes.iter();
                let pairs = pairs.map(|(theirs, ours)| format!("{theirs}={}", ours.name()));
                json!(pairs.collect::<Vec<_>>())
            }
            "machine_claim" => json!(self.machine_claim.as_ref().map(RequiredClaim::to_string)),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Flags, Layers};
    use super::*;

    fn config(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Layers::of_variables(pairs).config(&Flags::default())
    }

    const ISSUER: (&str, &str) = (
        "RONDO_PROVIDER_MY_WORK_ISSUER",
        "https://id.example.org/realms/work",
    );
    const CLIENT: (&str, &str) = ("RONDO_PROVIDER_MY_WORK_CLIENT_ID", "rondo");
    const SECRET: (&str, &str) = ("RONDO_PROVIDER_MY_WORK_CLIENT_SECRET", "hunter2hunter2");

    #[test]
    fn a_provider_is_set_up_by_its_variables() {
        let pairs = [
            ISSUER,
            CLIENT,
            SECRET,
            ("RONDO_PROVIDER_MY_WORK_SCOPES", "email,roles"),
            ("RONDO_PROVIDER_MY_WORK_FORM_POST", "true"),
            ("RONDO_PROVIDER_MY_WORK_REQUIRED_CLAIM", "department=tools"),
            ("RONDO_PROVIDER_OTHER_ISSUER", "http://localhost:9000"),
            ("RONDO_PROVIDER_OTHER_CLIENT_ID", "x"),
        ];
        let config = config(&pairs).unwrap();
        let [work, other] = &config.providers[..] else {
            panic!("two providers");
        };
        assert_eq!(
            (work.name.as_str(), work.display_name.as_str()),
            ("my-work", "my-work")
        );
        assert_eq!(work.client_secret.as_deref(), Some("hunter2hunter2"));
        assert_eq!(work.scopes, ["openid", "email", "roles"]);
        assert_eq!(work.redirect_path, "/callback/my-work");
        assert!(work.form_post && !work.link_by_email);
        let claim = work.required_claim.clone().unwrap();
        assert_eq!(
            (claim.name.as_str(), claim.value.as_deref()),
            ("department", Some("tools"))
        );
        assert_eq!(
            (other.client_secret.as_deref(), other.roles_claim.as_str()),
            (None, "roles")
        );
    }

    #[test]
    fn what_is_wrong_names_the_setting_and_never_the_secret() {
        let production = [
            ("ENV", "production"),
            ("DB", "mongodb://db.example/rondo"),
            ("SECRET", "qO4oIZzvN8JYx2bT5mKd0wLr7uPcEa93"),
            ("RONDO_PUBLIC_URL", "https://todo.example.org"),
        ];
        for (pairs, words) in [
            (vec![CLIENT, SECRET], "providers.my-work.issuer is not set"),
            (vec![ISSUER, SECRET], "providers.my-work.client_id is not set"),
            (
                vec![("RONDO_PROVIDER_MY_WORK_ISSUER", "id.example.org"), CLIENT],
                "providers.my-work.issuer is no address",
            ),
            (
                vec![
                    ("RONDO_PROVIDER_MY_WORK_ISSUER", "https://id.example.org/a|b"),
                    CLIENT,
                ],
                "providers.my-work.issuer is no address",
            ),
            (
                [
                    &production[..],
                    &[("RONDO_PROVIDER_MY_WORK_ISSUER", "http://id.example.org"), CLIENT],
                ]
                .concat(),
                "providers.my-work.issuer is no address",
            ),
            (
                vec![
                    ISSUER,
                    CLIENT,
                    ("RONDO_PROVIDER_MY_WORK_REDIRECT_PATH", "/auth/callback"),
                ],
                "providers.my-work.redirect_path is /callback",
            ),
            (
                vec![ISSUER, CLIENT, ("RONDO_PROVIDER_MY_WORK_FORM_POST", "maybe")],
                "RONDO_PROVIDER_MY_WORK_FORM_POST",
            ),
            (
                vec![ISSUER, CLIENT, ("RONDO_PROVIDER_MY_WORK_LOGOUT_URL", "logout")],
                "providers.my-work.logout_url is no address",
            ),
            (
                vec![
                    ISSUER,
                    CLIENT,
                    SECRET,
                    ("RONDO_PROVIDER_MY_WORK_CLIENT_SECRET_FILE", "x"),
                ],
                "client_secret_file are both set",
            ),
            (
                vec![("RONDO_PROVIDER_MY_WORK_ISSUR", "x")],
                "RONDO_PROVIDER_MY_WORK_ISSUR",
            ),
            (vec![("RONDO_PROVIDERS", "work")], "RONDO_PROVIDERS"),
            (
                vec![
                    ISSUER,
                    CLIENT,
                    ("RONDO_PROVIDER_B_ISSUER", ISSUER.1),
                    ("RONDO_PROVIDER_B_CLIENT_ID", CLIENT.1),
                ],
                "the providers b and my-work",
            ),
        ] {
            let refusal = config(&pairs)
                .err()
                .unwrap_or_else(|| panic!("{words}"))
                .to_string();
            assert!(refusal.contains(words), "{refusal}");
            assert!(
                !refusal.contains("hunter2") && !refusal.contains('\n'),
                "{refusal}"
            );
        }
    }

    /// An authority that vouches for nothing. Its key is thrown away.
    const AUTHORITY: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBhDCCASmgAwIBAgIUD1UE379OZKk+oV3IlVzNnxQ4cD4wCgYIKoZIzj0EAwIw\n\
FjEUMBIGA1UEAwwLUm9uZG8gdGVzdHMwIBcNMjYxMTMwMjMwMTUzWhgPMjEyNjEx\n\
MDYyMzAxNTNaMBYxFDASBgNVBAMMC1JvbmRvIHRlc3RzMFkwEwYHKoZIzj0CAQYI\n\
KoZIzj0DAQcDQgAELR18xvga8AREx2WtgDeImHrmvF111kg7iZp7/pqai72TjV19\n\
QZNjsysI3gHXm6PCURVy0XnL0tLFMw2P5iDXKaNTMFEwHQYDVR0OBBYEFCyXqqat\n\
IvufT2B/kkEv+EuiKdPiMB8GA1UdIwQYMBaAFCyXqqatIvufT2B/kkEv+EuiKdPi\n\
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAPYRUO5n3oNi2Xc4\n\
5I6lJB9ih80g8GH4njl8uBhmp1FtAiEA7uk9VbypCNOwz1CWafmZBOXD5EokGJ8X\n\
U2m7tBktU6I=\n\
-----END CERTIFICATE-----\n";

    #[test]
    fn authorities_are_certificates_and_each_of_them_can_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = |text: &str| {
            let file = folder.path().join("authorities.pem");
            std::fs::write(&file, text).unwrap();
            let file = file.to_str().unwrap();
            config(&[ISSUER, CLIENT, ("RONDO_PROVIDER_MY_WORK_CA_FILE", file)])
                .err()
                .map(|error| error.to_string())
        };
        assert_eq!(refusal(AUTHORITY), None);
        // Many have words between the parts.
        assert_eq!(
            refusal(&format!("# ours\n{AUTHORITY}\n# and once more\n{AUTHORITY}")),
            None
        );
        let key = "-----BEGIN PRIVATE KEY-----\naHVudGVyMg==\n-----END PRIVATE KEY-----\n";
        let empty = "-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----\n";
        let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
        for (text, words) in [
            ("", "has no certificate in PEM"),
            ("hunter2", "has no certificate in PEM"),
            (key, "has no certificate in PEM"),
            (empty, "has a certificate that cannot be used"),
            (
                &format!("{AUTHORITY}{empty}"),
                "has a certificate that cannot be used",
            ),
            (broken, "is no PEM that can be read"),
        ] {
            let refusal = refusal(text).unwrap_or_else(|| panic!("{text}"));
            assert!(
                refusal.contains(&format!("providers.my-work.ca_file {words}")),
                "{refusal}"
            );
            assert!(
                !refusal.contains("hunter2") && !refusal.contains('\n'),
                "{refusal}"
            );
        }
    }

    #[test]
    fn its_settings_are_told_and_its_secret_is_not() {
        let (_, settings) = Layers::of_variables(&[ISSUER, CLIENT, SECRET])
            .report(&Flags::default())
            .unwrap();
        let find = |name: &str| {
            let setting = settings.iter().find(|setting| setting.name == name);
            setting.unwrap_or_else(|| panic!("{name}"))
        };
        assert_eq!(find("providers").shown(), "my-work");
        let issuer = find("providers.my-work.issuer");
        assert_eq!(issuer.shown(), "https://id.example.org/realms/work");
        assert_eq!(issuer.source, "RONDO_PROVIDER_MY_WORK_ISSUER in the environment");
        assert_eq!(find("providers.my-work.client_secret").shown(), "(hidden)");
        assert_eq!(find("providers.my-work.redirect_path").source, "default");
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn the_names_of_older_services_set_one_up_too() {
        let config = config(&[
            ("AUTH0_DOMAIN", "tenant.eu.auth0.com"),
            ("AUTH0_CLIENT_ID", "a"),
            ("AUTH0_CLIENT_SECRET", "hunter2"),
            ("AUTH0_CALLBACK_URL", "https://todo.example.org/callback"),
            (
                "APPID_OAUTH_SERVER_URL",
                "https://us-south.appid.cloud.ibm.com/oauth/v4/t",
            ),
            ("APPID_CLIENT_ID", "b"),
            ("APPID_SECRET", "hunter3"),
            // The newer names win.
            ("RONDO_PROVIDER_APPID_DISPLAY_NAME", "Work"),
        ])
        .unwrap();
        let [appid, auth0] = &config.providers[..] else {
            panic!("two providers");
        };
        assert_eq!(auth0.issuer, "https://tenant.eu.auth0.com/");
        assert_eq!(
            (auth0.redirect_path.as_str(), auth0.display_name.as_str()),
            ("/callback", "Auth0")
        );
        assert_eq!(appid.issuer, "https://us-south.appid.cloud.ibm.com/oauth/v4/t");
        assert_eq!(
            (appid.roles_from, appid.roles_claim.as_str()),
            (RolesFrom::AccessToken, "scope")
        );
        assert_eq!(
            (appid.display_name.as_str(), appid.client_secret.as_deref()),
            ("Work", Some("hunter3"))
        );
        // A domain without a client is another program's.
        assert!(
            super::tests::config(&[("AUTH0_DOMAIN", "x")])
                .unwrap()
                .providers
                .is_empty()
        );
    }

    #[test]
    fn what_a_logout_address_is_filled_with_is_encoded() {
        let filled = logout_address(
            "https://t.auth0.com/v2/logout?client_id={client_id}&returnTo={return_to}",
            "a b",
            "https://todo.example.org/?x=1",
        );
        assert_eq!(
            filled,
            "https://t.auth0.com/v2/logout?client_id=a+b&returnTo=https%3A%2F%2Ftodo.example.org%2F%3Fx%3D1"
        );
    }
}
