//! Random numbers and mutations.

/// `SplitMix64`: small, fast, and the same numbers everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; zero where there is none.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % limit).unwrap_or_default()
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// What parsers take as structure: YAML, expressions of three providers, shell, JSON, and characters with traps.
const TOKENS: &[&str] = &[
    "- ",
    "\n- ",
    ": ",
    "? ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "  ",
    "\n\n",
    "#",
    " # ",
    "&a ",
    "*a",
    "<<: *a\n",
    "!!str ",
    "!x ",
    "!reference [a, b]",
    "|\n",
    "|-\n",
    ">+\n",
    "|2\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\"",
    "'",
    "''",
    "\\",
    "\\x41",
    "\\u0000",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "@",
    "`",
    "~",
    "null",
    "true",
    "on:\n",
    "yes",
    "0x1F",
    "1e999",
    "-0",
    "${{ ",
    " }}",
    "${{ secrets.NPM_TOKEN }}",
    "${{ matrix.x }}",
    "$[[ inputs.a ]]",
    "<< parameters.a >>",
    "$VAR",
    "${V:-$(x)}",
    "$(",
    ")",
    "((",
    "))",
    "`x`",
    "&&",
    "||",
    ";",
    "|",
    "<<EOF\n",
    "EOF\n",
    "<<<",
    ">",
    "if ",
    "then ",
    "fi\n",
    "for x in ",
    "do ",
    "done\n",
    "case x in\n",
    "esac\n",
    "a|b)",
    "npm publish",
    "npx ",
    "pnpm -r publish ",
    "npm run release",
    "$((",
    "{a,b}",
    "permissions:\n",
    "id-token: write",
    "runs-on: ",
    "uses: ./.github/workflows/a.yml\n",
    "steps:\n",
    "jobs:\n",
    "extends: ",
    "include:\n",
    "\u{feff}",
    "\u{0}",
    "\u{85}",
    "\u{2028}",
    "é",
    "🚀",
    "\u{300}",
    "ＡＢ",
    "\u{202e}",
    "node-version: ",
];

/// The longest input; what is longer is cut. Most faults show in small inputs, and small ones are fast.
const MAX_BYTES: usize = 16 << 10;

/// A seed with one to eight random changes; `other` lends pieces.
pub(crate) fn mutate(random: &mut Random, seed: &str, other: &str) -> String {
    let mut bytes = seed.as_bytes().to_vec();
    for _ in 0..=random.below(8) {
        change(random, &mut bytes, other.as_bytes());
        bytes.truncate(MAX_BYTES);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn change(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    let (start, end) = range(random, bytes);
    match random.below(9) {
        0 => drop(bytes.drain(start..end)),
        1 => insert(bytes, start, random.pick(TOKENS).as_bytes()),
        2 => {
            // Nesting: one piece many times.
            let piece = random.pick(TOKENS).repeat(1 + random.below(400));
            insert(bytes, start, piece.as_bytes());
        }
        3 => {
            let piece = bytes[start..end].to_vec();
            insert(bytes, end, &piece);
        }
        4 => {
            let (from, to) = range(random, other);
            insert(bytes, start, &other[from..to]);
        }
        5 => {
            if let Some(byte) = bytes.get_mut(start) {
                *byte = u8::try_from(random.below(128)).unwrap_or_default();
            }
        }
        6 => bytes.truncate(start),
        7 => swap_lines(random, bytes),
        _ => {
            let line = bytes[..start].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            if random.below(2) == 0 {
                insert(bytes, line, &b"    "[..=random.below(4)]);
            } else if bytes.get(line) == Some(&b' ') {
                bytes.remove(line);
            }
        }
    }
}

/// A range of mostly short length.
fn range(random: &mut Random, bytes: &[u8]) -> (usize, usize) {
    let start = random.below(bytes.len() + 1);
    let longest = if random.below(4) == 0 { bytes.len() } else { 24 };
    let len = random.below(longest + 1);
    (start, (start + len).min(bytes.len()))
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

fn swap_lines(random: &mut Random, bytes: &mut Vec<u8>) {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    if !lines.is_empty() {
        let (a, b) = (random.below(lines.len()), random.below(lines.len()));
        lines.swap(a, b);
        *bytes = lines.concat();
    }
}
