use std::fmt::Write as _;

use super::rows::{self, Row, Tone};
use super::summary;
use crate::ci::Model;
use crate::text::wrap;

const BOLD: anstyle::Style = anstyle::Style::new().bold();
const DIM: anstyle::Style = anstyle::Style::new().dimmed();

/// Columns of the narrowest terminal that lines are made for.
const WIDTH: usize = 80;
/// Columns of the names before a path's words.
const NAMES: usize = 8;

/// The paths for a terminal, by file.
pub(super) fn text(model: &Model) -> String {
    let groups = rows::groups(model);
    let mut out = String::new();
    for group in &groups {
        let called = group.started.map(|how| format!(", {how}")).unwrap_or_default();
        let _ = writeln!(out, "{BOLD}{}{BOLD:#}{DIM}  {}{called}{DIM:#}", group.file, group.provider);
        group.rows.iter().for_each(|row| write(row, &mut out));
        out.push('\n');
    }
    let read = model.files;
    let files = if read == 1 { "1 CI file".to_owned() } else { format!("{read} CI files") };
    let _ = writeln!(out, "{} ({files} read).", summary(&groups));
    out
}

fn write(row: &Row, out: &mut String) {
    let [package, command, credential, guard, reach] = &row.cells;
    let _ = writeln!(out, "  {}", command.title);
    lines("", &command.details.join(" · "), DIM, out);
    if package.title != rows::UNKNOWN_PACKAGE {
        let names: Vec<&str> =
            std::iter::once(&package.title).chain(&package.details).map(String::as_str).collect();
        lines("package", &names.join(", "), anstyle::Style::new(), out);
    }
    for (name, cell) in [("with", credential), ("guard", guard), ("reach", reach)] {
        let words: Vec<&str> =
            std::iter::once(&cell.title).chain(&cell.details).map(String::as_str).collect();
        lines(name, &words.join(" · "), style(cell.tone), out);
    }
}

/// A name and its words, as many lines as these need.
fn lines(name: &str, words: &str, style: anstyle::Style, out: &mut String) {
    let indent = 4 + if name.is_empty() { 0 } else { NAMES };
    for (at, line) in wrap(words, WIDTH - indent).iter().enumerate() {
        let name = if at == 0 { name } else { "" };
        let _ = writeln!(out, "    {DIM}{name:<0$}{DIM:#}{style}{line}{style:#}", indent - 4);
    }
}

const fn style(tone: Tone) -> anstyle::Style {
    let colour = match tone {
        Tone::Loud => anstyle::AnsiColor::Red,
        Tone::Warn => anstyle::AnsiColor::Yellow,
        Tone::Calm => anstyle::AnsiColor::Green,
        Tone::Plain => return anstyle::Style::new(),
    };
    colour.on_default()
}
