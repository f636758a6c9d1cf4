//! `/metrics`, for Prometheus: on the port of the service for whoever shows the token, and on a port of its own
//! that serves nothing else.

use std::net::SocketAddr;
use std::sync::Arc;

use aws_lc_rs::{constant_time, digest};
use rocket::error::ErrorKind;
use rocket::fairing::AdHoc;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, Route, Shutdown, State};
use tokio::sync::oneshot;

use crate::error::{Error, Result, Unauthenticated};
use crate::http::Edge;
use crate::http::gate::bearer;
use crate::http::reply::Reply;
use crate::metrics::TEXT_FORMAT;
use crate::service::Services;

/// The token that Prometheus shows, as its hash: two of one length are compared, whatever is shown.
#[derive(Clone)]
pub struct ScrapeToken(digest::Digest);

impl ScrapeToken {
    pub fn new(token: &str) -> Self {
        Self(digest::digest(&digest::SHA256, token.as_bytes()))
    }

    /// Lets a request through that shows it.
    ///
    /// # Errors
    /// `Unauthenticated`, if it shows none or another one.
    pub fn admit(&self, request: &Request<'_>) -> Result<()> {
        let shown = bearer(request)?.ok_or(Error::Unauthenticated(Unauthenticated::Missing))?;
        let shown = digest::digest(&digest::SHA256, shown.as_bytes());
        constant_time::verify_slices_are_equal(self.0.as_ref(), shown.as_ref())
            .map_err(|_| Error::Unauthenticated(Unauthenticated::BadToken))
    }
}

pub fn routes() -> Vec<Route> {
    rocket::routes![metrics]
}

#[rocket::get("/metrics")]
fn metrics(edge: &State<Edge>) -> Reply {
    Reply::text(TEXT_FORMAT, edge.services.measurements())
}

/// A listener that serves `/metrics` alone. It ends when it is told to, and when this is dropped.
pub struct MetricsPort {
    /// Where it listens: with port 0 the system has chosen one.
    pub address: SocketAddr,
    shutdown: Shutdown,
}

/// What the listener's one route needs.
struct Scraped {
    services: Arc<Services>,
    token: Option<ScrapeToken>,
}

impl MetricsPort {
    /// Listens, as this configuration of Rocket's says. If there is a token, it is asked for here, too.
    ///
    /// # Errors
    /// Rocket's, if the port cannot be had.
    pub async fn open(
        config: rocket::Config,
        services: Arc<Services>,
        token: Option<ScrapeToken>,
    ) -> std::result::Result<Self, rocket::Error> {
        let ip = config.address;
        let (listens, listening) = oneshot::channel();
        let rocket = rocket::custom(config)
            .manage(Scraped { services, token })
            .mount("/", rocket::routes![own_metrics])
            .register("/", rocket::catchers![own_refusal])
            .attach(AdHoc::on_liftoff("the port of the metrics", move |rocket| {
                Box::pin(async move {
                    let _ = listens.send(rocket.config().port);
                })
            }))
            .ignite()
            .await?;
        let shutdown = rocket.shutdown();
        let (fails, failure) = oneshot::channel();
        tokio::spawn(async move {
            if let Err(error) = rocket.launch().await {
                // Looked at, since one that nobody has looked at panics when it is dropped. After the start it says
                // that connections had to be cut at the stop, which is nothing to tell.
                let _ = error.kind();
                let _ = fails.send(error);
            }
        });
        tokio::select! {
            Ok(port) = listening => Ok(Self {
                address: SocketAddr::new(ip, port),
                shutdown,
            }),
            Ok(error) = failure => Err(error),
            else => Err(ErrorKind::Io(std::io::Error::other("it ended at once")).into()),
        }
    }

    /// Takes no connection any more.
    pub fn close(&self) {
        self.shutdown.clone().notify();
    }
}

impl Drop for MetricsPort {
    fn drop(&mut self) {
        self.close();
    }
}

/// Who may read them.
struct Reader;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Reader {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Error> {
        let token = request
            .rocket()
            .state::<Scraped>()
            .and_then(|scraped| scraped.token.as_ref());
        match token.map_or(Ok(()), |token| token.admit(request)) {
            Ok(()) => Outcome::Success(Self),
            Err(error) => Outcome::Error((Status::Unauthorized, error)),
        }
    }
}

#[rocket::get("/metrics")]
fn own_metrics(_reader: Reader, scraped: &State<Scraped>) -> Reply {
    Reply::text(TEXT_FORMAT, scraped.services.measurements())
}

#[rocket::catch(default)]
fn own_refusal(status: Status, _: &Request<'_>) -> Reply {
    let words = match status.code {
        401 => "show the metrics token as Authorization: Bearer\n",
        _ => "only /metrics is here\n",
    };
    let reply = Reply::text("text/plain; charset=utf-8", words).status(status);
    if status == Status::Unauthorized {
        return reply.header("WWW-Authenticate", "Bearer");
    }
    reply
}
