// What a caller of the bundle writes, put into the variables that the program below reads. `packages` is JSON, or
// one package a line: NAME [FOLDER] [access=public|restricted] [tag=DIST-TAG].
{
  const given = process.env;
  const refuse = (cause) => {
    const fix = 'write NAME [FOLDER] [access=public|restricted] [tag=DIST-TAG]';
    const open = given.GITHUB_ACTIONS ? '::error title=The input packages cannot be read::' : 'ERROR: packages: ';
    process.stdout.write(`${open}${cause.replace(/[^ -~]/g, ' ')}. Fix: ${fix}\n`);
    process.exit(2);
  };
  const one = (line) => {
    const [name, ...words] = line.split(/\s+/);
    const item = { name, path: '.' };
    for (const word of words) {
      const [key, value] = word.split(/=(.*)/s);
      if (value === undefined) item.path = word;
      else if (key === 'access' || key === 'tag') item[key] = value;
      else refuse(`${name} has an unknown setting ${key}`);
    }
    return item;
  };
  const text = (given.TRUSTPUB_PACKAGES ?? '').trim();
  if (text && !text.startsWith('[')) {
    const lines = text.split('\n').map((line) => line.trim());
    given.TRUSTPUB_PACKAGES = JSON.stringify(lines.filter((line) => line && !line.startsWith('#')).map(one));
  }
  // CircleCI writes a true parameter as 1.
  if (given.TRUSTPUB_DRY_RUN === '1') given.TRUSTPUB_DRY_RUN = 'true';
  if (given.TRUSTPUB_PROVIDER && !given.TRUSTPUB_EXPECT) {
    const expect = { runner: 'hosted' };
    for (const key of ['environment', 'workflow', 'ref', 'origin']) {
      const value = given[`TRUSTPUB_EXPECT_${key.toUpperCase()}`]?.trim();
      if (value) expect[key] = key === 'ref' ? value.split(/\s+/) : value;
    }
    if (given.TRUSTPUB_PROVIDER === 'gitlab') expect.protected = true;
    if (given.TRUSTPUB_PROVIDER === 'circleci') {
      const context = given.TRUSTPUB_EXPECT_CONTEXT?.trim();
      expect.contexts = context ? [context] : true;
    }
    given.TRUSTPUB_EXPECT = JSON.stringify(expect);
  }
}
