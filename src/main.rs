//! The binary: parses the command line and calls one command.

fn main() -> std::process::ExitCode {
    rondo::cli::run()
}
