// What became of each package, for people, for later steps and for machines.

function cell(text) {
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '|': '&#124;', '`': '&#96;', '[': '&#91;' };
  return harmless(text ?? '')
    .replace(/[&<>|`[]/g, (char) => entities[char])
    .replace(/\s+/g, ' ');
}

function finish(items, problems, given) {
  const bad = problems.length > 0 || items.some(({ state }) => state === 'failed' || state === 'not-tried');
  const dry = env.TRUSTPUB_DRY_RUN === 'true' && problems.length === 0;
  const result = bad && !dry ? 'failure' : 'success';
  const packages = items.map(
    ({ name, version, tag, state, integrity, provenance, cause, detail, log }) => ({
      name,
      version,
      tag,
      state,
      integrity,
      provenance: provenance ?? null,
      cause,
      detail,
      log,
    }),
  );
  const short = ({ name, version, tag, state }) => ({ name, version, tag, state });
  const fresh = packages.filter(({ state }) => ['published', 'staged', 'pending'].includes(state));
  output('published', JSON.stringify(fresh.map(short)));
  output('packages', JSON.stringify(packages.map(short)));
  output('any-published', String(fresh.length > 0));
  output('provenance', JSON.stringify(packages.filter((one) => one.provenance).map(({ name }) => name)));
  output('result', result);
  say();
  for (const { name, version, tag, state, detail } of packages) {
    say(`${state.padEnd(9)}  ${name} ${version}  tag ${tag}${detail ? `  (${detail})` : ''}`);
  }
  if (bad && !dry) say('Not everything is published. Running the job again publishes what is missing.');
  if (given?.mode === 'stage' && fresh.length > 0)
    say('Staged: a maintainer approves each with `npm stage approve`.');
  if (env.GITHUB_STEP_SUMMARY) {
    const rows = packages.map((one) => {
      const signed = one.log ? `[log](${one.log})` : one.provenance ? 'yes' : '';
      const texts = [one.name, one.version, one.tag, one.state].map(cell);
      return `| ${[...texts, signed, cell(one.detail)].join(' | ')} |`;
    });
    const table = [
      '| package | version | tag | state | provenance | |',
      '|---|---|---|---|---|---|',
      ...rows,
    ];
    const told = problems.map(
      ({ title, detail, fix }) => `- **${cell(title)}** ${cell(detail)} *Fix:* ${cell(fix)}`,
    );
    const parts = [
      `### npm publish: ${dry ? 'dry run, ' : ''}${result}`,
      rows.length && table.join('\n'),
      told.join('\n'),
    ];
    fs.appendFileSync(env.GITHUB_STEP_SUMMARY, `${parts.filter(Boolean).join('\n\n')}\n`);
  }
  if (env.TRUSTPUB_RESULT) {
    const told = problems.map(({ id, title, detail, fix }) => ({ id, title, detail, fix }));
    const text = JSON.stringify({ schema: 1, result, packages, problems: told }, null, 2);
    fs.writeFileSync(env.TRUSTPUB_RESULT, `${redact(text)}\n`);
  }
  return result === 'success' ? 0 : 1;
}
