import { createHash } from "node:crypto";
import type { Change } from "../../src/system/change.ts";
import { formatCommandLine } from "../../src/text/command-line.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type { FileSystem } from "../../src/system/system.ts";
import { CLOUD_DIR } from "./sample-machine.ts";

/** Paths of the agent's own: where it keeps its state and its logs. */
export function isAgentsOwn(path: string): boolean {
  return (
    path === CLOUD_DIR ||
    [`${CLOUD_DIR}/`, "/run/cloud-init", "/var/log/cloud-init"].some((prefix) =>
      path.startsWith(prefix),
    )
  );
}

/** One change as a line: "command /usr/sbin/chdev …", "write /etc/motd 0644 root:system 12 bytes". */
export function formatChange(change: Change): string {
  switch (change.kind) {
    case "command":
      return `command ${formatCommandLine(change.argv)}${change.hasStdin ? " (with input)" : ""}`;
    case "request":
      return `request ${change.method} ${change.url}`;
    case "symlink":
      return `symlink ${change.path} → ${change.target}`;
    case "remove":
      return `remove ${change.path}`;
    default: {
      const mode = change.mode === undefined ? [] : [change.mode.toString(8).padStart(4, "0")];
      const owner = change.owner === undefined ? [] : [change.owner];
      const size = "content" in change ? [`${change.content.length} bytes`] : [];
      return [change.kind, change.path, ...mode, ...owner, ...size].join(" ");
    }
  }
}

/** What was done to the machine itself: without the agent's own files, and without looking at discs. */
export function machineChanges(aix: SimulatedAix, mark = 0): readonly string[] {
  return aix.changes.slice(mark).filter(isOnMachine).map(formatChange);
}

/** Whether a change is one to the machine itself. */
export function isOnMachine(change: Change): boolean {
  if (change.kind === "command") {
    const [program = "", ...args] = change.argv;
    return !/\/u?mount$/u.test(program) || !args.some((arg) => arg.startsWith("/run/cloud-init/"));
  }
  // Entropy is only ever added: no machine is another one for it.
  return !("path" in change) || !(isAgentsOwn(change.path) || change.path === "/dev/urandom");
}

/** Everything about a machine that a user could notice later: files, device database, kernel. */
export interface MachineState {
  /** "path mode uid:gid digest" */
  readonly files: readonly string[];
  readonly attributes: readonly string[];
  readonly interfaces: unknown;
  readonly routes: readonly string[];
  readonly names: unknown;
  readonly mounts: readonly string[];
}

/**
 * The state of a machine without what differs from boot to boot: times, process ids, logs, what
 * cloud_dir remembers of the boot before.
 */
export function machineState(aix: SimulatedAix): MachineState {
  const { machine } = aix;
  return {
    files: listFiles(aix.system.fs, "/"),
    attributes: machine.attributes
      .map(({ device, attribute, value }) => `${device} ${attribute} ${value}`)
      .sort(),
    interfaces: [...machine.interfaces].sort((a, b) => (a.name < b.name ? -1 : 1)),
    routes: machine.routes.map((route) => JSON.stringify(route)).sort(),
    names: { hostname: machine.hostname, nodeName: machine.nodeName },
    mounts: machine.mounts.map(({ directory }) => directory).sort(),
  };
}

/** Differs from boot to boot, or counts what happened. */
const VOLATILE: readonly RegExp[] = [
  /^\/run\/cloud-init(?:\/|$)/u,
  /^\/var\/log\/cloud-init/u,
  /\/data\/(?:status|result)\.json$/u,
  /\/data\/previous-(?:instance-id|datasource)$/u,
  /\/ledger\.jsonl$/u,
];

/** Its presence counts, what it says does not: a time, a random key, the node id that each reset of RMC makes. */
const TIMED = /\/(?:sem\/[^/]+|boot-finished|ssh_host_[^/]+|ct_node_id)$/u;

function listFiles(fs: FileSystem, directory: string): string[] {
  return fs.list(directory).flatMap((name) => {
    const path = `${directory === "/" ? "" : directory}/${name}`;
    const stat = fs.stat(path);
    if (stat === undefined || stat.kind === "device" || VOLATILE.some((word) => word.test(path))) {
      return [];
    }
    const mode = stat.mode.toString(8).padStart(4, "0");
    const line = `${path} ${stat.kind} ${mode} ${stat.uid}:${stat.gid}`;
    switch (stat.kind) {
      case "directory":
        return [line].concat(listFiles(fs, path));
      case "symlink":
        return [`${path} → ${fs.readLink(path) ?? ""}`];
      default:
        return [TIMED.test(path) ? line : `${line} ${digest(fs.readBytes(path))}`];
    }
  });
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 12);
}
