//! Second factors, version 2.

use rocket::{Route, State};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::passkeys::PasskeyView;
use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, reader};
use crate::http::guards::{From, Signed};
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::model::{Factors, Timestamp};
use crate::service::factors::Proof;
use crate::service::fresh::{Places, Shown};
use crate::service::sessions::Client;

pub fn routes() -> Vec<Route> {
    rocket::routes![show, begin_totp, confirm_totp, remove_totp, renew_recovery_codes]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![reader::<FreshBody>(), reader::<ConfirmBody>()]
}

/// What is shown as a second factor: one of these, by the schema.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ProofBody {
    Code(String),
    RecoveryCode(String),
    Passkey { ticket: String, answer: String },
}

impl std::convert::From<ProofBody> for Proof {
    fn from(body: ProofBody) -> Self {
        match body {
            ProofBody::Code(code) => Self::Code(code),
            ProofBody::RecoveryCode(code) => Self::RecoveryCode(code),
            ProofBody::Passkey { ticket, answer } => Self::Passkey { ticket, answer },
        }
    }
}

/// Where bodies of this version have what the fresh check asks for.
pub(super) const PLACES: Places = Places {
    password: "/current_password",
    proof: Some("/second_factor"),
};

/// What the fresh check asks for, where a body has nothing else.
#[derive(Deserialize)]
pub(super) struct FreshBody {
    current_password: Option<String>,
    second_factor: Option<ProofBody>,
}

impl Schema for FreshBody {
    const NAME: &'static str = "fresh-check";
}

/// What was shown, and from where.
pub(super) struct Given {
    password: Option<String>,
    proof: Option<Proof>,
    client: Client,
}

impl Given {
    pub(super) fn new(password: Option<String>, proof: Option<ProofBody>, from: From) -> Self {
        Self {
            password,
            proof: proof.map(Into::into),
            client: from.0,
        }
    }

    pub(super) fn shown(&self) -> Shown<'_> {
        Shown {
            password: self.password.as_deref(),
            proof: self.proof.as_ref(),
            client: &self.client,
            places: PLACES,
        }
    }
}

impl FreshBody {
    pub(super) fn given(self, from: From) -> Given {
        Given::new(self.current_password, self.second_factor, from)
    }
}

/// The second factors of an account, as their owner sees them.
#[derive(Serialize)]
struct FactorsView<'a> {
    totp: Option<TotpView>,
    passkeys: Vec<PasskeyView<'a>>,
    recovery_codes_left: usize,
    /// Whether there has to be one.
    required: bool,
}

#[derive(Serialize)]
struct TotpView {
    confirmed_at: Timestamp,
}

impl<'a> FactorsView<'a> {
    fn new(factors: &'a Factors, required: bool) -> Self {
        let confirmed_at = factors.totp.as_ref().and_then(|totp| totp.confirmed_at);
        Self {
            totp: confirmed_at.map(|confirmed_at| TotpView { confirmed_at }),
            passkeys: factors.passkeys.iter().map(Into::into).collect(),
            recovery_codes_left: factors.recovery.len(),
            required,
        }
    }
}

#[rocket::get("/users/me/factors")]
async fn show(edge: &State<Edge>, signed: Signed) -> V2Result<Reply> {
    let user = edge.services.accounts.me(&signed.0).await?;
    let required = edge.services.tokens.requires_second_factor(user.role);
    Ok(Reply::json(&FactorsView::new(&user.factors, required)))
}

#[rocket::post("/users/me/factors/totp", data = "<body>")]
async fn begin_totp(
    edge: &State<Edge>,
    signed: Signed,
    from: From,
    body: Body<FreshBody>,
) -> V2Result<Reply> {
    let given = body?.0.given(from);
    let factors = &edge.services.factors;
    let made = factors.begin_totp(&signed.0, &given.shown()).await?;
    Ok(Reply::json(&json!({ "secret": made.secret, "uri": made.uri })))
}

#[derive(Deserialize)]
struct ConfirmBody {
    code: String,
}

impl Schema for ConfirmBody {
    const NAME: &'static str = "totp-confirm";
}

#[rocket::post("/users/me/factors/totp/confirm", data = "<body>")]
async fn confirm_totp(
    edge: &State<Edge>,
    signed: Signed,
    from: From,
    body: Body<ConfirmBody>,
) -> V2Result<Reply> {
    let code = body?.0.code;
    let factors = &edge.services.factors;
    let codes = factors.confirm_totp(&signed.0, &code, &from.0).await?;
    Ok(show_codes(&codes))
}

#[rocket::delete("/users/me/factors/totp", data = "<body>")]
async fn remove_totp(
    edge: &State<Edge>,
    signed: Signed,
    from: From,
    body: Body<FreshBody>,
) -> V2Result<Reply> {
    let given = body?.0.given(from);
    edge.services
        .factors
        .remove_totp(&signed.0, &given.shown())
        .await?;
    Ok(Reply::empty())
}

#[rocket::post("/users/me/factors/recovery-codes", data = "<body>")]
async fn renew_recovery_codes(
    edge: &State<Edge>,
    signed: Signed,
    from: From,
    body: Body<FreshBody>,
) -> V2Result<Reply> {
    let given = body?.0.given(from);
    let factors = &edge.services.factors;
    let codes = factors.renew_recovery_codes(&signed.0, &given.shown()).await?;
    Ok(show_codes(&codes))
}

fn show_codes(codes: &[String]) -> Reply {
    Reply::json(&json!({ "recovery_codes": codes }))
}
