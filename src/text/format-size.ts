const UNITS = ["KiB", "MiB", "GiB", "TiB"];
const STEP = 1024;

/** A size as a person reads it: "1 byte", "34 bytes", "416 KiB", "1.5 MiB". */
export function formatSize(sizeBytes: number): string {
  if (sizeBytes < STEP) {
    return sizeBytes === 1 ? "1 byte" : `${sizeBytes} bytes`;
  }
  let value = sizeBytes / STEP;
  let unit = 0;
  while (value >= STEP && unit < UNITS.length - 1) {
    value /= STEP;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1).replace(/\.0$/u, "") : Math.round(value)} ${UNITS[unit] ?? ""}`;
}
