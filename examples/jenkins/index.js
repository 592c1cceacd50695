/** Splits `items` into lists of at most `size`. */
export function chunk(items, size) {
  if (!(size >= 1)) throw new RangeError("size must be at least 1");
  const chunks = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
