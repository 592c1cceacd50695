// npm, kept apart from everything around it: its own empty folder, config, cache and home, and of the
// environment only what the identity, provenance and the network need. So no .npmrc, no leftover token and
// no cache decides anything.

// Variables that npm (CI detection, id token, provenance statement) and node (network) read.
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
const IDENTITY = new Set(['ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'NPM_ID_TOKEN', 'SIGSTORE_ID_TOKEN']);
const CREDENTIAL = /TOKEN|PASSWORD|PASSWD|SECRET|JWT|PRIVATE|CREDENTIAL|_KEY$|_AUTH$|OIDC/i;

function passedEnvironment(source) {
  return Object.fromEntries(
    Object.entries(source).filter(([name]) => {
      const url = name === 'ACTIONS_ID_TOKEN_REQUEST_URL';
      return PASSED.test(name) && (IDENTITY.has(name) || url || !CREDENTIAL.test(name));
    }),
  );
}

// On Windows npm is a .cmd file, which only a shell starts; its JavaScript beside it needs none.
function locateNpm() {
  if (process.platform !== 'win32') return { command: 'npm', first: [] };
  for (const folder of (env.PATH ?? env.Path ?? '').split(path.delimiter)) {
    const cli = path.join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js');
    if (fs.existsSync(path.join(folder, 'npm.cmd')) && fs.existsSync(cli)) {
      return { command: process.execPath, first: [cli] };
    }
  }
  throw new Problem(
    'npm-missing',
    'npm is not on PATH',
    'no folder of PATH holds npm.cmd',
    'set up Node first',
  );
}

// `names` decide which scopes are nailed to the registry: a scope's registry wins over --registry.
function isolatedNpm(registry, names) {
  const home = fs.mkdtempSync(path.join(env.RUNNER_TEMP || os.tmpdir(), 'trustpub-'));
  process.on('exit', () => fs.rmSync(home, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  const work = path.join(home, 'work');
  fs.mkdirSync(work, { mode: 0o700 });
  // A package.json of its own keeps npm from looking for one, and for its .npmrc, in the folders above.
  fs.writeFileSync(path.join(work, 'package.json'), '{}\n');
  const file = (name) => {
    fs.writeFileSync(path.join(home, name), '', { mode: 0o600 });
    return path.join(home, name);
  };
  const base = {
    ...passedEnvironment(env),
    HOME: home,
    USERPROFILE: home,
    TMPDIR: home,
    TEMP: home,
    TMP: home,
    NPM_CONFIG_USERCONFIG: file('user-npmrc'),
    NPM_CONFIG_GLOBALCONFIG: file('global-npmrc'),
    NPM_CONFIG_CACHE: path.join(home, 'cache'),
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    NPM_CONFIG_COLOR: 'false',
    NPM_CONFIG_PROGRESS: 'false',
  };
  const scopes = new Set(names.map((name) => /^(@[^/]+)\//.exec(name)?.[1]).filter(Boolean));
  const fixed = [
    `--registry=${registry}`,
    ...[...scopes].map((scope) => `--${scope}:registry=${registry}`),
  ];
  const { command, first } = locateNpm();
  const npm = (args, { echo, limit, extra } = {}) =>
    run(command, [...first, ...args, ...fixed], { cwd: work, env: { ...base, ...extra }, echo, limit });
  return { npm, home, work };
}

function numbers(version) {
  return version.split(/[-+]/)[0].split('.').map(Number);
}

function compare(a, b) {
  const [x, y] = [numbers(a), numbers(b)];
  for (let i = 0; i < 3; i += 1) if (x[i] !== (y[i] ?? 0)) return x[i] < (y[i] ?? 0) ? -1 : 1;
  return 0;
}

// The part of npm's range language that the solver writes: versions, >= > <= < =, spaces for "and", || for
// "or".
function satisfies(version, range) {
  const one = (text) => {
    const [, operator, bound] = /^(>=|<=|>|<|=)?v?(\d+(?:\.\d+){0,2})$/.exec(text) ?? [];
    if (!bound) throw new Misuse(`not a version range: ${range}`);
    const order = compare(version, bound);
    return { '>=': order >= 0, '<=': order <= 0, '>': order > 0, '<': order < 0 }[operator] ?? order === 0;
  };
  return range.split('||').some((part) => part.trim().split(/\s+/).every(one));
}

// What the registry says in public about one version, asked through npm so that its proxies and
// certificates hold. `known`: the package can be read (null: the registry did not answer). A private one
// cannot, as the identity covers no reads.
async function lookUp(npm, name, version) {
  const seen = await npm(['view', `${name}@${version}`, 'dist', '--json', '--prefer-online'], {
    limit: 120,
  });
  let answer = null;
  try {
    answer = JSON.parse(seen.stdout || 'null');
  } catch {
    // npm's error text is on the other stream.
  }
  // npm 12 answers with a list, older ones with the object itself.
  const dist = Array.isArray(answer) ? answer[0] : answer;
  if (dist?.integrity)
    return { known: true, integrity: dist.integrity, attested: Boolean(dist.attestations) };
  const missing = /\bE404\b/.test(seen.stderr);
  if (seen.code !== 0 && !missing) return { known: null, integrity: null, attested: false };
  const readable = !missing || /No match found for version/.test(seen.stderr);
  return { known: readable, integrity: null, attested: false };
}
