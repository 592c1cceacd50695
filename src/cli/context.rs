use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anstream::AutoStream;
use anyhow::Context as _;
use clap::{ArgAction, Args, ValueHint};

use super::{Answer, Exit, Failure};
use crate::facts::Date;
use crate::files::Disk;
use crate::report;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    Always,
    Never,
}

/// The options that every command has.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Work on this repository [default: the enclosing git root, else the current folder]
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    repo: Option<PathBuf>,
    /// Colour the output: auto, always or never (`NO_COLOR` is honoured)
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    color: Color,
    /// Print errors and results only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more of what is being done
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
}

/// What a command may use of the world: its output, the repository, the clock.
pub(crate) struct Context {
    global: Global,
    out: BufWriter<AutoStream<io::Stdout>>,
    /// Whether stdout shows no colours.
    plain: bool,
    err: AutoStream<io::Stderr>,
}

impl Context {
    pub(super) fn new(global: Global) -> Self {
        let choice = match global.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        let out = AutoStream::new(io::stdout(), choice);
        let plain = out.current_choice() == anstream::ColorChoice::Never;
        Self { global, out: BufWriter::new(out), plain, err: AutoStream::new(io::stderr(), choice) }
    }

    /// The repository that the command works on.
    pub(crate) fn repository(&self) -> anyhow::Result<Disk> {
        match &self.global.repo {
            Some(dir) => {
                Disk::open(dir).with_context(|| format!("cannot open the repository `{}`", dir.display()))
            }
            None => Disk::discover(&PathBuf::from(".")).context("cannot open the current folder"),
        }
    }

    /// The repository that the given paths lie in; without any, the one that the command works on. A folder
    /// in no git repository is one by itself.
    pub(crate) fn repository_of(&self, paths: &[PathBuf]) -> anyhow::Result<Disk> {
        match (&self.global.repo, paths.first()) {
            (None, Some(path)) => {
                let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(path) };
                let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                Disk::discover(folder).with_context(|| format!("cannot open `{}`", path.display()))
            }
            _ => self.repository(),
        }
    }

    /// Today (UTC): `SOURCE_DATE_EPOCH` where it is set, so that a run can be repeated, else the clock.
    pub(crate) fn today() -> anyhow::Result<Date> {
        let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
            Ok(text) => text.parse().with_context(|| {
                format!("SOURCE_DATE_EPOCH is `{text}`, expected seconds since 1970-01-01")
            })?,
            Err(_) => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        };
        Ok(Date::from_unix_seconds(seconds))
    }

    /// Whether `-v` was given at least `times` times.
    pub(crate) fn is_verbose(&self, times: u8) -> bool {
        self.global.verbose >= times
    }

    /// Prints a result to stdout. Anything that looks like a token is masked.
    pub(crate) fn print(&mut self, text: &str) -> io::Result<()> {
        let text = report::redact(text);
        if self.plain {
            // Stripped before the buffer: the stream would write every piece between two colours by itself.
            return write!(self.out, "{}", anstream::adapter::strip_str(&text));
        }
        self.out.write_all(text.as_bytes())
    }

    /// Prints JSON to stdout, indented, with a final line break.
    pub(crate) fn print_json(&mut self, value: &impl serde::Serialize) -> Result<(), Failure> {
        let mut text = serde_json::to_string_pretty(value)?;
        text.push('\n');
        Ok(self.print(&text)?)
    }

    /// Whether somebody is there to answer: stdin and stderr are a terminal.
    pub(crate) fn is_interactive() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a question on stderr, `--quiet` or not; anything but `y` or `yes` means no.
    pub(crate) fn confirm(&mut self, question: &str) -> io::Result<bool> {
        self.complain(&format!("{question} [y/N] "));
        self.err.flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Says something on stderr, unless `--quiet`: progress, warnings, next steps. Never a result.
    pub(crate) fn note(&mut self, text: &str) {
        if !self.global.quiet {
            self.complain(text);
        }
    }

    /// Flushes stdout, reports a failure on stderr and answers how the process ends.
    pub(super) fn finish(mut self, answer: Answer) -> Exit {
        let answer = answer.and_then(|exit| Ok(self.out.flush().map(|()| exit)?));
        match answer {
            Ok(exit) => exit,
            Err(failure) if failure.is_closed_pipe() => Exit::Clean,
            Err(Failure::Findings(findings)) => {
                self.complain(&report::text::findings(&findings));
                Exit::Wrong
            }
            Err(Failure::Message(error)) => {
                let style = anstyle::AnsiColor::Red.on_default().bold();
                self.complain(&format!("{style}error{style:#}: {error:#}\n"));
                Exit::Wrong
            }
        }
    }

    fn complain(&mut self, text: &str) {
        // Where stderr is closed there is nobody left to tell.
        let _ = self.err.write_all(report::redact(text).as_bytes());
    }
}
