// The sealed tarballs must be exactly what the manifest says. Each is read once, those bytes are checked, and
// npm gets its own copy: what was checked is what is sent.
const FILE = /^[A-Za-z0-9][A-Za-z0-9._-]*\.tgz$/;
const SHAPE = { name: NAME, version: VERSION, tag: TAG, file: FILE, integrity: /^sha512-/ };

function checkManifest({ dir, names, registry, work }, faults) {
  const refuse = (bad, id, title, detail) =>
    faults.refuse(bad, id, title, detail, 'run the pack job again; do not touch its output on the way');
  const plain = (name) => {
    const file = path.join(dir, name);
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    return stat?.isFile() && stat.size < 2 ** 30 ? fs.readFileSync(file) : undefined;
  };
  const text = plain('manifest.json');
  refuse(!text, 'manifest-missing', 'there is no manifest.json', `looked in ${dir}`);
  if (!text) return [];
  const [told, found] = [env.TRUSTPUB_MANIFEST_SHA256, digest('sha256', text, 'hex')];
  const changed = told && told !== found;
  refuse(changed, 'manifest-changed', 'it is not the manifest packed', `expected ${told}, found ${found}`);
  if (changed) return [];
  let items;
  try {
    const { schema, packages } = JSON.parse(text);
    items = schema === 1 && Array.isArray(packages) && packages;
  } catch {
    // told below
  }
  refuse(!items, 'manifest-invalid', 'manifest.json is not a manifest of schema 1', dir);
  if (!items) return [];
  const good = items.filter((item) => {
    const shaped =
      Object.entries(SHAPE).every(([key, rule]) => typeof item?.[key] === 'string' && rule.test(item[key])) &&
      [null, 'public', 'restricted'].includes(item.access) &&
      Array.isArray(item.needs);
    const entry = JSON.stringify(item).slice(0, 300);
    refuse(!shaped, 'manifest-invalid', 'the manifest has a strange entry', entry);
    const ours = shaped && names.includes(item.name);
    refuse(shaped && !ours, 'package-not-allowed', 'a package that is not of this pipeline', entry);
    return ours;
  });
  for (const name of names) {
    const times = good.filter((item) => item.name === name).length;
    refuse(times !== 1, 'manifest-incomplete', `${name} is ${times} times in the manifest`, 'must be once');
  }
  const files = ['manifest.json', ...good.map(({ file }) => file)];
  for (const name of fs.readdirSync(dir))
    refuse(!files.includes(name), 'file-unexpected', 'the folder holds more than the tarballs', name);
  for (const item of good) {
    const tarball = plain(item.file) ?? Buffer.alloc(0);
    const same = `sha512-${digest('sha512', tarball, 'base64')}` === item.integrity;
    refuse(!same, 'tarball-changed', `${item.name}: the tarball is not the one that was packed`, item.file);
    if (!same) continue;
    try {
      const packed = packedManifest(openTarball(tarball));
      const other = packed.version !== item.version;
      refuse(other, 'tarball-changed', `${item.name}: another version`, packed.version);
      checkPacked(faults.found, item.name, packed, registry);
      item.defaultTag = item.tag === 'latest' && !packed.publishConfig?.tag;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      faults.found.push(error);
    }
    fs.writeFileSync(path.join(work, item.file), tarball, { mode: 0o600 });
  }
  return good.sort((a, b) => a.order - b.order);
}
