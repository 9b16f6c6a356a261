const UNITS = "KMGTPE";
const STEP = 1_024;

/** As util-linux prints sizes: "4G", "1.5G", "512M", "0B". */
export function formatSize(bytes: number): string {
  let unit = -1;
  let divisor = 1;
  while (bytes / divisor >= STEP && unit < UNITS.length - 1) {
    divisor *= STEP;
    unit += 1;
  }
  const tenths = Math.round((bytes / divisor) * 10);
  const text = tenths % 10 === 0 ? String(tenths / 10) : (tenths / 10).toFixed(1);
  return `${text}${unit === -1 ? "B" : UNITS.charAt(unit)}`;
}

/** "512M", "1MiB", "2GB", "4096": bytes; undefined for what is none. util-linux, strutils: "KB" counts by 1000, "K" and "KiB" by 1024. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+)\s*([KMGTPE])?(iB|B)?$/iu.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  const [, digits = "", unit = "", suffix] = match;
  const power = unit === "" ? 0 : UNITS.indexOf(unit.toUpperCase()) + 1;
  return Number(digits) * (suffix?.toUpperCase() === "B" ? 1_000 : STEP) ** power;
}
