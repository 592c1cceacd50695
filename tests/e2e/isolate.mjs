// A private /tmp for a process, by a mount namespace: pipelines name absolute paths there, and cases run side by side.
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
// A clone that stands below /tmp itself is still seen there: its tools run.
const inside = repository.startsWith('/tmp/') ? repository.slice('/tmp'.length) : null
const SCRIPT = inside
  ? 'mkdir -p "$0$1" && mount --bind "/tmp$1" "$0$1" && mount --rbind "$0" /tmp && shift && exec "$@"'
  : 'mount --bind "$0" /tmp && exec "$@"'
const NO_TERMINALS = 'mount --bind /dev/null /dev/ptmx && '

/**
 * The command that runs `program` with `folder` mounted as /tmp: `[program, args]`. With `terminals: false` it cannot open
 * a pseudo-terminal. Its end is the end of everything that it started, as that of a real runner's job is; with
 * `ends: false`, for one step of a job, what it left in the background lives on.
 */
export function withPrivateTmp(folder, program, args, { terminals = true, ends = true } = {}) {
  mkdirSync(folder, { recursive: true })
  const user = process.getuid() === 0 ? [] : ['--user', '--map-root-user']
  return ['unshare', [...user, '--mount', ...(ends ? ['--pid', '--fork', '--kill-child'] : []), 'sh', '-c', `${terminals ? '' : NO_TERMINALS}${SCRIPT}`, folder, ...(inside ? [inside] : []), program, ...args]]
}
