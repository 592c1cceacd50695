// A registry on loopback with the endpoints that publishing uses, an id-token endpoint like GitHub's, and faults on
// order. It says no as the real one does: a mismatch at the exchange is 404 "package not found", an unauthorised
// write is 404, a missing permission is 403.
import crypto from 'node:crypto';
import http from 'node:http';

export function jwt(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${'s'.repeat(43)}`;
}

function claimsOf(token) {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  } catch {
    return {};
  }
}

export class Registry {
  packages = new Map();
  requests = [];
  faults = [];
  tokens = new Map();
  staged = [];
  // Claims of the token that the id-token endpoint gives, besides the audience asked for.
  githubClaims = {};
  // What the registry's trusted publisher says; (name, claims) => whether it matches.
  trusts = () => true;
  // Permissions of the trusted publisher.
  allows = { publish: true, stage: true, tag: true };
  // Text of a refusal of every PUT: [status, message].
  refusePut;

  add(name, { versions = {}, tags = {}, hidden = false, showAfter = 0, attest = false } = {}) {
    this.packages.set(name, { versions, tags, hidden, showAfter, attest, writes: 0 });
    return this;
  }

  // `on`: "PUT", "GET", "exchange", "tag", "stage". `after`: the request takes effect before it fails.
  fault(on, how, { times = 1, name, after = false } = {}) {
    this.faults.push({ on, how, times, name, after });
  }

  async start() {
    this.server = http.createServer((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => this.answer(request, response, Buffer.concat(chunks).toString()));
    });
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}/`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  count(method, pattern) {
    return this.requests.filter((one) => one.method === method && pattern.test(one.path)).length;
  }

  answer(request, response, body) {
    const { pathname, searchParams } = new URL(request.url, this.url);
    const where = decodeURIComponent(pathname);
    const bearer = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    this.requests.push({ method: request.method, path: where, authorization: request.headers.authorization });
    const [kind, name, rest] = this.route(request.method, where);
    const fault = this.faults.find((one) => one.on === kind && one.times > 0 && (!one.name || one.name === name));
    const send = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    const act = () => this[kind]?.({ name, rest, bearer, body, searchParams }) ?? [404, { error: 'Not found' }];
    if (!fault) {
      send(...act());
      return;
    }
    fault.times -= 1;
    if (fault.after) act();
    if (fault.how === 'reset') request.socket.destroy();
    else if (fault.how !== 'hang') send(fault.how, { error: 'fault on order' });
  }

  route(method, where) {
    const rules = [
      ['idToken', 'GET', /^\/idtoken$/],
      ['exchange', 'POST', /^\/-\/npm\/v1\/oidc\/token\/exchange\/package\/(.+)$/],
      ['visibility', 'GET', /^\/-\/package\/(.+)\/visibility$/],
      ['tags', 'GET', /^\/-\/package\/(.+)\/dist-tags$/],
      ['tag', 'PUT', /^\/-\/package\/(.+)\/dist-tags\/([^/]+)$/],
      ['stage', 'POST', /^\/-\/stage\/package\/(.+)$/],
      ['PUT', 'PUT', /^\/((?:@[^/]+\/)?[^/]+)$/],
      ['GET', 'GET', /^\/((?:@[^/]+\/)?[^/]+)$/],
    ];
    for (const [kind, verb, pattern] of rules) {
      const found = method === verb && pattern.exec(where);
      if (found) return [kind, found[1], found[2]];
    }
    return ['none'];
  }

  idToken({ bearer, searchParams }) {
    if (bearer !== 'request-token-of-the-job') return [401, { message: 'bad request token' }];
    return [200, { value: jwt({ aud: searchParams.get('audience'), ...this.githubClaims }) }];
  }

  exchange({ name, bearer }) {
    const claims = claimsOf(bearer);
    if (claims.aud !== 'npm:127.0.0.1') {
      return [401, { message: 'OIDC token exchange error - unauthorized' }];
    }
    if (!this.packages.has(name) || !this.trusts(name, claims)) {
      return [404, { message: 'OIDC token exchange error - package not found' }];
    }
    const token = `npm_${crypto.randomBytes(18).toString('hex')}`;
    this.tokens.set(token, name);
    return [201, { token }];
  }

  visibility({ name }) {
    const known = this.packages.get(name);
    return known ? [200, { public: !known.hidden }] : [404, {}];
  }

  may(name, bearer) {
    return this.tokens.get(bearer) === name || bearer === 'staging-token-for-tests';
  }

  PUT({ name, bearer, body }) {
    if (!this.may(name, bearer)) return [404, { error: 'Not found' }];
    if (!this.allows.publish) return [403, { error: 'OIDC permission denied for this action' }];
    if (this.refusePut) return [this.refusePut[0], { error: this.refusePut[1] }];
    const document = JSON.parse(body);
    const known = this.packages.get(name);
    for (const [version, manifest] of Object.entries(document.versions)) {
      if (known.versions[version]) {
        return [403, { error: `You cannot publish over the previously published versions: ${version}.` }];
      }
      known.versions[version] = { ...manifest, access: document.access };
      if (known.attest) known.versions[version].dist.attestations = { url: 'about:blank' };
      known.writes += 1;
      known.hideFor = known.showAfter;
    }
    Object.assign(known.tags, document['dist-tags']);
    return [201, { ok: true }];
  }

  stage({ name, bearer, body }) {
    if (!this.may(name, bearer) || !this.packages.has(name)) return [404, { error: 'Not found' }];
    if (!this.allows.stage) return [403, { error: 'OIDC permission denied for this action' }];
    const version = Object.keys(JSON.parse(body).versions)[0];
    if (this.staged.some((one) => one.name === name && one.version === version)) {
      return [409, { error: `Cannot publish over previously staged version "${version}"` }];
    }
    this.staged.push({ name, version, bearer });
    return [201, { stageId: crypto.randomUUID() }];
  }

  GET({ name }) {
    const known = this.packages.get(name);
    if (!known || known.hidden) return [404, { error: 'Not found' }];
    const versions = { ...known.versions };
    if (known.hideFor > 0) {
      known.hideFor -= 1;
      delete versions[Object.keys(versions).at(-1)];
    }
    return [200, { _id: name, name, 'dist-tags': known.tags, versions, time: {} }];
  }

  tags({ name }) {
    return [200, this.packages.get(name)?.tags ?? {}];
  }

  tag({ name, rest, bearer, body }) {
    if (!this.may(name, bearer)) return [404, { error: 'Not found' }];
    if (!this.allows.tag) return [403, { error: 'OIDC permission denied for this action' }];
    this.packages.get(name).tags[rest] = JSON.parse(body);
    return [201, { ok: true }];
  }
}
