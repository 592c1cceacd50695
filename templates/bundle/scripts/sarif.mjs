// Uploads a SARIF file to GitHub's code scanning. A fork's token may not, which is no reason to fail: the
// annotations of the check say the same.
import fs from 'node:fs';
import zlib from 'node:zlib';

const env = process.env;

function warn(cause, fix) {
  const body = `${cause}. Fix: ${fix}`.replace(/%/g, '%25').replace(/\r?\n/g, '%0A');
  process.stdout.write(`::warning title=trustpub: the SARIF report was not uploaded::${body}\n`);
}

const sarif = zlib.gzipSync(fs.readFileSync(env.TRUSTPUB_SARIF_FILE)).toString('base64');
const address = `${env.GITHUB_API_URL}/repos/${env.GITHUB_REPOSITORY}/code-scanning/sarifs`;
try {
  const answer = await fetch(address, {
    method: 'POST',
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${env.TRUSTPUB_GITHUB_TOKEN}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ commit_sha: env.GITHUB_SHA, ref: env.GITHUB_REF, sarif, tool_name: 'trustpub' }),
    signal: AbortSignal.timeout(60000),
  });
  if (answer.ok) {
    process.stdout.write('The SARIF report is uploaded to code scanning.\n');
  } else {
    const { message } = await answer.json().catch(() => ({}));
    warn(
      `GitHub answered ${answer.status} ${message ?? ''}`,
      'give the job permissions: security-events: write, and turn code scanning on for the repository',
    );
  }
} catch (error) {
  warn(error.cause?.message ?? error.message, 'run the job again');
}
