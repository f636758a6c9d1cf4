//! The providers that an account is linked to, as its owner sees them and takes them away.

use super::Providers;
use super::account::Linking;
use crate::error::{Error, Result, Unauthenticated};
use crate::model::{About, AuditKind, Caller, EndedThere, Id, User, provider_of};
use crate::service::audit::{By, Entry};
use crate::service::derived::id_of;
use crate::service::fresh::Shown;
use crate::service::{PATCH_TRIES, too_contended};

/// A sign-in at a provider that leads to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// Follows from issuer and subject.
    pub id: Id,
    /// That of the provider in the configuration; `None` if it is not there any more.
    pub name: Option<String>,
    /// The issuer, if it is not there any more.
    pub display_name: String,
    pub issuer: String,
    pub subject: String,
}

impl Providers {
    /// What the caller's account is linked to, in the order in which that was added.
    ///
    /// # Errors
    /// `Unauthenticated` if the account is no more.
    pub async fn linked(&self, caller: &Caller) -> Result<Vec<Linked>> {
        let user = self.linking.me(caller.user_id).await?;
        let linked = user.identities.iter().filter_map(|identity| {
            let (issuer, subject) = provider_of(identity)?;
            let mut known = self.all.iter().map(|ready| &ready.provider);
            let known = known.find(|provider| provider.issuer == issuer);
            Some(Linked {
                id: id_of(identity.as_bytes()),
                name: known.map(|provider| provider.name.clone()),
                display_name: known
                    .map_or(issuer, |provider| provider.display_name.as_str())
                    .to_owned(),
                issuer: issuer.to_owned(),
                subject: subject.to_owned(),
            })
        });
        Ok(linked.collect())
    }

    /// Takes a sign-in at a provider away from the caller's account, and ends the sessions that began with it. It may
    /// be the caller's own that ends.
    ///
    /// # Errors
    /// Those of the fresh check; `NotFound` if the account has none with this id; `Conflict` if nobody could sign in to
    /// it any more.
    pub async fn unlink(&self, caller: &Caller, id: Id, shown: &Shown<'_>) -> Result<()> {
        let user = self.linking.me(caller.user_id).await?;
        self.linking.without(&user, id)?;
        self.fresh.pass(caller, &user, shown).await?;
        let by = By::user(user.id, shown.client);
        let ended = self.linking.unlink(by, user.id, id).await?;
        // Should this not come about, they end at the next refresh: they lead to this account no more.
        self.sessions.end_of_provider(&ended, by).await?;
        Ok(())
    }
}

impl Linking {
    async fn me(&self, id: Id) -> Result<User> {
        let user = self.store.user(id).await?;
        user.ok_or(Error::Unauthenticated(Unauthenticated::BadToken))
    }

    /// The account without the link that has this id, and which sessions end by that.
    ///
    /// # Errors
    /// `NotFound`, and `Conflict` if it is the last way in.
    fn without(&self, old: &User, id: Id) -> Result<(User, EndedThere)> {
        let mut identities = old.identities.iter();
        let identity = identities.find(|it| id_of(it.as_bytes()) == id);
        let (issuer, subject) = identity.and_then(|it| provider_of(it)).ok_or(Error::NotFound)?;
        let ended = EndedThere {
            issuer: issuer.to_owned(),
            subject: Some(subject.to_owned()),
            sid: None,
        };
        let mut new = User {
            version: old.version + 1,
            updated_at: self.source.now(),
            ..old.clone()
        };
        new.identities.retain(|it| Some(it) != identity);
        self.ways_in.check(&new)?;
        Ok((new, ended))
    }

    /// Takes the link away that has this id, and answers which sessions end by that.
    async fn unlink(&self, by: By<'_>, user: Id, id: Id) -> Result<EndedThere> {
        for _ in 0..PATCH_TRIES {
            let old = self.me(user).await?;
            let (new, ended) = self.without(&old, id)?;
            if self.store.replace_user(&new, old.version).await? {
                let unlinked = Entry::of(AuditKind::ProviderUnlinked).to(user);
                self.audit.record(by, unlinked).await;
                let provider = id_of(ended.issuer.as_bytes());
                self.post
                    .tell_of_provider(user, About::ProviderUnlinked { provider })
                    .await;
                return Ok(ended);
            }
        }
        Err(too_contended())
    }
}
