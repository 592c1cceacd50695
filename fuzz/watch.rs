//! The worker that tries inputs, and the parent that watches it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::mutate::{Random, mutate};
use crate::seeds;
use crate::targets::Target;

/// An input that takes longer is a finding: the slowest honest one takes milliseconds, the machine may be busy.
const HANG: Duration = Duration::from_secs(20);
/// How often the worker says how far it is, in inputs.
const REPORT: u64 = 200;

/// Tries inputs until `limit` has passed, and prints how many.
pub(crate) fn work(target: Target, seed: u64, limit: Duration, current: &Path) -> std::io::Result<()> {
    let seeds = seeds::of(target);
    let mut random = Random::new(seed);
    let (start, mut tried) = (Instant::now(), 0u64);
    let mut out = std::io::stdout();
    while start.elapsed() < limit {
        let input = mutate(&mut random, random_seed(&seeds, seed, tried), random_seed(&seeds, !seed, tried));
        std::fs::write(current, &input)?;
        target.run(&input);
        tried += 1;
        if tried.is_multiple_of(REPORT) {
            writeln!(out, "{tried}")?;
        }
    }
    writeln!(out, "{tried}")
}

fn random_seed(seeds: &[String], salt: u64, turn: u64) -> &String {
    Random::new(salt ^ turn.wrapping_mul(0x9E37_79B9)).pick(seeds)
}

/// Runs workers until `limit` has passed; gives how many inputs broke one.
pub(crate) fn watch(
    target: Target,
    seed: u64,
    limit: Duration,
    findings: &Path,
    current: &Path,
) -> std::io::Result<u64> {
    let (start, mut tried, mut found) = (Instant::now(), 0, 0);
    while let Some(left) = limit.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
        let (count, whole) = one_worker(target, seed.wrapping_add(found), left, current)?;
        tried += count;
        if whole {
            break;
        }
        found += 1;
        let kept = findings.join(format!("{}-{seed}-{found}.txt", target.name()));
        std::fs::copy(current, &kept)?;
        println!("broken by {}", kept.display());
    }
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    println!("{}: {tried} inputs in {minutes:.1} minutes, {found} findings", target.name());
    Ok(found)
}

/// How many inputs a worker tried, and whether it came to its end.
fn one_worker(target: Target, seed: u64, left: Duration, current: &Path) -> std::io::Result<(u64, bool)> {
    let mut worker = Command::new(std::env::current_exe()?)
        .args(["--worker", "--target", &target.name(), "--seed", &seed.to_string()])
        .args(["--minutes", &(left.as_secs_f64() / 60.0).to_string()])
        .arg("--findings")
        .arg(current.parent().unwrap_or(Path::new(".")))
        .stdout(Stdio::piped())
        .spawn()?;
    let tried = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&tried);
    let output = worker.stdout.take().expect("it was asked for");
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            counter.store(line.parse().unwrap_or_default(), Ordering::Relaxed);
        }
    });
    let whole = wait(&mut worker, current)?;
    reader.join().expect("it only reads numbers");
    Ok((tried.load(Ordering::Relaxed), whole))
}

/// Whether the worker ended well; one that hangs over an input is ended.
fn wait(worker: &mut Child, current: &Path) -> std::io::Result<bool> {
    let started = Instant::now();
    loop {
        if let Some(status) = worker.try_wait()? {
            return Ok(status.success());
        }
        let written = current.metadata().and_then(|metadata| metadata.modified());
        let age = written.ok().and_then(|written| written.elapsed().ok()).unwrap_or_default();
        if age > HANG && started.elapsed() > HANG {
            worker.kill()?;
            worker.wait()?;
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
