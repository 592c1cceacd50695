// The publish program: the checks, then one npm call per tarball, in order. It never publishes twice: after
// every doubtful answer it first asks whether the version is there, and with which content.
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

function settings() {
  const mode = oneOf('TRUSTPUB_MODE', MODES);
  const names = needJson('TRUSTPUB_PACKAGES').map((one) => one.name ?? one);
  const tags = (env.TRUSTPUB_EXTRA_TAGS ?? '').split(/[\s,]+/).filter(Boolean);
  const [retry, verify] = [env.TRUSTPUB_RETRY_SECONDS || 5, env.TRUSTPUB_VERIFY_SECONDS || 120].map(Number);
  const strange = [
    ...names.filter((name) => typeof name !== 'string' || !NAME.test(name)),
    ...tags.filter((tag) => !TAG.test(tag) || mode === 'stage'),
    ...[retry, verify].filter((seconds) => !(seconds >= 0)),
  ];
  if (strange.length > 0) throw new Misuse(`no package, dist-tag or seconds: ${strange.join(', ')}`);
  oneOf('TRUSTPUB_PROVIDER', [PROVIDER]);
  const provenance = oneOf('TRUSTPUB_PROVENANCE', PROVENANCE, 'auto');
  const registry = new URL(need('TRUSTPUB_REGISTRY')).href.replace(/\/*$/, '/');
  const expect = env.TRUSTPUB_EXPECT ? needJson('TRUSTPUB_EXPECT') : {};
  if (PROVIDER !== 'token') need('TRUSTPUB_AUDIENCE');
  const dir = path.resolve(need('TRUSTPUB_DIR'));
  return { mode, names, tags, provenance, dir, registry, expect, retry, verify };
}

// Adds all problems; gives what publishing needs.
async function preflight(given, found) {
  const warnings = [];
  const faults = { found, refuse: refuser(found), warn: refuser(warnings) };
  const ready = { ...given, ...isolatedNpm(given.registry, given.names) };
  await checkTools(ready, faults);
  checkCredentials(ready, faults);
  try {
    Object.assign(ready, await authenticate(ready, faults));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    found.push(error);
  }
  for (const warning of warnings) report('warning', warning);
  ready.items = checkManifest(ready, faults).map((item) => ({ ...item, state: 'not-tried' }));
  if (given.provenance !== 'auto') ready.extra = { ...ready.extra, NPM_CONFIG_PROVENANCE: given.provenance };
  if (found.length === 0) found.push(...(await checkExchange(ready)));
  return ready;
}

function tell(level, item, { id, title, detail, fix }) {
  if (level === 'error') Object.assign(item, { state: 'failed', cause: id, detail });
  report(level, { title: `${item.name} ${item.version}: ${title}`, detail, fix });
}

// Asks the registry; true when its answer settles the matter.
async function settled(npm, item, state) {
  const { known, integrity, attested } = await lookUp(npm, item);
  item.readable ??= known;
  if (!integrity) return false;
  item.provenance = attested;
  if (integrity === item.integrity) item.state = state;
  else
    tell('error', item, {
      id: 'version-differs',
      title: 'the registry has this version with other content',
      detail: `there: ${integrity}, packed here: ${item.integrity}`,
      fix: 'raise the version: a published one cannot be replaced',
    });
  return true;
}

// npm at "verbose" says what it did; on success only these lines are worth a place in the log.
const TELLING =
  /^\+ |^npm (?:verbose oidc|http fetch (?:PUT|POST)|notice (?:publish )?(?:Signed|Provenance))/;

// Tries again what passes by itself, unless `stop` says that it is settled.
async function attempts({ npm, extra, retry }, item, args, stop) {
  for (let attempt = 1; ; attempt += 1) {
    const done = await npm([...args, '--loglevel=verbose'], { limit: 900, extra });
    const text = `${done.stderr}\n${done.stdout}`;
    for (const line of text.split('\n'))
      if (line.trim() && (done.code !== 0 || TELLING.test(line))) say(`  npm| ${line}`);
    item.log ??= /https:\/\/search\.sigstore\.dev\/\?logIndex=\d+/.exec(text)?.[0];
    const cause = done.code === 0 ? undefined : explain(text, done.timedOut);
    if (!cause || (await stop(cause, attempt)) || !cause.retry || attempt === 4) return cause;
    const wait = retry * 2 ** (attempt - 1);
    say(`  ${item.name}: ${cause.title}; attempt ${attempt + 1} of 4 in ${wait} s`);
    await pause(wait);
  }
}

async function publishOne(item, given) {
  const { npm, mode } = given;
  if (await settled(npm, item, 'already')) return;
  const args = [...(mode === 'stage' ? ['stage'] : []), 'publish', `./${item.file}`, '--ignore-scripts'];
  if (item.access) args.push(`--access=${item.access}`);
  // Without the flag npm itself refuses to move "latest" back to a lower version.
  if (!item.defaultTag) args.push(`--tag=${item.tag}`);
  let done = false;
  const cause = await attempts(given, item, args, async ({ retry, present, title, fix }, attempt) => {
    done = await settled(npm, item, attempt > 1 || retry ? 'published' : 'already');
    if (done || !present) return done;
    // It exists and cannot be read: private, staged, or being scanned.
    item.state = attempt > 1 ? 'pending' : 'already';
    item.detail = 'the registry has this version; its content cannot be read here and was not compared';
    tell('warning', item, { title, detail: item.detail, fix });
    done = true;
    return done;
  });
  if (!cause) item.state = mode === 'stage' ? 'staged' : 'published';
  else if (!done) tell('error', item, cause);
}

async function setTags(item, given, problems) {
  for (const tag of given.tags) {
    const args = ['dist-tag', 'add', `${item.name}@${item.version}`, tag];
    const cause = await attempts(given, item, args, () => false);
    if (!cause) continue;
    const title = `${item.name} ${item.version}: the dist-tag ${tag} could not be set`;
    const fix = 'allow "npm dist-tag" in the trusted publisher, with an npm that can do it; run again';
    const detail = `the version is ${item.state}; ${cause.title}`;
    problems.push(new Problem('extra-tag-failed', title, detail, fix));
    report('error', problems.at(-1));
  }
}

// Waits until what was published can be seen. The registry scans new versions first, so a version that stays
// unseen was accepted all the same.
async function verify({ npm, items, retry, verify: seconds, signs }) {
  let left = items.filter(({ state, readable }) => state === 'published' && readable !== false);
  const until = Date.now() + seconds * 1000;
  for (;;) {
    for (const item of left) await settled(npm, item, 'published');
    left = left.filter((item) => item.state === 'published' && item.provenance === undefined);
    if (left.length === 0 || Date.now() >= until) break;
    await pause(Math.min(retry, 10));
  }
  const detail = 'the registry accepted it and does not show it yet: it scans new versions';
  for (const item of left) Object.assign(item, { state: 'pending', detail });
  for (const item of items.filter(({ state, provenance }) => state === 'published' && provenance === false))
    if (signs)
      tell('warning', item, {
        title: 'no provenance',
        detail: 'it was expected, and the registry shows none for this version',
        fix: 'look for "oidc" in npm\'s lines above: it says why it signed nothing',
      });
}

function finish({ items, mode }, problems) {
  const bad = problems.length > 0 || items.some(({ state }) => ['failed', 'not-tried'].includes(state));
  const dry = env.TRUSTPUB_DRY_RUN === 'true' && problems.length === 0;
  const result = bad && !dry ? 'failure' : 'success';
  const short = ({ name, version, tag, state }) => ({ name, version, tag, state });
  const packages = items.map((item) => {
    const { integrity, provenance = null, cause, detail, log } = item;
    return { ...short(item), integrity, provenance, cause, detail, log };
  });
  const fresh = packages.filter(({ state }) => ['published', 'staged', 'pending'].includes(state)).map(short);
  outputs({
    published: fresh,
    packages: packages.map(short),
    'any-published': fresh.length > 0,
    provenance: packages.filter((one) => one.provenance).map(({ name }) => name),
    result,
  });
  for (const { name, version, tag, state, detail } of packages)
    say(`${state.padEnd(9)}  ${name} ${version}  tag ${tag}${detail ? `  (${detail})` : ''}`);
  if (result === 'failure') say('Running the job again publishes what is missing.');
  if (mode === 'stage' && fresh.length > 0) say('A maintainer approves each with `npm stage approve`.');
  summary(`${dry ? 'dry run, ' : ''}${result}`, packages, problems);
  if (env.TRUSTPUB_RESULT) {
    const told = problems.map(({ id, title, detail, fix }) => ({ id, title, detail, fix }));
    const text = JSON.stringify({ schema: 1, result, packages, problems: told }, null, 2);
    fs.writeFileSync(env.TRUSTPUB_RESULT, `${redact(text)}\n`);
  }
  return result === 'success' ? 0 : 1;
}

async function publish() {
  const given = settings();
  const problems = [];
  say(`registry ${given.registry}, ${given.mode === 'stage' ? 'staging' : 'publishing'} with ${PROVIDER}`);
  const ready = await preflight(given, problems);
  for (const problem of problems) report('error', problem);
  say(problems.length > 0 ? 'Nothing was published.' : 'preflight: good');
  if (problems.length > 0 || env.TRUSTPUB_DRY_RUN === 'true') return finish(ready, problems);
  const { items } = ready;
  for (const [index, item] of items.entries()) {
    say(`${item.order}. ${item.name} ${item.version}`);
    await publishOne(item, ready);
    if (['published', 'already'].includes(item.state) && !item.detail) await setTags(item, ready, problems);
    // What others need must be there before them; what nobody needs keeps nobody.
    const later = items.slice(index + 1);
    if (item.state !== 'failed' || !later.some(({ needs }) => needs.includes(item.name))) continue;
    for (const one of later) one.detail = `${item.name}, which later ones need, failed`;
    break;
  }
  await verify(ready);
  return finish(ready, problems);
}

await main(publish);
