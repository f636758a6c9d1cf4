//! The binary: parses the command line and calls one command.

/// A page of to-dos is a hundred small strings: the system's allocator takes a quarter of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    rondo::cli::run()
}
