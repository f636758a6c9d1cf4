//! Whose account a sign-in at a provider is: the one that has it among its identities, or a new one, or the one that
//! it is added to. The key is issuer and subject, never the e-mail address.

use std::sync::Arc;

use crate::clock::Source;
use crate::config::{Provider, Registration};
use crate::error::Result as ServiceResult;
use crate::model::{About, Actor, AuditKind, AuditMethod, Id, Role, User, email_identity};
use crate::service::accounts::UserPatch;
use crate::service::audit::{Audit, By, Entry};
use crate::service::derived::id_of;
use crate::service::limits::network_of_text;
use crate::service::sessions::Client;
use crate::service::ways_in::WaysIn;
use crate::service::{Accounts, PATCH_TRIES, Post, too_contended};
use crate::store::{Store, StoreError};

use super::flow::Flow;
use super::person::Person;
use super::refused::Refused;

/// Finds, makes and links accounts. How links are taken away is in `linked`.
pub struct Linking {
    pub store: Arc<dyn Store>,
    pub source: Arc<dyn Source>,
    pub accounts: Arc<Accounts>,
    pub audit: Arc<Audit>,
    pub post: Arc<Post>,
    pub ways_in: Arc<WaysIn>,
}

impl Linking {
    /// The account of somebody who signed in, with the role that the provider gives.
    ///
    /// # Errors
    /// `Disabled`; if there is none yet, `Closed`, `NoEmail` or `EmailTaken`.
    pub async fn account(
        &self,
        provider: &Provider,
        person: &Person,
        client: &Client,
    ) -> Result<User, Refused> {
        let user = self.found_or_made(provider, person, true, client).await?;
        if user.disabled {
            return Err(Refused::Disabled);
        }
        let Some(admin_role) = &provider.admin_role else {
            return Ok(user);
        };
        let role = if person.has_role(admin_role) {
            Role::Admin
        } else {
            Role::User
        };
        if role == user.role {
            return Ok(user);
        }
        let patch = UserPatch {
            role: Some(role),
            ..UserPatch::default()
        };
        // The operator has said that the provider decides, over the last administrator too.
        let by = By {
            actor: Actor::Service,
            client,
        };
        Ok(self.accounts.apply(by, user.id, patch, None, "").await?)
    }

    /// The account that has this among its identities.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn known(&self, identity: &str) -> ServiceResult<Option<User>> {
        Ok(self.store.user_by_identity(identity).await?)
    }

    /// The account of somebody, which is made if there is none and that is allowed. `may_link`: or it is the one with the same
    /// address, where the configuration says so.
    ///
    /// # Errors
    /// `Closed`, `NoEmail` or `EmailTaken`; `Disabled`.
    pub async fn found_or_made(
        &self,
        provider: &Provider,
        person: &Person,
        may_link: bool,
        client: &Client,
    ) -> Result<User, Refused> {
        let identity = person.identity();
        // Somebody else may make or change the account at the same moment.
        for _ in 0..PATCH_TRIES {
            if let Some(user) = self.store.user_by_identity(&identity).await? {
                return Ok(user);
            }
            let of_email = match &person.email {
                Some(email) => self.store.user_by_identity(&email_identity(email)).await?,
                None => None,
            };
            if let Some(owner) = of_email {
                // It was made a moment ago, by the same person's other sign-in.
                if owner.identities.contains(&identity) {
                    return Ok(owner);
                }
                let is_proved = person.email_verified && owner.email_verified;
                if !may_link || !provider.link_by_email || !is_proved {
                    return Err(Refused::EmailTaken);
                }
                if owner.disabled {
                    return Err(Refused::Disabled);
                }
                match self.add(owner, &identity).await {
                    Ok(Some(user)) => {
                        self.note_link(user.id, person, client).await;
                        return Ok(user);
                    }
                    Ok(None) | Err(StoreError::Duplicate) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
            if provider.registration != Registration::Open {
                return Err(Refused::Closed);
            }
            let email = person.email.clone().ok_or(Refused::NoEmail)?;
            let mut user = User::new(self.source.new_id(), email, self.source.now());
            user.identities.push(identity.clone());
            user.name.clone_from(&person.name);
            user.email_verified = person.email_verified;
            match self.store.create_user(&user).await {
                Ok(()) => {
                    self.note(AuditKind::UserRegistered, user.id, client).await;
                    if !user.email_verified {
                        self.post.welcome(&user).await;
                    }
                    return Ok(user);
                }
                Err(StoreError::Duplicate) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(too_contended().into())
    }

    /// Adds the sign-in to this account.
    ///
    /// # Errors
    /// `OfAnotherAccount`, `SignedOut` if there is no such account any more.
    pub async fn link(&self, id: Id, person: &Person, client: &Client) -> Result<(), Refused> {
        let identity = person.identity();
        for _ in 0..PATCH_TRIES {
            let user = self.store.user(id).await?.ok_or(Refused::SignedOut)?;
            if user.identities.contains(&identity) {
                return Ok(());
            }
            match self.add(user, &identity).await {
                Ok(Some(_)) => {
                    self.note_link(id, person, client).await;
                    return Ok(());
                }
                Ok(None) => {}
                Err(StoreError::Duplicate) => return Err(Refused::OfAnotherAccount),
                Err(error) => return Err(error.into()),
            }
        }
        Err(too_contended().into())
    }

    /// Records that a sign-in that this browser began came to nothing, and why. `identity`: who it was, if the provider
    /// is believed that far.
    pub async fn note_refused(
        &self,
        flow: &Flow,
        identity: Option<&str>,
        refused: &Refused,
        client: &Client,
    ) {
        let Some(reason) = refused.reason() else {
            return;
        };
        let subject = match (refused, flow.link) {
            (Refused::OfAnotherAccount, Some(link)) => Some(link.user),
            _ => self.owner(identity).await,
        };
        let failed = Entry::of(AuditKind::SignInFailed).method(AuditMethod::Provider);
        let failed = failed.reason(reason);
        let failed = subject.into_iter().fold(failed, Entry::to);
        // Those who are not known are counted by whence they come.
        let account = identity.map_or_else(
            || format!("{}:{}", flow.provider, network_of_text(&client.address)),
            str::to_owned,
        );
        self.audit
            .record_failure(By::nobody(client), &account, failed)
            .await;
    }

    /// Whose identity it is, as far as the store tells now.
    async fn owner(&self, identity: Option<&str>) -> Option<Id> {
        let known = self.known(identity?).await.ok().flatten();
        known.map(|user| user.id)
    }

    /// Records that an account that was there before is linked, and has its owner told.
    async fn note_link(&self, user: Id, person: &Person, client: &Client) {
        self.note(AuditKind::ProviderLinked, user, client).await;
        let provider = id_of(person.session.issuer.as_bytes());
        self.post
            .tell_of_provider(user, About::ProviderLinked { provider })
            .await;
    }

    async fn note(&self, kind: AuditKind, user: Id, client: &Client) {
        let entry = Entry::of(kind).to(user).method(AuditMethod::Provider);
        self.audit.record(By::user(user, client), entry).await;
    }

    /// The account with one identity more; `None` if somebody else changed it.
    async fn add(&self, old: User, identity: &str) -> Result<Option<User>, StoreError> {
        let mut new = User {
            version: old.version + 1,
            updated_at: self.source.now(),
            ..old.clone()
        };
        new.identities.push(identity.to_owned());
        Ok(self.store.replace_user(&new, old.version).await?.then_some(new))
    }
}
