const DISK_COUNT_MAX = 64;
const TEXT_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Disks beside that of the system which a configuration names, so that the machine of a plan has
 * them: "hdisk1" on AIX, "sdb" elsewhere. Found in the text as it is written; compressed or encoded
 * text is not looked into.
 */
export function findPlanDisks(distro: string, texts: readonly Uint8Array[]): readonly string[] {
  const pattern =
    distro === "aix"
      ? /\b(hdisk\d{1,4})\b/gu
      : /\/dev\/(sd[a-z]|vd[a-z]|xvd[a-z]|nvme\d{1,2}n\d{1,2})(?=\b|\d|p\d)/gu;
  const system = distro === "aix" ? "hdisk0" : "sda";
  const names = new Set<string>();
  for (const bytes of texts) {
    const text = new TextDecoder().decode(bytes.subarray(0, TEXT_BYTES_MAX));
    for (const [, name = ""] of text.matchAll(pattern)) {
      if (name !== system && names.size < DISK_COUNT_MAX) {
        names.add(name);
      }
    }
  }
  return [...names].sort();
}

/** For the title of the machine: what was assumed. "" where there are none. */
export function describePlanDisks(disks: readonly string[]): string {
  return disks.length === 0 ? "" : `, with empty disks of 100 GB: ${disks.join(", ")}`;
}

/** In megabytes. */
export const PLAN_DISK_MB = 102_400;
