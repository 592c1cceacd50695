// Everything that a pipeline meets outside its machine, on loopback: registry, id token issuers, Fulcio, Rekor, and the
// proxy that gives them their real names.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificateFor } from './authority.mjs'
import { Credentials } from './credentials.mjs'
import { fail, Faults } from './faults.mjs'
import { front } from './front.mjs'
import { ask, listen, shut } from './http.mjs'
import { Issuer } from './issuer.mjs'
import { startProxy } from './proxy.mjs'
import { FULCIO, REKOR, sigstoreHosts } from './sigstore.mjs'
import { startStorage } from './storage.mjs'

// Certificates by the host names that they cover.
const certificates = new Map()

/**
 * Starts a registry that answers as `host`. `aliases` are further names of it; `others` are more hosts with their handlers. Returns the registry's state:
 *
 * - `packages.set/get`, `addPackage(name, {visibility, publishers, disallowTokens, versions})`
 * - `policy`: `{selfHosted: 'provenance' | 'refuse', scanMilliseconds}`
 * - `credentials`, `issuer`, `faults`
 * - `requests` (all, in order), `egress` (refused hosts), `publications`, `staged`
 * - `environment()`: what a process needs to reach it under its real name
 * - `packument(name)`, `close()`
 */
export async function startWorld({ host, aliases = [], others = new Map() }) {
  const folder = mkdtempSync(join(tmpdir(), 'trustpub-registry-'))
  const names = [host, ...aliases]
  const covered = [...new Set([...names, FULCIO, REKOR, ...others.keys()])]
  if (!certificates.has(`${covered}`)) certificates.set(`${covered}`, certificateFor(covered))
  const tls = await certificates.get(`${covered}`)
  const caFile = join(folder, 'ca.pem')
  writeFileSync(caFile, tls.ca)

  const issuer = new Issuer()
  const registry = {
    host, audience: `npm:${host}`, issuer, caFile,
    storage: await startStorage(join(folder, 'storage')),
    credentials: new Credentials(() => Date.now()),
    faults: new Faults(),
    policy: { selfHosted: 'provenance', scanMilliseconds: 0 },
    packages: new Map(), requests: [], egress: [], publications: [], staged: [],
  }
  const handler = front(registry)
  const server = http.createServer(handler)
  registry.origin = await listen(server)

  // Fulcio and Rekor are recorded and can fail like the registry.
  const observe = async (request, response, name) => {
    const entry = { host: name, method: request.method, path: request.url, credential: 'none', status: 0 }
    registry.requests.push(entry)
    response.on('finish', () => { entry.status = response.statusCode })
    const fault = registry.faults.take(name, request.method, request.url)
    if (!fault) return false
    entry.fault = fault.then
    fail(fault, request, response)
    return true
  }
  const hosts = await sigstoreHosts({ issuer, observe })
  for (const name of names) hosts.set(name, handler)
  for (const [name, serve] of others) hosts.set(name, serve)
  const proxy = await startProxy({ hosts, certificate: tls, onDenied: (target) => registry.egress.push(target) })

  registry.created = (name, access) => {
    if (!registry.packages.has(name)) {
      const visibility = name.startsWith('@') && access !== 'public' ? 'private' : 'public'
      registry.packages.set(name, { visibility, publishers: [], disallowTokens: false })
    }
  }
  registry.addPackage = (name, { visibility = 'public', publishers = [], disallowTokens = false } = {}) => {
    registry.packages.set(name, { visibility, publishers, disallowTokens })
  }
  registry.put = async (document) => {
    const body = Buffer.from(JSON.stringify(document))
    const answer = await ask(registry.storage.origin, {
      method: 'PUT', path: `/${document.name.replace('/', '%2f')}`, headers: { 'content-type': 'application/json' }, body,
    })
    if (answer.status >= 300) throw new Error(`storage answered ${answer.status}: ${answer.body}`)
  }
  registry.packument = (name) => registry.storage.packument(name)
  registry.environment = () => ({
    https_proxy: proxy.origin, http_proxy: proxy.origin, HTTPS_PROXY: proxy.origin, HTTP_PROXY: proxy.origin,
    no_proxy: '127.0.0.1', NO_PROXY: '127.0.0.1', NODE_EXTRA_CA_CERTS: caFile, NODE_USE_ENV_PROXY: '1',
  })
  registry.close = async () => {
    await Promise.all([proxy.close(), shut(server), registry.storage.close()])
    rmSync(folder, { recursive: true, force: true })
  }
  return registry
}
