// Small helpers for servers on loopback.
import http from 'node:http'

/** Listens on a free loopback port; resolves to the origin. */
export function listen(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`))
  })
}

/** Closes a server and whatever is still connected to it. */
export function shut(server) {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

export async function readBody(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export function sendJson(response, status, body, headers = {}) {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers })
  response.end(text)
}

/** One request; resolves to `{status, headers, body}`. */
export function ask(origin, { method = 'GET', path, headers = {}, body }) {
  return new Promise((resolve, reject) => {
    const request = http.request(origin + path, {
      method, headers: body ? { ...headers, 'content-length': body.length } : headers,
    }, async (response) => {
      try {
        resolve({ status: response.statusCode, headers: response.headers, body: await readBody(response) })
      } catch (error) {
        reject(error)
      }
    })
    request.on('error', reject)
    request.end(body)
  })
}
