// Takes out of a tarball what the build machine adds: clock, umask, owner and compressor. For npm that gives
// the bytes of `npm pack` itself on a usual machine. A strange tarball is for the publish job to refuse.
const NPM_TIME = 499162500; // 1985-10-26T08:15:00Z, which npm gives every file

// Writes into the digits that are there, so that the header keeps the form that its maker gave it.
function setNumber(block, from, length, value) {
  const digits = /[0-7]+/.exec(block.toString('latin1', from, from + length));
  if (digits) block.write(value.toString(8).padStart(digits[0].length, '0'), from + digits.index, 'latin1');
}

// The settled tarball, and the text of its package.json.
function settle(compressed) {
  const tar = zlib.gunzipSync(compressed, { maxOutputLength: 2 ** 30 });
  let manifest = '';
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const block = tar.subarray(at, at + 512);
    const [mode, size] = [100, 124].map((at) => parseInt(block.toString('latin1', at, at + 12), 8) || 0);
    at += 512;
    if (/^[^/]+\/package\.json\0/.test(block.toString('latin1', 0, 100)))
      manifest = tar.toString('utf8', at, at + size);
    setNumber(block, 100, 8, mode & 0o111 ? 0o755 : 0o644);
    setNumber(block, 108, 8, 0);
    setNumber(block, 116, 8, 0);
    setNumber(block, 136, 12, NPM_TIME);
    block.fill(0, 265, 329);
    const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
    setNumber(block, 148, 8, sum);
    at += Math.ceil(size / 512) * 512;
  }
  const tarball = zlib.gzipSync(tar, { level: 9 });
  tarball[9] = 255; // npm leaves the operating system unsaid
  return { tarball, manifest };
}
