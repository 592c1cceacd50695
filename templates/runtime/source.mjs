// What else the package must say to be the right one, and to be taken by the registry.
const LINKS = /^(?:workspace|catalog|link|portal|patch|file):/;

function dependencies(manifest) {
  return { ...manifest.peerDependencies, ...manifest.optionalDependencies, ...manifest.dependencies };
}

// Where `repository` points, rewritten as npm does before sending.
function repositoryUrl({ repository }) {
  const given = String((typeof repository === 'string' ? repository : repository?.url) ?? '');
  const [, host = 'github', short] = /^(?:(github|gitlab):)?([\w.-]+(?:\/[\w.-]+)+)$/.exec(given) ?? [];
  return (short ? `https://${host}.com/${short}` : given)
    .replace(/^git@([^:/]+):/, 'https://$1/')
    .replace(/^git\+/, '')
    .replace(/^(?:ssh|git|http):\/\/(?:git@)?/, 'https://')
    .replace('://www.github.com/', '://github.com/')
    .replace(/#.*$/, '')
    .replace(/(?<=^https:\/\/github\.com\/[^/]+\/[^/]+)\/tree\/.*$/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
}

function checkSource(found, name, packed, { repository, refTag, packages }) {
  const refuse = refuser(found, `${name}: `);
  for (const [one, range] of Object.entries(dependencies(packed)))
    refuse(LINKS.test(range), 'unresolved-dependency', `its dependency ${one} still says ${range}`,
      'no registry can resolve that', 'pack with the manager of the workspace, or write a version range');
  const [, prefix, version] = /^(?:(.+)[@/-])?v?(\d+\.\d+\.\d+.*)$/.exec(refTag) ?? [];
  const ours = VERSION.test(version) && (packages.length === 1 || prefix === name);
  refuse(ours && version !== packed.version, 'tag-version-mismatch',
    `the git tag says ${version}, package.json says ${packed.version}`, `the run's tag is ${refTag}`,
    `set the version to ${version} and tag that commit, or tag this one as ${packed.version}`);
  const url = repositoryUrl(packed);
  const cased = url.toLowerCase() === repository.toLowerCase() ? ', in letter case alone' : '';
  refuse(repository && url !== repository, 'repository-mismatch',
    `package.json says another repository than provenance will${cased}`,
    `${JSON.stringify(url)} is not ${repository}: the registry answers 422`,
    `write in its own package.json: "repository": { "type": "git", "url": "git+${repository}.git" }`);
}

function distTag({ name, tag }, packed) {
  const word = /^[^+]*?-([0-9A-Za-z-]+)/.exec(packed.version)?.[1];
  const rule = env.TRUSTPUB_PRERELEASE_TAG || 'auto';
  let found = tag || env.TRUSTPUB_TAG || packed.publishConfig?.tag || 'latest';
  if (word && (!tag || tag === 'latest')) found = rule;
  if (found === 'auto') found = TAG.test(word) && word !== 'latest' ? word : 'next';
  if (!TAG.test(found)) throw new Misuse(`${name}: ${JSON.stringify(found)} cannot be a dist-tag`);
  return found;
}
