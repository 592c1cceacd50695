// Runs the programs as a pipeline does: text on node's standard input, a bare environment, an own home, real npm.
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';
import { program, repository, targets } from './programs.mjs';
import { Registry, jwt } from './registry.mjs';

const installed = path.join(repository, 'tests', 'e2e', 'node_modules');

// The end-to-end suite installs exact versions; without it the system's own are used.
function firstThatExists(...candidates) {
  return candidates.find((file) => file && fs.existsSync(file));
}

export const node = firstThatExists(
  process.env.TRUSTPUB_TEST_NODE,
  path.join(installed, 'node-24.19.0', 'bin', 'node'),
  process.execPath,
);

export function tool(name, file) {
  const cli = path.join(installed, name, file);
  return fs.existsSync(cli) ? cli : undefined;
}

const systemNpm = path.join(path.dirname(fs.realpathSync(process.execPath)), '../lib/node_modules/npm/bin/npm-cli.js');
export const npmCli = firstThatExists(
  process.env.TRUSTPUB_TEST_NPM,
  tool('npm-11.17.0', 'bin/npm-cli.js'),
  systemNpm,
);

// The program as the renderer puts it together for the provider that `env` describes.
function target(name, env) {
  if (name === 'pack') return env.GITHUB_OUTPUT ? 'github' : 'gitlab';
  return env.TRUSTPUB_PROVIDER in targets ? env.TRUSTPUB_PROVIDER : 'github';
}

export class Sandbox {
  static async make({ packages = ['@acme/a'], registry } = {}) {
    const box = new Sandbox();
    box.root = fs.mkdtempSync(path.join(os.tmpdir(), 'trustpub-test-'));
    for (const name of ['home', 'bin', 'work', 'dist', 'temp']) fs.mkdirSync(path.join(box.root, name));
    box.tool('npm', npmCli);
    fs.symlinkSync(node, path.join(box.root, 'bin', 'node'));
    box.registry = registry ?? (await new Registry().start());
    for (const name of packages) if (!box.registry.packages.has(name)) box.registry.add(name);
    box.registry.githubClaims = {
      iss: 'https://token.actions.githubusercontent.com',
      repository: 'acme/demo',
      workflow_ref: 'acme/demo/.github/workflows/release.yml@refs/tags/v1.0.0',
      environment: 'npm',
      ref: 'refs/tags/v1.0.0',
      event_name: 'push',
      runner_environment: 'github-hosted',
      repository_visibility: 'private',
      exp: Math.floor(Date.now() / 1000) + 300,
    };
    box.names = packages;
    return box;
  }

  async done() {
    await this.registry.stop();
    fs.rmSync(this.root, { recursive: true, force: true });
  }

  path(...parts) {
    return path.join(this.root, ...parts);
  }

  // A command that runs a JavaScript file, or a sh text.
  tool(name, cli, text) {
    const body = text ?? `exec "${node}" "${cli}" "$@"`;
    fs.writeFileSync(this.path('bin', name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }

  get baseEnv() {
    return {
      PATH: `${this.path('bin')}:/usr/bin:/bin`,
      HOME: this.path('home'),
      TMPDIR: this.path('temp'),
      CI: 'true',
      NPM_CONFIG_FETCH_RETRIES: '0',
      TRUSTPUB_REGISTRY: this.registry.url,
      TRUSTPUB_RETRY_SECONDS: '0.05',
      TRUSTPUB_VERIFY_SECONDS: '0',
    };
  }

  get githubEnv() {
    return {
      ...this.baseEnv,
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: this.path('output'),
      GITHUB_STEP_SUMMARY: this.path('summary'),
      ACTIONS_ID_TOKEN_REQUEST_URL: `${this.registry.url}idtoken?api=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token-of-the-job',
      TRUSTPUB_PROVIDER: 'github',
      ...this.publishEnv,
    };
  }

  get publishEnv() {
    return {
      TRUSTPUB_DIR: this.path('dist'),
      TRUSTPUB_PACKAGES: JSON.stringify(this.names),
      TRUSTPUB_MODE: 'direct',
      TRUSTPUB_AUDIENCE: 'npm:127.0.0.1',
      TRUSTPUB_RESULT: this.path('result.json'),
    };
  }

  get gitlabClaims() {
    return {
      iss: 'https://gitlab.com',
      aud: 'npm:127.0.0.1',
      project_path: 'acme/sub/demo',
      ci_config_ref_uri: 'gitlab.com/acme/sub/demo//.gitlab-ci.yml@refs/tags/v1.0.0',
      environment: 'npm',
      ref: 'v1.0.0',
      ref_type: 'tag',
      ref_protected: 'true',
      runner_environment: 'gitlab-hosted',
      project_visibility: 'private',
      exp: Math.floor(Date.now() / 1000) + 300,
    };
  }

  gitlabEnv(claims = {}) {
    const token = jwt({ ...this.gitlabClaims, ...claims });
    return {
      ...this.baseEnv,
      ...this.publishEnv,
      GITLAB_CI: 'true',
      NPM_ID_TOKEN: token,
      TRUSTPUB_PROVIDER: 'gitlab',
    };
  }

  // CircleCI's own tool, as a shim that checks how it is called.
  circleEnv(claims = {}, { code = 0, says } = {}) {
    const prefix = 'oidc.circleci.com/';
    const token = jwt({
      aud: 'npm:127.0.0.1',
      [`${prefix}org-id`]: 'org-1',
      [`${prefix}project-id`]: 'project-1',
      [`${prefix}pipeline-definition-id`]: 'definition-1',
      [`${prefix}vcs-origin`]: 'github.com/acme/demo',
      [`${prefix}vcs-ref`]: 'refs/tags/v1.0.0',
      [`${prefix}context-ids`]: ['context-1'],
      [`${prefix}ssh-rerun`]: false,
      ...claims,
    });
    const asked = '{"aud":"npm:127.0.0.1"}';
    this.tool(
      'circleci',
      '',
      `[ "$*" = 'run oidc get --claims ${asked}' ] || { echo "called with $*" >&2; exit 64; }\n` +
        `printf '%s\\n' '${says ?? token}'\nexit ${code}`,
    );
    this.circleToken = token;
    return { ...this.baseEnv, ...this.publishEnv, CIRCLECI: 'true', TRUSTPUB_PROVIDER: 'circleci' };
  }

  write(relative, content) {
    const file = this.path(relative);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
    return file;
  }

  read(relative) {
    const file = this.path(relative);
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  }

  result() {
    return JSON.parse(this.read('result.json'));
  }

  states() {
    return Object.fromEntries(this.result().packages.map(({ name, state }) => [name, state]));
  }

  problems() {
    return this.result().problems.map(({ id }) => id);
  }

  // A manifest and tarballs as the pack program leaves them. Each: { name, version?, needs?, tag?, access?, json? }.
  seal(list = this.names.map((name) => ({ name }))) {
    fs.rmSync(this.path('dist'), { recursive: true });
    fs.mkdirSync(this.path('dist'));
    const packages = list.map((one, index) => {
      const { name, version = '1.0.0', needs = [], tag = 'latest', access = null, json = {} } = one;
      const file = `${String(index + 1).padStart(4, '0')}-p.tgz`;
      const data = tarball({ 'package/package.json': JSON.stringify({ name, version, ...json }) });
      fs.writeFileSync(this.path('dist', file), data);
      const integrity = `sha512-${crypto.createHash('sha512').update(data).digest('base64')}`;
      return { name, version, file, access, tag, order: index + 1, needs, integrity, size: data.length };
    });
    this.write('dist/manifest.json', { schema: 1, packages });
    return packages;
  }

  // Every publish job has this shape, so a test names only what differs.
  publish(env = this.githubEnv, extra = {}) {
    return this.run('publish', { ...env, ...extra });
  }

  run(name, env, { cwd = this.path('work'), kill } = {}) {
    for (const file of ['output', 'summary', 'result.json']) fs.rmSync(this.path(file), { force: true });
    return new Promise((resolve) => {
      const child = spawn(node, ['--input-type=module', '-'], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
      let log = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (chunk) => {
          log += chunk;
          if (kill?.(log)) child.kill('SIGTERM');
        });
      }
      child.stdin.end(program(name, target(name, env)));
      child.on('close', (code) => resolve({ code, log }));
    });
  }
}

export function tarEntry(name, content, { type = '0', mode = 0o644, mtime = 499162500, link = '' } = {}) {
  const data = Buffer.from(content);
  const block = Buffer.alloc(512);
  block.write(name, 0, 100);
  const octal = (value, from, length) => block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, from);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(data.length, 124, 12);
  octal(mtime, 136, 12);
  block.write('        ', 148);
  block.write(type, 156);
  block.write(link, 157, 100);
  block.write('ustar\x0000', 257);
  octal(block.reduce((sum, byte) => sum + byte, 0), 148, 7);
  return Buffer.concat([block, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

export function tarball(files) {
  const entries = Array.isArray(files) ? files : Object.entries(files).map(([name, text]) => tarEntry(name, text));
  return zlib.gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));
}

// A test with a sandbox of its own.
export function scenario(title, options, body) {
  test(title, { skip: options.skip }, async () => {
    const box = await Sandbox.make(options);
    try {
      await body(box);
    } finally {
      await box.done();
    }
  });
}
