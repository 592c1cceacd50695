//! Where everything stands: rows under each other, equal neighbours as one node. All numbers are pixels.

use super::fit::{self, Font};
use super::rows::{Cell, Group};

/// Room around everything and around a group's rows.
pub(super) const MARGIN: usize = 16;
/// Widths of the columns.
pub(super) const WIDTHS: [usize; 5] = [190, 260, 190, 220, 220];
/// Room between two columns, where the arrows are.
pub(super) const GAP: usize = 28;
/// Room between two rows.
const ROW_GAP: usize = 8;
/// What stands above the rows of a group: its file.
pub(super) const GROUP_HEAD: usize = 38;
/// From a node's left edge to its words: the symbol stands there.
pub(super) const INDENT: usize = 34;
/// From a node's edge to its words, elsewhere.
const PAD: usize = 9;
/// Font sizes and line heights of titles and details.
const TITLE: (usize, usize) = (13, 17);
const DETAIL: (usize, usize) = (11, 14);
/// No node is higher than so many rows.
const LONGEST_RUN: usize = 10;
/// A title or detail has at most so many lines.
const LINES: usize = 2;

/// One node.
pub(super) struct Node<'g> {
    pub(super) cell: &'g Cell,
    pub(super) column: usize,
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) words: Vec<Line>,
}

/// A line of a node's words.
pub(super) struct Line {
    pub(super) text: String,
    pub(super) title: bool,
    /// The base line.
    pub(super) y: usize,
}

/// A group with its nodes and arrows, within the picture.
pub(super) struct Placed<'g> {
    pub(super) group: &'g Group,
    pub(super) y: usize,
    pub(super) height: usize,
    pub(super) nodes: Vec<Node<'g>>,
    /// Left end, and the height at which it points right over [`GAP`].
    pub(super) arrows: Vec<(usize, usize)>,
}

/// The picture's width.
pub(super) fn width() -> usize {
    left(WIDTHS.len() - 1) + WIDTHS[WIDTHS.len() - 1] + 2 * MARGIN
}

/// The left edge of a column.
pub(super) fn left(column: usize) -> usize {
    2 * MARGIN + WIDTHS[..column].iter().sum::<usize>() + column * GAP
}

/// A run of equal cells: the rows from `start` to before `end`.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
}

/// The words of a cell, their heights counted from its top, and how high it must be.
fn words(cell: &Cell, column: usize) -> (Vec<Line>, usize) {
    let room = WIDTHS[column] - INDENT - PAD;
    let mut out = Vec::new();
    let mut height = PAD;
    let mut add = |text: &str, title: bool| {
        let (size, step) = if title { TITLE } else { DETAIL };
        let font = Font { size, bold: title, mono: title && column < 2 };
        for text in fit::lines(text, room, font, LINES) {
            height += step;
            out.push(Line { text, title, y: height - step / 4 });
        }
    };
    add(&cell.title, true);
    cell.details.iter().for_each(|detail| add(detail, false));
    (out, height + PAD)
}

/// Places `group` with its top at `y`.
pub(super) fn place(group: &Group, y: usize) -> Placed<'_> {
    let runs: Vec<Vec<Run>> = (0..WIDTHS.len()).map(|column| runs(group, column)).collect();
    let mut heights = vec![0; group.rows.len()];
    let all =
        || runs.iter().enumerate().flat_map(|(column, runs)| runs.iter().map(move |run| (column, *run)));
    let need = |column: usize, run: Run| words(&group.rows[run.start].cells[column], column).1;
    for (column, run) in all().filter(|(_, run)| run.end == run.start + 1) {
        heights[run.start] = heights[run.start].max(need(column, run));
    }
    for (column, run) in all().filter(|(_, run)| run.end > run.start + 1) {
        let has: usize =
            heights[run.start..run.end].iter().sum::<usize>() + ROW_GAP * (run.end - run.start - 1);
        heights[run.end - 1] += need(column, run).saturating_sub(has);
    }
    let mut tops = Vec::with_capacity(heights.len());
    let mut below = y + GROUP_HEAD;
    for height in &heights {
        tops.push(below);
        below += height + ROW_GAP;
    }
    let bottom = |row: usize| tops[row] + heights[row];
    let node = |column: usize, run: Run| {
        let cell = &group.rows[run.start].cells[column];
        let (y, height) = (tops[run.start], bottom(run.end - 1) - tops[run.start]);
        let (mut words, needed) = words(cell, column);
        let shift = y + (height - needed) / 2;
        for line in &mut words {
            line.y += shift;
        }
        Node { cell, column, x: left(column), y, width: WIDTHS[column], height, words }
    };
    let nodes = all().map(|(column, run)| node(column, run)).collect();
    let mut arrows = Vec::new();
    for column in 1..WIDTHS.len() {
        for (from, to) in meeting(&runs[column - 1], &runs[column]) {
            let (start, end) = (from.start.max(to.start), from.end.min(to.end));
            arrows.push((left(column) - GAP, tops[start].midpoint(bottom(end - 1))));
        }
    }
    Placed { group, y, height: below - y, nodes, arrows }
}

/// Neighbours that are equal in a column, in pieces: where a node is, its words must not be far.
fn runs(group: &Group, column: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (row, cells) in group.rows.iter().enumerate() {
        match runs.last_mut() {
            Some(run)
                if row - run.start < LONGEST_RUN
                    && group.rows[run.start].cells[column] == cells.cells[column] =>
            {
                run.end = row + 1;
            }
            _ => runs.push(Run { start: row, end: row + 1 }),
        }
    }
    runs
}

/// The runs of two columns that share a row, in order.
fn meeting(left: &[Run], right: &[Run]) -> Vec<(Run, Run)> {
    let (mut a, mut b) = (0, 0);
    let mut out = Vec::new();
    while let (Some(from), Some(to)) = (left.get(a), right.get(b)) {
        out.push((*from, *to));
        a += usize::from(from.end <= to.end);
        b += usize::from(to.end <= from.end);
    }
    out
}
