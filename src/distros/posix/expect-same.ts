/** Throws "WHAT: FOUND instead of WANTED" where the two are not the same. */
export function expectSame<T>(what: string, found: T, wanted: T): void {
  if (found !== wanted) {
    throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
  }
}
