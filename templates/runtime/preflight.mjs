// The checks before anything is published. They run in the order in which their answers explain one
// another, and all that can be known at once is told at once.

// setup-node writes this where no token was given; it is none.
const PLACEHOLDER = /^X{5}(?:-X{5}){3}$/;
const TOKEN_NAME = /^(?:NPM|NODE|YARN|PNPM|BUN)_(?:.*_)?(?:TOKEN|AUTH|IDENT|PASSWORD)$/i;
const CONFIG_TOKEN = /^npm_config_(?:\/\/.*:)?_(?:authToken|auth|password)$/i;

async function checkVersions(npm) {
  const seen = await npm(['--version'], { limit: 60 });
  const versions = { node: process.versions.node, npm: seen.stdout.trim() };
  say(`node ${versions.node}, npm ${versions.npm || 'does not run'}`);
  if (!VERSION.test(versions.npm)) {
    const cause = seen.error?.message ?? seen.stderr.trim();
    return [
      new Problem('npm-missing', 'npm does not run', cause, 'set up Node in an earlier step of this job'),
    ];
  }
  return [
    ['node', env.TRUSTPUB_NODE],
    ['npm', env.TRUSTPUB_NPM],
  ]
    .filter(([tool, range]) => range && !satisfies(versions[tool], range))
    .map(
      ([tool, range]) =>
        new Problem(
          `${tool}-version`,
          `${tool} ${versions[tool]} is not what this pipeline was made for`,
          `it needs ${tool} ${range}: an npm that is too old sends no exchange and does not say so`,
          'keep the Node version that was generated, or change it in the spec and generate again',
        ),
    );
}

function checkProvider(provider) {
  const found = [];
  if (env.CI === 'false') {
    found.push(
      new Problem(
        'ci-false',
        'CI is set to "false"',
        'npm then takes this for no CI at all and skips trusted publishing without a word',
        'remove CI=false from the publish job',
      ),
    );
  }
  const mark = { github: 'GITHUB_ACTIONS', gitlab: 'GITLAB_CI', circleci: 'CIRCLECI' }[provider];
  if (mark && !env[mark]) {
    found.push(
      new Problem(
        'provider-unknown-to-npm',
        `${mark} is not set`,
        'npm tries trusted publishing only where that variable says so',
        `run this job on ${provider}, and pass ${mark} through if it runs in a container of your own`,
      ),
    );
  }
  return found;
}

function tokenLeft(where, name) {
  return new Problem(
    'token-reachable',
    `a registry credential is within reach of this job: ${name}`,
    `${where}. npm falls back to it in silence when the exchange fails: a broken setup looks sound; ` +
      'and whatever runs here can steal it',
    'remove it from this job (a read-only one belongs to the install step of the pack job), and revoke it',
  );
}

function npmrcLines(file) {
  let text;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split(/\r?\n/).map((line, index) => {
    const [, key, value] = /^\s*([^=;#\s][^=]*?)\s*=\s*"?(.*?)"?\s*$/.exec(line) ?? [];
    return { key, value, place: `${file}:${index + 1}` };
  });
}

// A credential anywhere that npm would look, were it not kept apart. The value is never shown.
function checkCredentials(provider, registry, names) {
  const found = [];
  for (const [name, value] of Object.entries(env)) {
    if (!TOKEN_NAME.test(name) && !CONFIG_TOKEN.test(name)) continue;
    if (name === 'NPM_ID_TOKEN' || (name === 'NPM_STAGE_TOKEN' && provider === 'token')) continue;
    // GitLab and CircleCI give a project's variable to every job. This one reads, and npm starts without it.
    if (name === 'NPM_READ_TOKEN' && provider !== 'github') continue;
    if (value && !PLACEHOLDER.test(value)) found.push(tokenLeft('It is an environment variable', name));
  }
  const projects = [process.cwd(), env.GITHUB_WORKSPACE, env.CI_PROJECT_DIR].filter(Boolean);
  const user = env.NPM_CONFIG_USERCONFIG ?? env.npm_config_userconfig ?? path.join(os.homedir(), '.npmrc');
  const files = [...projects.map((folder) => [path.join(folder, '.npmrc'), true]), [user, false]];
  const scopes = new Set(names.map((name) => `${name.split('/')[0]}:registry`));
  const seen = new Set();
  for (const [file, inProject] of files) {
    if (seen.has(path.resolve(file))) continue;
    seen.add(path.resolve(file));
    for (const { key, value, place } of npmrcLines(file)) {
      if (/(?:^|:)(?:_authToken|_auth|_password)$/.test(key ?? '')) {
        // In the project even an empty one can undo a good exchange; elsewhere an unset variable is no
        // token.
        const real = value.replace(/\$\{([^}?]+)\??\}/g, (_, name) => env[name] ?? '');
        if (inProject || (real && !PLACEHOLDER.test(real)))
          found.push(tokenLeft(`It stands in ${place}`, key));
      }
      if (scopes.has(key) && !sameRegistry(value, registry)) {
        found.push(
          new Problem(
            'scope-elsewhere',
            `npm config sends ${key.split(':')[0]} to another registry`,
            `${place} says ${value}, this pipeline publishes to ${registry}`,
            'remove that line from this job, or the package from the spec',
          ),
        );
      }
    }
  }
  return found;
}

// The real exchange, by npm itself, with nothing sent: --dry-run exchanges, --force skips the check for
// the version. The exit code is 0 either way, so npm's own lines are read. Gives undefined when it worked.
async function exchangeFault(npm, item, extra) {
  const args = [
    'publish',
    `./${item.file}`,
    '--dry-run',
    '--force',
    '--ignore-scripts',
    '--loglevel=silly',
  ];
  const seen = await npm([...args, `--tag=${item.tag}`], { limit: 180, extra });
  const lines = seen.stderr.split('\n').map((line) => line.replace(/^npm \S+ /, ''));
  const oidc = lines.filter((line) => line.startsWith('oidc '));
  if (oidc.some((line) => line.includes('Successfully retrieved and set token'))) return undefined;
  const http = lines.filter((line) => line.includes('/oidc/token/exchange/'));
  if (oidc.length > 0) return [...http, ...oidc].join('\n');
  const errors = seen.stderr.split('\n').filter((line) => line.startsWith('npm error'));
  return seen.code === 0
    ? 'npm did not try: no line of it speaks of the exchange'
    : errors.slice(0, 8).join('\n');
}

const NO_PUBLISHER =
  'the package has no trusted publisher, or does not exist yet (the first version is published by hand)';
const LIKELY = {
  github: [
    NO_PUBLISHER,
    'owner, repository, workflow file or environment differ, letter case and .yml or .yaml included',
    'the publisher names a workflow that this one calls: it must be the one that starts the run',
    'the repository is new: reports say that its immutable subject is refused',
  ],
  gitlab: [
    NO_PUBLISHER,
    'namespace, project, CI file or environment differ, letter case included',
    'the CI file of the project lives in another project: its identity cannot match',
  ],
  circleci: [
    NO_PUBLISHER,
    'organization, project, pipeline definition or origin differ (the origin has no https://)',
    'the context that the publisher names is not attached to this job, or its restriction kept it away',
    'this is a rerun with SSH, which the registry refuses',
  ],
};

async function checkExchange(npm, items, { provider, claims, extra, mode }) {
  const faults = new Map();
  for (let at = 0; at < items.length; at += 4) {
    const some = items.slice(at, at + 4);
    const answers = await Promise.all(some.map((item) => exchangeFault(npm, item, extra)));
    for (const [index, fault] of answers.entries()) {
      say(`  exchange ${some[index].name}: ${fault === undefined ? 'good' : 'refused'}`);
      // The same refusal of many packages is one problem; the package's own URL is not what tells them
      // apart.
      const kind = fault?.replace(/\S*\/oidc\/token\/exchange\/\S*( \d+ms)?.*/g, 'exchange');
      if (kind !== undefined) faults.set(kind, [...(faults.get(kind) ?? []), { item: some[index], fault }]);
    }
  }
  return [...faults.values()].map((list) => {
    const names = list.map(({ item }) => item.name);
    const some = names.slice(0, 5);
    const causes = LIKELY[provider].map((cause, index) => `${index + 1}. ${cause}`);
    const enter = names.map(
      (name) => `npm trust ${publisherOf(provider, claims, mode).replace('PACKAGE', () => name)}`,
    );
    return new Problem(
      'exchange-rejected',
      `the registry gives this run no token for ${some.join(', ')}${names.length > 5 ? ' ...' : ''}`,
      [`npm says:`, list[0].fault, 'Likely causes, the first most often:', ...causes].join('\n'),
      ['compare the trusted publisher with what this run says of itself, or add it:', ...enter].join('\n'),
    );
  });
}
