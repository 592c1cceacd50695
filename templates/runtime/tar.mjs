// A reader of package tarballs, strict on purpose: what npm and a registry could read differently is refused.
const BLOCK = 512;

function refuseTar(detail) {
  const fix = 'pack it again in a clean job; if it stays, look at what writes into the output folder';
  return new Problem('tarball-refused', 'the tarball is not one that npm would make', detail, fix);
}

function textField(block, from, length) {
  return block.toString('utf8', from, from + length).split('\0', 1)[0];
}

function numberField(block, from, length) {
  const text = textField(block, from, length).trim();
  if (!/^[0-7]*$/.test(text)) throw refuseTar('it has a damaged header');
  return parseInt(text || '0', 8);
}

function paxRecords(data) {
  const records = {};
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(32, at);
    const length = Number(data.toString('latin1', at, space));
    if (space < 0 || !(length > 0) || at + length > data.length)
      throw refuseTar('it has a damaged extended header');
    const [, key, value] = /^([^=]*)=?([^]*)$/.exec(data.toString('utf8', space + 1, at + length - 1));
    records[key] = value;
    at += length;
  }
  return records;
}

// The files of a tarball, named as npm unpacks them.
function openTarball(compressed) {
  let tar;
  try {
    tar = zlib.gunzipSync(compressed, { maxOutputLength: 2 ** 30 });
  } catch (error) {
    throw refuseTar(`it does not unpack: ${error.message}`);
  }
  const files = new Map();
  let [at, pax, longName, top] = [0, {}];
  for (;;) {
    const block = tar.subarray(at, at + BLOCK);
    if (block.length < BLOCK) throw refuseTar('it is cut short');
    if (block.every((byte) => byte === 0)) break;
    const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
    if (sum !== numberField(block, 148, 8)) throw refuseTar('it has a damaged header');
    const size = Number(pax.size ?? numberField(block, 124, 12));
    const data = tar.subarray(at + BLOCK, at + BLOCK + size);
    if (data.length !== size) throw refuseTar('it is cut short');
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(block[156] || 48);
    // A global header would change what follows; git writes one with a comment alone.
    if (type === 'g' && Object.keys(paxRecords(data)).some((key) => key !== 'comment'))
      throw refuseTar('it has a global header');
    if (type === 'x') pax = paxRecords(data);
    if (type === 'L') longName = textField(data, 0, size);
    if ('gxL'.includes(type)) continue;
    const prefix = block.toString('latin1', 257, 262) === 'ustar' ? textField(block, 345, 155) : '';
    let name = pax.path ?? longName ?? (prefix && `${prefix}/`) + textField(block, 0, 100);
    [pax, longName] = [{}];
    if (!'057'.includes(type)) throw refuseTar(`it has a link or a device (${name.slice(0, 120)})`);
    if (type === '5') name = `${name.replace(/\/+$/, '')}/_`;
    const parts = name.split('/');
    const strange = /[\x00-\x1f\x7f\\]|^[A-Za-z]:/.test(name) || parts.length < 2;
    if (strange || parts.some((part) => ['', '.', '..'].includes(part)))
      throw refuseTar(`it has an entry with the path ${JSON.stringify(name.slice(0, 120))}`);
    // npm drops the first folder, whatever its name: two of them could hide one file behind another.
    top ??= parts[0];
    if (parts[0] !== top) throw refuseTar('its files are not all in one folder');
    if (type === '5') continue;
    const inside = name.slice(top.length + 1);
    const cased = inside !== 'package.json' && /^package\.json$/i.test(inside);
    if (files.has(inside) || cased) throw refuseTar(`it has the file ${inside} twice`);
    files.set(inside, data);
  }
  if (tar.subarray(at).some((byte) => byte !== 0)) throw refuseTar('it goes on after its end');
  return files;
}

function packedManifest(files) {
  try {
    const manifest = JSON.parse(files.get('package.json').toString('utf8').replace(/^\ufeff/, ''));
    if (manifest.constructor === Object) return manifest;
  } catch {
    // told below
  }
  throw refuseTar('it has no package.json that is an object');
}
