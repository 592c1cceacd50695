// The outcome of a pack job, kept for cases that are about the publish job alone: the very same job on the very same tree is
// not run twice. A case asks for it; whatever tests the pack job runs it.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { git } from '../project.mjs'

const kept = new Map()

/** What decides a pack job's outcome: its definition, the tree without the pipeline's own file, the commit's message, the ref. */
export function jobKey({ provider, job, project, configFile, ref }) {
  const tree = git(project.path, 'ls-tree', '-r', project.sha).split('\n').filter((line) => !line.endsWith(`\t${configFile}`))
  return createHash('sha256').update(JSON.stringify([provider, job, tree, ref, project.message])).digest('hex')
}

/** The kept outcome for `key`, if any: `{folder, output, outputs}`. */
export const keptOutcome = (key) => kept.get(key)

/** Keeps a copy of `folder`, the job's log and its outputs. */
export function keepOutcome(key, { folder, output = '', outputs = {} }) {
  if (kept.has(key) || !existsSync(folder)) return
  const copy = mkdtempSync(join(tmpdir(), 'kept-'))
  cpSync(folder, copy, { recursive: true })
  kept.set(key, { folder: copy, output, outputs })
}

/** Puts a kept folder back at `target`. */
export function restoreOutcome({ folder }, target) {
  mkdirSync(target, { recursive: true })
  cpSync(folder, target, { recursive: true })
}
