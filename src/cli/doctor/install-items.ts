import { aixItems } from "../install/aix-items.ts";
import { configItems } from "../install/config-items.ts";
import type { InstallItem } from "../install/install-item.ts";
import { linuxItems } from "../install/linux-items.ts";
import type { Patient } from "./patient.ts";

/** What `install` would see to on this machine. */
export function findInstallItems({ sys, distro, paths }: Patient): readonly InstallItem[] {
  const isAix = distro.family === "aix";
  const own = isAix ? aixItems() : linuxItems(sys.fs, "/");
  return [...own, ...configItems(paths, isAix ? "aix" : "linux")];
}
