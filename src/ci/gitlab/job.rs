//! Jobs.

use super::layers::{Config, Layer, Stack};
use super::starts;
use crate::ci::repository::{Repository, entry_place, place};
use crate::ci::{
    Cache, Call, Concurrency, Condition, Container, EnvVar, Environment, Hop, HopKind, IdToken, Identity,
    IdentityState, Job, Level, Runner, Scalar, Script, Step, Unknown, Value, skeleton,
};
use crate::facts::{Provider, runners};
use crate::files;
use crate::yaml::Node;

/// How deep lists of script lines may be nested, `!reference` among them.
const DEPTH: usize = 10;
/// Most lines of one script.
const MAX_LINES: usize = 5_000;
/// Most jobs of one pipeline.
const MAX_JOBS: usize = 2_000;

/// Every job that can run.
pub(super) fn read_all(
    repository: &Repository<'_>,
    config: &Config<'_>,
    env: &[EnvVar],
    depth: usize,
) -> Vec<Job> {
    let jobs = config.jobs().into_iter().take(MAX_JOBS);
    jobs.map(|(name, key)| read(repository, config, name, key, env, depth)).collect()
}

fn read<'t>(
    repository: &Repository<'_>,
    config: &Config<'t>,
    name: &str,
    key: Node<'t>,
    global: &[EnvVar],
    depth: usize,
) -> Job {
    let stack = config.stack(name);
    let first = stack.layers.first().copied();
    let node = first.map_or(key, |layer| layer.node);
    let scalar =
        |key: &str| config.entry(&stack, key).map(|(_, layer)| text(config, layer.node, layer.document));
    let environment = environment(config, &stack);
    let conditions = conditions(config, &stack);
    let id = filled(config, name, first.map_or(0, |layer| layer.document)).unwrap_or_else(|| name.to_owned());
    let mut job = Job {
        runner: runner(config, &stack),
        guards: skeleton::guards(environment.as_ref(), &conditions),
        environment,
        identity: identity(config, &stack),
        conditions,
        refuses: starts::refused(config, &stack, depth),
        env: own_env(config, &stack, global),
        needs: needs(config, &stack),
        caches: caches(config, &stack),
        concurrency: config.entry(&stack, "resource_group").map(|(key, layer)| Concurrency {
            group: Some(text(config, layer.node, layer.document)),
            cancel: None,
            at: entry_place(key, layer.node),
        }),
        allow_failure: scalar("allow_failure"),
        interruptible: scalar("interruptible"),
        retry: scalar("retry"),
        timeout: scalar("timeout"),
        ..skeleton::job(id, place(key), entry_place(key, node))
    };
    if let Some(layer) = first {
        job.origin = config.document(layer.document).origin.to_vec();
    }
    for parent in stack.hops.iter().filter(|hop| hop.target.is_none()) {
        let what = format!("{}, which {name} extends", parent.name);
        job.unknowns.push(Unknown { what, at: parent.at.clone() });
    }
    job.container = container(config, &stack, &job.env);
    job.steps = steps(config, &stack, &mut job.unknowns);
    trigger(repository, config, &stack, &mut job, depth);
    job
}

/// `text` with the inputs of its document filled in; none where one is not known.
pub(super) fn filled(config: &Config<'_>, text: &str, document: usize) -> Option<String> {
    let inputs = &config.document(document).inputs;
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("$[[") {
        let end = rest[at..].find("]]")?;
        out.push_str(&rest[..at]);
        out.push_str(inputs.get(input_name(&rest[at + 3..at + end])?)?);
        rest = &rest[at + end + 2..];
    }
    out.push_str(rest);
    Some(out)
}

/// The name in `inputs.NAME | function`.
fn input_name(inner: &str) -> Option<&str> {
    inner.split('|').next()?.trim().strip_prefix("inputs.")
}

/// A scalar; a variable in it is not known here.
fn text(config: &Config<'_>, node: Node<'_>, document: usize) -> Scalar {
    let written = node.as_str().unwrap_or_default().to_owned();
    let value = filled(config, &written, document).filter(|text| !text.contains('$'));
    Scalar { written, value, at: place(node) }
}

/// Variables of `layers`, each name once: the strongest setting.
pub(super) fn variables<'t>(config: &Config<'t>, layers: Vec<Layer<'t>>, level: Level) -> Vec<EnvVar> {
    let mut vars: Vec<EnvVar> = Vec::new();
    for layer in layers {
        for (key, node) in layer.node.entries() {
            let Some(name) = key.as_str() else { continue };
            if vars.iter().any(|var| var.name == name) {
                continue;
            }
            let value = if node.is_mapping() { node.get("value").unwrap_or(node) } else { node };
            let text = text(config, value, layer.document);
            let held = held(&text);
            vars.push(EnvVar {
                name: name.to_owned(),
                text,
                value: held,
                level,
                entry: entry_place(key, node),
            });
        }
    }
    vars
}

/// What a variable's text holds. A variable that refers to another may hold what the project's settings give.
fn held(text: &Scalar) -> Value {
    let written = text.value.as_deref().unwrap_or(&text.written);
    if written.is_empty() {
        return Value::Empty;
    }
    let Some(rest) = written.strip_prefix('$') else {
        return if written.contains('$') { Value::Unknown } else { Value::Static(written.to_owned()) };
    };
    let name = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest);
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match name {
        "CI_JOB_TOKEN" => Value::JobToken,
        _ if plain && name.starts_with("CI_") => Value::Unknown,
        _ if plain => Value::Secret(name.to_owned()),
        _ => Value::Unknown,
    }
}

fn own_env<'t>(config: &Config<'t>, stack: &Stack<'t>, global: &[EnvVar]) -> Vec<EnvVar> {
    let layers = config.all(stack, "variables").into_iter().map(|(_, layer)| layer);
    let (own, inherited): (Vec<_>, Vec<_>) = layers.partition(|layer| layer.own);
    let own = variables(config, own, Level::Job);
    let inherited = variables(config, inherited, Level::Inherited);
    global.iter().cloned().chain(inherited).chain(own).collect()
}

fn environment<'t>(config: &Config<'t>, stack: &Stack<'t>) -> Option<Environment> {
    let (key, layer) = config.entry(stack, "environment")?;
    let name = if layer.node.is_mapping() { layer.node.get("name")? } else { layer.node };
    Some(Environment { name: text(config, name, layer.document), entry: entry_place(key, layer.node) })
}

fn container<'t>(config: &Config<'t>, stack: &Stack<'t>, env: &[EnvVar]) -> Option<Container> {
    let (key, layer) = config.entry(stack, "image")?;
    let image = if layer.node.is_mapping() { layer.node.get("name")? } else { layer.node };
    let mut image = text(config, image, layer.document);
    image.value = image.value.or_else(|| with_variables(&image.written, env));
    Some(Container { image, entry: entry_place(key, layer.node) })
}

/// `text` with the variables that the file gives a text; none where one is left.
fn with_variables(text: &str, env: &[EnvVar]) -> Option<String> {
    let mut parts = text.split('$');
    let mut out = parts.next()?.to_owned();
    for part in parts {
        let inner = part.strip_prefix('{').unwrap_or(part);
        let len = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let after = &inner[len..];
        let after = if inner.len() == part.len() { after } else { after.strip_prefix('}')? };
        let set = env.iter().rfind(|var| var.name == inner[..len])?;
        out.push_str(set.text.value.as_deref()?);
        out.push_str(after);
    }
    Some(out)
}

fn runner<'t>(config: &Config<'t>, stack: &Stack<'t>) -> Runner {
    let tags = config.entry(stack, "tags");
    let labels = tags.iter().flat_map(|(_, layer)| {
        let tags = layer.node.scalars_or_one().map(|tag| text(config, tag, layer.document));
        tags.map(|tag| tag.shown().to_owned()).collect::<Vec<_>>()
    });
    let labels: Vec<String> = labels.collect();
    let at = tags.map(|(key, layer)| entry_place(key, layer.node));
    Runner { class: runners::classify(Provider::Gitlab, &labels), labels, at }
}

fn identity<'t>(config: &Config<'t>, stack: &Stack<'t>) -> Identity {
    let mut identity = Identity {
        state: IdentityState::Missing,
        level: None,
        at: None,
        write_all: false,
        tokens: Vec::new(),
    };
    for (key, layer) in config.all(stack, "id_tokens") {
        for (name, node) in layer.node.entries() {
            let Some(variable) = name.as_str() else { continue };
            if identity.tokens.iter().any(|token| token.name == variable) {
                continue;
            }
            let audiences = node.get("aud").into_iter().flat_map(Node::scalars_or_one);
            identity.tokens.push(IdToken {
                name: variable.to_owned(),
                audiences: audiences.map(|aud| text(config, aud, layer.document)).collect(),
                at: entry_place(name, node),
            });
        }
        if identity.at.is_none() && !identity.tokens.is_empty() {
            identity.state = IdentityState::Granted;
            identity.at = Some(entry_place(key, layer.node));
            identity.level = Some(match (layer.default, layer.own) {
                (true, _) => Level::Pipeline,
                (false, true) => Level::Job,
                (false, false) => Level::Inherited,
            });
        }
        if layer.default {
            break;
        }
    }
    identity
}

fn needs<'t>(config: &Config<'t>, stack: &Stack<'t>) -> Vec<Scalar> {
    let found = config.entry(stack, "needs").or_else(|| config.entry(stack, "dependencies"));
    let Some((_, layer)) = found else { return Vec::new() };
    let names =
        layer.node.items().filter_map(|item| if item.is_mapping() { item.get("job") } else { Some(item) });
    names.map(|name| text(config, name, layer.document)).collect()
}

fn caches<'t>(config: &Config<'t>, stack: &Stack<'t>) -> Vec<Cache> {
    let Some((key, layer)) = config.entry(stack, "cache") else { return Vec::new() };
    let items: Vec<Node<'t>> =
        if layer.node.is_sequence() { layer.node.items().collect() } else { vec![layer.node] };
    let used = items.into_iter().filter(|item| item.get("paths").or_else(|| item.get("key")).is_some());
    used.map(|item| {
        let policy = item.get("policy").and_then(Node::as_str).unwrap_or("pull-push");
        Cache {
            by: "cache".to_owned(),
            at: if layer.node.is_sequence() { place(item) } else { entry_place(key, item) },
            implicit: layer.default,
            restores: policy != "push",
            saves: policy != "pull",
        }
    })
    .collect()
}

/// `rules`, `only`, `except` and `when`.
fn conditions<'t>(config: &Config<'t>, stack: &Stack<'t>) -> Vec<Condition> {
    let mut found = Vec::new();
    for word in ["rules", "only", "except"] {
        let Some((key, layer)) = config.entry(stack, word) else { continue };
        let mut parts = Vec::new();
        described(config, layer.node, 0, &mut parts);
        for part in parts.iter_mut().filter(|part| part.contains("$[[")) {
            if let Some(known) = filled(config, part, layer.document) {
                *part = known;
            }
        }
        // Parts that only ever say no are no way in.
        let open = |part: &&String| !part.ends_with("when: never");
        let limits = |part: &String| {
            let names = [
                "CI_COMMIT_TAG",
                "CI_COMMIT_BRANCH",
                "CI_COMMIT_REF",
                "CI_DEFAULT_BRANCH",
                "tags",
                "branches",
            ];
            names.iter().any(|name| part.contains(name)) || (word == "only" && !part.is_empty())
        };
        let any_open = parts.iter().filter(open).count();
        let limits_ref = any_open > 0 && parts.iter().filter(open).all(limits);
        let text = format!("{word}: {}", parts.join(" | "));
        let never = word == "rules" && any_open == 0 && !parts.is_empty();
        found.push(skeleton::condition(text, entry_place(key, layer.node), never, limits_ref));
    }
    if let Some((key, layer)) = config.entry(stack, "when") {
        let when = layer.node.as_str().unwrap_or_default();
        let at = entry_place(key, layer.node);
        found.push(skeleton::condition(format!("when: {when}"), at, when == "never", false));
    }
    found
}

/// Each rule in words, those that `!reference` brings among them.
fn described<'t>(config: &Config<'t>, node: Node<'t>, depth: usize, out: &mut Vec<String>) {
    if depth > DEPTH || out.len() > MAX_LINES {
        return;
    }
    if node.tag().is_some_and(|tag| tag.ends_with("reference")) {
        if let Some(layer) = config.reference(node) {
            described(config, layer.node, depth + 1, out);
        }
        return;
    }
    if node.is_sequence() {
        node.items().for_each(|item| described(config, item, depth + 1, out));
    } else if let Some(text) = node.as_str() {
        out.push(text.to_owned());
    } else if node.is_mapping() {
        let part = |key: &str, shown: &str| Some(format!("{shown}{}", node.get(key)?.as_str()?));
        let parts: Vec<String> = [part("if", ""), part("when", "when: ")].into_iter().flatten().collect();
        if parts.is_empty() {
            // `only: {refs: […], variables: […]}`, `changes:`, `exists:`.
            for (key, value) in node.entries() {
                let values: Vec<&str> = value.scalars_or_one().filter_map(Node::as_str).collect();
                out.push(
                    format!("{} {}", key.as_str().unwrap_or_default(), values.join(", ")).trim().to_owned(),
                );
            }
        } else {
            out.push(parts.join(" "));
        }
    }
}

/// `before_script` and `script` share one shell and are one step; `after_script` has its own.
fn steps<'t>(config: &Config<'t>, stack: &Stack<'t>, unknowns: &mut Vec<Unknown>) -> Vec<Step> {
    let mut steps = Vec::new();
    for keys in [&["before_script", "script"][..], &["after_script"][..]] {
        let mut script = Script::default();
        let mut lines = 0;
        let mut at = None;
        let mut document = 0;
        for key in keys {
            let Some((key, layer)) = config.entry(stack, key) else { continue };
            at = Some(entry_place(key, layer.node));
            document = layer.document;
            push_lines(config, layer.node, 0, &mut script, &mut lines, unknowns);
        }
        let Some(at) = at.filter(|_| lines > 0) else { continue };
        let inputs = &config.document(document).inputs;
        let script = script.substitute("$[[", "]]", &mut |inner| {
            input_name(inner).and_then(|name| inputs.get(name)).map(|value| (*value).to_owned())
        });
        let origin: Vec<Hop> = stack.hops.iter().filter(|hop| hop.target.is_some()).cloned().collect();
        steps.push(Step {
            continue_on_error: keys.contains(&"after_script"),
            ..skeleton::step(skeleton::run(script), at, &origin)
        });
    }
    steps
}

fn push_lines<'t>(
    config: &Config<'t>,
    node: Node<'t>,
    depth: usize,
    script: &mut Script,
    lines: &mut usize,
    unknowns: &mut Vec<Unknown>,
) {
    if depth > DEPTH || *lines > MAX_LINES {
        let what = "script lines beyond the many that are read";
        if unknowns.last().is_none_or(|last| last.what != what) {
            unknowns.push(Unknown { what: what.to_owned(), at: place(node) });
        }
        return;
    }
    if node.tag().is_some_and(|tag| tag.ends_with("reference")) {
        if let Some(layer) = config.reference(node) {
            push_lines(config, layer.node, depth + 1, script, lines, unknowns);
        } else {
            let path: Vec<&str> = node.items().filter_map(Node::as_str).collect();
            unknowns.push(Unknown { what: format!("!reference [{}]", path.join(", ")), at: place(node) });
        }
    } else if node.is_sequence() {
        for item in node.items() {
            push_lines(config, item, depth + 1, script, lines, unknowns);
        }
    } else if node.as_str().is_some() {
        script.push_node(node);
        *lines += 1;
    }
}

/// `trigger`: a child pipeline of this repository, or another project's.
fn trigger<'t>(
    repository: &Repository<'_>,
    config: &Config<'t>,
    stack: &Stack<'t>,
    job: &mut Job,
    depth: usize,
) {
    let Some((_, layer)) = config.entry(stack, "trigger") else { return };
    let include = layer.node.get("include");
    let items =
        include.map(|include| if include.is_sequence() { include.items().collect() } else { vec![include] });
    for item in items.unwrap_or_default() {
        let path = item.as_str().or_else(|| item.get("local")?.as_str());
        let file = path.and_then(|path| files::join("", path)).filter(|path| repository.files.is_file(path));
        let jobs = file.as_deref().and_then(|file| super::child(repository, file, depth));
        if jobs.is_none() {
            let shown = path.or_else(|| item.get("artifact")?.as_str()).unwrap_or("another file");
            job.unknowns.push(Unknown { what: format!("child pipeline {shown}"), at: place(item) });
        }
        let reference = text(config, item, layer.document);
        match (&mut job.call, jobs) {
            (Some(Call { jobs: Some(known), .. }), Some(more)) => known.extend(more),
            (call, jobs) => {
                *call = Some(Call {
                    reference,
                    file,
                    inputs: Vec::new(),
                    secrets: Vec::new(),
                    inherits_secrets: None,
                    jobs,
                });
            }
        }
    }
    if let Some(call) = &mut job.call {
        let hop = Hop {
            kind: HopKind::ChildPipeline,
            name: call.reference.shown().to_owned(),
            at: call.reference.at.clone(),
            target: call.file.clone(),
        };
        for inner in call.jobs.iter_mut().flatten() {
            inner.origin.insert(0, hop.clone());
        }
    }
    let project = layer.node.get("project").or(Some(layer.node).filter(|node| node.as_str().is_some()));
    if let Some(project) = project.filter(|_| include.is_none()) {
        let what = format!("pipeline of project {}", project.as_str().unwrap_or_default());
        job.unknowns.push(Unknown { what, at: place(project) });
    }
}
