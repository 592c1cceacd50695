// verdaccio as the registry's storage: packuments, tarballs, dist-tags. It runs inside this process, on loopback,
// open to everyone: the front before it decides who may do what.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { runServer } from 'verdaccio'
import { ask, listen, shut } from './http.mjs'

/** Starts verdaccio on `folder`; resolves to `{origin, packument, tarball, close}`. */
export async function startStorage(folder) {
  mkdirSync(folder, { recursive: true })
  const server = await runServer({
    configPath: join(folder, 'config.yaml'),
    self_path: join(folder, 'config.yaml'),
    storage: join(folder, 'storage'),
    uplinks: {},
    web: { enable: false },
    middlewares: {},
    auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: -1 } },
    packages: { '**': { access: '$all', publish: '$all', unpublish: '$all' } },
    // Its prettier format starts a thread.
    log: { type: 'stdout', format: 'json', level: 'fatal' },
    max_body_size: '100mb',
  })
  const origin = await listen(server)
  return {
    origin,
    /** The stored packument, or null. */
    async packument(name) {
      const { status, body } = await ask(origin, { path: `/${name.replace('/', '%2f')}` })
      return status === 200 ? JSON.parse(body) : null
    },
    async tarball(name, version) {
      const path = `/${name}/-/${name.split('/').pop()}-${version}.tgz`
      const { status, body } = await ask(origin, { path })
      return status === 200 ? body : null
    },
    close: () => shut(server),
  }
}
