// A problem is a block in the log, told once with its fix. Nothing is handed on but files.
function report(level, { title, detail, fix }) {
  say(`${level.toUpperCase()}: ${title}`);
  const body = [detail, fix && `Fix: ${fix}`].filter(Boolean).join('\n');
  if (body) say(body.replace(/^/gm, '  '));
}

const outputs = () => {};
const summary = () => {};
