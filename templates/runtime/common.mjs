// trustpub runtime: what both programs share. All input comes by environment variables; nothing was
// interpolated into this text. Exit 0 = done, 1 = refused or failed, 2 = the pipeline's own text is wrong.
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';

const env = process.env;
const onGitHub = Boolean(env.GITHUB_ACTIONS);
// A name goes to npm as an argument: none may start with a dash.
const NAME = /^(?:@[A-Za-z0-9~][A-Za-z0-9._~-]*\/)?[A-Za-z0-9~][A-Za-z0-9._~-]*$/;
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z.-]+)?$/;
// npm refuses a tag that reads as a version range (v1, x); the first letter keeps it from being an option.
const TAG = /^(?![xX]$|[vV]\d*$|[vV]\d+[.])[A-Za-z][A-Za-z0-9._-]*$/;
const FILE = /^[A-Za-z0-9][A-Za-z0-9._-]*\.tgz$/;

// A fault of the pipeline's text, not of the package or of the registry.
class Misuse extends Error {}
// A refusal with its cause and its fix; `id` is stable, for machines.
class Problem extends Error {
  constructor(id, title, detail, fix) {
    super(title);
    Object.assign(this, { id, title, detail, fix });
  }
}

function need(name) {
  const value = env[name];
  if (!value) throw new Misuse(`${name} is not set`);
  return value;
}

function needJson(name, fallback) {
  const text = env[name];
  if (!text && fallback !== undefined) return fallback;
  try {
    return JSON.parse(need(name));
  } catch (error) {
    throw error instanceof Misuse ? error : new Misuse(`${name} is not JSON: ${error.message}`);
  }
}

function oneOf(name, allowed, fallback) {
  const value = env[name] || fallback || need(name);
  if (!allowed.includes(value))
    throw new Misuse(`${name} is ${value}, must be one of ${allowed.join(', ')}`);
  return value;
}

// The registry with its trailing slash: npm compares URLs as text.
function registryUrl() {
  const url = new URL(need('TRUSTPUB_REGISTRY'));
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
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
const secretValues = new Set(SECRETS.map((name) => env[name]).filter((value) => value && value.length > 7));
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

// Text of others (npm, file names) must not become a workflow command or move the cursor of a terminal.
function harmless(text) {
  return redact(text)
    .replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replace(/[\x00-\x08\x0b-\x1f\x7f\u0085\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ')
    .replace(/##\[/g, '## [')
    .replace(/^(\s*)::/gm, '$1: :');
}

function say(text = '') {
  process.stdout.write(`${harmless(text)}\n`);
}

function commandText(text, property) {
  const out = harmless(text).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
  return property ? out.replace(/:/g, '%3A').replace(/,/g, '%2C') : out;
}

// On GitHub an annotation, elsewhere a block in the log. A problem is told once, with its fix.
function report(level, problem) {
  const { title, detail, fix } = problem;
  const body = [detail, fix && `Fix: ${fix}`].filter(Boolean).join('\n');
  if (onGitHub) {
    process.stdout.write(`::${level} title=${commandText(title, true)}::${commandText(body || title)}\n`);
  } else {
    say(`${level.toUpperCase()}: ${title}`);
    for (const line of body.split('\n')) say(`  ${line}`);
  }
}

function output(name, value) {
  if (!env.GITHUB_OUTPUT) return;
  const word = `TRUSTPUB_${crypto.randomUUID()}`;
  fs.appendFileSync(env.GITHUB_OUTPUT, `${name}${'<'.repeat(2)}${word}\n${value}\n${word}\n`);
}

function digest(algorithm, data, encoding) {
  return crypto.createHash(algorithm).update(data).digest(encoding);
}

// Every child gets an argument array and no standard input (ours is the program itself). `windowsShim` is
// for the .cmd launchers of package managers, which Windows starts only through a shell: such calls have
// constant arguments.
function run(command, args, { cwd, env: childEnv = env, echo, limit = 600, windowsShim = false } = {}) {
  return new Promise((resolve) => {
    const options = { cwd, env: childEnv, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true };
    options.shell = windowsShim && process.platform === 'win32';
    const child = spawn(command, args, options);
    const seen = { code: null, stdout: '', stderr: '', timedOut: false };
    const timer = setTimeout(() => {
      seen.timedOut = true;
      child.kill('SIGKILL');
    }, limit * 1000);
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8');
      child[name].on('data', (chunk) => {
        seen[name] += chunk;
      });
    }
    const finish = (code, error) => {
      clearTimeout(timer);
      const text = echo ? `${seen.stdout}${seen.stderr}`.trimEnd() : '';
      if (text) for (const line of text.split('\n')) say(`  ${echo}| ${line}`);
      resolve({ ...seen, code, error });
    };
    child.on('error', (error) => finish(127, error));
    child.on('close', (code) => finish(code ?? 1));
  });
}

// Runs a program's main function and turns what it throws into the exit code.
async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (error instanceof Problem) {
      report('error', error);
      process.exitCode = 1;
    } else if (error instanceof Misuse) {
      report('error', {
        title: 'trustpub: wrong call',
        detail: error.message,
        fix: 'generate the pipeline again',
      });
      process.exitCode = 2;
    } else {
      report('error', { title: 'trustpub: unexpected failure', detail: error.stack });
      process.exitCode = 1;
    }
  }
}
