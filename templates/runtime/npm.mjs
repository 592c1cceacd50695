// npm, kept apart from everything around it: its own empty folder, config, cache and home, and of the
// environment only what the identity, provenance and the network need.
const PASSED = new RegExp(
  `^(?:${[
    'CI|GITHUB_.*|RUNNER_.*|ACTIONS_ID_TOKEN_REQUEST_(?:URL|TOKEN)|GITLAB_CI|CI_.*|CIRCLECI|CIRCLE_.*',
    'NPM_ID_TOKEN|SIGSTORE_ID_TOKEN',
    '(?:HTTPS?|ALL|NO)_PROXY|NODE_EXTRA_CA_CERTS|NODE_USE_ENV_PROXY|SSL_CERT_(?:FILE|DIR)',
    'PATH|PATHEXT|SYSTEMROOT|COMSPEC|WINDIR|LANG|TZ',
    'NPM_CONFIG_(?:HTTPS?[-_]PROXY|PROXY|NOPROXY|CAFILE|FETCH[-_]TIMEOUT|FETCH[-_]RETRIES)',
  ].join('|')})$`,
  'i',
);
// npm's own retries wait longer than the job may run; ours say what happens.
const PATIENCE = { NPM_CONFIG_FETCH_RETRIES: '0', NPM_CONFIG_FETCH_TIMEOUT: '120000' };
const IDENTITY = /^(?:ACTIONS_ID_TOKEN_REQUEST_(?:TOKEN|URL)|NPM_ID_TOKEN|SIGSTORE_ID_TOKEN)$/;
const CREDENTIAL = /TOKEN|PASSWORD|PASSWD|SECRET|JWT|PRIVATE|CREDENTIAL|_KEY$|_AUTH$|OIDC/i;

function passedEnvironment(source) {
  const passes = ([name]) => PASSED.test(name) && (IDENTITY.test(name) || !CREDENTIAL.test(name));
  return Object.fromEntries(Object.entries(source).filter(passes));
}

// On Windows npm is a .cmd file, which only a shell starts; its JavaScript beside it needs none.
function locateNpm() {
  if (process.platform !== 'win32') return ['npm'];
  const folders = (env.PATH ?? env.Path ?? '').split(path.delimiter);
  const found = folders.find((folder) => fs.existsSync(path.join(folder, 'npm.cmd'))) ?? '';
  return [process.execPath, path.join(found, 'node_modules', 'npm', 'bin', 'npm-cli.js')];
}

// `names` decide which scopes are nailed to the registry: a scope's registry wins over --registry.
function isolatedNpm(registry, names) {
  const home = fs.mkdtempSync(path.join(env.RUNNER_TEMP || os.tmpdir(), 'trustpub-'));
  process.on('exit', () => fs.rmSync(home, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  const work = path.join(home, 'work');
  fs.mkdirSync(work, { mode: 0o700 });
  const place = (file, text) => {
    fs.writeFileSync(path.join(home, file), text, { mode: 0o600 });
    return path.join(home, file);
  };
  // It keeps npm from looking for a package.json, and for its .npmrc, in the folders above.
  place('work/package.json', '{}\n');
  const base = { ...PATIENCE, ...passedEnvironment(env), NPM_CONFIG_CACHE: path.join(home, 'cache') };
  for (const name of ['HOME', 'USERPROFILE', 'TMPDIR', 'TEMP', 'TMP']) base[name] = home;
  for (const name of ['USERCONFIG', 'GLOBALCONFIG']) base[`NPM_CONFIG_${name}`] = place(name, '');
  for (const name of ['UPDATE_NOTIFIER', 'COLOR', 'PROGRESS']) base[`NPM_CONFIG_${name}`] = 'false';
  const scopes = new Set(names.filter((name) => name.startsWith('@')).map((name) => name.split('/')[0]));
  const fixed = [`--registry=${registry}`, ...[...scopes].map((scope) => `--${scope}:registry=${registry}`)];
  const [command, ...first] = locateNpm();
  const npm = (args, { limit, extra } = {}) =>
    run(command, [...first, ...args, ...fixed], { cwd: work, env: { ...base, ...extra }, limit });
  return { npm, home, work };
}

// npm's range language as the solver writes it: versions, >= > <= < =, spaces for "and", || for "or".
function satisfies(version, range) {
  const numbers = (text) => text.split(/[-+]/)[0].split('.').map(Number);
  const one = (text) => {
    const [, operator = '=', bound] = /^(>=|<=|>|<|=)?v?(\d+(?:\.\d+){0,2})$/.exec(text) ?? [];
    if (!bound) throw new Misuse(`not a version range: ${range}`);
    const [a, b] = [numbers(version), numbers(bound)];
    const at = a.findIndex((number, i) => number !== (b[i] ?? 0));
    const order = at < 0 ? '=' : a[at] < (b[at] ?? 0) ? '<' : '>';
    return operator.includes(order);
  };
  return range.split('||').some((part) => part.trim().split(/\s+/).every(one));
}

// What the registry says in public about one version, asked through npm so that its proxies and certificates
// hold. `known`: the package can be read (null: no answer); a private one cannot.
async function lookUp(npm, { name, version }) {
  const { code, stdout, stderr } = await npm(
    ['view', `${name}@${version}`, 'dist', '--json', '--prefer-online'], { limit: 120 });
  // npm 12 answers with a list, older ones with the object itself.
  let dist;
  try {
    [dist] = [JSON.parse(stdout)].flat();
  } catch {
    // npm's error text is on the other stream.
  }
  const { integrity, attestations } = dist ?? {};
  if (integrity) return { known: true, integrity, attested: Boolean(attestations) };
  const missing = /\bE404\b/.test(stderr);
  if (code !== 0 && !missing) return { known: null };
  return { known: !missing || /No match found for version/.test(stderr) };
}
