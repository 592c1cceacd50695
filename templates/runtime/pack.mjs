// The pack program: packs every package with the project's own package manager and seals the tarballs in a
// manifest. It runs the project's scripts, so its job holds no identity and no write token.
const root = process.cwd();
const CALLS = {
  npm: (folder) => ['pack', '--pack-destination', folder],
  pnpm: (folder) => ['pack', '--pack-destination', folder],
  yarn: (folder, classic) => ['pack', classic ? '--filename' : '--out', path.join(folder, 'package.tgz')],
  bun: (folder) => ['pm', 'pack', '--destination', folder],
};

function settings() {
  const packages = needJson('TRUSTPUB_PACKAGES');
  if (!packages.length) throw new Misuse('TRUSTPUB_PACKAGES lists no package');
  for (const { name = '', path: folder, access } of packages) {
    const relative = path.relative(root, path.resolve(root, String(folder)));
    const leaves = relative.startsWith('..') || path.isAbsolute(relative);
    if (!NAME.test(name) || leaves || !['public', 'restricted'].includes(access ?? 'public'))
      throw new Misuse(`not a package of this repository: ${name} in ${folder}, access ${access}`);
  }
  const repository = env.TRUSTPUB_REPOSITORY ?? '';
  return {
    packages,
    manager: oneOf('TRUSTPUB_MANAGER', Object.keys(CALLS)),
    out: path.resolve(root, need('TRUSTPUB_OUT')),
    registry: need('TRUSTPUB_REGISTRY'),
    repository: repository === 'auto' ? publicUrl() : repository,
    refTag: env.TRUSTPUB_REF_TAG ?? currentTag(),
  };
}

// package.json from its text.
function parsed(text, id, title, fix) {
  try {
    return { ...JSON.parse(text().replace(/^\ufeff/, '')) };
  } catch (error) {
    throw new Problem(id, title, error.message, fix);
  }
}

function sourceManifest({ name, path: folder }) {
  const file = path.join(folder, 'package.json');
  const fix = `correct the path of ${name} in the spec, and generate again`;
  const text = () => fs.readFileSync(path.join(root, file), 'utf8');
  return parsed(text, 'package-unreadable', `${file} cannot be read`, fix);
}

async function packOne(manager, classic, { name, path: folder }, manifest, scratch) {
  const call = async (id, title, args) => {
    const options = { cwd: path.join(root, folder), echo: manager, limit: 3600, shim: true };
    const { code, unstarted } = await run(manager, args, options);
    const fix = 'read its output above; the same command in the package folder shows the same';
    if (code !== 0) throw new Problem(id, `${name}: ${title}`, unstarted || `exit code ${code}`, fix);
  };
  // `npm publish` in a folder would run this script; packing does not.
  const script = manager === 'yarn' && !classic ? 'prepublish' : 'prepublishOnly';
  if (manifest.scripts?.[script]) await call('script-failed', `the script ${script} failed`, ['run', script]);
  fs.mkdirSync(scratch);
  await call('pack-failed', `${manager} could not pack it`, CALLS[manager](scratch, classic));
  const [file, more] = fs.readdirSync(scratch).filter((one) => one.endsWith('.tgz'));
  // A link would let a script hand over a file that it can still change.
  if (!file || more || !fs.lstatSync(path.join(scratch, file)).isFile())
    throw new Problem('pack-failed', `${name}: the tarball is not a plain file, or not one`, file);
  const settled = settle(fs.readFileSync(path.join(scratch, file)));
  const packed = parsed(() => settled.manifest, 'pack-failed', `${name}: the tarball has no package.json`);
  return { tarball: settled.tarball, packed };
}

// npm config of the project that would send this scope elsewhere, unless the package says where it goes.
async function checkScope(found, { name, path: folder }, packed, registry) {
  const [scope] = name.split('/');
  if (scope === name || packed.publishConfig?.registry) return;
  const options = { cwd: path.join(root, folder), limit: 60, shim: true };
  const { code, stdout } = await run('npm', ['config', 'get', `${scope}:registry`], options);
  const mapped = stdout.trim();
  const elsewhere = code === 0 && /^https?:/.test(mapped) && !sameRegistry(mapped, registry);
  refuser(found)(elsewhere, 'scope-elsewhere',
    `${name}: the project's npm config sends ${scope} to another registry`, `it is ${mapped}`,
    `write "publishConfig": { "registry": "${registry}" } in its package.json, or remove that npmrc line`);
}

async function pack() {
  const given = settings();
  const { manager, out, packages, registry } = given;
  fs.mkdirSync(out, { recursive: true });
  if (fs.readdirSync(out).length > 0)
    throw new Problem('output-not-empty', `${path.relative(root, out)} is not empty`,
      'what is in it could be published', 'give the pack step a folder of its own');
  const { code, stdout, stderr, unstarted } = await run(manager, ['--version'], { limit: 120, shim: true });
  if (code !== 0)
    throw new Problem('manager-missing', `${manager} does not run`, unstarted || stderr.trim(),
      `install ${manager} in an earlier step of this job`);
  say(`${manager} ${stdout.trim()}, node ${process.versions.node}, ${packages.length} package(s)`);
  const [problems, made] = [[], []];
  const sources = packages.map((wanted) => ({ name: wanted.name, wanted, manifest: sourceManifest(wanted) }));
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'trustpub-pack-'));
  try {
    for (const [index, { name, wanted, manifest }] of inOrder(sources).entries()) {
      say(`packing ${name}`);
      const place = path.join(scratch, String(index));
      const { tarball, packed } = await packOne(manager, stdout.startsWith('1.'), wanted, manifest, place);
      const marked = { ...packed, private: packed.private || manifest.private };
      checkPacked(problems, name, marked, registry);
      checkSource(problems, name, packed, given);
      await checkScope(problems, wanted, packed, registry);
      made.push({ name, wanted, manifest: packed, tarball });
    }
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  for (const problem of problems) report('error', problem);
  if (problems.length === 0) write(out, inOrder(made));
  return problems.length === 0 ? 0 : 1;
}

function write(out, made) {
  const list = made.map(({ name, wanted, manifest, tarball, needs }, index) => {
    const order = index + 1;
    const stem = `${name.replace('@', '').replace('/', '-')}-${manifest.version}`;
    const file = `${String(order).padStart(4, '0')}-${stem.replace(/[^A-Za-z0-9._-]/g, '_')}.tgz`;
    const [version, size] = [manifest.version, tarball.length];
    const access = wanted.access ?? manifest.publishConfig?.access ?? null;
    const tag = distTag(wanted, manifest);
    const integrity = `sha512-${digest('sha512', tarball, 'base64')}`;
    fs.writeFileSync(path.join(out, file), tarball, { flag: 'wx' });
    say(`  ${order}. ${name} ${version}  tag ${tag}  access ${access ?? 'unchanged'}  ${size} bytes`);
    return { name, version, file, access, tag, order, needs, integrity, size };
  });
  const manifest = `${JSON.stringify({ schema: 1, packages: list }, null, 2)}\n`;
  fs.writeFileSync(path.join(out, 'manifest.json'), manifest, { flag: 'wx' });
  const sha256 = digest('sha256', manifest, 'hex');
  say(`manifest sha256 ${sha256}`);
  const tarballs = list.map(({ file }) => path.join(out, file));
  outputs({ 'manifest-sha256': sha256, packages: list, tarballs });
}

await main(pack);
