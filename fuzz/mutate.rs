//! Random numbers and mutations.

use crate::dictionary::{NESTS, TOKENS};

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

/// The longest input; what is longer is cut. Most faults show in small inputs, and small ones are fast.
const MAX_BYTES: usize = 16 << 10;
/// The longest of the few inputs that grow: what is not linear shows in them.
const MAX_GROWN: usize = 128 << 10;
/// One input in so many grows.
const GROWS: usize = 100;

/// A seed with one to eight random changes; `other` lends pieces.
pub(crate) fn mutate(random: &mut Random, seed: &str, other: &str) -> String {
    let mut bytes = seed.as_bytes().to_vec();
    for _ in 0..=random.below(8) {
        change(random, &mut bytes, other.as_bytes());
        bytes.truncate(MAX_BYTES);
    }
    if random.below(GROWS) == 0 {
        grow(random, &mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn change(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    let (start, end) = range(random, bytes);
    match random.below(13) {
        0 => drop(bytes.drain(start..end)),
        1 | 2 => insert(bytes, start, random.pick(TOKENS).as_bytes()),
        3 => {
            let piece = random.pick(TOKENS).repeat(1 + random.below(400));
            insert(bytes, start, piece.as_bytes());
        }
        4 => {
            let piece = bytes[start..end].to_vec();
            insert(bytes, end, &piece);
        }
        5 => {
            let (from, to) = range(random, other);
            insert(bytes, start, &other[from..to]);
        }
        6 => {
            if let Some(byte) = bytes.get_mut(start) {
                *byte = u8::try_from(random.below(128)).unwrap_or_default();
            }
        }
        7 => bytes.truncate(start),
        8 => swap_lines(random, bytes),
        9 => nest(random, bytes, start, end),
        10 => replace_word(random, bytes, other),
        11 => splice_lines(random, bytes, other),
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

/// Repeats a piece until the input is long.
fn grow(random: &mut Random, bytes: &mut Vec<u8>) {
    let (start, end) = range(random, bytes);
    let piece = bytes[start..end].to_vec();
    if !piece.is_empty() {
        let room = MAX_GROWN.saturating_sub(bytes.len());
        insert(bytes, end, &piece.repeat(room / piece.len()));
    }
}

/// Wraps a range in a deep nest, closed or not; sometimes each level stands on its own, deeper line.
fn nest(random: &mut Random, bytes: &mut Vec<u8>, start: usize, end: usize) {
    let (open, close) = *random.pick(NESTS);
    let depth = 1 + random.below(300);
    if random.below(4) == 0 {
        let stairs = (0..depth.min(120)).flat_map(|level| [" ".repeat(level), "a:\n".to_owned()]);
        insert(bytes, start, stairs.collect::<String>().as_bytes());
        return;
    }
    if random.below(3) > 0 {
        insert(bytes, end, close.repeat(depth).as_bytes());
    }
    insert(bytes, start, open.repeat(depth).as_bytes());
}

/// Puts a word of the other text, or a token, in place of a word.
fn replace_word(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    let from = word(random, bytes);
    let lent =
        if random.below(2) == 0 { &other[word(random, other)] } else { random.pick(TOKENS).as_bytes() };
    bytes.splice(from, lent.iter().copied());
}

/// A word at a random place; empty where there is none.
fn word(random: &mut Random, bytes: &[u8]) -> std::ops::Range<usize> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./@".contains(byte);
    let at = random.below(bytes.len() + 1);
    let start = at + bytes[at..].iter().position(is_word).unwrap_or(bytes.len() - at);
    let len = bytes[start..].iter().position(|byte| !is_word(byte)).unwrap_or(bytes.len() - start);
    start..start + len
}

/// Puts lines of the other text between two lines.
fn splice_lines(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    let lines: Vec<&[u8]> = other.split_inclusive(|&byte| byte == b'\n').collect();
    let first = random.below(lines.len());
    let last = (first + 1 + random.below(12)).min(lines.len());
    let at = random.below(bytes.len() + 1);
    let at = bytes[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |line| line + 1);
    insert(bytes, at, &lines[first..last].concat());
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
