//! An OpenID provider in this process that lies as it is told: for what the service must withstand. Its tokens are
//! made by hand, byte for byte, since no library makes such ones.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A client that is known to the provider.
pub const CLIENT: &str = "rondo-tests";
pub const CLIENT_SECRET: &str = "zL6vQ8mT2xKc9RbN4wYh7JdS1fGpAe3U";

/// A key that it signs with.
pub struct Key {
    pub name: String,
    pair: RsaKeyPair,
    /// The public half.
    jwk: Value,
    /// The same as others publish it, in PEM.
    pub public_pem: String,
}

impl Key {
    pub fn new(name: &str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).expect("a private key");
        let private =
            EncodingKey::from_rsa_pem(pem("PRIVATE KEY", private.as_ref()).as_bytes()).expect("a key");
        let public = Jwk::from_encoding_key(&private, Algorithm::RS256).expect("a public key");
        let mut jwk = serde_json::to_value(public).expect("JSON");
        jwk["kid"] = name.into();
        jwk["use"] = "sig".into();
        jwk["alg"] = "RS256".into();
        let der = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).expect("a public key");
        Self {
            name: name.to_owned(),
            public_pem: pem("PUBLIC KEY", der.as_ref()),
            pair,
            jwk,
        }
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let text = signed_part(header, claims);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .expect("a signature");
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

pub fn signed_part(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// A token that is signed with a text, as with a password.
pub fn sign_with_text(header: &Value, claims: &Value, secret: &str) -> String {
    let text = signed_part(header, claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!(
        "{text}.{}",
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, text.as_bytes()))
    )
}

/// What a person is at the provider, and how the provider lies about it.
pub type Lie = Box<dyn Fn(&Ready) -> Answer + Send + Sync>;

/// What the token endpoint is about to answer.
pub struct Ready<'a> {
    pub key: &'a Key,
    pub header: Value,
    pub claims: Value,
    pub access_token: String,
}

impl Ready<'_> {
    /// The honest answer, with these claims.
    pub fn with(&self, change: impl FnOnce(&mut Value)) -> Answer {
        let mut claims = self.claims.clone();
        change(&mut claims);
        self.answer(self.key.sign(&self.header, &claims))
    }

    /// The answer with this ID token.
    pub fn answer(&self, id_token: String) -> Answer {
        let body = json!({
            "access_token": self.access_token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token,
            "scope": "openid email profile todo-user",
        });
        Answer::json(&body)
    }
}

/// An answer over HTTP.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn json(body: &Value) -> Self {
        Self {
            status: 200,
            headers: vec![("Content-Type".into(), "application/json".into())],
            body: body.to_string(),
        }
    }

    pub fn redirect(to: &str) -> Self {
        Self {
            status: 302,
            headers: vec![("Location".into(), to.to_owned())],
            body: String::new(),
        }
    }

    pub fn failure(status: u16, error: &str) -> Self {
        Self {
            status,
            ..Self::json(&json!({ "error": error }))
        }
    }
}

/// A code that was given out, and what it was given for.
struct Code {
    nonce: String,
    challenge: String,
    redirect: String,
}

struct State {
    keys: Vec<Key>,
    /// Which of them signs.
    signing: usize,
    published: Vec<usize>,
    /// Claims of whoever signs in next.
    person: Value,
    user_info: Option<Value>,
    lie: Option<Lie>,
    /// Answers to paths in the place of the honest ones.
    instead: BTreeMap<String, Answer>,
    codes: BTreeMap<String, Code>,
    asked: Vec<String>,
    access_claims: Option<Value>,
    /// It takes questions, and says nothing.
    hangs: bool,
    /// How many wait for an answer that does not come.
    waiting: usize,
}

/// The provider. It listens for as long as it is held.
pub struct Provider {
    pub issuer: String,
    state: Arc<Mutex<State>>,
    served: tokio::task::JoinHandle<()>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.served.abort();
    }
}

impl Provider {
    pub async fn spawn() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State {
            keys: vec![Key::new("first")],
            signing: 0,
            published: vec![0],
            person: json!({ "sub": "person-1", "email": "person@example.org", "email_verified": true, "name": "Person" }),
            user_info: None,
            lie: None,
            instead: BTreeMap::new(),
            codes: BTreeMap::new(),
            asked: Vec::new(),
            access_claims: None,
            hangs: false,
            waiting: 0,
        }));
        let served = tokio::spawn(serve(listener, issuer.clone(), Arc::clone(&state)));
        Self {
            issuer,
            state,
            served,
        }
    }

    /// The settings that make a service know it under this name.
    pub fn settings(&self, name: &str) -> Vec<(String, String)> {
        let name = name.to_ascii_uppercase();
        let setting =
            |setting: &str, value: &str| (format!("RONDO_PROVIDER_{name}_{setting}"), value.to_owned());
        vec![
            setting("ISSUER", &self.issuer),
            setting("CLIENT_ID", CLIENT),
            setting("CLIENT_SECRET", CLIENT_SECRET),
            setting("PRIVATE_ADDRESSES", "true"),
        ]
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().expect("no test panics while it holds this"));
    }

    /// Whoever signs in next is this.
    pub fn signs_in(&self, person: Value) {
        self.change(|state| state.person = person);
    }

    /// What its user info endpoint tells; nothing, and the claims stand in the ID token, without one.
    pub fn tells_at_user_info(&self, claims: Value) {
        self.change(|state| state.user_info = Some(claims));
    }

    /// Its access tokens are JWTs with these claims.
    pub fn tells_in_access_token(&self, claims: Value) {
        self.change(|state| state.access_claims = Some(claims));
    }

    /// Answers with this instead of tokens.
    pub fn lies(&self, lie: impl Fn(&Ready) -> Answer + Send + Sync + 'static) {
        self.change(|state| state.lie = Some(Box::new(lie)));
    }

    pub fn is_honest(&self) {
        self.change(|state| {
            state.lie = None;
            state.instead.clear();
        });
    }

    /// From now on it takes questions and says nothing, or answers again.
    pub fn hangs(&self, hangs: bool) {
        self.change(|state| state.hangs = hangs);
    }

    /// How many wait for an answer now that does not come.
    pub fn waiting(&self) -> usize {
        self.state
            .lock()
            .expect("no test panics while it holds this")
            .waiting
    }

    /// Answers this path with something else.
    pub fn answers(&self, path: &str, answer: Answer) {
        self.change(|state| {
            state.instead.insert(path.to_owned(), answer);
        });
    }

    /// Signs with a new key from now on, which is published beside the one before.
    pub fn rotates(&self) {
        self.change(|state| {
            let name = format!("key-{}", state.keys.len());
            state.keys.push(Key::new(&name));
            state.signing = state.keys.len() - 1;
            state.published.push(state.signing);
        });
    }

    /// Signs a token with the key that signs now.
    pub fn signs(&self, header: &Value, claims: &Value) -> String {
        let state = self.state.lock().expect("no test panics while it holds this");
        let key = &state.keys[state.signing];
        let mut header = header.clone();
        header["alg"] = "RS256".into();
        header["kid"] = key.name.as_str().into();
        key.sign(&header, claims)
    }

    /// How often this path was asked for.
    pub fn times(&self, path: &str) -> usize {
        let state = self.state.lock().expect("no test panics while it holds this");
        state.asked.iter().filter(|asked| *asked == path).count()
    }

    /// What its authorization endpoint does with a person who says yes: the query to come back with.
    pub fn lets_in(&self, location: &str) -> BTreeMap<String, String> {
        let asked = reqwest::Url::parse(location).expect("an address");
        assert_eq!(
            format!("{}/authorize", self.issuer),
            location.split('?').next().unwrap_or_default()
        );
        let query: BTreeMap<String, String> = asked.query_pairs().into_owned().collect();
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], CLIENT);
        assert_eq!(query["code_challenge_method"], "S256");
        let code = format!(
            "code-{}",
            rondo::clock::Source::new_id(&rondo::clock::System::default())
        );
        self.change(|state| {
            let given = Code {
                nonce: query["nonce"].clone(),
                challenge: query["code_challenge"].clone(),
                redirect: query["redirect_uri"].clone(),
            };
            state.codes.insert(code.clone(), given);
        });
        BTreeMap::from([
            ("code".to_owned(), code),
            ("state".to_owned(), query["state"].clone()),
        ])
    }
}

async fn serve(listener: TcpListener, issuer: String, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (issuer, state) = (issuer.clone(), Arc::clone(&state));
        tokio::spawn(async move {
            // A client that goes away while it is answered is no concern of this one.
            let _ = answer_one(stream, &issuer, &state).await;
        });
    }
}

async fn answer_one(mut stream: TcpStream, issuer: &str, state: &Mutex<State>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let (head, body) = loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            break (head.to_owned(), body.to_owned());
        }
    };
    let path = head
        .split(' ')
        .nth(1)
        .unwrap_or_default()
        .split('?')
        .next()
        .unwrap_or_default();
    let hangs = {
        let mut state = state.lock().expect("no test panics while it holds this");
        state.asked.push(path.to_owned());
        if state.hangs {
            state.waiting += 1;
        }
        state.hangs
    };
    if hangs {
        // Until whoever asks gives it up.
        let end = stream.read_buf(&mut bytes).await;
        state.lock().expect("no test panics while it holds this").waiting -= 1;
        return end.map(drop);
    }
    let answer = {
        let mut state = state.lock().expect("no test panics while it holds this");
        match state.instead.get(path).cloned() {
            Some(answer) => answer,
            None => honest(path, &head, &body, issuer, &mut state),
        }
    };
    let headers: String = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let text = format!(
        "HTTP/1.1 {} X\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{}",
        answer.status,
        answer.body.len(),
        answer.body
    );
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await
}

fn honest(path: &str, head: &str, body: &str, issuer: &str, state: &mut State) -> Answer {
    match path {
        "/.well-known/openid-configuration" => {
            let mut document = json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/keys"),
                "end_session_endpoint": format!("{issuer}/logout"),
                "introspection_endpoint": format!("{issuer}/introspect"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                // Some name these too.
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            });
            if state.user_info.is_some() {
                document["userinfo_endpoint"] = format!("{issuer}/userinfo").into();
            }
            Answer::json(&document)
        }
        "/keys" => {
            let keys: Vec<Value> = state
                .published
                .iter()
                .map(|number| state.keys[*number].jwk.clone())
                .collect();
            Answer::json(&json!({ "keys": keys }))
        }
        "/userinfo" => match &state.user_info {
            Some(claims) if head.to_ascii_lowercase().contains("authorization: bearer ") => {
                Answer::json(claims)
            }
            _ => Answer::failure(401, "invalid_token"),
        },
        "/token" => tokens(head, body, issuer, state),
        _ => Answer::failure(404, "not_found"),
    }
}

/// Tokens for a code that was given out for exactly this, once, to whoever has the verifier.
fn tokens(head: &str, body: &str, issuer: &str, state: &mut State) -> Answer {
    let form = reqwest::Url::parse(&format!("http://form.test/?{body}")).expect("a form");
    let form: BTreeMap<String, String> = form.query_pairs().into_owned().collect();
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let secret = STANDARD.encode(format!("{CLIENT}:{CLIENT_SECRET}"));
    let is_client = head.lines().any(|line| {
        line.split_once(": ").is_some_and(|(name, value)| {
            name.eq_ignore_ascii_case("authorization") && value == format!("Basic {secret}")
        })
    });
    if !is_client {
        return Answer::failure(401, "invalid_client");
    }
    let Some(code) = state.codes.remove(field("code")) else {
        return Answer::failure(400, "invalid_grant");
    };
    let hash = digest::digest(&digest::SHA256, field("code_verifier").as_bytes());
    let is_verified = URL_SAFE_NO_PAD.encode(hash) == code.challenge;
    if !is_verified || field("redirect_uri") != code.redirect || field("grant_type") != "authorization_code" {
        return Answer::failure(400, "invalid_grant");
    }
    let key = &state.keys[state.signing];
    let now = rondo::clock::Source::now(&rondo::clock::System::default()).seconds();
    let mut claims = json!({
        "iss": issuer, "aud": CLIENT, "iat": now, "exp": now + 3600, "nonce": code.nonce, "auth_time": now,
    });
    let person = state.person.as_object().expect("claims are an object");
    for (name, value) in person {
        claims[name] = value.clone();
    }
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": key.name });
    let access_token = match &state.access_claims {
        Some(claims) => key.sign(&header, claims),
        None => "an-opaque-access-token".to_owned(),
    };
    let ready = Ready {
        key,
        header,
        claims,
        access_token,
    };
    match &state.lie {
        Some(lie) => lie(&ready),
        None => ready.with(|_| {}),
    }
}
