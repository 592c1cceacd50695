// The sealed tarballs, as the publish job finds them: exactly what the manifest says, and nothing beside
// it.

// Reads each tarball once, checks those bytes, and gives npm its own copy: what was checked is what is
// sent.
function checkManifest(dir, names, work, registry) {
  const found = [];
  const refuse = (id, title, detail) =>
    found.push(
      new Problem(id, title, detail, 'run the pack job again; do not touch its output on the way'),
    );
  const plain = (name, limit) => {
    const file = path.join(dir, name);
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size > limit) return undefined;
    return fs.readFileSync(file);
  };
  const text = plain('manifest.json', 2 ** 22);
  if (!text) {
    refuse('manifest-missing', 'there is no manifest.json', `looked in ${dir}`);
    return { found, items: [] };
  }
  const sha256 = digest('sha256', text, 'hex');
  if (env.TRUSTPUB_MANIFEST_SHA256 && env.TRUSTPUB_MANIFEST_SHA256 !== sha256) {
    const told = env.TRUSTPUB_MANIFEST_SHA256;
    refuse(
      'manifest-changed',
      'the manifest is not the one that was packed',
      `expected ${told}, found ${sha256}`,
    );
    return { found, items: [] };
  }
  let items;
  try {
    const parsed = JSON.parse(text);
    items = parsed.schema === 1 && Array.isArray(parsed.packages) ? parsed.packages : undefined;
  } catch {
    items = undefined;
  }
  if (!items) {
    refuse('manifest-invalid', 'manifest.json is not a manifest of schema 1', dir);
    return { found, items: [] };
  }
  const good = items.filter((item) => {
    const { name, version, file, access, tag, integrity, needs } = item ?? {};
    const shaped =
      [name, version, file, tag, integrity].every((value) => typeof value === 'string') &&
      [NAME, VERSION, FILE, TAG].every((rule, i) => rule.test([name, version, file, tag][i])) &&
      [null, 'public', 'restricted'].includes(access) &&
      Array.isArray(needs);
    if (!shaped)
      refuse('manifest-invalid', 'the manifest has a strange entry', JSON.stringify(item).slice(0, 300));
    if (shaped && !names.includes(name)) {
      refuse(
        'package-not-allowed',
        `${name} is not a package of this pipeline`,
        `it may publish ${names.join(', ')}`,
      );
    }
    return shaped && names.includes(name);
  });
  for (const name of names) {
    const times = good.filter((item) => item.name === name).length;
    if (times !== 1)
      refuse('manifest-incomplete', `${name} is ${times} times in the manifest`, 'must be once');
  }
  const files = new Set(['manifest.json', ...good.map(({ file }) => file)]);
  for (const name of fs.readdirSync(dir)) {
    if (!files.has(name))
      refuse('file-unexpected', 'the folder of the tarballs holds more than them', name);
  }
  for (const item of good) {
    const tarball = plain(item.file, 2 ** 30);
    if (!tarball || `sha512-${digest('sha512', tarball, 'base64')}` !== item.integrity) {
      refuse('tarball-changed', `${item.name}: the tarball is not the one that was packed`, item.file);
      continue;
    }
    try {
      const packed = packedManifest(openTarball(tarball));
      if (packed.version !== item.version)
        refuse('tarball-changed', `${item.name}: another version`, packed.version);
      const given = { registry, repository: '', refTag: '', packages: good };
      found.push(...checkPacked(item, {}, packed, given));
      item.defaultTag = item.tag === 'latest' && !packed.publishConfig?.tag;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refuse(error.id, `${item.name}: ${error.title}`, error.detail);
    }
    fs.writeFileSync(path.join(work, item.file), tarball, { mode: 0o600 });
  }
  return { found, items: good.sort((a, b) => a.order - b.order) };
}
