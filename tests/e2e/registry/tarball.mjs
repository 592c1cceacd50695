// A tarball in npm's layout, from texts: same input, same bytes.
import { gzipSync } from 'node:zlib'

// npm's own fixed time, 1985-10-26.
const MTIME = 499162500

/** Packs `files` (path → text) below `package/`. */
export function tarballOf(files) {
  const blocks = Object.entries(files).flatMap(([path, text]) => {
    const data = Buffer.from(text)
    return [header(`package/${path}`, data.length), data, Buffer.alloc((512 - (data.length % 512)) % 512)]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

function header(path, size) {
  const block = Buffer.alloc(512)
  const octal = (value, length) => value.toString(8).padStart(length - 1, '0')
  block.write(path, 0, 100)
  block.write(octal(0o644, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(size, 12), 124)
  block.write(octal(MTIME, 12), 136)
  block.write('        ', 148)
  block.write('0', 156)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 7)}\0 `, 148)
  return block
}
