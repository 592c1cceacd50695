// The front before the storage: id token exchange, trust, staging, visibility, dist-tags and policy. Every request is
// recorded, with who asked and why it was refused.
import { ask, readBody, sendJson } from './http.mjs'
import { fail } from './faults.mjs'
import { publish } from './publish.mjs'
import { DIST_TAG, MOST_PUBLISHERS, mismatch, permissionsFor } from './publishers.mjs'
import { randomUUID } from 'node:crypto'

const EXCHANGE = '/-/npm/v1/oidc/token/exchange/package/'

/** Makes the request handler of a registry. `registry` is the state that `world.mjs` builds. */
export function front(registry) {
  return async (request, response) => {
    const host = request.headers.host
    const url = new URL(request.url, 'http://front')
    const path = decodeURIComponent(url.pathname)
    const fault = registry.faults.take(host, request.method, path)
    const entry = { host, method: request.method, path, credential: 'none', status: 0 }
    registry.requests.push(entry)
    response.on('finish', () => { entry.status = response.statusCode })
    if (fault) entry.fault = fault.then
    if (fault && fault.then !== 'lost') {
      request.resume()
      fail(fault, request, response)
      return
    }
    const call = { registry, request, response, url, path, entry, credential: registry.credentials.of(request) }
    entry.credential = label(call.credential)
    call.body = await readBody(request)
    if (fault) {
      // Done, but the client never hears of it.
      await route({ ...call, response: deaf() })
      request.socket.destroy()
      return
    }
    try {
      await route(call)
    } catch (error) {
      entry.note = error.stack
      if (!response.headersSent) sendJson(response, 500, { error: error.message })
    }
  }
}

async function route(call) {
  const { request, response, path, registry } = call
  const key = `${request.method} ${path}`
  if (key === 'GET /gha/idtoken') return githubToken(call)
  if (path.startsWith('/circleci/oidc/')) return circleciToken(call)
  if (path.startsWith('/iss/')) return sendJson(response, 200, registry.issuer.jwks(path.split('/')[2]))
  if (request.method === 'POST' && path.startsWith(EXCHANGE)) return exchange(call, path.slice(EXCHANGE.length))
  const [, name, rest] = /^\/-\/package\/((?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(path) ?? []
  if (rest === 'visibility') return visibility(call, name)
  if (rest === 'access' && request.method === 'POST') return access(call, name)
  if (rest === 'trust' || rest?.startsWith('trust/')) return trust(call, name, rest.split('/')[1])
  if (rest?.startsWith('dist-tags')) return distTags(call, name)
  const [, staged] = /^\/-\/stage\/package\/((?:@[^/]+\/)?[^/]+)$/.exec(path) ?? []
  if (staged && request.method === 'POST') return publish(call, staged, { stage: true })
  if (key === 'GET /-/whoami') return whoami(call)
  if (path.startsWith('/-/npm/v1/attestations/')) return attestations(call, path.slice('/-/npm/v1/attestations/'.length))
  if (path === '/-/npm/v1/keys') return sendJson(response, 200, { keys: [] })
  if (path.startsWith('/-/npm/v1/security/')) return sendJson(response, 200, {})
  if (path.startsWith('/-/')) return forward(call)
  const [, direct] = /^\/((?:@[^/]+\/)?[^/@-][^/]*)$/.exec(path) ?? []
  if (direct && request.method === 'PUT') return publish(call, direct, { stage: false })
  return read(call)
}

function githubToken({ registry, request, response, url, entry }) {
  const bearer = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1]
  entry.audience = url.searchParams.get('audience')
  const [status, body] = registry.issuer.answerGithub(bearer, entry.audience)
  sendJson(response, status, body)
}

function circleciToken({ registry, response, url, path, entry }) {
  entry.audience = url.searchParams.get('aud')
  const [status, text] = registry.issuer.answerCircleci(path.split('/').pop(), entry.audience ?? undefined)
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
}

// The real registry answers every mismatch alike; the reason stands in our record only.
function exchange({ registry, response, entry, credential }, name) {
  entry.package = name
  const refuse = (status, reason, message) => {
    entry.note = reason
    sendJson(response, status, { message: `OIDC token exchange error - ${message}` })
  }
  if (credential.kind !== 'jwt') return refuse(401, 'no id token', 'unauthorized')
  let identity
  try {
    identity = registry.issuer.verify(credential.token, registry.audience)
  } catch (error) {
    return refuse(401, error.message, 'unauthorized')
  }
  const { provider, claims } = identity
  const settings = registry.packages.get(name)
  if (!settings) return refuse(404, 'no such package', 'package not found')
  if (registry.policy.selfHosted === 'refuse' && claims.runner_environment === 'self-hosted') {
    return refuse(404, 'self-hosted runner', 'package not found')
  }
  const permissions = permissionsFor(settings.publishers, provider, claims)
  if (!permissions) {
    const reasons = settings.publishers.map((publisher) => mismatch(publisher, provider, claims))
    return refuse(404, reasons.length ? reasons.join(', ') : 'no trusted publisher', 'package not found')
  }
  sendJson(response, 201, { token: registry.credentials.exchanged(name, permissions, provider), token_type: 'oidc' })
}

function visibility({ registry, response, credential }, name) {
  const settings = registry.packages.get(name)
  if (!settings) return sendJson(response, 404, { error: 'Not found' })
  const mine = credential.kind === 'token' || (credential.kind === 'oidc' && credential.package === name)
  if (settings.visibility === 'private' && !mine) return sendJson(response, 404, { error: 'Not found' })
  return sendJson(response, 200, { public: settings.visibility === 'public' })
}

// `npm access set`: the package's visibility, and whether tokens may publish it (`mfa=publish` keeps them out).
function access({ registry, response, credential, body }, name) {
  if (credential.access !== 'session') return sendJson(response, 401, { error: 'You must be logged in with two factors' })
  const settings = registry.packages.get(name)
  if (!settings) return sendJson(response, 404, { error: 'Not found' })
  const { access: visible, publish_requires_tfa: factor, automation_token_overrides_tfa: automation } = JSON.parse(body)
  if (visible) settings.visibility = visible === 'restricted' ? 'private' : 'public'
  if (factor !== undefined) settings.disallowTokens = Boolean(factor && !automation)
  return sendJson(response, 200, {})
}

function trust({ registry, request, response, credential, body }, name, id) {
  // Only an interactive session with 2FA may manage publishers; a granular token gets this misleading text (npm/cli#9957).
  if (credential.access !== 'session') {
    return sendJson(response, 401, { error: 'npm tokens that bypass 2FA are being restricted' })
  }
  const settings = registry.packages.get(name)
  if (!settings) return sendJson(response, 404, { error: 'Not found' })
  if (request.method === 'GET') return sendJson(response, 200, settings.publishers)
  if (request.method === 'POST') {
    const added = JSON.parse(body)
    if (settings.publishers.length + added.length > MOST_PUBLISHERS) {
      return sendJson(response, 409, { error: `a package has at most ${MOST_PUBLISHERS} trusted publishers` })
    }
    settings.publishers.push(...added.map((publisher) => ({ permissions: [], ...publisher, id: randomUUID() })))
    return sendJson(response, 201, settings.publishers.slice(-added.length))
  }
  const at = settings.publishers.findIndex((publisher) => publisher.id === id)
  if (at < 0) return sendJson(response, 404, { error: 'Not found' })
  settings.publishers.splice(at, 1)
  return sendJson(response, 200, {})
}

async function distTags(call, name) {
  const { request, response, credential } = call
  if (request.method === 'GET') return read(call, name)
  if (credential.kind === 'oidc' && credential.package === name) {
    if (!credential.permissions.has(DIST_TAG)) return sendJson(response, 403, { error: 'OIDC permission denied for this action' })
    return forward(call)
  }
  if (credential.kind === 'token' && ['write', 'session'].includes(credential.access)) return forward(call)
  return sendJson(response, 401, { error: 'You must be logged in to set dist-tags.' })
}

function whoami({ response, credential }) {
  if (credential.kind === 'token') return sendJson(response, 200, { username: credential.name })
  return sendJson(response, 401, { error: 'Unauthorized' })
}

function attestations({ registry, response }, spec) {
  const version = registry.publications.find((entry) => `${entry.name}@${entry.version}` === spec)
  if (!version?.provenance) return sendJson(response, 404, { error: 'Not found' })
  return sendJson(response, 200, {
    attestations: [{ predicateType: version.provenance.predicateType, bundle: version.bundle }],
  })
}

// Packuments and tarballs. A private package is hidden from whoever may not read it, and the identity covers no reads.
async function read(call, named) {
  const { registry, request, response, path, credential } = call
  const name = named ?? /^\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? ''
  const settings = registry.packages.get(name)
  if (settings?.visibility === 'private' && credential.kind !== 'token') return sendJson(response, 404, { error: 'Not found' })
  if (!['GET', 'HEAD'].includes(request.method)) return sendJson(response, 405, { error: 'Method not allowed' })
  return forward(call, (body) => adorn(registry, name, body))
}

// Adds what the real registry adds to a packument, and hides versions that it still scans.
function adorn(registry, name, body) {
  const packument = JSON.parse(body)
  for (const [version, manifest] of Object.entries(packument.versions ?? {})) {
    const record = registry.publications.find((entry) => entry.name === name && entry.version === version)
    if (record && record.visibleFrom > Date.now()) {
      delete packument.versions[version]
      for (const [tag, target] of Object.entries(packument['dist-tags'])) {
        if (target === version) delete packument['dist-tags'][tag]
      }
    } else if (record?.provenance) {
      manifest.dist.attestations = {
        url: `https://${registry.host}/-/npm/v1/attestations/${name}@${version}`,
        provenance: { predicateType: record.provenance.predicateType },
      }
    }
  }
  return Buffer.from(JSON.stringify(packument))
}

async function forward({ registry, request, response, body }, change) {
  const { authorization, connection, 'content-length': length, 'accept-encoding': encoding, ...headers } = request.headers
  const secure = request.socket.encrypted ? { 'x-forwarded-proto': 'https' } : {}
  const answer = await ask(registry.storage.origin, {
    method: request.method, path: request.url, headers: { ...headers, ...secure }, body: body.length ? body : undefined,
  })
  const json = String(answer.headers['content-type']).includes('json')
  const sent = change && json && answer.status === 200 ? change(answer.body) : answer.body
  const { 'content-length': old, 'transfer-encoding': chunked, connection: kept, etag, ...rest } = answer.headers
  response.writeHead(answer.status, { ...rest, 'content-length': sent.length })
  response.end(request.method === 'HEAD' ? undefined : sent)
}

const label = (credential) => (credential.kind === 'token' ? `token:${credential.name}` : credential.kind)

// A response that goes nowhere.
const deaf = () => ({ headersSent: false, writeHead() { return this }, end() {} })
