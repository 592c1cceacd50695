// On GitHub a problem is an annotation, told once with its fix, and results are outputs of the step.
function escaped(text) {
  return harmless(text).replaceAll('%', '%25').replaceAll('\n', '%0A');
}

function report(level, { title, detail, fix }) {
  const body = [detail, fix && `Fix: ${fix}`].filter(Boolean).join('\n') || title;
  const property = escaped(title).replaceAll(':', '%3A').replaceAll(',', '%2C');
  process.stdout.write(`::${level} title=${property}::${escaped(body)}\n`);
}

function outputs(values) {
  if (!env.GITHUB_OUTPUT) return;
  for (const [name, value] of Object.entries(values)) {
    const word = `TRUSTPUB_${crypto.randomUUID()}`;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    fs.appendFileSync(env.GITHUB_OUTPUT, `${name}${'<'.repeat(2)}${word}\n${text}\n${word}\n`);
  }
}
