//! The worker that tries inputs, and the parent that watches it.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::mutate::{Random, mutate};
use crate::seeds;
use crate::targets::Target;

/// An input that takes longer is ended, and a finding.
const HANG: Duration = Duration::from_secs(20);
/// An input that takes longer is a finding: the slowest honest one takes milliseconds, but the machine may be busy.
const SLOW: Duration = Duration::from_secs(4);
/// A worker that holds more is ended, and a finding.
const MEMORY_PAGES: u64 = (1 << 30) / 4096;
/// How often the worker says how far it is, in inputs.
const REPORT: u64 = 200;

/// What to fuzz, from where and for how long.
pub(crate) struct Run {
    pub(crate) target: Target,
    pub(crate) seed: u64,
    pub(crate) limit: Duration,
    /// The folder of findings.
    pub(crate) findings: PathBuf,
    /// A folder with real repositories.
    pub(crate) corpus: Option<PathBuf>,
}

impl Run {
    /// Where the worker leaves the input that it tries.
    fn current(&self) -> PathBuf {
        self.findings.join(format!("{}-{}.current", self.target.name(), self.seed))
    }
}

/// Tries inputs until the time has passed, and prints how many.
pub(crate) fn work(run: &Run) -> std::io::Result<()> {
    let mut seeds = seeds::of(run.target, run.corpus.as_deref());
    let mut seen = HashSet::new();
    for seed in &seeds {
        seen.extend(run.target.run(seed));
    }
    let (mut random, current) = (Random::new(run.seed), run.current());
    let (start, mut tried) = (Instant::now(), 0u64);
    let mut out = std::io::stdout();
    while start.elapsed() < run.limit {
        let (base, other) = (random.below(seeds.len()), random.below(seeds.len()));
        let input = mutate(&mut random, &seeds[base], &seeds[other]);
        std::fs::write(&current, &input)?;
        let began = Instant::now();
        let traits = run.target.run(&input);
        if began.elapsed() > SLOW {
            let kept = run.findings.join(format!("{}-{}-slow-{tried}.txt", run.target.name(), run.seed));
            std::fs::write(&kept, &input)?;
            writeln!(out, "slow {:?} {}", began.elapsed(), kept.display())?;
        }
        let known = seen.len();
        seen.extend(traits);
        if seen.len() > known {
            seeds.push(input);
        }
        tried += 1;
        if tried.is_multiple_of(REPORT) {
            writeln!(out, "{tried}")?;
        }
    }
    writeln!(out, "{tried}")?;
    writeln!(out, "{} seeds, {} traits", seeds.len(), seen.len())
}

/// Runs workers until the time has passed; gives how many inputs broke one or were slow.
pub(crate) fn watch(run: &Run) -> std::io::Result<u64> {
    let (start, mut tried, mut broken, mut slow) = (Instant::now(), 0, 0, 0);
    while let Some(left) = run.limit.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
        let seed = run.seed.wrapping_add(broken);
        let worker =
            Run { seed, limit: left, findings: run.findings.clone(), corpus: run.corpus.clone(), ..*run };
        let ended = one_worker(&worker)?;
        tried += ended.tried;
        slow += ended.slow;
        if ended.whole {
            break;
        }
        broken += 1;
        let kept = run.findings.join(format!("{}-{seed}.txt", run.target.name()));
        std::fs::copy(worker.current(), &kept)?;
        println!("broken by {}", kept.display());
    }
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    println!("{}: {tried} inputs in {minutes:.1} minutes, {broken} broke it, {slow} slow", run.target.name());
    Ok(broken + slow)
}

/// How a worker ended.
struct Ended {
    tried: u64,
    slow: u64,
    /// Whether it came to its end.
    whole: bool,
}

fn one_worker(run: &Run) -> std::io::Result<Ended> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--worker", "--target", &run.target.name(), "--seed", &run.seed.to_string()]);
    command.args(["--minutes", &(run.limit.as_secs_f64() / 60.0).to_string()]);
    command.arg("--findings").arg(&run.findings);
    command.args(run.corpus.iter().flat_map(|folder| [Path::new("--corpus"), folder]));
    let mut worker = command.stdout(Stdio::piped()).spawn()?;
    let counts = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
    let shared = Arc::clone(&counts);
    let output = worker.stdout.take().expect("it was asked for");
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Ok(tried) = line.parse() {
                shared[0].store(tried, Ordering::Relaxed);
                continue;
            }
            shared[1].fetch_add(u64::from(line.starts_with("slow")), Ordering::Relaxed);
            println!("{line}");
        }
    });
    let whole = wait(&mut worker, &run.current())?;
    reader.join().expect("it only reads lines");
    let [tried, slow] = [0, 1].map(|index: usize| counts[index].load(Ordering::Relaxed));
    Ok(Ended { tried, slow, whole })
}

/// Whether the worker ended well; one that hangs over an input or takes all memory is ended.
fn wait(worker: &mut Child, current: &Path) -> std::io::Result<bool> {
    let started = Instant::now();
    loop {
        if let Some(status) = worker.try_wait()? {
            return Ok(status.success());
        }
        let written = current.metadata().and_then(|metadata| metadata.modified());
        let age = written.ok().and_then(|written| written.elapsed().ok()).unwrap_or_default();
        let hangs = age > HANG && started.elapsed() > HANG;
        if hangs || resident_pages(worker).is_some_and(|pages| pages > MEMORY_PAGES) {
            worker.kill()?;
            worker.wait()?;
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// How many pages of memory the worker holds, where the system tells (Linux).
fn resident_pages(worker: &Child) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{}/statm", worker.id())).ok()?;
    text.split(' ').nth(1)?.parse().ok()
}
