// Fixture projects as git repositories, with fixed authors and dates.
import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** This checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

const WHEN = '2026-11-01T12:00:00Z'
const GIT = {
  PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.com', GIT_AUTHOR_DATE: WHEN, GIT_COMMITTER_DATE: WHEN,
}

/** Runs git in `path`; the output without its last newline. */
export const git = (path, ...args) => execFileSync('git', args, { cwd: path, env: GIT, encoding: 'utf8' }).trimEnd()

/** Writes `files` (path → text or bytes) below `path`. */
export function writeFiles(path, files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
}

/**
 * Makes a repository of `files` on `main` with the given remote: `{path, sha, message, commit, tag}`. Nothing is committed yet.
 * Starting git is much of a case's work, so what it would write is copied.
 */
export function makeProject(path, { files, origin }) {
  cpSync(emptyRepository(), path, { recursive: true })
  writeFiles(path, files)
  appendFileSync(join(path, '.git/config'), `[remote "origin"]\n\turl = ${origin}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`)
  let sha
  return {
    path,
    message: '',
    get sha() { return sha ??= git(path, 'rev-parse', 'HEAD') },
    commit(message, more = {}) {
      writeFiles(path, more)
      git(path, 'add', '-A', '-f')
      git(path, 'commit', '-q', '--allow-empty', '-m', message)
      sha = undefined
      this.message = message
    },
    tag: (name) => git(path, 'tag', '-f', name),
  }
}

let empty
function emptyRepository() {
  if (!empty) {
    empty = mkdtempSync(join(tmpdir(), 'empty-'))
    git(empty, 'init', '-q', '-b', 'main', '--template=')
    git(empty, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
  }
  return empty
}
