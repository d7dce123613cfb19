//! The host, as the binary `takt` runs it.

use std::process::ExitCode;

fn main() -> ExitCode {
    takt::cli::main()
}
