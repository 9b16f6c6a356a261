import { posix } from "node:path";
import { exists, isDirectory, isFile } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import type { InstallItem } from "./install-item.ts";
import { renderSystemdUnits } from "./systemd-units.ts";
import { sysvinitItems } from "./sysvinit-items.ts";

/** What starts the services of a Linux. */
export type LinuxInit = "systemd" | "sysvinit" | "none";

/** The program, and what runs it at boot: units where systemd is there, scripts where sysvinit is, with the paths of compat core.md §1.3. */
export function linuxItems(fs: FileSystem, root: string): readonly InstallItem[] {
  const boot = {
    systemd: () => unitItems(fs, root),
    sysvinit: () => sysvinitItems(fs, root, AGENT),
    none: () => [],
  };
  return [
    { kind: "program", path: AGENT },
    { kind: "link", path: `${AGENT}-per`, target: "cloud-init" },
    { kind: "link", path: "/usr/bin/cloud-id", target: "cloud-init" },
    ...boot[findLinuxInit(fs, root)](),
  ];
}

/**
 * Looks at what is installed. Packages put units into systemd's directory on machines that do not
 * have it, so that /sbin/init and inittab(5), which systemd does not read, are asked first.
 */
export function findLinuxInit(fs: FileSystem, root: string): LinuxInit {
  const at = (path: string): string => posix.join(root, path);
  if (INIT_LINKS.some((path) => fs.readLink(at(path))?.includes("systemd") === true)) {
    return "systemd";
  }
  const hasScripts = SCRIPT_DIRS.some((dir) => isDirectory(fs, at(dir)));
  if (hasScripts && isFile(fs, at("/etc/inittab")) && !exists(fs, at(OPENRC_DIR))) {
    return "sysvinit";
  }
  if (SYSTEMD_DIRS.some((dir) => isDirectory(fs, at(dir)))) {
    return "systemd";
  }
  return hasScripts && !exists(fs, at(OPENRC_DIR)) ? "sysvinit" : "none";
}

const AGENT = "/usr/bin/cloud-init";
const INIT_LINKS = ["/sbin/init", "/usr/sbin/init"];
const SCRIPT_DIRS = ["/etc/init.d", "/etc/rc.d/init.d"];
/** OpenRC has scripts in /etc/init.d too, for a shell of its own. */
const OPENRC_DIR = "/etc/runlevels";
/** Where systemd's own units are: usrmerge or not. */
const SYSTEMD_DIRS = ["/usr/lib/systemd/system", "/lib/systemd/system"];
/** The administrator's: a package's units under /usr/lib stay as they are, and these win. */
const UNIT_DIR = "/etc/systemd/system";

/** Units of a distribution's cloud-init that ours have no namesake of. They run stages of its own, by options that this program does not have. */
const FOREIGN_UNITS: readonly string[] = [
  "cloud-init-hotplugd.service",
  "cloud-init-hotplugd.socket",
  "cloud-init-main.service",
  "cloud-init-network.service",
];

function unitItems(fs: FileSystem, root: string): readonly InstallItem[] {
  // A link to /dev/null is how systemd.unit(5) says that a unit must not start.
  const masks = FOREIGN_UNITS.filter((name) =>
    SYSTEMD_DIRS.some((dir) => exists(fs, posix.join(root, dir, name))),
  ).map((name): InstallItem => ({
    kind: "link",
    path: `${UNIT_DIR}/${name}`,
    target: "/dev/null",
  }));
  return ownUnitItems().concat(masks);
}

function ownUnitItems(): readonly InstallItem[] {
  return renderSystemdUnits(AGENT).flatMap((unit): readonly InstallItem[] => {
    const path = `${UNIT_DIR}/${unit.name}`;
    return [
      { kind: "file", path, content: unit.content, mode: 0o644, isUsers: false },
      { kind: "link", path: `${UNIT_DIR}/${unit.wantedBy}.wants/${unit.name}`, target: path },
    ];
  });
}
