import type { FileSystem } from "../../system/system.ts";
import { type FileSystemStanza, readStanzas } from "./file-system-stanzas.ts";
import { findVolumeOfDevice, missingMembers } from "./lvm.ts";
import type { AixMachine } from "./machine.ts";
import { mountVolume } from "./mount-table.ts";

/** What the kernel has mounted before any stanza is read. */
export const SYSTEM_DIRECTORIES: ReadonlySet<string> = new Set([
  "/",
  "/usr",
  "/var",
  "/tmp",
  "/home",
  "/proc",
  "/opt",
]);

/** What a mount works on. */
export interface MountContext {
  readonly machine: AixMachine;
  readonly fs: FileSystem;
  readonly nowMs: number;
}

/** A jfs2 or NFS mount, checked by nobody yet. */
export interface MountRequest {
  readonly device: string;
  readonly directory: string;
  readonly vfs: string;
  readonly options: string;
  readonly node?: string;
}

/** Mounts a jfs2 volume or an NFS directory. Returns the message of a failure. The wordings are [U]. */
export function mountRequest(ctx: MountContext, request: MountRequest): string | undefined {
  const { machine, fs } = ctx;
  const { device, directory, vfs, node } = request;
  const refuse = (reason: string): string =>
    `mount: 0506-324 Cannot mount ${node === undefined ? device : `${node}:${device}`} on ${directory}: ${reason}`;
  if (!directory.startsWith("/") || fs.stat(directory)?.kind !== "directory") {
    return refuse("A file or directory in the path name does not exist.");
  }
  const isMounted = machine.mounts.some(
    (known) =>
      known.directory === directory ||
      (known.node === undefined && node === undefined && known.device === device),
  );
  if (isMounted) {
    return refuse("The requested resource is busy.");
  }
  if (node !== undefined) {
    if (machine.faults.unreachableServers.includes(node)) {
      return refuse("The remote host is not responding.");
    }
    mountVolume(machine, fs, { ...request, vfs: "nfs3", mountedAtMs: ctx.nowMs });
    return undefined;
  }
  const found = findVolumeOfDevice(machine, device);
  if (found === undefined || found.group.state !== "active") {
    return refuse("There is no such device or address.");
  }
  if (found.volume.fileSystem === undefined || vfs !== "jfs2") {
    return refuse("The media is not formatted or the format is not correct.");
  }
  const missing = missingMembers(machine, found.group);
  if (missing.some((pvid) => found.volume.extents[pvid] !== undefined)) {
    return refuse("There is an input or output error.");
  }
  const { log } = found.volume.fileSystem;
  const options = `${request.options === "" ? "rw" : request.options},log=${log}`;
  mountVolume(machine, fs, { ...request, options, mountedAtMs: ctx.nowMs });
  return undefined;
}

/** Mounts what a stanza says. */
export function mountStanza(ctx: MountContext, stanza: FileSystemStanza): string | undefined {
  const { dev = "", vfs = "", options = "", nodename } = stanza.values;
  return mountRequest(ctx, {
    device: dev,
    directory: stanza.mountPoint,
    vfs,
    options,
    ...(nodename === undefined ? {} : { node: nodename }),
  });
}

/** `mount all`: stanzas with mount=true, in order. Returns the complaints, also about what is mounted already. */
export function mountAll(ctx: MountContext): string[] {
  return readStanzas(ctx.fs)
    .filter(({ values }) => values["mount"] === "true")
    .flatMap((stanza) => mountStanza(ctx, stanza) ?? []);
}
