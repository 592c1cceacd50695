//! The programs that run inside a pipeline, as `templates/runtime/README.md` puts them together.

/// A program of the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Packs and seals the tarballs, without an identity.
    Pack,
    /// Checks, exchanges, publishes and explains.
    Publish,
}

macro_rules! parts {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../templates/runtime/", $name)))),*]
    };
}

/// The parts of each program, in order, as `templates/runtime/programs.json` lists them.
const PACK: &[(&str, &str)] = parts!("common.mjs" "tar.mjs" "settle.mjs" "check.mjs" "pack.mjs");
const PUBLISH: &[(&str, &str)] = parts!(
    "common.mjs" "tar.mjs" "check.mjs" "explain.mjs" "claims.mjs" "npm.mjs" "manifest.mjs" "preflight.mjs"
    "summary.mjs" "publish.mjs"
);

/// The install step's fragment; the install command is its arguments.
pub const INSTALL: &str = include_str!("../../templates/runtime/install.sh");

impl Program {
    /// The word that ends its heredoc.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pack => "TRUSTPUB_PACK",
            Self::Publish => "TRUSTPUB_PUBLISH",
        }
    }

    const fn parts(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Pack => PACK,
            Self::Publish => PUBLISH,
        }
    }

    /// The program's text.
    pub fn text(self) -> String {
        self.parts().iter().map(|(_, text)| *text).collect()
    }

    /// A shell script that gives the program to node on standard input: the quoted heredoc word
    /// keeps the shell from reading a single character of it.
    pub fn script(self) -> String {
        let (word, text) = (self.word(), self.text());
        format!("node --input-type=module - <<'{word}'\n{text}{word}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_are_put_together_as_their_list_says() {
        let list: serde_json::Value =
            serde_json::from_str(include_str!("../../templates/runtime/programs.json")).unwrap();
        for (program, name) in [(Program::Pack, "pack"), (Program::Publish, "publish")] {
            let parts: Vec<&str> = program.parts().iter().map(|(name, _)| *name).collect();
            assert_eq!(serde_json::json!(parts), list[name]);
        }
    }

    #[test]
    fn no_program_ends_its_own_heredoc_or_opens_an_expression() {
        for program in [Program::Pack, Program::Publish] {
            let text = program.text();
            assert!(text.ends_with('\n'));
            assert!(!text.lines().any(|line| line == program.word()));
            for opener in ["${{", "$[[", "<<"] {
                assert!(!text.contains(opener), "{program:?} has {opener}");
            }
        }
    }
}
