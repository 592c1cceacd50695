// A private /tmp for a process, by a mount namespace: pipelines name absolute paths there, and cases run side by side.
import { mkdirSync } from 'node:fs'

/** The command that runs `program` with `folder` mounted as /tmp: `[program, args]`. */
export function withPrivateTmp(folder, program, args) {
  mkdirSync(folder, { recursive: true })
  const user = process.getuid() === 0 ? [] : ['--user', '--map-root-user']
  return ['unshare', [...user, '--mount', 'sh', '-c', 'mount --bind "$0" /tmp && exec "$@"', folder, program, ...args]]
}
