use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// A token's fixed beginning, the characters of its body besides letters and digits, and the least body
/// that makes it one: shorter runs are ordinary words (`npm_config_…`).
const PREFIXES: &[(&str, &str, usize)] = &[
    ("npm_", "", 16),
    ("ghp_", "", 16),
    ("gho_", "", 16),
    ("ghu_", "", 16),
    ("ghs_", "._-", 16),
    ("ghr_", "", 16),
    ("github_pat_", "_", 16),
    ("glpat-", "._-", 16),
    ("gldt-", "._-", 16),
    ("glrt-", "._-", 16),
    ("glptt-", "._-", 16),
    ("glcbt-", "._-", 16),
    ("glsoat-", "._-", 16),
    ("gloas-", "._-", 16),
    ("CCIPAT_", "_", 16),
    ("CCIPRJ_", "_", 16),
];

/// Keys whose value is a credential, whatever it looks like.
const KEYS: &[&str] = &["_authToken", "_auth", "_password", "npmAuthToken", "npmAuthIdent"];

/// Ends of variables' names whose value is a credential where it looks like one: elsewhere it is a name.
const NAMES: [&str; 2] = ["_TOKEN", "--otp"];

/// Words before credentials in headers.
const SCHEMES: [&str; 4] = ["Bearer ", "bearer ", "Basic ", "basic "];

/// Everything that a secret can follow, looked for at once: most texts hold none of it.
static MARKS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let prefixes = PREFIXES.iter().map(|(prefix, _, _)| prefix);
    AhoCorasick::new(prefixes.chain(KEYS).chain(&NAMES).chain(&SCHEMES))
        .expect("a few short words always build")
});

/// Masks whatever looks like a token with as many stars, so that columns and spans stay where they are: tokens of npm,
/// GitHub, GitLab and `CircleCI`, JSON Web Tokens, the values of npm's and yarn's credential keys, bearer
/// headers and passwords in URLs. Text without any is borrowed. Masking twice changes nothing.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut secrets: Vec<Range<usize>> = Vec::new();
    let keys = PREFIXES.len()..PREFIXES.len() + KEYS.len();
    let names = keys.end..keys.end + NAMES.len();
    for mark in MARKS.find_overlapping_iter(text) {
        let (index, behind) = (mark.pattern().as_usize(), mark.end());
        // A mark within a secret tells nothing more.
        if secrets.last().is_some_and(|secret| behind < secret.end) {
            continue;
        }
        secrets.extend(match PREFIXES.get(index) {
            Some((_, extra, least)) => body(text, behind, extra, *least),
            None if keys.contains(&index) => assigned(text, behind),
            None if names.contains(&index) => {
                let value = assigned(text, behind).or_else(|| after_blank(text, behind));
                value.filter(|value| is_uuid(&text[value.clone()]) || is_one_time(&text[value.clone()]))
            }
            None => body(text, behind, "-_.~+/=", 16),
        });
    }
    web_tokens(text, &mut secrets);
    passwords(text, &mut secrets);
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    secrets.sort_by_key(|secret| secret.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for secret in secrets {
        let start = secret.start.max(done);
        if secret.end <= start {
            continue;
        }
        out.push_str(&text[done..start]);
        out.extend(text[start..secret.end].chars().map(mask));
        done = secret.end;
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// A star as wide in bytes as `c`, so that spans into the text stay good.
fn mask(c: char) -> char {
    match c.len_utf8() {
        1 => '*',
        2 => '×',
        3 => '＊',
        _ => '𝄪',
    }
}

/// The end of the run of letters, digits and `extra` that starts at `from`.
fn run(text: &str, from: usize, extra: &str) -> usize {
    let inside = |c: char| c.is_ascii_alphanumeric() || extra.contains(c);
    text[from..].find(|c| !inside(c)).map_or(text.len(), |length| from + length)
}

/// The run of letters, digits and `extra` that starts at `start`, where it is long enough for a secret.
fn body(text: &str, start: usize, extra: &str, least: usize) -> Option<Range<usize>> {
    let end = run(text, start, extra);
    (end - start >= least).then_some(start..end)
}

/// A header and a payload, both JSON objects in base64url, with or without the signature: the payload alone
/// tells who may do what. `{` is `e` and `w` or `y` there, whatever white space follows.
fn web_tokens(text: &str, secrets: &mut Vec<Range<usize>>) {
    let is_object = |at: usize| {
        let rest = &text.as_bytes()[at..];
        rest.first() == Some(&b'e') && rest.get(1).is_some_and(|second| matches!(second, b'y' | b'w' | b'3'))
    };
    let mut from = 0;
    while let Some(dot) = text[from..].find('.').map(|at| from + at) {
        from = dot + 1;
        let inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let run_before = text.as_bytes()[..dot].iter().rev().take_while(|byte| inside(byte)).count();
        let header = (dot - run_before..dot).find(|&at| is_object(at));
        let payload_end = run(text, from, "-_");
        let long = |start: usize, end: usize| end.saturating_sub(start) >= 8;
        let Some(start) = header.filter(|&start| long(start, dot)) else { continue };
        if is_object(from) && long(from, payload_end) {
            let end = match text.as_bytes().get(payload_end) {
                Some(b'.') => run(text, payload_end + 1, "-_"),
                _ => payload_end,
            };
            secrets.push(start..end);
            from = end;
        }
    }
}

/// The value behind a key that ends at `behind`.
fn assigned(text: &str, behind: usize) -> Option<Range<usize>> {
    let value = text[behind..].trim_start_matches(['"', '\'', ' ', '\\']);
    let value = value.strip_prefix(['=', ':'])?;
    let value = value.trim_start_matches(['"', '\'', ' ', '\t', '\\']);
    let start = text.len() - value.len();
    let end = run(text, start, "+/=_.~-");
    (end - start >= 6 && !is_placeholder(&text[start..end])).then_some(start..end)
}

/// The word that stands after the blank at `behind`: an option's value.
fn after_blank(text: &str, behind: usize) -> Option<Range<usize>> {
    let start = behind + text[behind..].strip_prefix(' ').map(|_| 1)?;
    Some(start..run(text, start, ""))
}

/// The form of npm's tokens before 2021.
fn is_uuid(value: &str) -> bool {
    let groups = value.split('-').map(str::len);
    groups.eq([8, 4, 4, 4, 12]) && value.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// A one-time password.
fn is_one_time(value: &str) -> bool {
    matches!(value.len(), 6..=8) && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// A variable, or setup-node's `XXXXX-XXXXX-XXXXX-XXXXX`: no secret, and the very thing to look at.
fn is_placeholder(value: &str) -> bool {
    value.starts_with(['$', '<', '{', '*', '×', '＊', '𝄪']) || value.chars().all(|c| matches!(c, 'X' | '-'))
}

fn passwords(text: &str, secrets: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        let authority = &text[start..];
        let end = authority
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>'));
        let authority = &authority[..end.unwrap_or(authority.len())];
        let Some((user, _)) = authority.rsplit_once('@') else { continue };
        let Some((name, password)) = user.split_once(':') else { continue };
        if !is_placeholder(password) {
            let from = start + name.len() + 1;
            secrets.push(from..from + password.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_kind_is_masked_and_columns_stay() {
        let npm = format!("x npm_{} y", "a1B2".repeat(9));
        assert_eq!(redact(&npm), format!("x npm_{} y", "*".repeat(36)));
        let jwt = "token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwcyJ9.c2lnbmF0dXJl.";
        assert_eq!(redact(jwt), format!("token {}.", "*".repeat(jwt.len() - 7)));
        assert_eq!(redact("//host/:_authToken=0b5e-77"), "//host/:_authToken=*******");
        assert_eq!(redact("\"_authToken\": \"0b5e77\""), "\"_authToken\": \"******\"");
        assert_eq!(
            redact("Authorization: Bearer 0123456789abcdef0"),
            "Authorization: Bearer *****************"
        );
        assert_eq!(redact("https://bob:hunter2@host/x"), "https://bob:*******@host/x");
        let uuid = "0a1b2c3d-1111-2222-3333-444455556666";
        assert_eq!(redact(&format!("NPM_TOKEN={uuid} npm")), format!("NPM_TOKEN={} npm", "*".repeat(36)));
        assert_eq!(
            redact(&format!("NODE_AUTH_TOKEN: '{uuid}'")),
            format!("NODE_AUTH_TOKEN: '{}'", "*".repeat(36))
        );
        assert_eq!(redact("--otp=123456 --otp 654321"), "--otp=****** --otp ******");
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "//host/:_authToken=${NODE_AUTH_TOKEN}",
            "_authToken=XXXXX-XXXXX-XXXXX-XXXXX",
            "_authToken=",
            "npm_config_registry npm_lifecycle_event",
            "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1",
            "sha512-abcdefghijklmnopqrstuvwxyz==",
            "https://github.com/acme/demo.git git+https://github.com/acme/demo.git",
            "text += '_authToken=' + token",
            "the `_authToken` line",
            "eye.ey.eyes",
            "NPM_TOKEN: ${{ secrets.NPM_TOKEN }}",
            "NPM_TOKEN=vault-npm --otp=$OTP",
            "export const everything.eyebrow",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    fn token() -> impl Strategy<Value = String> {
        prop_oneof![
            "npm_[A-Za-z0-9]{36}",
            "gh[pousr]_[A-Za-z0-9]{36}",
            "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
            "glpat-[A-Za-z0-9_-]{20}",
            "CCIPAT_[A-Za-z0-9]{22}_[0-9a-f]{40}",
            "eyJ[A-Za-z0-9_-]{20,60}\\.eyJ[A-Za-z0-9_-]{20,80}\\.[A-Za-z0-9_-]{20,60}",
        ]
    }

    proptest! {
        #[test]
        fn no_token_comes_through(before in "(?s).{0,20}", token in token(), after in "(?s)([^A-Za-z0-9_.-].{0,20})?") {
            let text = format!("{before}{token}{after}");
            let masked = redact(&text);
            for tail in [&token[token.len() - 12..], &token[14..26]] {
                // What happens to stand in the surroundings too is no leak of the token.
                prop_assert!(!masked.contains(tail) || before.contains(tail) || after.contains(tail), "{}", masked);
            }
            prop_assert_eq!(masked.chars().count(), text.chars().count());
            prop_assert_eq!(redact(&masked), masked.as_ref());
        }

        #[test]
        fn any_text_keeps_its_length(text in "(?s).{0,80}") {
            let masked = redact(&text);
            prop_assert_eq!(masked.chars().count(), text.chars().count());
            prop_assert_eq!(masked.len(), text.len());
        }

        #[test]
        fn spans_hold_whatever_the_secret_is(secret in "[^\\s\"'`,;)>$<{*]{1,30}") {
            let text = format!("_authToken={secret}\nhttps://a:{secret}@b/ c");
            prop_assert_eq!(redact(&text).len(), text.len());
        }
    }
}
