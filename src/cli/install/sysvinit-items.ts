import { posix } from "node:path";
import { isDirectory } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import type { InstallItem } from "./install-item.ts";
import { RC_SCRIPTS, renderRcScript } from "./rc-scripts.ts";

/**
 * Boot scripts for a Linux without systemd, and their links in rcN.d: Debian's layout
 * (/etc/init.d, /etc/rcS.d) or Red Hat's (/etc/rc.d/init.d). The headers are those of the Linux
 * Standard Base, so that update-rc.d, insserv or chkconfig can order the links anew.
 */
export function sysvinitItems(fs: FileSystem, root: string, agent: string): readonly InstallItem[] {
  const at = (path: string): string => posix.join(root, path);
  const scriptDir = isDirectory(fs, at("/etc/init.d")) ? "/etc/init.d" : "/etc/rc.d/init.d";
  const isRedHat = isDirectory(fs, at("/etc/rc.d/rc3.d"));
  const levelDir = (level: string): string =>
    isRedHat ? `/etc/rc.d/rc${level}.d` : `/etc/rc${level}.d`;
  const hasStartLevel = isDirectory(fs, at(levelDir("S")));
  const early = hasStartLevel ? ["S"] : LEVELS;
  const network = findNetworkNumber(fs, at(levelDir(early.at(-1) ?? "S")));
  const places = {
    "cloud-init-local": { levels: early, number: network },
    "cloud-init": { levels: early, number: network + 1 },
    "cloud-config": { levels: LEVELS, number: 98 },
    "cloud-final": { levels: LEVELS, number: 99 },
  } as const;
  const items = RC_SCRIPTS.flatMap((script): readonly InstallItem[] => {
    const path = `${scriptDir}/${script.name}`;
    const { levels, number } = places[script.name];
    const content = renderRcScript(script, {
      shell: "/bin/sh",
      agent,
      configFile: "/etc/cloud/cloud.cfg",
      settingsFiles: ["/etc/sysconfig/cloud-init", "/etc/default/cloud-init"],
      environment: { path: "/usr/sbin:/usr/bin:/sbin:/bin" },
      disabledFiles: ["/etc/cloud/cloud-init.disabled"],
      header: lsbHeader(script.name, levels),
    });
    const name = `S${String(number).padStart(2, "0")}${script.name}`;
    const links = levels.map((level): InstallItem => {
      const directory = levelDir(level);
      const target = posix.relative(directory, path);
      return { kind: "link", path: `${directory}/${name}`, target };
    });
    const items: InstallItem[] = [{ kind: "file", path, content, mode: 0o755, isUsers: false }];
    return items.concat(links);
  });
  const wanted = new Set(items.map(({ path }) => path));
  const others = ["S", ...LEVELS]
    .flatMap((level) => findStartLinks(fs, root, levelDir(level)))
    .filter((path) => !wanted.has(path));
  return items.concat(others.map((path) => ({ kind: "no-link", path })));
}

/** A distribution's own cloud-init has links of other numbers to scripts of the same names. */
function findStartLinks(fs: FileSystem, root: string, directory: string): readonly string[] {
  const place = posix.join(root, directory);
  return (isDirectory(fs, place) ? fs.list(place) : [])
    .filter((name) => RC_SCRIPTS.some((script) => name.replace(/^S\d\d/u, "") === script.name))
    .filter((name) => fs.readLink(`${place}/${name}`) !== undefined)
    .map((name) => `${directory}/${name}`);
}

const LEVELS: readonly string[] = ["2", "3", "4", "5"];
const NETWORK_NUMBER_DEFAULT = 10;
/** Leaves room for the stage after the network, before the last two. */
const NUMBER_MAX = 96;

/** Of the network's script: with the same number, "cloud-init-local" sorts right before it. */
function findNetworkNumber(fs: FileSystem, directory: string): number {
  if (!isDirectory(fs, directory)) {
    return NETWORK_NUMBER_DEFAULT;
  }
  const number = fs
    .list(directory)
    .map((name) => /^S(\d\d)(?:network|networking|ifupdown)$/u.exec(name)?.[1])
    .find((found) => found !== undefined);
  return number === undefined ? NETWORK_NUMBER_DEFAULT : Math.min(Number(number), NUMBER_MAX);
}

const FACTS = {
  "cloud-init-local": {
    start: "$local_fs",
    more: ["X-Start-Before: networking network"],
    what: "local stage: datasource on this machine, network",
  },
  "cloud-init": {
    start: "cloud-init-local $network",
    more: [],
    what: "network stage: datasource, init modules",
  },
  "cloud-config": {
    start: "cloud-init $network $remote_fs $syslog",
    more: [],
    what: "config stage",
  },
  "cloud-final": { start: "$all cloud-config", more: [], what: "final stage" },
} as const;

/** Comments by which insserv(8) and its like order scripts: LSB Core, "Comment Conventions for Init Scripts". */
function lsbHeader(name: keyof typeof FACTS, levels: readonly string[]): readonly string[] {
  const { start, more, what } = FACTS[name];
  return [
    "### BEGIN INIT INFO",
    `Provides: ${name}`,
    `Required-Start: ${start}`,
    "Required-Stop:",
    ...more,
    `Default-Start: ${levels.join(" ")}`,
    "Default-Stop:",
    `Short-Description: cloud-init, ${what}`,
    "### END INIT INFO",
  ];
}
