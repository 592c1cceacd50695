// What makes a tarball the same on every build machine, whichever package manager made it.

// 1985-10-26T08:15:00Z, the time that npm gives every file.
const NPM_TIME = 499162500;

// Writes a number into the digits that are there, so that the header keeps the form that its maker gave it.
function setNumber(block, from, length, value) {
  const digits = /[0-7]+/.exec(block.subarray(from, from + length).toString('latin1'));
  if (digits) block.write(value.toString(8).padStart(digits[0].length, '0'), from + digits.index, 'latin1');
}

// The same files without what the build machine adds: clock, umask, owner and the compressor. For npm that
// gives the bytes that `npm pack` itself makes on a usual machine.
function settle(compressed) {
  const { tar, headers } = openTarball(compressed);
  const out = Buffer.from(tar);
  for (const at of headers) {
    const block = out.subarray(at, at + BLOCK);
    setNumber(block, 100, 8, numberField(block, 100, 8) & 0o111 ? 0o755 : 0o644);
    setNumber(block, 108, 8, 0);
    setNumber(block, 116, 8, 0);
    setNumber(block, 136, 12, NPM_TIME);
    block.fill(0, 265, 329);
    block.fill(32, 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    tar.copy(block, 148, at + 148, at + 156);
    setNumber(block, 148, 8, sum);
  }
  const packed = zlib.gzipSync(out, { level: 9 });
  packed[9] = 255; // npm leaves the operating system unsaid
  return packed;
}
