// `PUT /NAME` and `POST /-/stage/package/NAME`: who may, and what the registry looks at before it takes a version.
import { createHash, randomUUID } from 'node:crypto'
import { ask, sendJson } from './http.mjs'
import { refuseProvenance, statementOf } from './provenance.mjs'
import { PUBLISH, STAGE } from './publishers.mjs'

export async function publish(call, name, { stage }) {
  const { registry, response, body, entry, credential } = call
  entry.package = name
  const refuse = (status, error) => {
    entry.note = error
    sendJson(response, status, { error, success: false })
  }
  const settings = registry.packages.get(name)
  const denied = deny(credential, name, settings, stage)
  if (denied) return refuse(...denied)

  const document = JSON.parse(body)
  const [version, manifest] = Object.entries(document.versions)[0]
  entry.version = version
  if (document.name !== name || manifest.name !== name) return refuse(400, 'name in URL and body differ')
  if (await taken(registry, name, version)) return refuse(403, `You cannot publish over the previously published versions: ${version}.`)
  if (registry.staged.some((item) => item.name === name && item.version === version)) {
    return refuse(409, 'Cannot publish over previously staged version')
  }

  const attachments = Object.entries(document._attachments)
  const tarball = Buffer.from(attachments.find(([file]) => file.endsWith('.tgz'))[1].data, 'base64')
  const sha512 = createHash('sha512').update(tarball)
  const digest = sha512.copy().digest('base64')
  if (manifest.dist.integrity !== `sha512-${digest}`) return refuse(400, 'integrity does not match the tarball')

  const attached = attachments.find(([file]) => file.endsWith('.sigstore'))
  const bundle = attached && JSON.parse(attached[1].data)
  if (bundle) {
    const refused = settings?.visibility === 'private'
      ? "Can't verify provenance for private packages"
      : refuseProvenance(bundle, { manifest, sha512: sha512.digest('hex') })
    if (refused) return refuse(422, refused)
    delete document._attachments[attached[0]]
  }

  const record = {
    name, version, tag: Object.keys(document['dist-tags'])[0], access: document.access, integrity: manifest.dist.integrity,
    tarball, manifest, bundle: bundle ?? null, provenance: bundle ? statementOf(bundle) : null, by: entry.credential,
  }
  if (stage) {
    const stageId = randomUUID()
    registry.staged.push({ ...record, stageId })
    return sendJson(response, 201, { stageId, success: true })
  }
  const stored = Buffer.from(JSON.stringify(document))
  const answer = await ask(registry.storage.origin, {
    method: 'PUT', path: `/${name.replace('/', '%2f')}`, headers: { 'content-type': 'application/json' }, body: stored,
  })
  if (answer.status >= 300) return refuse(answer.status, answer.body.toString('utf8'))
  registry.created(name, document.access)
  registry.publications.push({ ...record, visibleFrom: Date.now() + registry.policy.scanMilliseconds })
  return sendJson(response, 201, { ok: 'package published', success: true })
}

// `[status, text]` when the credential may not do this. An unauthorised write is masked as 404, as the real registry does.
function deny(credential, name, settings, stage) {
  const missing = [404, 'Not found']
  if (credential.kind === 'oidc') {
    if (!settings || credential.package !== name) return missing
    return credential.permissions.has(stage ? STAGE : PUBLISH) ? null : [403, 'OIDC permission denied for this action']
  }
  if (credential.kind !== 'token') return missing
  const may = { read: [], stage: ['stage'], write: ['stage', 'publish'], session: ['stage', 'publish'] }[credential.access]
  if (!may.includes(stage ? 'stage' : 'publish')) {
    return [403, `You do not have permission to publish "${name}". Are you logged in as the correct user?`]
  }
  if (settings?.disallowTokens && credential.access === 'write') {
    return [403, 'Two-factor authentication is required to publish this package and tokens are disallowed']
  }
  return stage && !settings ? missing : null
}

async function taken(registry, name, version) {
  return Boolean((await registry.storage.packument(name))?.versions?.[version])
}
