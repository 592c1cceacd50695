// RS256 JSON Web Tokens, as the three CI providers issue them.
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (text) => JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))

/** A signing key with its public JWK. */
export function signingKey(kid) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } }
}

export function signToken(claims, key) {
  const head = `${encode({ alg: 'RS256', typ: 'JWT', kid: key.kid })}.${encode(claims)}`
  return `${head}.${sign('sha256', Buffer.from(head), key.privateKey).toString('base64url')}`
}

/** The claims of `token` if `key` signed it; throws on anything else. Times and audience are the caller's to check. */
export function verifyToken(token, key) {
  const parts = token.split('.')
  if (parts.length !== 3) throw new Error('not a JWT')
  const [header, payload, signature] = parts
  if (decode(header).alg !== 'RS256') throw new Error('not RS256')
  const publicKey = key.publicKey ?? createPublicKey({ key: key.jwk, format: 'jwk' })
  if (!verify('sha256', Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url'))) {
    throw new Error('bad signature')
  }
  return decode(payload)
}

/** The claims of a token, unverified. */
export const readClaims = (token) => decode(token.split('.')[1])
