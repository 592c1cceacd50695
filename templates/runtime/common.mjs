// trustpub runtime: what both programs share. All input comes by environment variables.
// Exit 0 = done, 1 = refused or failed, 2 = the pipeline's own text is wrong.
import { execFile } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';

const env = process.env;
// Names and tags become arguments of npm: none may start with a dash.
const NAME = /^(?:@[A-Za-z0-9~][A-Za-z0-9._~-]*\/)?[A-Za-z0-9~][A-Za-z0-9._~-]*$/;
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z.-]+)?$/;
// npm refuses a tag that reads as a version range (v1, x).
const TAG = /^(?![xX]$|[vV]\d*$|[vV]\d+[.])[A-Za-z][A-Za-z0-9._-]*$/;

class Misuse extends Error {} // a fault of the pipeline's text

class Problem extends Error { // a refusal with its cause and its fix; `id` is stable, for machines
  constructor(id, title, detail, fix) {
    super(title);
    Object.assign(this, { id, title, detail, fix });
  }
}

// Gives a function that adds a problem to the list where `bad` holds.
const refuser = (found, prefix = '') => (bad, id, title, detail, fix) =>
  bad && found.push(new Problem(id, prefix + title, detail, fix));

function need(name) {
  if (!env[name]) throw new Misuse(`${name} is not set`);
  return env[name];
}

function needJson(name) {
  const text = need(name);
  try {
    return JSON.parse(text);
  } catch {
    throw new Misuse(`${name} is not JSON`);
  }
}

function oneOf(name, allowed, fallback) {
  const value = env[name] || fallback || need(name);
  if (allowed.includes(value)) return value;
  throw new Misuse(`${name} is ${value}, must be one of ${allowed.join(', ')}`);
}

function sameRegistry(a, b) {
  try {
    const [x, y] = [new URL(a), new URL(b)];
    return x.host === y.host && x.pathname.replace(/\/+$/, '') === y.pathname.replace(/\/+$/, '');
  } catch {
    return false;
  }
}

// Nothing that looks like a credential leaves this process, whoever printed it.
const SECRETS = ['NPM_ID_TOKEN', 'SIGSTORE_ID_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'NPM_STAGE_TOKEN'];
const secretValues = new Set(SECRETS.map((name) => env[name]).filter((value) => value?.length > 7));
function redact(text) {
  let out = String(text);
  for (const value of secretValues) out = out.split(value).join('[redacted]');
  return out
    .replace(/eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g, '[redacted]')
    .replace(/\b(?:npm_|gh[opsur]_|github_pat_|glpat-|glcbt-|CCIPAT_)[\w-]{10,}/g, '[redacted]')
    .replace(/\b(Bearer|Basic)\s+[^\s"']+/gi, '$1 [redacted]')
    .replace(/((?:_authToken|_auth|_password)\s*[=:]\s*)[^\s"']+/g, '$1[redacted]')
    .replace(/(\/\/)[^\s/@]+:[^\s/@]+@/g, '$1[redacted]@');
}

// Text of others must not become a workflow command or move the cursor of a terminal.
function harmless(text) {
  return redact(text)
    .replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replace(/[\x00-\x08\x0b-\x1f\x7f\u0085\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ')
    .replace(/##\[/g, '## [')
    .replace(/^(\s*)::/gm, '$1: :');
}

const say = (text) => process.stdout.write(`${harmless(text)}\n`);
const digest = (algorithm, data, encoding) => crypto.createHash(algorithm).update(data).digest(encoding);

// Every child gets an argument array and no input. `shim`: Windows starts the .cmd launcher of a package
// manager through a shell alone; such calls have constant arguments.
function run(command, args, { cwd, env: given = env, echo, limit = 600, shim = false } = {}) {
  const shell = shim && process.platform === 'win32';
  const end = { timeout: limit * 1000, killSignal: 'SIGKILL', maxBuffer: Infinity };
  return new Promise((resolve) => {
    const child = execFile(command, args, { cwd, env: given, shell, ...end }, (error, stdout, stderr) => {
      const unstarted = typeof error?.code === 'string' ? error.message : '';
      const text = echo ? `${stdout}${stderr}`.trimEnd() : '';
      if (text) say(text.replace(/^/gm, `  ${echo}| `));
      resolve({ code: error ? error.code || 1 : 0, stdout, stderr, unstarted, timedOut: error?.killed });
    });
    child.stdin?.end();
  });
}

// Runs a program and turns what it throws into the exit code.
async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    process.exitCode = error instanceof Misuse ? 2 : 1;
    const fix = 'generate the pipeline again';
    if (error instanceof Problem) report('error', error);
    else if (error instanceof Misuse) report('error', { title: 'wrong call', detail: error.message, fix });
    else report('error', { title: 'unexpected failure of trustpub', detail: error.stack });
  }
}
