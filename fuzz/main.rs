//! A mutation fuzzer for the stable toolchain: no input may crash, hang or break an invariant.
//!
//! `cargo run --profile bench --example fuzz -- --target yaml --minutes 60 --seed 1`
//!
//! The parent starts itself as a worker and watches it. The worker writes every input to a file before it
//! tries it, so that a panic, an exhausted stack, a hang and memory that runs away all leave the input behind;
//! the parent keeps it in the folder of findings and starts the next worker. Inputs that show a trait not seen
//! before (an error, a rule, a kind of command) become seeds. `--replay FILE` tries one input in this process.

// The fuzzer says what it found.
#![allow(clippy::print_stdout)]

mod dictionary;
mod mutate;
mod seeds;
mod targets;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use targets::Target;

/// Throws mutated inputs at one part of trustpub and keeps those that break it
#[derive(Debug, Parser)]
struct Args {
    /// What to fuzz
    #[arg(long, value_enum)]
    target: Target,
    /// How long to run
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// Where the random numbers start; equal seeds try equal inputs
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where findings are kept
    #[arg(long, default_value = "target/fuzz")]
    findings: PathBuf,
    /// A folder with real repositories, whose CI files become seeds
    #[arg(long)]
    corpus: Option<PathBuf>,
    /// Try this input alone
    #[arg(long)]
    replay: Option<PathBuf>,
    /// Be the process that tries the inputs
    #[arg(long, hide = true)]
    worker: bool,
}

fn main() -> std::io::Result<ExitCode> {
    let args = Args::parse();
    if let Some(file) = &args.replay {
        args.target.run(&String::from_utf8_lossy(&std::fs::read(file)?));
        return Ok(ExitCode::SUCCESS);
    }
    std::fs::create_dir_all(&args.findings)?;
    let run = watch::Run {
        target: args.target,
        seed: args.seed,
        limit: Duration::from_secs_f64(args.minutes * 60.0),
        findings: args.findings,
        corpus: args.corpus,
    };
    if args.worker {
        watch::work(&run)?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(if watch::watch(&run)? == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
