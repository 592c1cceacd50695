use super::Rule;
use crate::facts::registry;
use crate::files::Memory;

/// A rule's page, split at its headings.
#[derive(Debug, Clone)]
pub struct Page {
    /// The first line: what is wrong, in one sentence.
    pub title: String,
    /// Sections in order: heading and Markdown.
    pub sections: Vec<(String, String)>,
}

/// Files that a page shows: they make one small repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Example {
    /// Path and text.
    pub files: Vec<(String, String)>,
}

impl Example {
    /// The files as a tree to read.
    pub fn tree(&self) -> Memory {
        Memory::new(self.files.iter().cloned())
    }
}

/// Heading of the section whose files the rule reports.
const BAD: &str = "Example";
/// Heading of the section whose files the rule is silent about.
const GOOD: &str = "Use instead";

impl Rule {
    /// The page with the registry's host filled in.
    pub fn page(&self) -> Page {
        let text = self.page.replace("{registry}", registry::HOST);
        let mut lines = text.lines();
        let title = lines.next().unwrap_or_default().trim_start_matches("# ").to_owned();
        let mut sections: Vec<(String, String)> = Vec::new();
        let mut fenced = false;
        for line in lines {
            fenced ^= line.starts_with("```");
            match line.strip_prefix("## ") {
                Some(heading) if !fenced => sections.push((heading.to_owned(), String::new())),
                _ => {
                    if let Some((_, body)) = sections.last_mut() {
                        body.push_str(line);
                        body.push('\n');
                    }
                }
            }
        }
        for (_, body) in &mut sections {
            *body = body.trim().to_owned();
        }
        Page { title, sections }
    }
}

impl Page {
    /// The text of a section.
    pub fn section(&self, heading: &str) -> Option<&str> {
        self.sections.iter().find(|(name, _)| name == heading).map(|(_, body)| body.as_str())
    }

    /// The example that the rule reports.
    pub fn bad(&self) -> Example {
        self.section(BAD).map(files).unwrap_or_default()
    }

    /// The example that the rule is silent about.
    pub fn good(&self) -> Example {
        self.section(GOOD).map(files).unwrap_or_default()
    }
}

/// The fenced blocks of a section; a fence's info string is `language path`.
fn files(section: &str) -> Example {
    let mut files = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in section.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(_), Some(done)) => files.push(done),
            (Some(info), None) => {
                open = info.split_once(' ').map(|(_, path)| (path.trim().to_owned(), String::new()));
            }
            (None, Some((path, mut text))) => {
                text.push_str(line);
                text.push('\n');
                open = Some((path, text));
            }
            (None, None) => {}
        }
    }
    Example { files }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::rules::{Availability, Meta};

    #[test]
    fn a_page_yields_its_sections_and_files() {
        static META: Meta =
            Meta { id: "x", severity: Severity::Info, fix: Availability::None, providers: &[] };
        let page = "# A title\n\n## What it does\nText.\n\n## Example\n```yaml .github/workflows/a.yml\n\
                    on: push\n## no heading\n```\n```json package.json\n{}\n```\n\n## Use instead\nNothing.\n";
        let rule = Rule { meta: &META, check: None, check_file: None, wants: None, page };
        let page = rule.page();
        assert_eq!(page.title, "A title");
        assert_eq!(page.section("What it does"), Some("Text."));
        let files = page.bad().files;
        assert_eq!(files[0], (".github/workflows/a.yml".to_owned(), "on: push\n## no heading\n".to_owned()));
        assert_eq!(files[1], ("package.json".to_owned(), "{}\n".to_owned()));
        assert_eq!(page.good(), Example::default());
    }
}
