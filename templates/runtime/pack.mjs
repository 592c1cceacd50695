// The pack program: packs every package with the project's own package manager and seals the tarballs in a
// manifest. It runs the project's scripts, so its job holds no identity and no write token. What the
// registry would refuse later, it refuses here, where nothing is published yet.

const root = process.cwd();

function settings() {
  const packages = needJson('TRUSTPUB_PACKAGES');
  if (!Array.isArray(packages) || packages.length === 0)
    throw new Misuse('TRUSTPUB_PACKAGES lists no package');
  for (const { name, path: folder, access } of packages) {
    if (typeof name !== 'string' || !NAME.test(name))
      throw new Misuse(`not a package name: ${JSON.stringify(name)}`);
    const relative = path.relative(root, path.resolve(root, String(folder)));
    if (relative.startsWith('..') || path.isAbsolute(relative)) {
      throw new Misuse(`${name}: its path leaves the repository`);
    }
    if (access && access !== 'public' && access !== 'restricted')
      throw new Misuse(`${name}: access is ${access}`);
  }
  return {
    packages,
    manager: oneOf('TRUSTPUB_MANAGER', ['npm', 'pnpm', 'yarn', 'bun']),
    out: path.resolve(root, need('TRUSTPUB_OUT')),
    registry: registryUrl(),
    repository: provenanceRepository(),
    refTag: env.TRUSTPUB_REF_TAG ?? currentTag(),
  };
}

function currentTag() {
  if (env.GITHUB_REF_TYPE === 'tag') return env.GITHUB_REF_NAME ?? '';
  return env.CI_COMMIT_TAG || env.CIRCLE_TAG || '';
}

// The URL that provenance will name. A private project gets no provenance, hence no check.
function provenanceRepository() {
  const given = env.TRUSTPUB_REPOSITORY ?? '';
  if (given !== 'auto') return given;
  if (onGitHub && env.GITHUB_EVENT_PATH && env.GITHUB_REPOSITORY) {
    const event = JSON.parse(fs.readFileSync(env.GITHUB_EVENT_PATH, 'utf8'));
    const open = event.repository?.visibility === 'public';
    return open ? `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}` : '';
  }
  return env.CI_PROJECT_VISIBILITY === 'public' ? (env.CI_PROJECT_URL ?? '') : '';
}

function emptyFolder(folder) {
  fs.mkdirSync(folder, { recursive: true });
  const found = fs.readdirSync(folder);
  if (found.length > 0) {
    throw new Problem(
      'output-not-empty',
      `${path.relative(root, folder)} is not empty`,
      `It holds ${found.slice(0, 5).join(', ')}: they could be published instead of the packages.`,
      'give the pack step a folder of its own, and keep it out of caches and of the repository',
    );
  }
}

function sourceManifest({ name, path: folder }) {
  const file = path.join(root, folder, 'package.json');
  let manifest;
  try {
    manifest = JSON.parse(fs.readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    throw new Problem(
      'package-unreadable',
      `${path.relative(root, file)} cannot be read`,
      error.message,
      `the spec says that ${name} lives in ${folder}: correct its path, or generate again`,
    );
  }
  return manifest;
}

// What others need comes first, else by name. A circle is cut at its first name, so the order is settled.
function inOrder(items) {
  const names = new Set(items.map((item) => item.name));
  const left = items.map((item) => ({
    item,
    needs: Object.keys(dependencies(item.manifest))
      .filter((n) => names.has(n) && n !== item.name)
      .sort(),
  }));
  left.sort((a, b) => (a.item.name < b.item.name ? -1 : 1));
  const done = new Set();
  const result = [];
  while (left.length > 0) {
    const ready = left.findIndex(({ needs }) => needs.every((name) => done.has(name)));
    const [{ item, needs }] = left.splice(Math.max(ready, 0), 1);
    done.add(item.name);
    result.push({ ...item, needs });
  }
  return result;
}

// `npm publish` in a folder would run prepublishOnly (yarn berry: prepublish); packing does not, so we do.
async function prepublish(manager, classic, folder, manifest) {
  const script = manager === 'yarn' && !classic ? 'prepublish' : 'prepublishOnly';
  if (!manifest.scripts?.[script]) return;
  say(`  ${script}`);
  const done = await run(manager, ['run', script], {
    cwd: folder,
    echo: manager,
    limit: 3600,
    windowsShim: true,
  });
  if (done.code !== 0) {
    throw new Problem(
      'script-failed',
      `${manifest.name}: the script ${script} failed`,
      `exit code ${done.code}${done.error ? `, ${done.error.message}` : ''}`,
      'read its output above',
    );
  }
}

async function packOne(manager, classic, { name, path: folder }, manifest, scratch) {
  const cwd = path.join(root, folder);
  await prepublish(manager, classic, cwd, manifest);
  fs.mkdirSync(scratch);
  const calls = {
    npm: ['pack', '--pack-destination', scratch],
    pnpm: ['pack', '--pack-destination', scratch],
    yarn: ['pack', classic ? '--filename' : '--out', path.join(scratch, 'package.tgz')],
    bun: ['pm', 'pack', '--destination', scratch],
  };
  const done = await run(manager, calls[manager], { cwd, echo: manager, limit: 3600, windowsShim: true });
  const made = fs.readdirSync(scratch).filter((file) => file.endsWith('.tgz'));
  if (done.code !== 0 || made.length !== 1) {
    throw new Problem(
      'pack-failed',
      `${name}: ${manager} could not pack it`,
      done.error
        ? `${manager} did not start: ${done.error.message}`
        : `exit code ${done.code}, ${made.length} tarballs`,
      'read its output above; the same command in the package folder shows the same',
    );
  }
  const file = path.join(scratch, made[0]);
  // A link would let a script hand over a file that it can still change.
  if (!fs.lstatSync(file).isFile()) throw refuseTar('it is not a plain file');
  const tarball = settle(fs.readFileSync(file));
  return { tarball, packed: packedManifest(openTarball(tarball)) };
}

// npm config of the project that would send this scope elsewhere, unless the package says where it goes.
async function checkScope(wanted, packed, registry) {
  const scope = /^(@[^/]+)\//.exec(wanted.name)?.[1];
  if (!scope || packed.publishConfig?.registry || process.platform === 'win32') return [];
  const done = await run('npm', ['config', 'get', `${scope}:registry`], {
    cwd: path.join(root, wanted.path),
    limit: 60,
  });
  const mapped = done.stdout.trim();
  if (done.code !== 0 || !/^https?:/.test(mapped) || sameRegistry(mapped, registry)) return [];
  return [
    new Problem(
      'scope-elsewhere',
      `${wanted.name}: the project's npm config sends ${scope} to another registry`,
      `${scope}:registry is ${mapped}, this pipeline publishes to ${registry}`,
      `write "publishConfig": { "registry": "${registry}" } in its package.json, or remove that npmrc line`,
    ),
  ];
}

async function pack() {
  const given = settings();
  const { manager, out, packages } = given;
  emptyFolder(out);
  const version = await run(manager, ['--version'], { cwd: root, limit: 120, windowsShim: true });
  if (version.code !== 0) {
    throw new Problem(
      'manager-missing',
      `${manager} does not run`,
      version.error?.message ?? version.stderr.trim(),
      `install ${manager} in an earlier step of this job`,
    );
  }
  const classic = manager === 'yarn' && version.stdout.trim().startsWith('1.');
  say(`${manager} ${version.stdout.trim()}, node ${process.versions.node}, ${packages.length} package(s)`);
  const problems = [];
  const made = [];
  const sources = packages.map((wanted) => ({
    name: wanted.name,
    wanted,
    manifest: sourceManifest(wanted),
  }));
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'trustpub-pack-'));
  try {
    for (const [index, { wanted, manifest }] of inOrder(sources).entries()) {
      say(`packing ${wanted.name}`);
      const place = path.join(scratch, String(index));
      const { tarball, packed } = await packOne(manager, classic, wanted, manifest, place);
      const found = checkPacked(wanted, manifest, packed, given);
      problems.push(...found, ...(await checkScope(wanted, packed, given.registry)));
      if (found.length === 0) made.push({ name: wanted.name, wanted, manifest: packed, tarball });
    }
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  for (const problem of problems) report('error', problem);
  if (problems.length > 0) return 1;
  write(out, inOrder(made));
  return 0;
}

function write(out, made) {
  const list = made.map(({ name, wanted, manifest, tarball, needs }, index) => {
    const stem = `${name.replace('@', '').replace('/', '-')}-${manifest.version}`.replace(
      /[^A-Za-z0-9._-]/g,
      '_',
    );
    const file = `${String(index + 1).padStart(4, '0')}-${stem}.tgz`;
    fs.writeFileSync(path.join(out, file), tarball, { flag: 'wx' });
    return {
      name,
      version: manifest.version,
      file,
      access: wanted.access ?? manifest.publishConfig?.access ?? null,
      tag: distTag(wanted, manifest),
      order: index + 1,
      needs,
      integrity: `sha512-${digest('sha512', tarball, 'base64')}`,
      size: tarball.length,
    };
  });
  const manifest = `${JSON.stringify({ schema: 1, packages: list }, null, 2)}\n`;
  fs.writeFileSync(path.join(out, 'manifest.json'), manifest, { flag: 'wx' });
  const sha256 = digest('sha256', manifest, 'hex');
  for (const { order, name, version, tag, access, size } of list) {
    say(`  ${order}. ${name} ${version}  tag ${tag}  access ${access ?? 'unchanged'}  ${size} bytes`);
  }
  say(`manifest sha256 ${sha256}`);
  output('manifest-sha256', sha256);
  output('packages', JSON.stringify(list));
  output('tarballs', JSON.stringify(list.map(({ file }) => path.join(out, file))));
}

await main(pack);
