//! Sign-in through OpenID providers: begun in one browser, finished in the same one, and a session of ours from then
//! on. No token of a provider's is kept.

mod account;
mod bearer;
mod code;
mod directory;
mod examine;
mod flow;
mod jwt;
mod linked;
mod logout;
mod outgoing;
mod person;
mod refused;
mod return_path;

use std::sync::Arc;

use aws_lc_rs::constant_time;
use tokio::sync::Semaphore;

use crate::clock::Source;
use crate::config::{Config, Provider};
use crate::error::{self, Error};
use crate::model::{Caller, Timestamp};
use crate::secret::Secrets;
use crate::service::Sessions;
use crate::service::fresh::FreshCheck;
use crate::service::sessions::{AtProvider, Client, SignIn};

pub use account::Linking;
use directory::{Directory, Metadata};
use flow::{Flow, Link, Seal};
use jwt::{Signed, Unsigned};
use outgoing::NoAnswer;
use person::Person;

pub use bearer::{Holder, Outside, Worth};
pub use examine::{Returns, Seen, examine};
pub use flow::FLOW_SECONDS;
pub use linked::Linked;
pub use refused::Refused;
pub use return_path::{HOME, return_path};

/// A provider, as people are shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    pub name: String,
    pub display_name: String,
}

/// A sign-in that was begun.
pub struct Begun {
    /// Where the person is sent.
    pub location: String,
    /// What the browser keeps meanwhile.
    pub cookie: String,
    /// The provider sends the person back by a form of its own page.
    pub by_form: bool,
}

/// What a provider says when it sends a person back.
#[derive(Debug, Clone, Default)]
pub struct Brought {
    pub state: Option<String>,
    pub code: Option<String>,
    pub error: Option<String>,
    /// Who the provider is (RFC 9207).
    pub issuer: Option<String>,
}

/// A sign-in that came about.
pub struct Done {
    /// `None` if it was added to the account of somebody who is signed in.
    pub sign_in: Option<SignIn>,
    pub return_to: String,
}

/// A provider, and what is known of it.
pub struct Ready {
    provider: Provider,
    directory: Directory,
    /// For questions about tokens that are under way.
    places: Semaphore,
}

impl Ready {
    /// A JWT that the provider has signed, and what is known of it; its keys are read again for one that is not among
    /// them. Or why it is not believed.
    ///
    /// # Errors
    /// `Unavailable`, if the provider does not answer.
    async fn signed(&self, token: &str) -> error::Result<Result<(Signed, Arc<Metadata>), Unsigned>> {
        let metadata = self.directory.known().await.map_err(silent)?;
        match jwt::read(token, metadata.jwks()) {
            Err(Unsigned::OtherKey) => {
                let newer = self.directory.with_keys_anew(&metadata).await.map_err(silent)?;
                Ok(match newer {
                    Some(newer) => jwt::read(token, newer.jwks()).map(|signed| (signed, newer)),
                    None => Err(Unsigned::OtherKey),
                })
            }
            read => Ok(read.map(|signed| (signed, metadata))),
        }
    }
}

/// A provider that does not answer, for a program.
fn silent(failure: NoAnswer) -> Error {
    Error::Unavailable {
        cause: failure.0,
        retry_after: 5,
    }
}

/// All providers of the configuration. Asks none of them: the service starts whether they answer or not.
///
/// # Errors
/// `Internal`, if the settings of one cannot be used.
pub fn ready(config: &Config, source: &Arc<dyn Source>) -> error::Result<Arc<[Ready]>> {
    let ready = |provider: &Provider| {
        Ok(Ready {
            directory: Directory::new(provider, Arc::clone(source)).map_err(Error::internal)?,
            provider: provider.clone(),
            places: Semaphore::new(bearer::AT_ONCE),
        })
    };
    config.providers.iter().map(ready).collect()
}

/// All providers.
pub struct Providers {
    all: Arc<[Ready]>,
    public_url: String,
    seal: Seal,
    source: Arc<dyn Source>,
    sessions: Arc<Sessions>,
    fresh: Arc<FreshCheck>,
    linking: Arc<Linking>,
}

impl Providers {
    pub fn new(
        config: &Config,
        secrets: &Secrets,
        all: Arc<[Ready]>,
        linking: Arc<Linking>,
        sessions: Arc<Sessions>,
        fresh: Arc<FreshCheck>,
        source: Arc<dyn Source>,
    ) -> Self {
        Self {
            all,
            public_url: config.public_url.clone(),
            seal: Seal::new(secrets),
            linking,
            source,
            sessions,
            fresh,
        }
    }

    /// Those that people can choose from.
    pub fn offered(&self) -> impl Iterator<Item = Offered> {
        self.all.iter().map(|ready| Offered {
            name: ready.provider.name.clone(),
            display_name: ready.provider.display_name.clone(),
        })
    }

    fn named(&self, name: &str) -> error::Result<&Ready> {
        let ready = self.all.iter().find(|ready| ready.provider.name == name);
        ready.ok_or(Error::NotFound)
    }

    /// Begins a sign-in that leads to a session, and back to where the person was headed. `again`: the provider asks who it is
    /// even if it knows.
    ///
    /// # Errors
    /// `NotFound` for a provider that is not configured; `NoAnswer`.
    pub async fn begin(&self, name: &str, return_to: Option<&str>, again: bool) -> Result<Begun, Refused> {
        self.begin_with(name, return_to, None, again).await
    }

    /// Begins a sign-in that is added to the caller's account.
    ///
    /// # Errors
    /// As [`Providers::begin`]; `Forbidden` if the caller has not signed in recently.
    pub async fn begin_link(
        &self,
        name: &str,
        caller: &Caller,
        return_to: Option<&str>,
    ) -> Result<Begun, Refused> {
        self.named(name)?;
        self.fresh.check_recent(caller).await?;
        let link = Link {
            user: caller.user_id,
            session: caller.session_id,
        };
        self.begin_with(name, return_to, Some(link), false).await
    }

    async fn begin_with(
        &self,
        name: &str,
        return_to: Option<&str>,
        link: Option<Link>,
        again: bool,
    ) -> Result<Begun, Refused> {
        let Ready {
            provider, directory, ..
        } = self.named(name)?;
        let metadata = directory.known().await?;
        let flow = Flow::new(name, return_path(return_to), link, &*self.source);
        let address = code::address(
            provider,
            &metadata,
            &self.redirect_address(provider),
            &flow,
            again,
        )?;
        Ok(Begun {
            location: address.into(),
            cookie: self.seal.seal(&flow)?,
            by_form: provider.form_post,
        })
    }

    /// Where the provider sends people back to.
    fn redirect_address(&self, provider: &Provider) -> String {
        format!("{}{}", self.public_url, provider.redirect_path)
    }

    /// Finishes the sign-in that the browser with this cookie began.
    ///
    /// # Errors
    /// Why there is no session.
    pub async fn finish(
        &self,
        path: &str,
        brought: &Brought,
        cookie: Option<&str>,
        client: &Client,
    ) -> Result<Done, Refused> {
        let now = self.source.now();
        let flow = cookie.and_then(|cookie| self.seal.open(cookie, now));
        let flow = flow.ok_or(Refused::NotBegun)?;
        let state = brought.state.as_deref().unwrap_or_default();
        let is_this_one =
            constant_time::verify_slices_are_equal(state.as_bytes(), flow.state.as_bytes()).is_ok();
        // The provider may have been taken out of the configuration meanwhile.
        let ready = self.named(&flow.provider).map_err(|_| Refused::NotBegun)?;
        if !is_this_one || path != ready.provider.redirect_path {
            return Err(Refused::OtherSignIn);
        }
        let person = self.person(ready, &flow, brought, now).await;
        let identity = person.as_ref().ok().map(Person::identity);
        let done = match person {
            Ok(person) => self.let_in(ready, &flow, person, client).await,
            Err(refused) => Err(refused),
        };
        if let Err(refused) = &done {
            self.linking
                .note_refused(&flow, identity.as_deref(), refused, client)
                .await;
        }
        done
    }

    /// Begins the session of somebody who was at the provider, or adds the sign-in to an account.
    async fn let_in(
        &self,
        ready: &Ready,
        flow: &Flow,
        person: Person,
        client: &Client,
    ) -> Result<Done, Refused> {
        if person.lacks_role {
            return Err(Refused::MissingRole);
        }
        if let Some(link) = flow.link {
            let holding = self.sessions.holding(link.session).await?;
            if holding.is_none_or(|(_, user)| user.id != link.user) {
                return Err(Refused::SignedOut);
            }
            self.linking.link(link.user, &person, client).await?;
            log::info!(user = link.user.to_string(), provider = flow.provider.as_str();
                "a sign-in through a provider was added to an account");
            return Ok(Done {
                sign_in: None,
                return_to: flow.return_to.clone(),
            });
        }
        let user = self.linking.account(&ready.provider, &person, client).await?;
        let there = AtProvider {
            // A provider that does not say when may not have asked at all.
            authenticated_at: person.authenticated_at.unwrap_or(Timestamp::from_millis(0)),
            session: person.session,
        };
        let sign_in = self.sessions.sign_in_at_provider(user, there, client).await?;
        Ok(Done {
            sign_in: Some(sign_in),
            return_to: flow.return_to.clone(),
        })
    }

    /// Who it is that the provider sent back.
    async fn person(
        &self,
        ready: &Ready,
        flow: &Flow,
        brought: &Brought,
        now: Timestamp,
    ) -> Result<Person, Refused> {
        let Ready {
            provider, directory, ..
        } = ready;
        let metadata = directory.known().await?;
        check_issuer(&metadata, brought.issuer.as_deref())?;
        if brought.error.is_some() {
            return Err(Refused::Declined);
        }
        let code = brought.code.as_deref().filter(|code| !code.is_empty());
        let code = code.ok_or_else(|| Refused::NotBelieved("it sends neither a code nor an error".into()))?;
        let redirect = self.redirect_address(provider);
        let (told, metadata) = code::redeem(provider, directory, &redirect, flow, code, now).await?;
        person::person(provider, &metadata, directory.outgoing(), told).await
    }
}

/// Who sends a person back is who the person was sent to, if it says who it is (RFC 9207).
fn check_issuer(metadata: &Metadata, issuer: Option<&str>) -> Result<(), Refused> {
    let must_say = metadata
        .additional_metadata()
        .authorization_response_iss_parameter_supported
        .unwrap_or(false);
    let is_right = match issuer {
        Some(issuer) => issuer == metadata.issuer().as_str(),
        None => !must_say,
    };
    if is_right {
        Ok(())
    } else {
        Err(Refused::NotBelieved(
            "another provider sends the person back".into(),
        ))
    }
}
