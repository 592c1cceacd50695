// An HTTPS proxy on loopback: a few hosts end in handlers of ours, under their real names; every other host is
// refused and recorded. With it the pipelines run unmodified, and any egress they try is seen.
import http from 'node:http'
import https from 'node:https'
import { listen, shut } from './http.mjs'

/**
 * `hosts`: host name → request handler. `onDenied(host)` is told of each refused host.
 * Returns `{origin, close}`.
 */
export async function startProxy({ hosts, certificate, onDenied }) {
  const inner = https.createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    const host = (request.headers.host ?? '').replace(/:443$/, '')
    const handler = hosts.get(host)
    if (!handler) {
      onDenied(host)
      response.writeHead(403).end()
      return
    }
    handler(request, response)
  })
  // A client that gives up in the middle of a handshake is its own affair.
  inner.on('tlsClientError', () => {})

  const outer = http.createServer((request, response) => {
    onDenied(hostOf(request.url))
    response.writeHead(403, { 'content-type': 'text/plain' }).end('e2e proxy: plain HTTP is refused\n')
  })
  outer.on('connect', (request, socket) => {
    socket.on('error', () => {})
    const [host, port] = request.url.split(':')
    if (!hosts.has(host) || port !== '443') {
      onDenied(request.url)
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      return
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    inner.emit('connection', socket)
  })
  const origin = await listen(outer)
  return { origin, close: () => shut(outer) }
}

function hostOf(url) {
  try {
    return new URL(url).host
  } catch {
    return url
  }
}
