//! The command `takt`.

use std::process::ExitCode;

/// Runs make and drop many small values, on threads that hand them to one another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    takt::cli::main()
}
