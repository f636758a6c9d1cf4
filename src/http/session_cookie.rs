//! The cookie that carries a browser's refresh token.

use rocket::Request;
use rocket::request::{self, FromRequest};

/// `__Host-`: only over TLS or loopback, only this host, no script, no other site.
const NAME: &str = "__Host-rondo_refresh";

/// The `Set-Cookie` of this token, good for so many seconds; none of either takes the cookie away.
pub fn set(token: &str, seconds: i64) -> String {
    format!("{NAME}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict")
}

/// The refresh token of the cookie, if there is one.
pub struct SessionCookie(pub Option<String>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SessionCookie {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Self::Error> {
        let cookie = request.cookies().get(NAME);
        request::Outcome::Success(Self(cookie.map(|cookie| cookie.value().to_owned())))
    }
}
