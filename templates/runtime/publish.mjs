// The publish program: the checks, then one npm call per tarball, in order. It never publishes twice:
// after every doubtful answer it first asks whether the version is there, and with which content.

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

function settings() {
  const provider = oneOf('TRUSTPUB_PROVIDER', ['github', 'gitlab', 'circleci', 'token']);
  const mode = oneOf('TRUSTPUB_MODE', ['direct', 'stage']);
  const names = needJson('TRUSTPUB_PACKAGES').map((one) => (typeof one === 'string' ? one : one.name));
  for (const name of names) if (!NAME.test(name ?? '')) throw new Misuse(`not a package name: ${name}`);
  const tags = (env.TRUSTPUB_EXTRA_TAGS ?? '').split(/[\s,]+/).filter(Boolean);
  for (const tag of tags) if (!TAG.test(tag)) throw new Misuse(`not a dist-tag: ${tag}`);
  const provenance = oneOf('TRUSTPUB_PROVENANCE', ['auto', 'true', 'false'], 'auto');
  const seconds = (name, fallback) => {
    const value = Number(env[name] || fallback);
    if (!(value >= 0)) throw new Misuse(`${name} is no number of seconds`);
    return value;
  };
  if (provider === 'token' && mode !== 'stage')
    throw new Misuse('a token may only stage: TRUSTPUB_MODE=stage');
  if (mode === 'stage' && tags.length > 0) throw new Misuse('a staged version takes no more dist-tags');
  if (provenance === 'true' && ['circleci', 'token'].includes(provider)) {
    throw new Misuse(`there is no provenance with ${provider}`);
  }
  return {
    provider,
    mode,
    names,
    tags,
    provenance,
    dir: path.resolve(need('TRUSTPUB_DIR')),
    registry: registryUrl(),
    audience: provider === 'token' ? '' : need('TRUSTPUB_AUDIENCE'),
    expect: needJson('TRUSTPUB_EXPECT', {}),
    retry: seconds('TRUSTPUB_RETRY_SECONDS', 5),
    verify: seconds('TRUSTPUB_VERIFY_SECONDS', 120),
  };
}

// A staging token stands in no file: npm expands the variable, in the config and the environment of that
// one call.
function tokenSetup(registry, home) {
  if (!env.NPM_STAGE_TOKEN) {
    throw new Problem(
      'stage-token-missing',
      'NPM_STAGE_TOKEN is not set',
      'this provider has no identity that the registry knows, so staging needs a stage-only token',
      'give the publish step, and no other, that secret; a protected variable is empty on an unprotected ref',
    );
  }
  const { host, pathname } = new URL(registry);
  const file = path.join(home, 'stage-npmrc');
  fs.writeFileSync(file, `//${host}${pathname}:_authToken=\${NPM_STAGE_TOKEN}\n`, { mode: 0o600 });
  return { NPM_STAGE_TOKEN: env.NPM_STAGE_TOKEN, NPM_CONFIG_USERCONFIG: file };
}

// All problems of the preflight, or what publishing needs.
async function preflight(given, problems) {
  const { provider, mode, names, registry, audience, expect, provenance } = given;
  const { npm, home, work } = isolatedNpm(registry, names);
  problems.push(...(await checkVersions(npm)), ...checkProvider(provider));
  problems.push(...checkCredentials(provider, registry, names));
  const who = { claims: {}, extra: {}, open: false };
  try {
    if (provider === 'token') {
      who.extra = tokenSetup(registry, home);
    } else {
      Object.assign(who, await identity(provider, audience));
      const said = checkIdentity(provider, who.claims, audience, expect, provenance);
      problems.push(...said.found);
      for (const warning of said.warnings) report('warning', warning);
      who.open = said.open;
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    problems.push(error);
  }
  const { found, items } = checkManifest(given.dir, names, work, registry);
  problems.push(...found);
  if (provenance !== 'auto') who.extra = { ...who.extra, NPM_CONFIG_PROVENANCE: provenance };
  const ready = { ...given, ...who, npm, items: items.map((item) => ({ ...item, state: 'not-tried' })) };
  if (problems.length === 0 && provider !== 'token') {
    problems.push(...(await checkExchange(npm, items, { ...ready, mode })));
  }
  return ready;
}

function fail(item, problem, detail) {
  Object.assign(item, { state: 'failed', cause: problem.id, detail });
  report('error', { ...problem, title: `${item.name} ${item.version}: ${problem.title}`, detail });
}

const OTHER_CONTENT = {
  id: 'version-differs',
  title: 'the registry has this version with other content',
  fix: 'raise the version: a published one cannot be replaced',
};

// True when the registry's answer settles the matter.
function settled(item, seen, state) {
  if (!seen.integrity) return false;
  item.provenance = seen.attested;
  if (seen.integrity === item.integrity) {
    item.state = state;
    return true;
  }
  fail(item, OTHER_CONTENT, `there: ${seen.integrity}, packed here: ${item.integrity}`);
  return true;
}

// npm at "verbose" says what it did; on success only these lines are worth a place in the log.
const TELLING =
  /^\+ |^npm (?:verbose oidc|http fetch (?:PUT|POST)|notice (?:publish )?(?:Signed|Provenance))/;

function echo(text, all) {
  for (const line of text.split('\n'))
    if (line.trim() && (all || TELLING.test(line))) say(`  npm| ${line}`);
}

async function publishOne(item, given) {
  const { npm, mode, extra, retry } = given;
  const before = await lookUp(npm, item.name, item.version);
  item.readable = before.known;
  if (settled(item, before, 'already')) return;
  const args = [
    ...(mode === 'stage' ? ['stage', 'publish'] : ['publish']),
    `./${item.file}`,
    '--ignore-scripts',
  ];
  if (item.access) args.push(`--access=${item.access}`);
  // Without the flag npm itself refuses to move "latest" back to a lower version.
  if (!item.defaultTag) args.push(`--tag=${item.tag}`);
  for (let attempt = 1; ; attempt += 1) {
    const done = await npm([...args, '--loglevel=verbose'], { limit: 900, extra });
    const text = `${done.stderr}\n${done.stdout}`;
    echo(text, done.code !== 0);
    item.log ??= /https:\/\/search\.sigstore\.dev\/\?logIndex=\d+/.exec(text)?.[0];
    if (done.code === 0) {
      item.state = mode === 'stage' ? 'staged' : 'published';
      return;
    }
    const known = explain(text, done.timedOut);
    const after = await lookUp(npm, item.name, item.version);
    if (settled(item, after, attempt > 1 || known.retry ? 'published' : 'already')) return;
    if (known.present) {
      // It exists and cannot be read: private, staged, or still being scanned. An earlier attempt of ours
      // may have put it there.
      item.state = attempt > 1 ? 'pending' : 'already';
      item.detail = 'the registry has this version; its content cannot be read here and was not compared';
      report('warning', {
        title: `${item.name} ${item.version}: ${known.title}`,
        detail: item.detail,
        fix: known.fix,
      });
      return;
    }
    if (!known.retry || attempt === 4) {
      fail(item, known, known.cause);
      return;
    }
    const wait = retry * 2 ** (attempt - 1);
    say(`  ${item.name}: ${known.title}; attempt ${attempt + 1} of 4 in ${wait} s`);
    await pause(wait);
  }
}

async function setTags(item, { npm, tags, extra, retry }, problems) {
  for (const tag of tags) {
    let done;
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      done = await npm(['dist-tag', 'add', `${item.name}@${item.version}`, tag, '--loglevel=verbose'], {
        extra,
      });
      if (done.code === 0 || !explain(done.stderr, done.timedOut).retry) break;
      await pause(retry * attempt);
    }
    echo(done.stderr, done.code !== 0);
    if (done.code === 0) continue;
    const problem = new Problem(
      'extra-tag-failed',
      `${item.name} ${item.version}: the dist-tag ${tag} could not be set`,
      `The version itself is ${item.state}. ${explain(done.stderr).cause}`,
      'allow "npm dist-tag" in the trusted publisher, with an npm that can do it by identity; then run again',
    );
    problems.push(problem);
    report('error', problem);
  }
}

// Waits until what was published can be seen with its content. The registry scans new versions first, so a
// version that stays unseen was accepted all the same.
async function verify(items, given) {
  let left = items.filter(({ state, readable }) => state === 'published' && readable !== false);
  const until = Date.now() + given.verify * 1000;
  for (;;) {
    for (const item of left) settled(item, await lookUp(given.npm, item.name, item.version), 'published');
    left = left.filter((item) => item.state === 'published' && item.provenance === undefined);
    if (left.length === 0 || Date.now() >= until) break;
    await pause(Math.min(given.retry, 10));
  }
  for (const item of left) {
    item.state = 'pending';
    item.detail = 'the registry accepted it and does not show it yet: it scans new versions';
  }
  const signed = given.provenance === 'true' || (given.provenance === 'auto' && given.open);
  const expected = signed && (given.provider === 'github' || env.SIGSTORE_ID_TOKEN);
  for (const item of items) {
    if (item.state !== 'published' || item.provenance !== false || !expected) continue;
    report('warning', {
      title: `${item.name} ${item.version}: no provenance`,
      detail: 'it was expected, and the registry shows none for this version',
      fix: 'look for "oidc" in npm\'s lines above: it says why it signed nothing',
    });
  }
}

async function publish() {
  const given = settings();
  const problems = [];
  say(
    `registry ${given.registry}, ${given.mode === 'stage' ? 'staging' : 'publishing'} with ${given.provider}`,
  );
  const ready = await preflight(given, problems);
  const { items } = ready;
  if (problems.length > 0) {
    for (const problem of problems) report('error', problem);
    say('Nothing was published.');
    return finish(items, problems, given);
  }
  say('preflight: good');
  if (env.TRUSTPUB_DRY_RUN === 'true') return finish(items, problems, given);
  for (const [index, item] of items.entries()) {
    say(`${item.order}. ${item.name} ${item.version}`);
    await publishOne(item, ready);
    const same = ['published', 'already'].includes(item.state) && !item.detail;
    if (same) await setTags(item, ready, problems);
    // What others need must be there before them; what nobody needs keeps nobody.
    const later = items.slice(index + 1);
    if (item.state === 'failed' && later.some(({ needs }) => needs.includes(item.name))) {
      for (const one of later) one.detail = `${item.name}, which later ones need, failed`;
      break;
    }
  }
  await verify(items, ready);
  return finish(items, problems, given);
}

await main(publish);
