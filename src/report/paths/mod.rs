//! The publish paths for people and programs: text, JSON, mermaid, SVG.
//!
//! A picture goes from the package to the command, the credential, the guard and those who can reach it. It
//! is grouped by file, and equal nodes are drawn as one.

mod fit;
mod layout;
mod mermaid;
mod rows;
mod style;
mod svg;
#[cfg(test)]
mod tests;
mod text;

use rows::{Group, Symbol, Tone};

use super::{json, pretty};
use crate::ci::{Model, PathSummary};

/// An output format of `paths`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// A flowchart as Markdown renderers draw it
    Mermaid,
    /// A picture by itself, for light and dark pages
    Svg,
}

#[derive(serde::Serialize)]
struct Answer {
    schema: u8,
    publish_paths: Vec<PathSummary>,
}

/// The paths of `model` in `format`, with a final line break.
pub fn render(model: &Model, format: Format) -> String {
    match format {
        Format::Text => text::text(model),
        Format::Json => pretty(&Answer { schema: 1, publish_paths: json::publish_paths(&model.paths) }),
        Format::Mermaid => mermaid::flowchart(&rows::groups(model)),
        Format::Svg => svg::picture(&rows::groups(model)),
    }
}

/// `3 ways to publish a package: 1 with a stored token, 2 by identity alone`.
fn summary(groups: &[Group]) -> String {
    let rows = || groups.iter().flat_map(|group| &group.rows);
    let count = |is: &dyn Fn(&rows::Cell) -> bool| -> usize {
        rows().filter(|row| is(&row.cells[2])).map(|row| row.paths).sum()
    };
    let all = count(&|_| true);
    if all == 0 {
        return "Nothing seen here publishes a package to an npm registry".to_owned();
    }
    let loud = count(&|cell| cell.tone == Tone::Loud);
    let calm = count(&|cell| cell.symbol == Symbol::Identity);
    let counts =
        [(loud, "with a stored token"), (calm, "by identity alone"), (all - loud - calm, "otherwise")];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, how)| if *count == all { (*how).to_owned() } else { format!("{count} {how}") })
        .collect();
    let ways = if all == 1 { "1 way".to_owned() } else { format!("{all} ways") };
    format!("{ways} to publish a package: {}", parts.join(", "))
}
