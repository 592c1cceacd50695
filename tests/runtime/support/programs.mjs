// The programs as they are inlined, and their functions for tests of single ones.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const runtime = path.join(repository, 'templates', 'runtime');
export const programs = JSON.parse(fs.readFileSync(path.join(runtime, 'programs.json'), 'utf8'));

export function part(name) {
  return fs.readFileSync(path.join(runtime, name), 'utf8');
}

// Each target of the renderer gives words; a part that names some is there for these alone.
export const targets = {
  github: ['github', 'github-identity', 'many'],
  gitlab: ['gitlab', 'gitlab-identity', 'many'],
  circleci: ['circleci', 'circleci-identity', 'many'],
  token: ['gitlab', 'token', 'many'],
  'token-on-github': ['github', 'token', 'one'],
  one: ['github', 'github-identity', 'one'],
};

export function partsOf(name, target = 'github') {
  const fits = (one) => !one.for || one.for.some((word) => targets[target].includes(word));
  return programs[name].filter(fits).map((one) => one.part ?? one);
}

export function program(name, target) {
  return partsOf(name, target).map(part).join('');
}

// The functions of a program, without its run. `env` is read when a program loads, so each load is its own.
export async function functions(name, names, target) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trustpub-functions-'));
  const file = path.join(folder, `${name}.mjs`);
  const text = program(name, target).replace(/^await main\(\w+\);\n$/m, '');
  fs.writeFileSync(file, `${text}\nexport { ${names.join(', ')} };\n`);
  try {
    return await import(pathToFileURL(file));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
