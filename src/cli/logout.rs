//! `rondo logout`: ends the session at the service, and forgets the credentials in any case.

use clap::Args;

use super::remote::{Flags, Site, warn};
use crate::client::oauth::Provider;
use crate::client::{Result, Wire, remote};

#[derive(Args)]
pub struct Logout {
    #[command(flatten)]
    flags: Flags,
}

impl Logout {
    pub async fn run(self) -> Result<()> {
        let site = Site::of(self.flags)?;
        let locked = site.vault.lock()?;
        let mut kept = locked.read()?;
        let entry = kept
            .take(&site.server)
            .ok_or_else(|| remote::nobody(&site.server))?;
        // First here: whatever becomes of the rest, nothing is left on this machine.
        locked.write(&kept)?;
        drop(locked);
        let provider = Provider::of_entry(&site.server, &entry)?;
        let wire = Wire::new(provider.place(), site.flags.debug)?;
        match provider.revoke(&wire, &entry).await {
            Ok(()) => site.tell(format_args!("signed out of {}", site.server)),
            Err(failure) => {
                site.tell(format_args!("signed out of {} on this machine", site.server))?;
                warn(&format!(
                    "{}; there the session goes on until it ends by itself, or is ended in the list of sessions",
                    failure.words()
                ));
                Ok(())
            }
        }
    }
}
