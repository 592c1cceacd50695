//! A mermaid flowchart. Checked against mermaid's own parser by `tests/lint`.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use super::rows::{Cell, Group, Row, Tone};
use super::{fit, summary};

/// Mermaid refuses longer texts (its default `maxTextSize`, in bytes to be safe).
const MOST_TEXT: usize = 48_000;
/// Mermaid refuses more edges (its default `maxEdges`).
const MOST_EDGES: usize = 480;

/// Fill and ink are set together where either is, so that both themes can be read.
const CLASSES: &str = "  classDef loud fill:#cf222e,stroke:#82071e,color:#ffffff,stroke-width:4px
  classDef warn stroke:#bf8700,stroke-width:2px,stroke-dasharray:6 3
  classDef calm stroke:#2da44e,stroke-width:2px
";

/// The flowchart: with all details, without them where it would be too long, and in the end only as many paths
/// as mermaid draws.
pub(super) fn flowchart(groups: &[Group]) -> String {
    let rows: usize = groups.iter().map(|group| group.rows.len()).sum();
    let fits = |chart: &Chart| chart.out.len() <= MOST_TEXT && chart.edges <= MOST_EDGES;
    let (mut low, mut high) = (0, rows);
    for details in [true, false] {
        let chart = Chart::of(groups, rows, details);
        if fits(&chart) {
            return chart.out;
        }
    }
    while low + 1 < high {
        let middle = low.midpoint(high);
        if fits(&Chart::of(groups, middle, false)) { low = middle } else { high = middle }
    }
    Chart::of(groups, low, false).out
}

struct Chart {
    out: String,
    nodes: usize,
    edges: usize,
}

impl Chart {
    /// The first `most` rows of all groups.
    fn of(groups: &[Group], most: usize, details: bool) -> Self {
        let mut out = String::from("flowchart LR\n");
        let _ = writeln!(out, "  accTitle: How packages are published from here");
        let _ = writeln!(out, "  accDescr: {}", summary(groups));
        out.push_str(CLASSES);
        let mut chart = Self { out, nodes: 0, edges: 0 };
        let mut left = most;
        for (index, group) in groups.iter().enumerate() {
            let rows = &group.rows[..group.rows.len().min(left)];
            left -= rows.len();
            if !rows.is_empty() {
                chart.group(index, group, rows, details);
            }
        }
        let all: usize = groups.iter().map(|group| group.rows.len()).sum();
        if all > most {
            let more = format!("and {} more: trustpub paths --format svg", all - most);
            let _ = writeln!(chart.out, "  more[\"{}\"]", escaped(&more));
        }
        if all == 0 {
            let _ = writeln!(chart.out, "  none[\"{}\"]", escaped(&summary(groups)));
        }
        chart
    }

    fn group(&mut self, index: usize, group: &Group, rows: &[Row], details: bool) {
        let called = group.started.map(|how| format!(" ({how})")).unwrap_or_default();
        let title = escaped(&format!("{}: {}{called}", group.provider, group.file));
        let _ = writeln!(self.out, "  subgraph f{index}[\"{title}\"]\n    direction LR");
        // A node is one with another where all that follows is the same, so that every path can be told.
        let mut known: HashMap<&[Cell], usize> = HashMap::new();
        let mut drawn: HashSet<(usize, usize)> = HashSet::new();
        for row in rows {
            let mut before = None;
            for column in 0..row.cells.len() {
                let from_here = &row.cells[column..];
                let id = if let Some(id) = known.get(from_here) {
                    *id
                } else {
                    let id = self.node(column, &row.cells[column], details);
                    known.insert(from_here, id);
                    id
                };
                if let Some(before) = before.replace(id)
                    && drawn.insert((before, id))
                {
                    self.edges += 1;
                    let _ = writeln!(self.out, "    n{before} --> n{id}");
                }
            }
        }
        self.out.push_str("  end\n");
    }

    fn node(&mut self, column: usize, cell: &Cell, details: bool) -> usize {
        let id = self.nodes;
        self.nodes += 1;
        let mut label = escaped(&cell.title);
        if details {
            for detail in &cell.details {
                let _ = write!(label, "<br/>{}", escaped(detail));
            }
        }
        let (open, close) = match (column, cell.tone) {
            (_, Tone::Loud) => ("{{", "}}"),
            (0 | 4, _) => ("([", "])"),
            _ => ("[", "]"),
        };
        let class = match cell.tone {
            Tone::Loud => ":::loud",
            Tone::Warn => ":::warn",
            Tone::Calm => ":::calm",
            Tone::Plain => "",
        };
        let _ = writeln!(self.out, "    n{id}{open}\"{label}\"{close}{class}");
        id
    }
}

/// A text for a quoted label: whatever mermaid, Markdown or HTML could take for its own is a character reference.
fn escaped(text: &str) -> String {
    let text = fit::shortened(text);
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        // `1. ` and `- ` would begin a list.
        let list = matches!(c, '.' | ')' | '-') && characters.peek() == Some(&' ');
        let plain = matches!(c, ' ' | '-' | '.' | ',' | '/' | ':' | '@' | '(' | ')');
        if c.is_alphanumeric() || !c.is_ascii() || plain && !list {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}
