// What others need comes first, else by name. A circle is cut at its first name, so the order is settled.
function inOrder(items) {
  const names = new Set(items.map(({ name }) => name));
  const needed = ({ name, manifest }) =>
    Object.keys(dependencies(manifest)).filter((one) => names.has(one) && one !== name);
  const left = items.map((item) => ({ ...item, needs: needed(item).sort() }));
  left.sort((a, b) => (a.name < b.name ? -1 : 1));
  const result = [];
  while (left.length > 0) {
    const waits = ({ needs }) => needs.some((one) => left.some(({ name }) => name === one));
    const ready = left.findIndex((item) => !waits(item));
    result.push(...left.splice(Math.max(ready, 0), 1));
  }
  return result;
}
