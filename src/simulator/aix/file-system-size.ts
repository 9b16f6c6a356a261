import { BLOCKS_PER_MB } from "./lvm.ts";

/** A size as crfs and chfs take it. */
export interface SizeChange {
  readonly sign: "" | "+" | "-";
  readonly blocks: number;
}

/** "1024" (512-byte blocks), "100M", "2G", each perhaps with a sign; undefined for other texts. */
export function parseSize(text: string): SizeChange | undefined {
  const [, sign, digits, unit] = /^([+-]?)(\d{1,12})([KMGkmg]?)$/u.exec(text) ?? [];
  if (digits === undefined || (sign !== "" && sign !== "+" && sign !== "-")) {
    return undefined;
  }
  const perUnit: Record<string, number> = {
    "": 1,
    K: 2,
    M: BLOCKS_PER_MB,
    G: BLOCKS_PER_MB * 1_024,
  };
  return { sign, blocks: Number(digits) * (perUnit[(unit ?? "").toUpperCase()] ?? 1) };
}
