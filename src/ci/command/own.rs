//! trustpub's own programs, known again in a pipeline by every byte of theirs. A word that a heredoc ends with proves
//! nothing: anybody can write it.

macro_rules! parts {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../templates/runtime/", $name)))),*]
    };
}

/// The parts that programs are put together from, by their file names in `templates/runtime`.
pub const PARTS: &[(&str, &str)] = parts!(
    "check.mjs" "circleci.mjs" "common.mjs" "explain.mjs" "github.mjs" "gitlab.mjs" "identity.mjs" "manifest.mjs"
    "npm.mjs" "order-many.mjs" "order-one.mjs" "origin-circleci.mjs" "origin-github.mjs" "origin-gitlab.mjs"
    "pack.mjs" "preflight.mjs" "publish.mjs" "report-github.mjs" "report-plain.mjs" "settle.mjs" "signing.mjs"
    "source.mjs" "summary-github.mjs" "tar.mjs" "token.mjs"
);

/// The word that ends the heredoc of the pack program.
pub const PACK_WORD: &str = "TRUSTPUB_PACK";
/// The word that ends the heredoc of the publish program.
pub const PUBLISH_WORD: &str = "TRUSTPUB_PUBLISH";

/// A program of the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    /// Packs, without an identity.
    Pack,
    /// Publishes.
    Publish,
}

/// The program whose heredoc ends with `word`, in text of trustpub's own.
pub(super) fn named(word: &str) -> Option<Own> {
    match word {
        PACK_WORD => Some(Own::Pack),
        PUBLISH_WORD => Some(Own::Publish),
        _ => None,
    }
}

/// The program that `text` is: parts of this version one after the other, and nothing else.
pub(super) fn program(text: &str) -> Option<Own> {
    let mut rest = text;
    let mut last = "";
    while !rest.is_empty() {
        let (name, after) = PARTS.iter().find_map(|(name, part)| Some((*name, rest.strip_prefix(part)?)))?;
        (last, rest) = (name, after);
    }
    match last {
        "pack.mjs" => Some(Own::Pack),
        "publish.mjs" => Some(Own::Publish),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_its_parts_and_nothing_else() {
        let part = |name: &str| PARTS.iter().find(|(known, _)| *known == name).unwrap().1;
        let whole = format!("{}{}{}", part("common.mjs"), part("tar.mjs"), part("publish.mjs"));
        assert_eq!(program(&whole), Some(Own::Publish));
        assert_eq!(program(&format!("{}{}", part("common.mjs"), part("pack.mjs"))), Some(Own::Pack));
        for strange in [
            String::new(),
            part("common.mjs").to_owned(),
            format!("{whole}await steal();\n"),
            format!("await steal();\n{whole}"),
            whole.replace("settings", "setting5"),
        ] {
            assert_eq!(program(&strange), None);
        }
    }
}
