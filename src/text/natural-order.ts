const PIECES = /\d+|\D+/gu;

/**
 * The order of names with numbers in them, for `sort`: "eth2" before "eth10". Numbers go by value,
 * all else by code units. `Intl` does so too, but its rules take longer to load than a boot to sort.
 */
export function compareNatural(left: string, right: string): number {
  const [a, b] = [left.match(PIECES) ?? [], right.match(PIECES) ?? []];
  for (const [index, piece] of a.entries()) {
    const other = b[index];
    if (other === undefined) {
      return 1;
    }
    const order = comparePieces(piece, other);
    if (order !== 0) {
      return order;
    }
  }
  // "eth01" and "eth1" are two names: which comes first must not depend on where they stood.
  return a.length - b.length || comparePlain(left, right);
}

function comparePieces(a: string, b: string): number {
  const isNumber = /^\d/u;
  if (!isNumber.test(a) || !isNumber.test(b)) {
    return comparePlain(a, b);
  }
  const [left, right] = [a.replace(/^0+/u, ""), b.replace(/^0+/u, "")];
  return left.length - right.length || comparePlain(left, right);
}

function comparePlain(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
