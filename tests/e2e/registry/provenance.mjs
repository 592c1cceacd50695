// What the registry checks in a provenance bundle before it takes a version.
import 'reflect-metadata'
import { createPublicKey, verify, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'

// Fulcio's certificate extensions (sigstore/fulcio, docs/oid-info.md).
const RUNNER_ENVIRONMENT = '1.3.6.1.4.1.57264.1.11'
const SOURCE_REPOSITORY = '1.3.6.1.4.1.57264.1.12'
const SOURCE_VISIBILITY = '1.3.6.1.4.1.57264.1.22'

const FAILED = 'Error verifying sigstore provenance bundle:'

/** The in-toto statement of a bundle. */
export const statementOf = (bundle) => JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8'))

/**
 * Why the registry refuses `bundle` for this manifest and tarball, or null. The texts are those that users
 * reported of the real registry; the certificate's chain is not followed, as every run has its own root.
 */
export function refuseProvenance(bundle, { manifest, sha512 }) {
  const certificate = certificateOf(bundle)
  const { payload, payloadType, signatures } = bundle.dsseEnvelope
  const body = Buffer.from(payload, 'base64')
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body])
  const key = createPublicKey(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' }))
  if (!verify('sha256', signed, key, Buffer.from(signatures[0].sig, 'base64'))) return `${FAILED} signature does not verify`

  const [subject] = statementOf(bundle).subject
  const purl = `pkg:npm/${manifest.name.replace('@', '%40')}@${manifest.version}`
  if (subject.name !== purl || subject.digest.sha512 !== sha512) return `${FAILED} subject does not match the package`

  const claims = extensionsOf(certificate)
  if (claims.runner && !/^(github|gitlab)-hosted$/.test(claims.runner)) {
    return `${FAILED} Unsupported GitHub Actions runner environment: "${claims.runner}". `
      + 'Only "github-hosted" runners are supported when publishing with provenance.'
  }
  if (claims.visibility && claims.visibility !== 'public') {
    return `${FAILED} Unsupported GitHub Actions source repository visibility: "${claims.visibility}". `
      + 'Only public source repositories are supported when publishing with provenance.'
  }
  const source = claims.repository ?? repositoryOf(statementOf(bundle))
  const declared = manifest.repository?.url ?? manifest.repository ?? ''
  if (normal(declared) !== source) {
    return `${FAILED} Failed to validate repository information: package.json: "repository.url" is "${declared}", `
      + `expected to match "${source}" from provenance`
  }
  return null
}

function certificateOf(bundle) {
  const material = bundle.verificationMaterial
  const raw = material.certificate?.rawBytes ?? material.x509CertificateChain.certificates[0].rawBytes
  return Buffer.from(raw, 'base64')
}

function extensionsOf(der) {
  const text = (oid) => {
    const extension = new x509.X509Certificate(der).getExtension(oid)
    // A DER UTF8String; each of these is shorter than 128 bytes, so its head is two bytes.
    return extension && Buffer.from(extension.value).subarray(2).toString('utf8')
  }
  return { runner: text(RUNNER_ENVIRONMENT), repository: text(SOURCE_REPOSITORY), visibility: text(SOURCE_VISIBILITY) }
}

// GitHub's statement (SLSA 1) and GitLab's (SLSA 0.2) name the source in their own places.
function repositoryOf({ predicate }) {
  return predicate.buildDefinition?.externalParameters.workflow.repository
    ?? predicate.invocation.configSource.uri.replace(/^git\+/, '')
}

const normal = (url) => String(url).replace(/^git\+/, '').replace(/\.git$/, '')
