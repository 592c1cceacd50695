// A tar reader for package tarballs, strict on purpose: what npm, a registry and a reader could understand
// differently is refused. And a writer, for tarballs that carry the clock or the umask of the build
// machine.
const BLOCK = 512;
const LIMIT = 2 ** 30;
// Times that package managers write on purpose: npm, pnpm and bun; yarn.
const SETTLED_TIMES = new Set([499162500, 456789000]);

function refuseTar(detail) {
  return new Problem(
    'tarball-refused',
    'the tarball is not one that npm would make',
    detail,
    'pack it again in a clean job; if the same happens, look at what writes into the output folder',
  );
}

function textField(block, from, length) {
  const raw = block.subarray(from, from + length);
  const end = raw.indexOf(0);
  return raw.subarray(0, end < 0 ? length : end).toString('utf8');
}

function numberField(block, from, length) {
  // The top bit marks the binary form, for files over 8 GiB: no package has those.
  if (block[from] > 127) throw refuseTar('it has an entry of impossible size');
  const text = textField(block, from, length).trim();
  if (!/^[0-7]*$/.test(text)) throw refuseTar('it has a damaged header');
  return parseInt(text || '0', 8);
}

function paxRecords(data) {
  const records = {};
  let at = 0;
  while (at < data.length) {
    const space = data.indexOf(32, at);
    const length = Number(data.subarray(at, space).toString('latin1'));
    if (space < 0 || !(length > 0) || at + length > data.length)
      throw refuseTar('it has a damaged extended header');
    const record = data.subarray(space + 1, at + length - 1).toString('utf8');
    const equals = record.indexOf('=');
    records[record.slice(0, equals)] = record.slice(equals + 1);
    at += length;
  }
  return records;
}

function checkPath(name) {
  const parts = name.split('/');
  const strange = name.startsWith('/') || /[\x00-\x1f\x7f\\]/.test(name) || /^[A-Za-z]:/.test(name);
  if (strange || parts.length < 2 || parts.some((part) => part === '..' || part === '.' || part === '')) {
    throw refuseTar(`it has an entry with the path ${JSON.stringify(name.slice(0, 120))}`);
  }
}

// The files of a package tarball: [{ name, mode, mtime, data, directory }], `name` as npm unpacks it.
function readTarball(compressed) {
  let tar;
  try {
    tar = zlib.gunzipSync(compressed, { maxOutputLength: LIMIT });
  } catch (error) {
    throw refuseTar(`it does not unpack: ${error.message}`);
  }
  const entries = [];
  const seen = new Set();
  let top;
  let pax = {};
  let longName;
  let at = 0;
  for (;;) {
    if (at + BLOCK > tar.length) throw refuseTar('it is cut short');
    const block = tar.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) break;
    let sum = 0;
    for (let i = 0; i < BLOCK; i += 1) sum += i >= 148 && i < 156 ? 32 : block[i];
    if (sum !== numberField(block, 148, 8)) throw refuseTar('it has a damaged header');
    const type = String.fromCharCode(block[156] || 48);
    const size = pax.size === undefined ? numberField(block, 124, 12) : Number(pax.size);
    const next = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (!(size >= 0) || next > tar.length) throw refuseTar('it is cut short');
    const data = tar.subarray(at + BLOCK, at + BLOCK + size);
    at = next;
    if (type === 'g') continue;
    if (type === 'x') {
      pax = paxRecords(data);
      continue;
    }
    if (type === 'L') {
      longName = textField(data, 0, data.length);
      continue;
    }
    const prefix =
      block.subarray(257, 262).toString('latin1') === 'ustar' ? textField(block, 345, 155) : '';
    let name =
      pax.path ?? longName ?? (prefix ? `${prefix}/${textField(block, 0, 100)}` : textField(block, 0, 100));
    pax = {};
    longName = undefined;
    const directory = type === '5';
    if (directory) name = `${name.replace(/\/+$/, '')}/_`;
    if (!directory && type !== '0' && type !== '7')
      throw refuseTar(`it has a link or a device (${name.slice(0, 120)})`);
    checkPath(name);
    // npm drops the first folder, whatever it is called: two of them could hide one file behind another.
    top ??= name.split('/')[0];
    if (name.split('/')[0] !== top) throw refuseTar('its files are not all in one folder');
    const inside = name.slice(top.length + 1);
    if (!directory && seen.has(inside.toLowerCase())) throw refuseTar(`it has the file ${inside} twice`);
    if (!directory) seen.add(inside.toLowerCase());
    entries.push({
      name: inside,
      directory,
      data,
      mode: numberField(block, 100, 8) & 0o777,
      mtime: numberField(block, 136, 12),
    });
  }
  return entries;
}

// package.json of a tarball, parsed.
function packedManifest(entries) {
  const file = entries.find((entry) => entry.name === 'package.json' && !entry.directory);
  if (!file) throw refuseTar('it has no package.json');
  let manifest;
  try {
    manifest = JSON.parse(file.data.toString('utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    throw refuseTar(`its package.json does not parse: ${error.message}`);
  }
  if (!manifest || typeof manifest !== 'object' || Array.isArray(manifest))
    throw refuseTar('its package.json is no object');
  return manifest;
}

// npm, pnpm, yarn berry and bun give every file one time. yarn 1 keeps the clock; npm and bun keep odd
// modes.
function isReproducible(entries) {
  return entries.every(
    (e) => !e.directory && SETTLED_TIMES.has(e.mtime) && (e.mode === 0o644 || e.mode === 0o755),
  );
}

function header(name, size, mode, type) {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, 'utf8');
  const octal = (value, from, length) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, from);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(499162500, 136, 12);
  block.write('        ', 148);
  block.write(type, 156);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function padded(data) {
  return Buffer.concat([data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)]);
}

// The same files in the order of their names, with one time and the two usual modes.
function writeTarball(entries) {
  const blocks = [];
  const files = entries.filter((entry) => !entry.directory);
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, data, mode } of files) {
    const full = `package/${name}`;
    if (Buffer.byteLength(full) > 100 || /[^\x20-\x7e]/.test(full)) {
      const body = Buffer.byteLength(` path=${full}\n`);
      let length = body + 1;
      while (body + String(length).length !== length) length += 1;
      const record = Buffer.from(`${length} path=${full}\n`);
      blocks.push(header('PaxHeader', record.length, 0o644, 'x'), padded(record));
    }
    blocks.push(header(full.slice(-100), data.length, mode & 0o111 ? 0o755 : 0o644, '0'), padded(data));
  }
  blocks.push(Buffer.alloc(BLOCK * 2));
  const out = zlib.gzipSync(Buffer.concat(blocks), { level: 9 });
  out[9] = 255; // the operating system of whoever compressed it says nothing about the package
  return out;
}
