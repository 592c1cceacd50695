// Puts packages into a registry without asking its policy: what "is already there" when a case begins.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { tarballOf } from './tarball.mjs'

/** Stores one tarball under the name and version that its package.json says; resolves to that manifest. */
export async function seedTarball(registry, tarball, { tag = 'latest', visibility = 'public', ...settings } = {}) {
  const manifest = manifestOf(tarball)
  const { name, version } = manifest
  const file = `${name}-${version}.tgz`
  const dist = {
    integrity: integrityOf(tarball), shasum: createHash('sha1').update(tarball).digest('hex'),
    tarball: `http://${registry.host}/${name}/-/${file}`,
  }
  await registry.put({
    _id: name, name, 'dist-tags': { [tag]: version },
    versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
    _attachments: { [file]: { content_type: 'application/octet-stream', data: tarball.toString('base64'), length: tarball.length } },
  })
  if (!registry.packages.has(name)) registry.addPackage(name, { visibility, ...settings })
  return manifest
}

/** Stores a package made of `files` (path → text), packed here. */
export const seedPackage = (registry, files, options) => seedTarball(registry, tarballOf(files), options)

export const seedFile = (registry, path, options) => seedTarball(registry, readFileSync(path), options)

/** The sha512 of a tarball, as lockfiles and registries write it. */
export const integrityOf = (tarball) => `sha512-${createHash('sha512').update(tarball).digest('base64')}`

/** The package.json inside a tarball. */
export function manifestOf(tarball) {
  for (const { path, data } of entriesOf(tarball)) {
    if (path === 'package/package.json') return JSON.parse(data.toString('utf8'))
  }
  throw new Error('no package/package.json in the tarball')
}

/** The files of a gzipped tar, in order: `{path, mode, mtime, data}`. */
export function* entriesOf(tarball) {
  const tar = gunzipSync(tarball)
  const field = (at, from, length) => tar.subarray(at + from, at + from + length).toString('latin1').replace(/\0.*$/s, '')
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const size = parseInt(field(at, 124, 12), 8)
    const prefix = field(at, 345, 155)
    yield {
      path: (prefix ? `${prefix}/` : '') + field(at, 0, 100), type: field(at, 156, 1),
      mode: parseInt(field(at, 100, 8), 8), mtime: parseInt(field(at, 136, 12), 8), data: tar.subarray(at + 512, at + 512 + size),
    }
    at += 512 + Math.ceil(size / 512) * 512
  }
}
