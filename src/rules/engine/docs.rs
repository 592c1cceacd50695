//! The committed documentation of the rules, made from their pages.

use std::fmt::Write as _;

use super::{Availability, Page, Rule};
use crate::rules;

/// What a rule's page says of its fix.
fn fix_words(fix: Availability) -> &'static str {
    match fix {
        Availability::None => "by hand",
        Availability::Safe => "`--fix`, where it can be made",
        Availability::Unsafe => "`--fix --unsafe`, where it can be made",
    }
}

impl Rule {
    /// The address of the rule's page.
    pub fn url(&self) -> String {
        format!("{}/blob/main/docs/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), self.meta.id)
    }

    /// The rule's page as a Markdown file.
    pub fn markdown(&self) -> String {
        let Page { title, sections } = self.page();
        let meta = self.meta;
        let providers = if meta.providers.is_empty() {
            "all".to_owned()
        } else {
            meta.providers.iter().map(|provider| provider.name()).collect::<Vec<_>>().join(", ")
        };
        let mut out = format!(
            "# {}\n\n{title}.\n\n| severity | fix | providers |\n|---|---|---|\n| {} | {} | {providers} |\n",
            meta.id,
            meta.severity.id(),
            fix_words(meta.fix),
        );
        for (heading, body) in sections {
            let _ = write!(out, "\n## {heading}\n\n{body}\n");
        }
        let _ = write!(
            out,
            "\n## Silencing it\n\n`# trustpub: ignore[{0}] reason` on the line or above it, or in `trustpub.yml`:\n\n\
             ```yaml\ncheck:\n  ignore:\n    {0}: [path/of/file.yml]\n```\n",
            meta.id
        );
        out
    }
}

/// The table of all rules as a Markdown file.
pub fn table() -> String {
    let mut out = format!(
        "# Rules\n\n{} rules. The severity is that of the usual finding; a rule that is not sure says less.\n\n\
         | rule | severity | fix | what it finds |\n|---|---|---|---|\n",
        rules::ALL.len()
    );
    for rule in rules::ALL {
        let meta = rule.meta;
        let fix = match meta.fix {
            Availability::None => "",
            Availability::Safe => "safe",
            Availability::Unsafe => "unsafe",
        };
        let _ = writeln!(
            out,
            "| [{0}]({0}.md) | {1} | {fix} | {2} |",
            meta.id,
            meta.severity.id(),
            rule.page().title
        );
    }
    out
}
