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

export function program(name) {
  return programs[name].map(part).join('');
}

// The functions of a program, without its run. `env` is read when a program loads, so each load is its own.
export async function functions(name, names) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trustpub-functions-'));
  const file = path.join(folder, `${name}.mjs`);
  const text = program(name).replace(/^await main\(\w+\);\n$/m, '');
  fs.writeFileSync(file, `${text}\nexport { ${names.join(', ')} };\n`);
  try {
    return await import(pathToFileURL(file));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
