// What a packed package must be before anything is published: each check stands for a refusal of the
// registry, or for a package that nobody could install. Nothing here writes.
const LINKS = /^(?:workspace|catalog|link|portal|patch|file):/;

function dependencies(manifest) {
  return { ...manifest.peerDependencies, ...manifest.optionalDependencies, ...manifest.dependencies };
}

// Where the registry takes `repository` to point, compared as npm rewrites it before sending.
function repositoryUrl(manifest) {
  const field = manifest.repository;
  const given = String((typeof field === 'string' ? field : field?.url) ?? '');
  const short = /^(?:(github|gitlab):)?([\w.-]+(?:\/[\w.-]+)+)$/.exec(given);
  const host = short && (short[1] === 'gitlab' ? 'gitlab.com' : 'github.com');
  const url = short ? `https://${host}/${short[2]}` : given;
  const scp = /^git@([^:/]+):(.+)$/.exec(url);
  return (scp ? `https://${scp[1]}/${scp[2]}` : url)
    .replace(/^git\+/, '')
    .replace(/^(?:ssh|git|http):\/\/(?:git@)?/, 'https://')
    .replace('://www.github.com/', '://github.com/')
    .replace(/#.*$/, '')
    .replace(/(?<=^https:\/\/github\.com\/[^/]+\/[^/]+)\/tree\/.*$/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
}

function checkRepository(name, manifest, expected) {
  const found = repositoryUrl(manifest);
  if (!expected || found === expected) return undefined;
  const cased =
    found.toLowerCase() === expected.toLowerCase()
      ? ' They differ in letter case alone, which counts.'
      : '';
  return new Problem(
    'repository-mismatch',
    `${name}: package.json says another repository than provenance will`,
    `repository is ${JSON.stringify(found)}, provenance says ${expected}.${cased} The registry answers 422.`,
    `write in its own package.json: "repository": { "type": "git", "url": "git+${expected}.git" }`,
  );
}

function checkPacked(wanted, source, packed, { registry, repository, refTag, packages }) {
  const { name } = wanted;
  const found = [];
  const problem = (id, title, detail, fix) => found.push(new Problem(id, `${name}: ${title}`, detail, fix));
  const config = packed.publishConfig ?? {};
  if (packed.name !== name) {
    problem(
      'name-mismatch',
      'the packed package has another name',
      `its package.json says ${JSON.stringify(packed.name)}`,
      'correct the name in the spec or in package.json; the trusted publisher is bound to the name',
    );
  }
  if (!VERSION.test(packed.version ?? '')) {
    problem(
      'version-invalid',
      'it has no valid version',
      `version is ${JSON.stringify(packed.version ?? null)}`,
      'write a semantic version in package.json',
    );
  }
  if (packed.private || source.private) {
    problem(
      'private-package',
      'it is marked as private',
      '"private": true keeps npm from publishing it',
      'remove "private" from its package.json, or the package from the spec',
    );
  }
  for (const [key, value] of Object.entries(config)) {
    if (/^(?:@.*:)?registry$/.test(key) && !sameRegistry(value, registry)) {
      problem(
        'registry-elsewhere',
        'publishConfig names another registry',
        `${key} is ${value}, this pipeline has ${registry}`,
        `remove publishConfig.${key}, or take the package out of the spec`,
      );
    }
    if (key.startsWith('//') || /^_|authtoken/i.test(key)) {
      problem(
        'token-in-package',
        'publishConfig holds a credential',
        `key ${key}`,
        `remove ${key} and revoke that token`,
      );
    }
  }
  if (packed.tag) {
    problem(
      'tag-in-package',
      'package.json has a field "tag"',
      'npm takes it for the dist-tag, above every flag',
      'remove it; publishConfig.tag is the place',
    );
  }
  for (const [dependency, range] of Object.entries(dependencies(packed))) {
    if (LINKS.test(String(range))) {
      problem(
        'unresolved-dependency',
        `its dependency ${dependency} still says ${range}`,
        'no one can install that from a registry',
        'pack with the package manager whose workspace this is, or write a version range',
      );
    }
  }
  const tagged = /^(?:(.+)[@/-])?v?(\d+\.\d+\.\d+.*)$/.exec(refTag);
  const ours = tagged && (packages.length === 1 || tagged[1] === name);
  if (ours && VERSION.test(tagged[2]) && tagged[2] !== packed.version) {
    problem(
      'tag-version-mismatch',
      `the git tag says ${tagged[2]}, package.json says ${packed.version}`,
      `this run was started by the tag ${refTag}`,
      `set the version to ${tagged[2]} and tag that commit, or tag this one as ${packed.version}`,
    );
  }
  const wrong = checkRepository(name, packed, repository);
  if (wrong) found.push(wrong);
  return found;
}

function distTag(wanted, packed) {
  const ordinary = wanted.tag || env.TRUSTPUB_TAG || packed.publishConfig?.tag || 'latest';
  const prerelease = /^[^+]*?-([0-9A-Za-z-]+)/.exec(packed.version);
  let tag = ordinary;
  if (prerelease && !(wanted.tag && wanted.tag !== 'latest')) {
    const rule = env.TRUSTPUB_PRERELEASE_TAG || 'auto';
    const word = TAG.test(prerelease[1]) && prerelease[1] !== 'latest' ? prerelease[1] : 'next';
    tag = rule === 'auto' ? word : rule;
  }
  if (!TAG.test(tag)) throw new Misuse(`${wanted.name}: ${JSON.stringify(tag)} cannot be a dist-tag`);
  return tag;
}
