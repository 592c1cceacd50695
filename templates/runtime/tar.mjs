// A tar reader for package tarballs, strict on purpose: what npm, a registry and a reader could understand
// differently is refused. And a writer, for tarballs that carry the clock or the umask of the build
// machine.
const BLOCK = 512;
const LIMIT = 2 ** 30;

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

// The files of a package tarball, each with its `name` as npm unpacks it, and the places of all headers.
function openTarball(compressed) {
  let tar;
  try {
    tar = zlib.gunzipSync(compressed, { maxOutputLength: LIMIT });
  } catch (error) {
    throw refuseTar(`it does not unpack: ${error.message}`);
  }
  const entries = [];
  const headers = [];
  const seen = new Set();
  let top;
  let pax = {};
  let longName;
  let at = 0;
  for (;;) {
    if (at + BLOCK > tar.length) throw refuseTar('it is cut short');
    const block = tar.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) {
      if (tar.subarray(at).some((byte) => byte !== 0)) throw refuseTar('it goes on after its end');
      break;
    }
    let sum = 0;
    for (let i = 0; i < BLOCK; i += 1) sum += i >= 148 && i < 156 ? 32 : block[i];
    if (sum !== numberField(block, 148, 8)) throw refuseTar('it has a damaged header');
    const type = String.fromCharCode(block[156] || 48);
    const size = pax.size === undefined ? numberField(block, 124, 12) : Number(pax.size);
    const next = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (!(size >= 0) || next > tar.length) throw refuseTar('it is cut short');
    const data = tar.subarray(at + BLOCK, at + BLOCK + size);
    headers.push(at);
    at = next;
    if (type === 'g') {
      // It would change what follows; git writes one with a comment alone.
      if (Object.keys(paxRecords(data)).some((key) => key !== 'comment'))
        throw refuseTar('it has a global header');
      continue;
    }
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
    const key = inside.toLowerCase() === 'package.json' ? 'package.json' : inside;
    if (!directory && seen.has(key)) throw refuseTar(`it has the file ${inside} twice`);
    if (!directory) seen.add(key);
    entries.push({ name: inside, directory, data });
  }
  return { tar, headers, entries };
}

// package.json of a tarball, parsed.
function packedManifest({ entries }) {
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
