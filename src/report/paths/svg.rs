//! A self-contained SVG: no script, no font, no address but its own name space.

use std::fmt::Write as _;

use super::layout::{self, GAP, GROUP_HEAD, MARGIN, Node, Placed};
use super::rows::{COLUMNS, Group, Tone};
use super::{fit, style, summary};
use crate::report::xml::Xml;

const NAMESPACE: &str = "http://www.w3.org/2000/svg";
const HEADING: &str = "How packages are published from here";
/// What stands above the first group: heading, summary, names of the columns.
const TOP: usize = 96;
/// The font of a file's name.
const FILE: fit::Font = fit::Font { size: 13, bold: true, mono: true };
/// So many paths are told in words to those who cannot see the picture.
const TOLD: usize = 40;

/// The picture of all groups.
pub(super) fn picture(groups: &[Group]) -> String {
    let mut placed = Vec::new();
    let mut below = if groups.is_empty() { TOP - 32 } else { TOP };
    for group in groups {
        let group = layout::place(group, below);
        below += group.height + MARGIN;
        placed.push(group);
    }
    let (width, height) = (layout::width().to_string(), (below + MARGIN / 2).to_string());
    let summary = summary(groups);
    let mut xml = Xml::new();
    let size = format!("0 0 {width} {height}");
    xml.open(
        "svg",
        &[
            ("xmlns", NAMESPACE),
            ("width", &width),
            ("height", &height),
            ("viewBox", &size),
            ("role", "img"),
            ("aria-labelledby", "title desc"),
        ],
    );
    xml.text("title", &[("id", "title")], HEADING);
    xml.text("desc", &[("id", "desc")], &description(groups, &summary));
    xml.text("style", &[], style::SHEET);
    xml.empty("rect", &[("class", "page"), ("width", &width), ("height", &height)]);
    words(&mut xml, MARGIN, 32, "head", HEADING);
    words(&mut xml, MARGIN, 56, "sum", &summary);
    if !groups.is_empty() {
        for (column, name) in COLUMNS.iter().enumerate() {
            words(&mut xml, layout::left(column), TOP - 12, "col", name);
        }
    }
    for group in &placed {
        draw(&mut xml, group);
    }
    xml.close("svg");
    xml.finish()
}

fn draw(xml: &mut Xml, placed: &Placed<'_>) {
    let group = placed.group;
    xml.open("g", &[]);
    rect(xml, "card", [MARGIN, placed.y, layout::width() - 2 * MARGIN, placed.height], "8");
    // The file is written over the columns, as long as it may be.
    let file = &fit::lines(&group.file, 700, FILE, 1).concat();
    let called = group.started.map(|how| format!(" · {how}")).unwrap_or_default();
    xml.open("text", &[("x", &(2 * MARGIN).to_string()), ("y", &(placed.y + GROUP_HEAD - 14).to_string())]);
    xml.text("tspan", &[("class", "file mono")], file);
    xml.text("tspan", &[("class", "by"), ("dx", "10")], &format!("{}{called}", group.provider));
    xml.close("text");
    for (x, y) in &placed.arrows {
        let tip = x + GAP - 4;
        xml.empty("path", &[("class", "arrow"), ("d", &format!("M{} {y}H{}", x + 4, tip - 5))]);
        let head = format!("M{tip} {y}l-7 -4v8Z");
        xml.empty("path", &[("class", "tip"), ("d", &head)]);
    }
    for node in &placed.nodes {
        draw_node(xml, node);
    }
    xml.close("g");
}

fn draw_node(xml: &mut Xml, node: &Node<'_>) {
    let tone = node.cell.tone;
    xml.open("g", &[]);
    let whole: Vec<&str> =
        std::iter::once(&node.cell.title).chain(&node.cell.details).map(String::as_str).collect();
    xml.text("title", &[], &whole.join("\n"));
    rect(xml, style::class(tone), [node.x, node.y, node.width, node.height], "6");
    let top = node.words.first().map_or(node.y, |line| line.y);
    let at = format!("translate({} {})", node.x + 10, top - 13);
    xml.empty(
        "path",
        &[("class", style::symbol_class(tone)), ("transform", &at), ("d", style::lines(node.cell.symbol))],
    );
    for line in &node.words {
        let mut class = String::from(if line.title { "t" } else { "d" });
        if line.title && node.column < 2 {
            class.push_str(" mono");
        }
        if tone == Tone::Loud {
            class.push_str(" on-loud");
        }
        words(xml, node.x + layout::INDENT, line.y, &class, &line.text);
    }
    xml.close("g");
}

fn words(xml: &mut Xml, x: usize, y: usize, class: &str, text: &str) {
    xml.text("text", &[("x", &x.to_string()), ("y", &y.to_string()), ("class", class)], text);
}

fn rect(xml: &mut Xml, class: &str, numbers: [usize; 4], round: &str) {
    let [x, y, width, height] = numbers.map(|number| number.to_string());
    xml.empty(
        "rect",
        &[("class", class), ("x", &x), ("y", &y), ("width", &width), ("height", &height), ("rx", round)],
    );
}

/// The picture in words.
fn description(groups: &[Group], summary: &str) -> String {
    let mut out = format!("{summary}.");
    let rows = groups.iter().flat_map(|group| group.rows.iter().map(move |row| (group, row)));
    let all = rows.clone().count();
    for (group, row) in rows.take(TOLD) {
        let [package, command, credential, guard, reach] = &row.cells;
        let _ = write!(
            out,
            " {}: {} by {}; {}; {}; {}.",
            group.file, package.title, command.title, credential.title, guard.title, reach.title
        );
    }
    if all > TOLD {
        let _ = write!(out, " And {} more.", all - TOLD);
    }
    out
}
