// Fulcio and Rekor under their real host names, with the handlers of @sigstore/mock. Fulcio takes only id tokens that
// our issuers signed for the audience `sigstore`.
import { generateKeyPairSync } from 'node:crypto'
import { fulcioHandler, initializeCA, initializeCTLog, initializeTLog, rekorHandler } from '@sigstore/mock'
import { readBody } from './http.mjs'

export const FULCIO = 'fulcio.sigstore.dev'
export const REKOR = 'rekor.sigstore.dev'

let shared
async function handlers() {
  const keys = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const fulcioKeys = keys()
  const log = await initializeCTLog(fulcioKeys)
  return {
    fulcio: fulcioHandler(await initializeCA(fulcioKeys, log), { strict: true }),
    rekor: rekorHandler(await initializeTLog(`https://${REKOR}`, keys()), { strict: true }),
  }
}

/** Request handlers by host name; `observe(request, host, body)` may answer in their place by returning true. */
export async function sigstoreHosts({ issuer, observe }) {
  shared ??= handlers()
  const { fulcio, rekor } = await shared
  const serve = (host, handler, check) => async (request, response) => {
    const body = (await readBody(request)).toString('utf8')
    if (await observe(request, response, host)) return
    if (request.method !== 'POST' || request.url !== handler.path) {
      response.writeHead(404).end()
      return
    }
    const refused = check?.(body)
    const answer = refused ? { statusCode: 401, response: refused } : await handler.fn(body)
    response.writeHead(answer.statusCode, { 'content-type': answer.contentType ?? 'text/plain' }).end(answer.response)
  }
  const checkIdentity = (body) => {
    try {
      issuer.verify(JSON.parse(body).credentials.oidcIdentityToken, 'sigstore')
      return null
    } catch (error) {
      return `There was an error processing the identity token: ${error.message}`
    }
  }
  return new Map([[FULCIO, serve(FULCIO, fulcio, checkIdentity)], [REKOR, serve(REKOR, rekor)]])
}
