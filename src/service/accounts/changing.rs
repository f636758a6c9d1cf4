//! Changing an account, up to the very write.

use super::{Accounts, UserPatch, email_taken};
use crate::error::{Error, Result};
use crate::model::{AuditKind, Email, Factors, Id, Revoked, User, email_identity, provider_of};
use crate::service::audit::{By, Entry};
use crate::service::{PATCH_TRIES, too_contended};

impl Accounts {
    /// Applies a patch to an account, whoever asks. Every session but `keep` ends if the password is
    /// new, the account is disabled or its role is lowered.
    ///
    /// # Errors
    /// `NotFound`; `Stale` for another version than the patch names; `Conflict` when the new e-mail address is taken,
    /// or nobody would govern then; `Invalid` for a password that anybody would guess.
    pub async fn apply(
        &self,
        by: By<'_>,
        id: Id,
        patch: UserPatch,
        keep: Option<Id>,
        password_pointer: &'static str,
    ) -> Result<User> {
        let applied = self.apply_if(by, id, patch, keep, password_pointer, |_| true);
        applied.await?.ok_or(Error::NotFound)
    }

    /// The same as long as something `holds` of the account, up to the very write; `None` if it does not, or there is
    /// no such account.
    ///
    /// # Errors
    /// As [`Accounts::apply`].
    pub async fn apply_if(
        &self,
        by: By<'_>,
        id: Id,
        patch: UserPatch,
        keep: Option<Id>,
        password_pointer: &'static str,
        holds: impl Fn(&User) -> bool + Send + Sync,
    ) -> Result<Option<User>> {
        let mut hash = None;
        let mut turn = None;
        let mut held = None;
        for _ in 0..PATCH_TRIES {
            let Some(old) = self.store.user(id).await?.filter(&holds) else {
                return Ok(None);
            };
            patch.condition.check(old.version)?;
            if let (Some(password), None) = (&patch.password, &hash) {
                let email = patch
                    .email
                    .as_ref()
                    .or(old.email.as_ref())
                    .map_or("", Email::written);
                let name = patch.name.as_deref().unwrap_or(&old.name);
                hash = Some(
                    self.passwords
                        .hash(password, &[name, email], password_pointer)
                        .await?,
                );
            }
            let new = self.patched(&old, &patch, hash.as_deref(), keep);
            if new == old {
                return Ok(Some(old));
            }
            self.governing.check(by, &old, &new, &mut held).await?;
            let new = User {
                version: old.version + 1,
                updated_at: self.source.now(),
                ..new
            };
            if self
                .store
                .replace_user(&new, old.version)
                .await
                .map_err(email_taken)?
            {
                if new.epoch > old.epoch {
                    self.revocations.add(Revoked::User {
                        id,
                        epoch: new.epoch,
                        keep: new.epoch_keep,
                    });
                }
                self.record_changes(by, &old, &new).await;
                if identity_of(&new) != identity_of(&old) {
                    self.post.tell_of_new_address(&old, &new).await;
                }
                return Ok(Some(new));
            }
            if turn.is_none() {
                turn = Some(self.turns.of(id).await?);
            }
        }
        Err(too_contended())
    }

    /// Records what of a change concerns security.
    async fn record_changes(&self, by: By<'_>, old: &User, new: &User) {
        let of = |kind| Entry::of(kind).to(new.id);
        let disabled = if new.disabled {
            AuditKind::UserDisabled
        } else {
            AuditKind::UserEnabled
        };
        for (has_changed, entry) in [
            (old.password != new.password, of(AuditKind::PasswordChanged)),
            (identity_of(old) != identity_of(new), of(AuditKind::EmailChanged)),
            (old.role != new.role, of(AuditKind::RoleChanged).role(new.role)),
            (old.disabled != new.disabled, of(disabled)),
            (
                !old.email_verified && new.email_verified,
                of(AuditKind::EmailVerified),
            ),
        ] {
            if has_changed {
                self.audit.record(by, entry).await;
            }
        }
    }

    fn patched(&self, old: &User, patch: &UserPatch, hash: Option<&str>, keep: Option<Id>) -> User {
        let mut new = old.clone();
        if let Some(name) = &patch.name {
            new.name.clone_from(name);
        }
        if let Some(email) = &patch.email
            && new.email.as_ref() != Some(email)
        {
            let was_verified = new.email_verified;
            let is_same_address = new.identities.contains(&email_identity(email));
            new.set_email(email.clone());
            // Only written in another way: still the address that was verified.
            new.email_verified = was_verified && is_same_address;
        }
        new.email_verified = patch.email_verified.unwrap_or(new.email_verified);
        if let Some(hash) = hash {
            new.password = Some(hash.to_owned());
            if new.email_verified && !old.email_verified {
                // Whoever has the address takes over what somebody else may have made with it: their ways in go,
                // and what they ask for or read by.
                new.identities.retain(|identity| provider_of(identity).is_none());
                new.factors = Factors::default();
                new.calendar = None;
            }
        }
        if let Some(time_zone) = patch.time_zone {
            new.time_zone = time_zone;
        }
        if let Some(language) = &patch.language {
            new.language.clone_from(language);
        }
        if let Some(digest) = patch.digest {
            new.digest = digest;
        }
        if new.digest != old.digest || new.time_zone != old.time_zone {
            new.arm_digest(self.source.now());
        }
        new.week_start = patch.week_start.unwrap_or(new.week_start);
        new.role = patch.role.unwrap_or(new.role);
        new.disabled = patch.disabled.unwrap_or(new.disabled);
        let is_lowered = new.role < old.role;
        let is_shut = new.disabled && !old.disabled;
        if hash.is_some() || is_lowered || is_shut {
            // A session may be kept only by whoever changes their own password.
            new.end_sessions(keep.filter(|_| !is_lowered && !is_shut), self.source.now());
        }
        new
    }
}

fn identity_of(user: &User) -> Option<String> {
    user.email.as_ref().map(email_identity)
}
