//! The names that older services had for their one provider, Auth0 or IBM App ID, and what they set here.

use std::collections::BTreeMap;

use rocket::figment::value::Value;

/// A setting of a provider, and the variable that it comes from.
pub(super) struct Older {
    pub variable: &'static str,
    pub provider: &'static str,
    pub setting: &'static str,
    pub value: Value,
}

/// What these variables set up. Nothing without a client: a domain alone may be meant for another program.
pub(super) fn providers(variables: &BTreeMap<String, String>) -> Vec<Older> {
    let given = |name: &'static str| {
        let value = variables.get(name).map(|value| value.trim());
        value.filter(|value| !value.is_empty()).map(|value| (name, value))
    };
    let mut found = auth0(&given);
    found.extend(app_id(&given));
    found
}

type Given<'a> = dyn Fn(&'static str) -> Option<(&'static str, &'a str)> + 'a;

fn auth0<'a>(given: &Given<'a>) -> Vec<Older> {
    let Some((client, client_id)) = given("AUTH0_CLIENT_ID") else {
        return Vec::new();
    };
    let mut found = Found::new("auth0");
    found.set(client, "client_id", client_id);
    found.set(client, "display_name", "Auth0");
    if let Some((name, domain)) = given("AUTH0_DOMAIN").or_else(|| given("AUTH0_ISSUER_BASE_URL")) {
        let host = domain.trim_start_matches("https://").trim_end_matches('/');
        // Its issuer ends with a slash.
        found.set(name, "issuer", format!("https://{host}/"));
    }
    for (name, setting) in [
        ("AUTH0_CLIENT_SECRET", "client_secret"),
        ("AUTH0_CLIENT_SECRET_FILE", "client_secret_file"),
        ("AUTH0_AUDIENCE", "audience"),
        ("AUTH0_LOGOUT_URL", "logout_url"),
    ] {
        found.set_if(given(name), setting);
    }
    found.set_scopes(given("AUTH0_SCOPE"));
    found.set_redirect(given("AUTH0_CALLBACK_URL"));
    found.settings
}

fn app_id<'a>(given: &Given<'a>) -> Vec<Older> {
    let Some((client, client_id)) = given("APPID_CLIENT_ID") else {
        return Vec::new();
    };
    let mut found = Found::new("appid");
    found.set(client, "client_id", client_id);
    found.set(client, "display_name", "IBM App ID");
    // What somebody may do stands there and nowhere else.
    found.set(client, "roles_from", "access_token");
    let discovery = given("APPID_DISCOVERY_ENDPOINT")
        .map(|(name, url)| (name, url.trim_end_matches("/.well-known/openid-configuration")));
    if let Some((name, url)) = given("APPID_OAUTH_SERVER_URL").or(discovery) {
        found.set(name, "issuer", url.trim_end_matches('/'));
    } else if let (Some((name, tenant)), Some((_, region))) =
        (given("APPID_TENANT_ID"), given("APPID_REGION"))
    {
        let issuer = format!("https://{region}.appid.cloud.ibm.com/oauth/v4/{tenant}");
        found.set(name, "issuer", issuer);
    }
    let secret = given("APPID_SECRET").or_else(|| given("APPID_CLIENT_SECRET"));
    found.set_if(secret, "client_secret");
    found.set_if(given("APPID_CLIENT_SECRET_FILE"), "client_secret_file");
    found.set_if(given("APPID_REQUIRED_ROLE"), "required_role");
    found.set_scopes(given("APPID_SCOPE"));
    found.set_redirect(given("APPID_REDIRECT_URI").or_else(|| given("APPID_CALLBACK_URL")));
    found.settings
}

struct Found {
    provider: &'static str,
    settings: Vec<Older>,
}

impl Found {
    const fn new(provider: &'static str) -> Self {
        Self {
            provider,
            settings: Vec::new(),
        }
    }

    fn set(&mut self, variable: &'static str, setting: &'static str, value: impl Into<Value>) {
        self.settings.push(Older {
            variable,
            provider: self.provider,
            setting,
            value: value.into(),
        });
    }

    fn set_if(&mut self, given: Option<(&'static str, &str)>, setting: &'static str) {
        if let Some((name, value)) = given {
            self.set(name, setting, value);
        }
    }

    fn set_scopes(&mut self, given: Option<(&'static str, &str)>) {
        if let Some((name, value)) = given {
            let scopes: Vec<String> = value
                .split([' ', ','])
                .filter(|s| !s.is_empty())
                .map(str::to_owned)
                .collect();
            self.set(name, "scopes", scopes);
        }
    }

    /// Of the whole address only the path counts: the rest is `public_url`.
    fn set_redirect(&mut self, given: Option<(&'static str, &str)>) {
        if let Some((name, value)) = given {
            let path = url::Url::parse(value).map_or_else(|_| value.to_owned(), |url| url.path().to_owned());
            self.set(name, "redirect_path", path);
        }
    }
}
