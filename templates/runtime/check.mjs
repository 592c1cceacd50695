// What a packed package must be: each check stands for a refusal of the registry, or for a leak.
function checkPacked(found, name, packed, registry) {
  const refuse = refuser(found, `${name}: `);
  const { name: said, version } = packed;
  refuse(said !== name, 'name-mismatch', 'the packed package has another name',
    `its package.json says ${JSON.stringify(said)}`, 'correct the name in the spec or in package.json');
  refuse(!VERSION.test(version ?? ''), 'version-invalid', 'it has no valid version',
    `version is ${JSON.stringify(version)}`, 'write a semantic version in package.json');
  refuse(packed.private, 'private-package', 'it is marked as private', '"private": true keeps npm from it',
    'remove "private" from its package.json, or the package from the spec');
  refuse(packed.tag, 'tag-in-package', 'package.json has a field "tag"',
    'npm takes it for the dist-tag, above every flag', 'write it as publishConfig.tag');
  for (const [key, value] of Object.entries(packed.publishConfig ?? {})) {
    const elsewhere = /^(?:@.*:)?registry$/.test(key) && !sameRegistry(value, registry);
    refuse(elsewhere, 'registry-elsewhere', 'publishConfig names another registry',
      `${key} is ${value}, this pipeline has ${registry}`, `remove it, or the package from the spec`);
    refuse(key.startsWith('//') || /^_|authtoken/i.test(key), 'token-in-package',
      'publishConfig holds a credential', `key ${key}`, 'remove it and revoke that token');
  }
}
