// The id token issuers of the three CI providers.
//
// GitHub hands a job a request URL and a request token, and signs one id token for each audience asked for.
// GitLab signs one id token per `id_tokens` entry before the job starts; CircleCI signs on `circleci run oidc get`.
import { randomBytes, randomUUID } from 'node:crypto'
import { readClaims, signToken, signingKey, verifyToken } from './jwt.mjs'

export const ISSUERS = {
  github: 'https://token.actions.githubusercontent.com',
  gitlab: 'https://gitlab.com',
  circleci: 'https://oidc.circleci.com/org/',
}

// One key per provider for the whole process: making RSA keys is slow, and no case depends on having its own.
const KEYS = Object.fromEntries(Object.keys(ISSUERS).map((provider) => [provider, signingKey(`e2e-${provider}`)]))

export class Issuer {
  #grants = new Map()
  #now

  constructor({ now = () => Date.now() } = {}) {
    this.#now = now
  }

  /** Signs an id token. `lifetime` is in seconds; a negative one makes an expired token. */
  issue(provider, claims, { audience, lifetime = 300 }) {
    const now = Math.floor(this.#now() / 1000)
    const iss = provider === 'circleci' ? ISSUERS.circleci + claims['oidc.circleci.com/org-id'] : ISSUERS[provider]
    const times = { iat: now - 1, nbf: now - 1, exp: now + lifetime }
    return signToken({ jti: randomUUID(), iss, aud: audience, ...times, ...claims }, KEYS[provider])
  }

  /** Lets one GitHub job ask for id tokens with these claims: what the runner puts into the job's environment. */
  grantGithub(claims, origin) {
    const token = randomBytes(24).toString('hex')
    this.#grants.set(token, claims)
    return { ACTIONS_ID_TOKEN_REQUEST_URL: `${origin}/gha/idtoken?api-version=2.0`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token }
  }

  /** Answers GitHub's request endpoint: `[status, body]`. */
  answerGithub(requestToken, audience) {
    const claims = this.#grants.get(requestToken)
    if (!claims) return [401, { message: 'unknown request token' }]
    return [200, { value: this.issue('github', claims, { audience: audience ?? `https://github.com/${claims.repository_owner}` }) }]
  }

  /** Lets one CircleCI job ask for id tokens: the URL that its `circleci run oidc get` asks. */
  grantCircleci(claims, origin) {
    const id = randomBytes(24).toString('hex')
    this.#grants.set(id, claims)
    return `${origin}/circleci/oidc/${id}`
  }

  /** Answers that URL: `[status, text]`. Without an audience it is the organization, as on CircleCI. */
  answerCircleci(id, audience) {
    const claims = this.#grants.get(id)
    if (!claims) return [401, 'unknown job']
    return [200, this.issue('circleci', claims, { audience: audience ?? claims['oidc.circleci.com/org-id'], lifetime: 3600 })]
  }

  jwks(provider) {
    return { keys: [KEYS[provider].jwk] }
  }

  /** Checks signature, issuer, audience and time, and says which provider issued: `{provider, claims}`. Throws. */
  verify(token, audience) {
    const unverified = readClaims(token)
    const provider = Object.keys(ISSUERS).find((name) =>
      name === 'circleci' ? `${unverified.iss}`.startsWith(ISSUERS.circleci) : unverified.iss === ISSUERS[name])
    if (!provider) throw new Error(`unknown issuer ${unverified.iss}`)
    const claims = verifyToken(token, KEYS[provider])
    const now = this.#now() / 1000
    if (claims.exp <= now) throw new Error('expired')
    if (claims.nbf > now + 5) throw new Error('not valid yet')
    if (![claims.aud].flat().includes(audience)) throw new Error(`audience is ${claims.aud}, not ${audience}`)
    return { provider, claims }
  }
}
