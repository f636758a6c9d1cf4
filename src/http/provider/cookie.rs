//! The cookie that binds a sign-in at a provider to the browser that began it.

use rocket::Request;
use rocket::request::{self, FromRequest};

use crate::service::providers::{Begun, FLOW_SECONDS};

const NAME: &str = "__Host-rondo_sign_in";

/// The `Set-Cookie` of a sign-in that was begun. The provider's page leads back here: with `Strict` the cookie would
/// not come along, and with `Lax` it does not come along with a form.
pub fn begun(begun: &Begun) -> String {
    let same_site = if begun.by_form { "None" } else { "Lax" };
    let value = &begun.cookie;
    format!("{NAME}={value}; Path=/; Max-Age={FLOW_SECONDS}; Secure; HttpOnly; SameSite={same_site}")
}

/// The `Set-Cookie` that takes it away.
pub fn none() -> String {
    format!("{NAME}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}

/// What the cookie carries, if there is one.
pub struct SignInCookie(pub Option<String>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SignInCookie {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Self::Error> {
        let cookie = request.cookies().get(NAME);
        request::Outcome::Success(Self(cookie.map(|cookie| cookie.value().to_owned())))
    }
}
