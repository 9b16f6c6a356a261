import type { Platform } from "../../config/builtin-config.ts";
import type { InstallItem } from "./install-item.ts";

/** The manual page. On AIX it is beside those of the AIX Toolbox, which MANPATH has to name. */
export function manualItem(platform: Platform, content: string): InstallItem {
  const directory = platform === "aix" ? "/opt/freeware/share/man" : "/usr/share/man";
  const path = `${directory}/man1/cloud-init.1`;
  return { kind: "file", path, content, mode: 0o644, isUsers: false };
}
