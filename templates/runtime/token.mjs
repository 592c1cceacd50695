// No identity that the registry knows: a stage-only token, which npm expands from the variable in the config
// and the environment of its one call. It stands in no file.
const PROVIDER = 'token';
const MARK = '';
const MODES = ['stage'];
const PROVENANCE = ['auto', 'false'];
const OWN_CAUSES = [];

function authenticate({ registry, home }) {
  if (!env.NPM_STAGE_TOKEN)
    throw new Problem('stage-token-missing', 'NPM_STAGE_TOKEN is not set',
      'this provider has no identity that the registry knows; a protected variable is empty on other refs',
      'give the publish step, and no other, a stage-only token as that secret');
  const file = path.join(home, 'stage-npmrc');
  const key = registry.replace(/^\w+:/, '');
  fs.writeFileSync(file, `${key}:_authToken=\${NPM_STAGE_TOKEN}\n`, { mode: 0o600 });
  return { extra: { NPM_STAGE_TOKEN: env.NPM_STAGE_TOKEN, NPM_CONFIG_USERCONFIG: file } };
}

const checkExchange = () => [];
