const METRES = { m: 1, km: 1000, mi: 1609.344 };

/** A length in metres; `unit` is `m`, `km` or `mi`. */
export function metres(amount, unit) {
  if (!Object.hasOwn(METRES, unit)) throw new RangeError(`unknown unit ${unit}`);
  return amount * METRES[unit];
}
