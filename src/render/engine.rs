//! minijinja, set up so that a template cannot write anything but YAML.
//!
//! Delimiters: `{% %}` blocks, `{@ @}` values, `{# #}` comments; none of them occurs in `${{ }}`,
//! `$[[ ]]` or `<< >>`. Every value goes through the YAML emitter; the filters below are the only
//! ways around it, and each of them is safe for the one place that it is made for.

use std::sync::OnceLock;

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};

use crate::yaml::emit;

/// The templates, by name.
const TEMPLATES: &[(&str, &str)] = &[
    ("header", include_str!("../../templates/header.jinja")),
    ("github", include_str!("../../templates/github/publish.yml.jinja")),
    ("gitlab", include_str!("../../templates/gitlab/publish.yml.jinja")),
    ("circleci", include_str!("../../templates/circleci/publish.yml.jinja")),
    ("thin/github", include_str!("../../templates/thin/github.yml.jinja")),
    ("thin/gitlab", include_str!("../../templates/thin/gitlab.yml.jinja")),
    ("thin/circleci", include_str!("../../templates/thin/circleci.yml.jinja")),
    ("bundle/header", include_str!("../../templates/bundle/header.jinja")),
    ("bundle/action/README", include_str!("../../templates/bundle/action/README.md.jinja")),
    ("bundle/action/all", include_str!("../../templates/bundle/action/action.yml.jinja")),
    ("bundle/action/check", include_str!("../../templates/bundle/action/check.yml.jinja")),
    ("bundle/action/inputs", include_str!("../../templates/bundle/action/inputs.jinja")),
    ("bundle/action/pack", include_str!("../../templates/bundle/action/pack.yml.jinja")),
    ("bundle/action/publish", include_str!("../../templates/bundle/action/publish.yml.jinja")),
    ("bundle/action/publish-outputs", include_str!("../../templates/bundle/action/publish-outputs.jinja")),
    ("bundle/orb/README", include_str!("../../templates/bundle/orb/README.md.jinja")),
    ("bundle/orb/executor", include_str!("../../templates/bundle/orb/executor.yml.jinja")),
    ("bundle/orb/orb", include_str!("../../templates/bundle/orb/orb.yml.jinja")),
    ("bundle/orb/pack-command", include_str!("../../templates/bundle/orb/pack-command.yml.jinja")),
    ("bundle/orb/pack-job", include_str!("../../templates/bundle/orb/pack-job.yml.jinja")),
    ("bundle/orb/parameters", include_str!("../../templates/bundle/orb/parameters.jinja")),
    ("bundle/orb/publish-command", include_str!("../../templates/bundle/orb/publish-command.yml.jinja")),
    ("bundle/orb/publish-job", include_str!("../../templates/bundle/orb/publish-job.yml.jinja")),
    ("bundle/orb/publish-on-tag", include_str!("../../templates/bundle/orb/publish-on-tag.yml.jinja")),
    ("bundle/orb/stage-from-main", include_str!("../../templates/bundle/orb/stage-from-main.yml.jinja")),
    ("bundle/gitlab/README", include_str!("../../templates/bundle/gitlab/README.md.jinja")),
    ("bundle/gitlab/ci", include_str!("../../templates/bundle/gitlab/gitlab-ci.yml.jinja")),
    ("bundle/gitlab/template", include_str!("../../templates/bundle/gitlab/template.yml.jinja")),
];

/// Renders the template `name` with `data`.
pub(super) fn render(name: &str, data: Value) -> Result<String, Error> {
    engine().get_template(name)?.render(data)
}

/// Renders a template of the bundle: its data come from constants and facts alone.
pub(super) fn render_known(name: &str, data: &Value) -> String {
    render(name, data.clone())
        .expect("the bundle's templates name only data that they always get; a test renders each")
}

fn engine() -> &'static Environment<'static> {
    static ENGINE: OnceLock<Environment<'static>> = OnceLock::new();
    ENGINE.get_or_init(|| build().expect("the templates are embedded, and the tests compile every one"))
}

fn build() -> Result<Environment<'static>, Error> {
    let mut engine = Environment::new();
    let syntax = minijinja::syntax::SyntaxConfig::builder()
        .block_delimiters("{%", "%}")
        .variable_delimiters("{@", "@}")
        .comment_delimiters("{#", "#}")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()?;
    engine.set_syntax(syntax);
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    engine.set_formatter(as_yaml);
    engine.add_filter("value", |text: &str| Value::from_safe_string(emit::block_value(text)));
    engine.add_filter("script", |text: &str, indent: usize| {
        let lines = text.contains('\n');
        Value::from_safe_string(if lines { emit::block(text, indent) } else { emit::block_value(text) })
    });
    engine.add_filter("comment", |text: &str| Value::from_safe_string(comment(text)));
    // For files that are no YAML (a README), and for what is no whole scalar; never for a user's text.
    engine.add_filter("text", |text: &str| Value::from_safe_string(text.to_owned()));
    for &(name, text) in TEMPLATES {
        engine.add_template(name, text)?;
    }
    Ok(engine)
}

/// Writes a value as one YAML scalar; anything that is no scalar is an error.
fn as_yaml(out: &mut Output, _: &mut State, value: &Value) -> Result<(), Error> {
    let text = match value.kind() {
        ValueKind::String if value.is_safe() => value.to_string(),
        ValueKind::String => emit::scalar(&value.to_string()),
        ValueKind::Number => value.to_string(),
        ValueKind::Bool => value.is_true().to_string(),
        kind => {
            return Err(Error::new(ErrorKind::InvalidOperation, format!("a {kind} is no YAML scalar")));
        }
    };
    out.write_str(&text).map_err(Error::from)
}

/// `text` for a comment: one line.
fn comment(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(template: &str, text: &str) -> String {
        let mut engine = build().unwrap();
        engine.add_template_owned("one", template.to_owned()).unwrap();
        let data = minijinja::context! { x => text };
        engine.get_template("one").unwrap().render(data).unwrap()
    }

    #[test]
    fn every_value_is_one_scalar() {
        assert_eq!(one("a: {@ x @}\n", "b: c"), "a: \"b: c\"\n");
        assert_eq!(one("a: {@ x @}\n", "on"), "a: \"on\"\n");
        assert_eq!(one("a: {@ x|value @}\n", "${{ github.ref }}"), "a: ${{ github.ref }}\n");
        assert_eq!(one("a: ${{ b }} $[[ c ]] << d >> {@ x @}\n", "e"), "a: ${{ b }} $[[ c ]] << d >> e\n");
        assert_eq!(one("  run: {@ x|script(2) @}\n", "a\n b\n"), "  run: |\n    a\n     b\n");
        assert_eq!(one("# {@ x|comment @}\n", "a\nevil: 1"), "# a evil: 1\n");
    }

    #[test]
    fn what_is_not_given_is_an_error() {
        let mut engine = build().unwrap();
        engine.add_template("one", "{@ y @}").unwrap();
        assert!(engine.get_template("one").unwrap().render(minijinja::context! {}).is_err());
        engine.add_template("two", "{@ [1] @}").unwrap();
        assert!(engine.get_template("two").unwrap().render(minijinja::context! {}).is_err());
    }
}
