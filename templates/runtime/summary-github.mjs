// The table on the page of the run.
function cell(text) {
  const plain = harmless(text ?? '').replace(/[&<>|`[]/g, (char) => `&#${char.charCodeAt(0)};`);
  return plain.replace(/\s+/g, ' ');
}

function summary(title, packages, problems) {
  if (!env.GITHUB_STEP_SUMMARY) return;
  const rows = packages.map(({ name, version, tag, state, provenance, log, detail }) => {
    const signed = log ? `[log](${log})` : provenance ? 'yes' : '';
    return `| ${[...[name, version, tag, state].map(cell), signed, cell(detail)].join(' | ')} |`;
  });
  const head = ['| package | version | tag | state | provenance | |', '|---|---|---|---|---|---|'];
  const told = problems.map(
    ({ title, detail, fix }) => `- **${cell(title)}** ${cell(detail)} *Fix:* ${cell(fix)}`);
  const text = [`### npm publish: ${title}`, '', ...(rows.length ? head : []), ...rows, '', ...told, ''];
  fs.appendFileSync(env.GITHUB_STEP_SUMMARY, text.join('\n'));
}
