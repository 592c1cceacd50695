// Faults on demand: which request shall go wrong, how, and how many times.

/**
 * A fault: `{host?, method?, path?, skip?, times?, then}`. `host`, `method` are exact, `path` a regular expression; the first
 * `skip` such requests pass.
 * `then` is `{status, body?, headers?}`, `'reset'` (the connection breaks before anything is done), `'hang'` (no answer
 * until the client gives up) or `'lost'` (it is done, but the answer is lost). `times` defaults to 1; Infinity lasts.
 */
export class Faults {
  #list = []

  add(fault) {
    this.#list.push({ times: 1, ...fault })
  }

  clear() {
    this.#list.length = 0
  }

  /** Takes the first fault that applies to this request, or undefined. */
  take(host, method, path) {
    const fault = this.#list.find((entry) => entry.times > 0
      && (!entry.host || entry.host === host) && (!entry.method || entry.method === method) && (!entry.path || entry.path.test(path)))
    if (fault?.skip > 0) {
      fault.skip -= 1
      return undefined
    }
    if (fault) fault.times -= 1
    return fault
  }
}

/** Carries `fault` out, unless it is `lost`: that one lets the request through first. */
export function fail(fault, request, response) {
  if (fault.then === 'hang') return
  if (fault.then === 'reset') {
    request.socket.destroy()
    return
  }
  const { status, body = { error: `e2e fault ${status}` }, headers = {} } = fault.then
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
