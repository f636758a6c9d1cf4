//! What an import takes of the account that was exported: when the daily digest comes, if that is not chosen yet.

use super::Transfer;
use crate::error::Result;
use crate::model::{Caller, Scope, TimeOfDay, Timestamp, User, Zone};
use crate::service::{PATCH_TRIES, too_contended};

/// Settings in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settings {
    pub time_zone: Option<Zone>,
    pub digest: Option<TimeOfDay>,
}

impl Transfer {
    /// Gives the caller's account the digest of the file, and the zone by whose clocks it comes, each if there is
    /// none yet; nothing if the caller may not change the account.
    ///
    /// # Errors
    /// If the store does not answer.
    pub(super) async fn take_settings(
        &self,
        caller: &Caller,
        settings: Settings,
        now: Timestamp,
    ) -> Result<()> {
        if settings.digest.is_none() || !caller.scopes.contains(Scope::Profile) {
            return Ok(());
        }
        for _ in 0..PATCH_TRIES {
            let old = self.store.user(caller.user_id).await?;
            let Some(old) = old.filter(|old| old.digest.is_none()) else {
                return Ok(());
            };
            let version = old.version;
            let mut new = User {
                time_zone: old.time_zone.or(settings.time_zone),
                digest: settings.digest,
                updated_at: now,
                version: version + 1,
                ..old
            };
            new.arm_digest(now);
            if self.store.replace_user(&new, version).await? {
                return Ok(());
            }
        }
        Err(too_contended())
    }
}
