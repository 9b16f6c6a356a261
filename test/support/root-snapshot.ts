import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { readAixMachine } from "../../scripts/aix-root.ts";
import { isTemporaryName } from "../../src/system/temporary-name.ts";

/** What a root looks like: one line of kind, mode, owner and content for each path that counts. */
export type RootSnapshot = ReadonlyMap<string, string>;

/** Logs, and what is not part of the machine's disk. */
const LEFT_OUT =
  /^\/(?:proc|dev|var\/log|var\/adm|opt\/freeware\/var\/lib\/cloud\/instances\/[^/]+\/ledger\.jsonl)(?:\/|$)/u;
/** There, with mode and owner; what they hold are times, process ids, caches, random keys and node ids, or traces of user code. */
const CONTENT_LEFT_OUT =
  /^\/(?:run\/cloud-init\/|etc\/ssh\/ssh_host_|etc\/utmp$|(?:etc|var\/ct\/cfg)\/ct_node_id$|var\/trace\/|opt\/freeware\/var\/lib\/cloud\/(?:data\/(?:status|result)\.json$|(?:instances\/[^/]+\/)?sem\/|instances\/[^/]+\/boot-finished$))/u;

/** Takes the snapshot. The machine (ODM, kernel, host name) is in it as "machine.…". */
export function snapshotRoot(root: string): RootSnapshot {
  const snapshot = new Map<string, string>();
  addDirectory(root, "", snapshot);
  addMachine(root, snapshot);
  return snapshot;
}

/** Files of ours that never got their name. */
export function findTemporaryFiles(snapshot: RootSnapshot): readonly string[] {
  return [...snapshot.keys()].filter((name) => isTemporaryName(path.basename(name)));
}

/** In what `actual` differs from all of `accepted`, by path. */
export function compareSnapshots(
  actual: RootSnapshot,
  accepted: readonly RootSnapshot[],
): readonly string[] {
  const names = new Set<string>();
  for (const snapshot of [actual, ...accepted]) {
    for (const name of snapshot.keys()) {
      names.add(name);
    }
  }
  return [...names].sort().flatMap((name) => {
    const wanted = accepted.map((snapshot) => snapshot.get(name) ?? "not there");
    const found = actual.get(name) ?? "not there";
    return wanted.includes(found)
      ? []
      : [`${name}: expected ${[...new Set(wanted)].join(" or ")}, found ${found}`];
  });
}

function addDirectory(root: string, directory: string, snapshot: Map<string, string>): void {
  for (const entry of fs.readdirSync(root + directory, { withFileTypes: true })) {
    const name = `${directory}/${entry.name}`;
    if (LEFT_OUT.test(name)) {
      continue;
    }
    snapshot.set(name, describe(root, name));
    if (entry.isDirectory()) {
      addDirectory(root, name, snapshot);
    }
  }
}

function describe(root: string, name: string): string {
  const stat = fs.lstatSync(root + name);
  const head = `${stat.mode.toString(8)} ${stat.uid}:${stat.gid}`;
  if (stat.isSymbolicLink()) {
    return `${head} -> ${fs.readlinkSync(root + name)}`;
  }
  return stat.isFile() && !CONTENT_LEFT_OUT.test(name)
    ? `${head} ${contentText(root + name, stat.size)}`
    : head;
}

const SHOWN_BYTES_MAX = 4_096;

function contentText(file: string, sizeBytes: number): string {
  if (sizeBytes > SHOWN_BYTES_MAX) {
    // Programs are the image's; nothing here changes them.
    return sizeBytes > 1024 ** 2
      ? `${sizeBytes} bytes`
      : createHash("sha256").update(fs.readFileSync(file)).digest("hex");
  }
  const text = fs.readFileSync(file, "latin1");
  return JSON.stringify(text.replace(/(lastupdate = )\d+/gu, "$1N"));
}

/** The machine in pieces: what it was told at any time, not when and by which process. */
function addMachine(root: string, snapshot: Map<string, string>): void {
  const machine = readAixMachine(root);
  const pieces = {
    hostname: machine.hostname,
    nodeName: machine.nodeName,
    devices: machine.devices,
    attributes: machine.attributes,
    undiscovered: machine.undiscovered,
    interfaces: machine.interfaces,
    routes: machine.routes,
    nvram: machine.nvram,
    configuredFor: machine.configuredFor,
    subsystems: machine.subsystems.map(({ name, state }) => `${name} ${state}`),
    mounts: machine.mounts.map(({ device, directory }) => `${device} ${directory}`),
  };
  for (const [name, value] of Object.entries(pieces)) {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        snapshot.set(`machine.${name}[${index}]`, JSON.stringify(item));
      }
    } else {
      snapshot.set(`machine.${name}`, JSON.stringify(value));
    }
  }
}
