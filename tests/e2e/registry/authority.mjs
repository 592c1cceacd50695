// A certificate authority that lives as long as the process, for the proxy's TLS endpoints.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

x509.cryptoProvider.set(webcrypto)
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY = 24 * 60 * 60 * 1000

const pemKey = async (key) => {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key))
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`
}

/** Makes a root and one leaf for `hosts`: `{ca, cert, key}`, all PEM. */
export async function certificateFor(hosts) {
  const times = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + 2 * DAY) }
  const rootKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=trustpub e2e root', keys: rootKeys, signingAlgorithm: ALGORITHM, ...times,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
  })
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const leaf = await x509.X509CertificateGenerator.create({
    subject: 'CN=trustpub e2e', issuer: root.subject, publicKey: keys.publicKey,
    signingKey: rootKeys.privateKey, signingAlgorithm: ALGORITHM, ...times,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({ type: 'dns', value }))),
      await x509.AuthorityKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
  })
  return { ca: root.toString('pem'), cert: leaf.toString('pem'), key: await pemKey(keys.privateKey) }
}
