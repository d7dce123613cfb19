//! The command `takt`.

use std::process::ExitCode;

fn main() -> ExitCode {
    takt::cli::main()
}
