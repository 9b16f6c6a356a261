import { posix } from "node:path";
import { isDirectory } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import type { InstallItem } from "./install-item.ts";
import { renderSystemdUnits } from "./systemd-units.ts";

/** The program, and systemd units where systemd is there, with the paths of compat core.md §1.3. */
export function linuxItems(fs: FileSystem, root: string): readonly InstallItem[] {
  const hasSystemd = SYSTEMD_DIRS.some((dir) => isDirectory(fs, posix.join(root, dir)));
  return [
    { kind: "program", path: AGENT },
    { kind: "link", path: `${AGENT}-per`, target: "cloud-init" },
    { kind: "link", path: "/usr/bin/cloud-id", target: "cloud-init" },
    ...(hasSystemd ? unitItems() : []),
  ];
}

const AGENT = "/usr/bin/cloud-init";
/** Where systemd's own units are: usrmerge or not. */
const SYSTEMD_DIRS = ["/usr/lib/systemd/system", "/lib/systemd/system"];
/** The administrator's: a package's units under /usr/lib stay as they are, and these win. */
const UNIT_DIR = "/etc/systemd/system";

function unitItems(): readonly InstallItem[] {
  return renderSystemdUnits(AGENT).flatMap((unit): readonly InstallItem[] => {
    const path = `${UNIT_DIR}/${unit.name}`;
    return [
      { kind: "file", path, content: unit.content, mode: 0o644, isUsers: false },
      { kind: "link", path: `${UNIT_DIR}/${unit.wantedBy}.wants/${unit.name}`, target: path },
    ];
  });
}
