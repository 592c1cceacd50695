//! One file per command. The only room that touches stdout, stderr, the exit code and the environment.

use std::process::ExitCode;

/// Runs the command line and answers the process's exit code.
pub fn run() -> ExitCode {
    ExitCode::SUCCESS
}
