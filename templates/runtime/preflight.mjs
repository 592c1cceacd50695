// The checks of what surrounds the publish. All that can be known at once is told at once.
async function checkTools({ npm }, { refuse }) {
  const { stdout, stderr, unstarted } = await npm(['--version'], { limit: 60 });
  const versions = { node: process.versions.node, npm: stdout.trim() };
  say(`node ${versions.node}, npm ${versions.npm}`);
  const works = VERSION.test(versions.npm);
  refuse(!works, 'npm-missing', 'npm does not run', unstarted || stderr, 'set up Node in an earlier step');
  for (const [tool, version] of Object.entries(works ? versions : {})) {
    const range = env[`TRUSTPUB_${tool.toUpperCase()}`];
    const wrong = range && !satisfies(version, range);
    refuse(wrong, `${tool}-version`, `${tool} ${version} is not what this pipeline was made for`,
      `it needs ${tool} ${range}: an npm that is too old sends no exchange and does not say so`,
      'keep the Node version that was generated, or change it in the spec and generate again');
  }
  refuse(env.CI === 'false', 'ci-false', 'CI is set to "false"',
    'npm then skips trusted publishing without a word', 'remove CI=false from the publish job');
  refuse(MARK && !env[MARK], 'provider-unknown-to-npm', `${MARK} is not set`,
    'npm tries trusted publishing only where it is', `run this job on ${PROVIDER}, and pass ${MARK} through`);
}

// setup-node writes this where no token was given; it is none.
const PLACEHOLDER = /^X{5}(?:-X{5}){3}$/;
const TOKEN_NAME = /^(NPM|NODE|YARN|PNPM|BUN)_(.*_)?(TOKEN|AUTH|IDENT|PASSWORD)$/i;
const CONFIG_TOKEN = /^npm_config_(\/\/.*:)?_(authToken|auth|password)$/i;
// GitLab and CircleCI give a project's variable to every job: the read-only token is no fault, and npm starts
// without it.
const OWN_TOKENS = { github: [], token: ['NPM_STAGE_TOKEN', 'NPM_READ_TOKEN'] };
const OURS = ['NPM_ID_TOKEN', ...(OWN_TOKENS[PROVIDER] ?? ['NPM_READ_TOKEN'])];

// A credential anywhere that npm would look, were it not kept apart. The value is never shown.
function checkCredentials({ registry, names }, { refuse }) {
  const real = (value) => value && !PLACEHOLDER.test(value);
  const leak = (bad, name, place) =>
    refuse(bad, 'token-reachable', `a registry credential is within reach of this job: ${name}`,
      `It stands in ${place}. npm would fall back to it in silence, and what runs here could steal it`,
      'remove it from this job (a read-only one belongs to the install step of the pack job), and revoke it');
  for (const [name, value] of Object.entries(env)) {
    const token = (TOKEN_NAME.test(name) && !OURS.includes(name)) || CONFIG_TOKEN.test(name);
    leak(token && real(value), name, 'an environment variable');
  }
  const projects = [process.cwd(), env.GITHUB_WORKSPACE, env.CI_PROJECT_DIR].filter(Boolean);
  const inProject = projects.map((folder) => path.resolve(folder, '.npmrc'));
  const user = env.NPM_CONFIG_USERCONFIG ?? env.npm_config_userconfig ?? path.join(os.homedir(), '.npmrc');
  const scopes = names.map((name) => `${name.split('/')[0]}:registry`);
  for (const file of new Set([...inProject, path.resolve(user)])) {
    if (!fs.existsSync(file)) continue;
    for (const [index, line] of fs.readFileSync(file, 'utf8').split('\n').entries()) {
      const [, key = '', value] = /^\s*([^=;#\s][^=]*?)\s*=\s*"?(.*?)"?\s*$/.exec(line) ?? [];
      const place = `${file}:${index + 1}`;
      // In the project even an empty one can undo a good exchange; elsewhere an unset variable is no token.
      const held = value?.replace(/\$\{([^}?]+)\??\}/g, (_, name) => env[name] ?? '');
      const credential = /(?:^|:)(?:_authToken|_auth|_password)$/.test(key);
      leak(credential && (inProject.includes(file) || real(held)), key, place);
      refuse(scopes.includes(key) && !sameRegistry(value, registry), 'scope-elsewhere',
        `npm config sends ${key.split(':')[0]} elsewhere`, `${place} says ${value}, not ${registry}`,
        'remove that line from this job, or the package from the spec');
    }
  }
}
