//! `rondo completions`: what a shell reads to complete our commands.

use clap::Args;
use clap_complete::Shell;

use super::{command, say_bytes};
use crate::app::StartError;

#[derive(Args)]
pub struct Completions {
    /// The shell to print it for
    shell: Shell,
}

impl Completions {
    pub fn run(self) -> Result<(), StartError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command(), "rondo", &mut script);
        say_bytes(&script)
    }
}
