import { formatRfc2822 } from "../text/rfc2822.ts";
import { VERSION } from "../version.ts";

/** Seconds with two decimals as the banners show them, "??" where nothing tells. */
export function formatUptime(seconds: number | undefined): string {
  return seconds === undefined ? "??" : seconds.toFixed(2);
}

/** The welcome line of a command; scripts find it with `grep ^Cloud` (compat core.md §3.1). */
export function welcomeLine(action: string, at: Date, uptimeSeconds: number | undefined): string {
  return `Cloud-init v. ${VERSION} running '${action}' at ${formatRfc2822(at)}. Up ${formatUptime(uptimeSeconds)} seconds.`;
}
