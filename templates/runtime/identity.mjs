// The identity and what it says of this run. It is only read, the registry verifies it; we compare because
// the registry answers every mismatch with the same "package not found".
const MODES = ['direct', 'stage'];

function payload(token) {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString('utf8'));
  } catch {
    const fix = 'let the provider issue it';
    throw new Problem('id-token-unreadable', 'the id token is no JWT', 'it is not shown here', fix);
  }
}

function matches(pattern, value) {
  const text = String(pattern).replace(/[.+?^$()|[\]{}\\]/g, '\\$&');
  return new RegExp(`^${text.replaceAll('*', '.*')}$`).test(value);
}

// Adds what is wrong with the identity; gives it, what npm needs of it, and whether npm should sign.
async function authenticate(given, faults) {
  const { expect, retry } = given;
  const audience = need('TRUSTPUB_AUDIENCE');
  const token = await idToken(audience, retry);
  if (token.length > 7) secretValues.add(token);
  const claims = payload(token);
  for (const [key, [read, fix]] of Object.entries(CLAIMS)) {
    const [wanted, seen] = [[expect[key] || []].flat(), read(claims)];
    const same = (one) => (['ref', 'event'].includes(key) ? matches(one, seen ?? '') : one === seen);
    const cased = wanted.some((one) => String(one).toLowerCase() === String(seen).toLowerCase());
    const detail = `expected ${wanted.join(' or ')}, the id token says ${seen ?? 'nothing'}`;
    faults.refuse(wanted.length > 0 && !wanted.some(same), `claim-${key}`,
      `this run has another ${key} than the spec`, detail + (cased ? '; letter case counts' : ''), fix);
  }
  const audiences = [claims.aud ?? []].flat();
  faults.refuse(!audiences.includes(audience), 'wrong-audience', 'the id token is for another audience',
    `expected ${audience}, it says ${audiences.join(', ')}`, 'write exactly that: no scheme, no slash');
  const until = new Date((claims.exp ?? Infinity) * 1000);
  faults.refuse(until < Date.now(), 'id-token-expired', 'the id token has expired',
    `it was good until ${claims.exp && until.toISOString()}`,
    "publish in a job of its own; on GitLab the token lives as long as the job's timeout");
  return { claims, extra: passOn(token), signs: checkRun(claims, given, faults) };
}

// The real exchange, by npm itself, with nothing sent: --dry-run exchanges, --force skips the check for the
// version. The exit code is 0 either way, so npm's own lines are read. Gives '' when it worked.
async function exchangeFault({ npm, extra }, { file, tag }) {
  const flags = ['--dry-run', '--force', '--ignore-scripts', '--loglevel=silly', `--tag=${tag}`];
  const hasty = { NPM_CONFIG_FETCH_TIMEOUT: '30000', ...extra };
  const { stderr } = await npm(['publish', `./${file}`, ...flags], { limit: 180, extra: hasty });
  const lines = stderr.split('\n').map((line) => line.replace(/^npm \S+ /, ''));
  if (lines.some((line) => /^oidc .*Successfully retrieved and set token/.test(line))) return '';
  const told = lines.filter((line) => line.startsWith('oidc ') || line.includes('/oidc/token/exchange/'));
  const errors = stderr.split('\n').filter((line) => line.startsWith('npm error'));
  if (told.length > 0) return told.join('\n');
  return errors.slice(0, 8).join('\n') || 'npm did not try: no line of it speaks of the exchange';
}

// What passes by itself: a status of a busy registry, or no answer at all, of it or of the provider.
const BUSY = /fetch POST (?:408|429|5\d\d) |^oidc (?:Failed to fetch id_token|Failure with message)/m;
const passing = (fault) => BUSY.test(fault) || (/Unknown error/.test(fault) && !/fetch POST \d/.test(fault));

// The command that adds this very run as trusted publisher.
function trustCommand({ claims, mode }, name) {
  const quoted = (text) => (/^[\w./:@-]+$/.test(text) ? text : `'${String(text).replaceAll("'", "'\\''")}'`);
  const flags = Object.entries(TRUST).flatMap(([flag, read]) =>
    [read(claims) ?? []].flat().map((value) => `--${flag} ${quoted(value)}`));
  const allow = mode === 'stage' ? '--allow-stage-publish' : '--allow-publish';
  return ['npm trust', PROVIDER, name, ...flags, allow].join(' ');
}

// npm sends an exchange once: what passes by itself is tried again here, three times for all packages. The
// same refusal of many is told once.
async function checkExchange(ready) {
  const faults = new Map();
  let tried = 0;
  for (const item of ready.items) {
    let fault = await exchangeFault(ready, item);
    for (; tried < 3 && passing(fault); tried += 1) {
      say(`  exchange ${item.name}: no good answer; once more in ${ready.retry * 2 ** tried} s`);
      await pause(ready.retry * 2 ** tried);
      fault = await exchangeFault(ready, item);
    }
    say(`  exchange ${item.name}: ${fault ? 'refused' : 'good'}`);
    const kind = fault.replace(/\S*\/oidc\/token\/exchange\/.*/g, 'exchange');
    if (fault) faults.set(kind, { fault, names: [...(faults.get(kind)?.names ?? []), item.name] });
  }
  const first = 'it has no trusted publisher, or does not exist yet (publish the first version by hand)';
  const causes = [first, ...LIKELY].map((cause, index) => `${index + 1}. ${cause}`);
  const enter = 'compare the trusted publisher with what this run says of itself, or add it:';
  return [...faults.values()].map(({ fault, names }) =>
    new Problem('exchange-rejected', `the registry gives this run no token for ${names.join(', ')}`,
      ['npm says:', fault, 'Likely causes, the first most often:', ...causes].join('\n'),
      [enter, ...names.map((name) => trustCommand(ready, name))].join('\n')));
}
