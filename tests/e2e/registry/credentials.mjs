// Who is asking: exchanged tokens (one package, short-lived) and tokens that people made.
import { randomBytes } from 'node:crypto'

/** How long an exchanged token lives, in milliseconds. */
export const EXCHANGED_LIFETIME = 60 * 60 * 1000

export class Credentials {
  #byToken = new Map()
  #now

  constructor(now) {
    this.#now = now
  }

  /** Mints the token that an exchange answers with. */
  exchanged(name, permissions, provider) {
    return this.#add({ kind: 'oidc', package: name, permissions, provider, expires: this.#now() + EXCHANGED_LIFETIME })
  }

  /**
   * Makes a token as a person would on the website. `access` is `read`, `write`, `stage` or `session`
   * (an interactive login with 2FA, the only one that may manage publishers).
   */
  granular(name, access) {
    return this.#add({ kind: 'token', name, access, expires: Infinity })
  }

  revoke(token) {
    this.#byToken.delete(token)
  }

  /** The credential of a request: `{kind: 'none' | 'unknown' | 'oidc' | 'token' | 'jwt', …}`. */
  of(request) {
    const header = request.headers.authorization
    if (!header) return { kind: 'none' }
    const bearer = /^Bearer (.*)$/.exec(header)?.[1]
    if (bearer && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(bearer)) return { kind: 'jwt', token: bearer }
    const known = this.#byToken.get(bearer)
    return known && known.expires > this.#now() ? known : { kind: 'unknown' }
  }

  #add(credential) {
    const token = `npm_${randomBytes(18).toString('hex')}`
    this.#byToken.set(token, credential)
    return token
  }
}
