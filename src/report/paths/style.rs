//! How the SVG looks: colours for light and dark pages, and the symbols.

use super::rows::{Symbol, Tone};

/// The style sheet. Tones differ by border and words as well, never by colour alone.
pub(super) const SHEET: &str = "
text { font-family: system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif; fill: #1f2328; }
.mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, Liberation Mono, monospace; }
.head { font-size: 19px; font-weight: 600; }
.sum { font-size: 14px; }
.col { font-size: 12px; font-weight: 600; fill: #59636e; }
.file { font-size: 13px; font-weight: 600; }
.by { font-size: 12px; fill: #59636e; }
.t { font-size: 13px; font-weight: 600; }
.d { font-size: 11px; fill: #59636e; }
.page { fill: #ffffff; }
.card { fill: #f6f8fa; stroke: #d0d7de; }
.sym { fill: none; stroke: #59636e; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.arrow { stroke: #8c959f; stroke-width: 1.6; fill: none; }
.tip { fill: #8c959f; }
.plain { fill: #ffffff; stroke: #d0d7de; }
.calm { fill: #f0fff4; stroke: #2da44e; stroke-width: 1.4; }
.calm-sym { stroke: #1a7f37; }
.warn { fill: #fff8e5; stroke: #9a6700; stroke-width: 1.6; stroke-dasharray: 6 3; }
.warn-sym { stroke: #9a6700; }
.loud { fill: #cf222e; stroke: #6e0b14; stroke-width: 3; }
.loud-sym { stroke: #ffffff; stroke-width: 2; }
.on-loud { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.col, .by, .d { fill: #9198a1; }
.page { fill: #0d1117; }
.card { fill: #151b23; stroke: #3d444d; }
.sym { stroke: #9198a1; }
.plain { fill: #0d1117; stroke: #3d444d; }
.calm { fill: #0f2417; stroke: #3fb950; }
.calm-sym { stroke: #3fb950; }
.warn { fill: #272115; stroke: #d29922; }
.warn-sym { stroke: #d29922; }
.loud { fill: #b62324; stroke: #ff9492; }
.loud-sym { stroke: #ffffff; }
.on-loud { fill: #ffffff; }
}
";

/// The class of a node of this tone.
pub(super) const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Loud => "loud",
        Tone::Warn => "warn",
        Tone::Calm => "calm",
        Tone::Plain => "plain",
    }
}

/// The classes of its symbol.
pub(super) const fn symbol_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Loud => "sym loud-sym",
        Tone::Warn => "sym warn-sym",
        Tone::Calm => "sym calm-sym",
        Tone::Plain => "sym",
    }
}

/// The lines of a symbol, 16 by 16.
pub(super) const fn lines(symbol: Symbol) -> &'static str {
    match symbol {
        Symbol::Package => "M8 1.5 14 4.8V11.2L8 14.5 2 11.2V4.8ZM2 4.8 8 8l6-3.2M8 8v6.5",
        Symbol::Command => "M2.5 4 6.5 8l-4 4M8.5 12.5h5",
        Symbol::Key => "M1.5 8a3 3 0 1 0 6 0a3 3 0 1 0-6 0M7.5 8h7v3.2M11.3 8v2.4",
        Symbol::Identity => {
            "M8 1.5 13.5 3.5V8c0 3.3-2.4 5.4-5.5 6.5C4.9 13.4 2.5 11.3 2.5 8V3.5ZM5.4 8l2 2L10.9 6.2"
        }
        Symbol::Question => {
            "M1.5 8a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0M6 6.4a2 2 0 1 1 2.8 1.8C8.2 8.5 8 8.9 8 9.5M8 11.7v.1"
        }
        Symbol::Locked => "M3 7.5h10v7H3ZM5 7.5V5a3 3 0 0 1 6 0v2.5M8 10v2",
        Symbol::Unlocked => "M3 7.5h10v7H3ZM5 7.5V4.5a3 3 0 0 1 5.8-1M8 10v2",
        Symbol::People => {
            "M3.2 5a2.4 2.4 0 1 0 4.8 0a2.4 2.4 0 1 0-4.8 0M1.2 13.5c.3-3 2-4.4 4.4-4.4s4.1 1.4 4.4 4.4M10.2 2.8a2.4 2.4 0 0 1 0 4.4M12 9.5c1.7.6 2.6 1.9 2.8 4"
        }
    }
}
