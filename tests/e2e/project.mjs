// Fixture projects as git repositories, with fixed authors and dates.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

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

/** Makes a repository of `files` with one commit on `main` and the given remote: `{path, sha, commit, tag}`. */
export function makeProject(path, { files, origin }) {
  mkdirSync(path, { recursive: true })
  writeFiles(path, files)
  git(path, 'init', '-q', '-b', 'main')
  git(path, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
  git(path, 'remote', 'add', 'origin', origin)
  const project = {
    path,
    get sha() { return git(path, 'rev-parse', 'HEAD') },
    commit(message, more = {}) {
      writeFiles(path, more)
      git(path, 'add', '-A', '-f')
      git(path, 'commit', '-q', '--allow-empty', '-m', message)
    },
    tag: (name) => git(path, 'tag', '-f', name),
    branch: (name) => git(path, 'checkout', '-q', '-b', name),
  }
  project.commit('Begin')
  return project
}
