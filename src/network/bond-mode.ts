/** Linux's names for its bonding modes, by number (Documentation/networking/bonding). */
export const BOND_MODES: readonly string[] = [
  "balance-rr",
  "active-backup",
  "balance-xor",
  "broadcast",
  "802.3ad",
  "balance-tlb",
  "balance-alb",
];

/** The name of a bonding mode that is given by name, by number, or not at all. */
export function bondModeName(mode: string | undefined): string {
  const byNumber = /^[0-6]$/u.test(mode ?? "") ? BOND_MODES[Number(mode)] : undefined;
  return byNumber ?? (mode === undefined || mode === "" ? "balance-rr" : mode);
}
