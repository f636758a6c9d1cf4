//! What may be done, and by whom. Services authorise and keep the rules; guards have authenticated
//! before, and the store puts the owner that a service chose into its predicate.
//!
//! Nothing here knows of HTTP, and nothing of which keeper it works on.

pub mod access;
pub mod accounts;
pub mod addresses;
pub mod administration;
pub mod api_tokens;
pub mod audit;
pub mod calendar;
pub mod changes;
mod cursors;
mod derived;
pub mod device;
pub mod factors;
pub mod fresh;
pub mod idempotency;
pub mod introspection;
pub mod invitations;
pub mod keys;
mod known_devices;
pub mod limits;
pub mod lists;
pub mod live;
pub mod mail;
mod measured;
pub mod passwords;
pub mod post;
pub mod providers;
pub mod refresh;
pub mod reminders;
pub mod revocation;
mod seal;
pub mod sessions;
pub mod signing;
pub mod tickets;
pub mod todos;
pub mod tokens;
pub mod transfer;
mod ways_in;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

use crate::clock::Source;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::metrics::{Figure, Metrics};
use crate::model::Id;
use crate::secret::Secrets;
use crate::service::factors::steps::SecondSteps;
use crate::service::factors::{Proofs, RelyingParty};
use crate::service::fresh::FreshCheck;
use crate::service::providers::{Linking, Outside};
use crate::service::ways_in::WaysIn;
use crate::store::Store;

pub use accounts::Accounts;
pub use addresses::Addresses;
pub use administration::Administration;
pub use api_tokens::ApiTokens;
pub use audit::Audit;
pub use calendar::Calendars;
pub use changes::Changes;
pub use device::Devices;
pub use factors::{Passkeys, SecondFactors};
pub use idempotency::Idempotency;
pub use introspection::Introspection;
pub use invitations::Invitations;
pub use limits::{RateLimit, SignInLimit};
pub use lists::Lists;
pub use live::Live;
pub use measured::Measured;
pub use passwords::Passwords;
pub use post::Post;
pub use providers::Providers;
pub use reminders::Reminders;
pub use revocation::Revocations;
pub use sessions::Sessions;
pub use signing::Signing;
pub use tickets::Tickets;
pub use todos::Todos;
pub use tokens::Tokens;
pub use transfer::Transfer;

/// All services over one store.
pub struct Services {
    pub accounts: Arc<Accounts>,
    pub addresses: Addresses,
    pub invitations: Invitations,
    pub sessions: Arc<Sessions>,
    pub providers: Providers,
    pub introspection: Introspection,
    pub devices: Devices,
    pub tickets: Tickets,
    pub factors: SecondFactors,
    pub passkeys: Passkeys,
    pub administration: Administration,
    pub audit: Arc<Audit>,
    pub tokens: Arc<Tokens>,
    pub api_tokens: Arc<ApiTokens>,
    pub revocations: Arc<Revocations>,
    pub todos: Todos,
    pub lists: Lists,
    pub changes: Arc<Changes>,
    pub live: Arc<Live>,
    pub reminders: Reminders,
    pub post: Arc<Post>,
    pub idempotency: Idempotency,
    pub calendars: Calendars,
    pub transfer: Transfer,
    pub rate_limit: Arc<RateLimit>,
    /// For tests that look behind the services; everything else asks these.
    pub store: Arc<dyn Store>,
    pub source: Arc<dyn Source>,
    /// What the services count.
    pub metrics: Arc<Metrics>,
}

impl Services {
    /// Builds the services, and makes the first signing key if there is none.
    ///
    /// # Errors
    /// If the store does not answer, or its signing keys cannot be opened with the secret.
    pub async fn new(
        config: &Config,
        secrets: &Secrets,
        store: Arc<dyn Store>,
        source: Arc<dyn Source>,
        metrics: Arc<Metrics>,
    ) -> Result<Self> {
        let passwords = Passwords::new(config, secrets, Arc::clone(&source), metrics.hashing.clone())?;
        let passwords = Arc::new(passwords);
        let audit = Arc::new(Audit::new(
            Arc::clone(&store),
            Arc::clone(&source),
            secrets,
            config.audit_days,
        ));
        let signing = Signing::load(
            config,
            secrets,
            Arc::clone(&store),
            Arc::clone(&source),
            Arc::clone(&audit),
        )
        .await?;
        let revocations = Arc::new(Revocations::new(
            Arc::clone(&store),
            Arc::clone(&source),
            config.access_token_seconds,
            metrics.sessions.clone(),
        ));
        let api_tokens = Arc::new(ApiTokens::new(
            Arc::clone(&store),
            Arc::clone(&source),
            Arc::clone(&revocations),
            Arc::clone(&audit),
        ));
        let sign_in_limit = SignInLimit::new(
            config.sign_in_limit,
            Arc::clone(&store),
            Arc::clone(&source),
            metrics.throttled.sign_ins.clone(),
        );
        let tickets = Tickets::new(Arc::clone(&store), Arc::clone(&source));
        let post = Arc::new(Post::new(
            config,
            Arc::clone(&store),
            Arc::clone(&source),
            tickets.clone(),
        ));
        let relying_party = Arc::new(RelyingParty::new(config)?);
        let proofs = Arc::new(Proofs::new(
            Arc::clone(&store),
            Arc::clone(&source),
            secrets,
            tickets.clone(),
            Arc::clone(&relying_party),
        ));
        let fresh = Arc::new(FreshCheck::new(
            Arc::clone(&store),
            Arc::clone(&source),
            Arc::clone(&passwords),
            Arc::clone(&proofs),
            sign_in_limit.clone(),
            Arc::clone(&audit),
        ));
        let accounts = Arc::new(Accounts::new(
            Arc::clone(&store),
            Arc::clone(&source),
            Arc::clone(&passwords),
            Arc::clone(&revocations),
            Arc::clone(&fresh),
            Arc::clone(&audit),
            config.registration,
            Arc::clone(&post),
        ));
        let ways_in = Arc::new(WaysIn::new(config, Arc::clone(&relying_party)));
        let known = providers::ready(config, &source)?;
        let linking = Arc::new(Linking {
            store: Arc::clone(&store),
            source: Arc::clone(&source),
            accounts: Arc::clone(&accounts),
            audit: Arc::clone(&audit),
            post: Arc::clone(&post),
            ways_in: Arc::clone(&ways_in),
        });
        let rate_limit = RateLimit::new(config.rate_limit, metrics.throttled.requests.clone());
        let rate_limit = Arc::new(rate_limit);
        let outside = Outside::new(
            Arc::clone(&known),
            Arc::clone(&linking),
            Arc::clone(&source),
            Arc::clone(&rate_limit),
            config.unverified_email,
        );
        let tokens = Arc::new(Tokens::new(
            config,
            signing,
            Arc::clone(&api_tokens),
            outside,
            Arc::clone(&revocations),
            Arc::clone(&source),
            metrics.tokens.clone(),
        ));
        let sessions = Arc::new(Sessions::new(
            config,
            secrets,
            Arc::clone(&store),
            Arc::clone(&source),
            passwords,
            Arc::clone(&tokens),
            Arc::clone(&revocations),
            sign_in_limit.clone(),
            Arc::clone(&post),
            SecondSteps::new(
                tickets.clone(),
                Arc::clone(&store),
                Arc::clone(&proofs),
                sign_in_limit.clone(),
                Arc::clone(&audit),
            ),
            Arc::clone(&audit),
            metrics.sessions.clone(),
        ));
        let providers = Providers::new(
            config,
            secrets,
            known,
            linking,
            Arc::clone(&sessions),
            Arc::clone(&fresh),
            Arc::clone(&source),
        );
        let live = Arc::new(Live::new(Arc::clone(&store), metrics.listeners.clone()));
        let feed = store.known_fact(changes::FEED).await?.unwrap_or_default();
        Ok(Self {
            changes: Arc::new(Changes::new(
                secrets,
                Arc::clone(&store),
                Arc::clone(&source),
                Arc::clone(&tokens),
                Arc::clone(&revocations),
                Arc::clone(&live),
                feed,
            )),
            live,
            addresses: Addresses::new(
                Arc::clone(&store),
                Arc::clone(&source),
                Arc::clone(&accounts),
                tickets.clone(),
                Arc::clone(&post),
                sign_in_limit.clone(),
            ),
            invitations: Invitations::new(
                config,
                Arc::clone(&store),
                Arc::clone(&source),
                Arc::clone(&accounts),
                tickets.clone(),
                Arc::clone(&post),
                Arc::clone(&audit),
            ),
            passkeys: Passkeys::new(
                Arc::clone(&store),
                Arc::clone(&source),
                tickets.clone(),
                relying_party,
                Arc::clone(&proofs),
                Arc::clone(&fresh),
                Arc::clone(&sessions),
                Arc::clone(&audit),
                ways_in,
            ),
            factors: SecondFactors::new(
                config,
                Arc::clone(&store),
                Arc::clone(&source),
                proofs,
                fresh,
                sign_in_limit.clone(),
                Arc::clone(&audit),
            ),
            devices: Devices::new(
                tickets.clone(),
                Arc::clone(&source),
                Arc::clone(&sessions),
                sign_in_limit,
                Arc::clone(&audit),
            ),
            tickets,
            introspection: Introspection::new(Arc::clone(&tokens), Arc::clone(&sessions)),
            administration: Administration::new(
                Arc::clone(&store),
                secrets,
                Arc::clone(&accounts),
                Arc::clone(&sessions),
            ),
            accounts,
            sessions,
            providers,
            todos: Todos::new(
                Arc::clone(&store),
                Arc::clone(&source),
                secrets,
                config.trash_days,
            ),
            lists: Lists::new(Arc::clone(&store), Arc::clone(&source)),
            reminders: Reminders::new(Arc::clone(&store), Arc::clone(&source), Arc::clone(&post)),
            post,
            idempotency: Idempotency::new(Arc::clone(&store), Arc::clone(&source)),
            api_tokens,
            calendars: Calendars::new(Arc::clone(&store), Arc::clone(&source), Arc::clone(&audit)),
            transfer: Transfer::new(Arc::clone(&store), Arc::clone(&source), Arc::clone(&audit)),
            rate_limit,
            audit,
            tokens,
            revocations,
            store,
            source,
            metrics,
        })
    }

    /// All that is measured, as Prometheus reads it. Asks the store nothing.
    pub fn measurements(&self) -> String {
        let mut figures = self.store.figures();
        if let Some(age) = self.revocations.age() {
            figures.push(Figure::gauge(
                "rondo_revocation_feed_age_seconds",
                "How long ago the feed of ended sessions was read.",
                age.as_secs_f64(),
            ));
        }
        self.metrics.text(&figures)
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// `Unavailable` if it does not.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.store.ping().await?)
    }

    /// Lets the store go when everything is written. Nothing may be asked of any service afterwards.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Removes what nobody needs any more: deleted accounts, to-dos and lists, ended sessions, old counters, keys and
    /// kept answers, security events; and makes the next key when its time has come.
    ///
    /// # Errors
    /// If the store does not answer; what was not removed is removed next time.
    pub async fn clean_once(&self, token_seconds: i64) -> Result<()> {
        self.rate_limit.run_once();
        self.tokens.signing().keep_up().await?;
        self.accounts.run_once(token_seconds).await?;
        self.factors.run_once().await?;
        self.todos.run_once().await?;
        self.lists.run_once().await?;
        self.post.clean_once().await?;
        self.audit.run_once().await?;
        let now = self.source.now();
        // An ended session stays as long as the feed may have to tell of it.
        self.store
            .remove_sessions(now.plus_seconds(-2 * token_seconds - 120))
            .await?;
        self.store.remove_attempts(now).await?;
        self.store.remove_tickets(now).await?;
        Ok(self.store.remove_counters(now).await?)
    }
}

/// Beside which other a thing is to be put in an order by hand, and on which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Directly behind this one.
    After(Id),
    /// Directly in front of this one.
    Before(Id),
}

impl Beside {
    const fn id(self) -> Id {
        let (Self::After(id) | Self::Before(id)) = self;
        id
    }

    /// Where a body names the neighbour.
    const fn pointer(self) -> &'static str {
        match self {
            Self::After(_) => "/after",
            Self::Before(_) => "/before",
        }
    }
}

/// How often a patch reads and tries again when others write the same thing at the same time.
const PATCH_TRIES: usize = 16;

/// The error when a patch never came through: others write the same thing all the time.
fn too_contended() -> Error {
    Error::Unavailable {
        cause: "too many writers of one document".into(),
        retry_after: 1,
    }
}

/// So long a patch waits for those before it: longer than the store takes for one of them, since many may
/// be before it and each of them succeeds.
const TURN_LIMIT: Duration = Duration::from_secs(10);

/// Whose turn it is to change a thing, once writers have met at it: of many in step with each other, all
/// but one would lose each time. Only within this process; between instances, trying again is enough.
struct Turns([Mutex<()>; 64]);

impl Turns {
    const fn new() -> Self {
        Self([const { Mutex::const_new(()) }; 64])
    }

    /// Waits for the turn to change what has this id. (Some ids share one.)
    ///
    /// # Errors
    /// `Unavailable` if it does not come soon.
    async fn of(&self, id: Id) -> Result<MutexGuard<'_, ()>> {
        let place = usize::from(id.bytes()[11]) % self.0.len();
        timeout(TURN_LIMIT, self.0[place].lock())
            .await
            .map_err(|_| too_contended())
    }
}
