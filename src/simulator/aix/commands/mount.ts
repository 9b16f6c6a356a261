import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { readStanzas } from "../file-system-stanzas.ts";
import { type Flags, parseFlags, usageError } from "../flags.ts";
import { type AixMachine, findDevice, type Mount } from "../machine.ts";
import { mountAll, mountRequest, mountStanza } from "../mount-stanza.ts";
import { mountTree } from "../mount-table.ts";

const USAGE =
  "mount [-f] [-n Node] [-o Options] [-p] [-r] [-v VfsName] [-t Type | [Device | Node:Directory] Directory | all | -a] [-V [generic_options] special_mount_points]";
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Lists what is mounted, or mounts a disc: cdrfs, read-only, over an existing absolute directory. */
export const mount: SimulatedCommand = {
  path: "/usr/sbin/mount",
  isChange: (args) => args.length > 0,
  run(ctx, args) {
    if (args.length === 0) {
      return done(list(ctx.machine));
    }
    const flags = parseFlags(args, "fn:o:prv:t:V:a");
    if (typeof flags === "string") {
      return usageError("mount", flags, USAGE, 1);
    }
    const [device, directory, ...rest] = flags.operands;
    const vfs = flags.value("v") ?? flags.value("V");
    const isAll = flags.has("a") || device === "all";
    if (isAll && directory === undefined) {
      return toOutcome(mountAll(ctx));
    }
    if (vfs !== "cdrfs" && device !== undefined && rest.length === 0) {
      return mountFileSystem(ctx, device, directory, flags);
    }
    if (device === undefined || directory === undefined || rest.length > 0 || vfs !== "cdrfs") {
      return usageError("mount", "", USAGE, 1);
    }
    const options = flags.values("o").flatMap((text) => text.split(","));
    const isReadOnly = options.includes("ro") || flags.has("r");
    return mountDisc(ctx, device, directory, isReadOnly);
  },
};

/** By the stanza of a directory or device, or with everything on the command line; NFS as NODE:DIR or with -n. */
function mountFileSystem(
  ctx: CommandContext,
  device: string,
  directory: string | undefined,
  flags: Flags,
): CommandOutcome {
  if (directory === undefined) {
    const stanza = readStanzas(ctx.fs).find(
      ({ mountPoint, values }) => mountPoint === device || values["dev"] === device,
    );
    return stanza === undefined
      ? failed(1, `mount: 0506-334 ${device} is not a known file system.`)
      : toOutcome([mountStanza(ctx, stanza) ?? []].flat());
  }
  const [, host, path = device] = /^([^/:]+):(\/.*)$/u.exec(device) ?? [];
  const node = flags.value("n") ?? host;
  const options = flags
    .values("o")
    .concat(flags.has("r") ? ["ro"] : [])
    .join(",");
  const vfs = flags.value("v") ?? flags.value("V") ?? (node === undefined ? "jfs2" : "nfs");
  if (!["jfs2", "nfs", "nfs3", "nfs4"].includes(vfs)) {
    return usageError("mount", "", USAGE, 1);
  }
  const complaint = mountRequest(ctx, {
    device: path,
    directory,
    vfs,
    options,
    ...(node === undefined ? {} : { node }),
  });
  return toOutcome(complaint === undefined ? [] : [complaint]);
}

function toOutcome(complaints: readonly string[]): CommandOutcome {
  return complaints.length === 0 ? done() : failed(1, complaints.join("\n"));
}

function mountDisc(
  ctx: CommandContext,
  device: string,
  directory: string,
  isReadOnly: boolean,
): CommandOutcome {
  const { machine, fs } = ctx;
  const refuse = (reason: string): CommandOutcome =>
    failed(1, `mount: 0506-324 Cannot mount ${device} on ${directory}: ${reason}`);
  const name = /^\/dev\/(cd\d+)$/u.exec(device)?.[1] ?? "";
  if (!isReadOnly) {
    return refuse("Read-only file system");
  }
  if (!directory.startsWith("/") || fs.stat(directory)?.kind !== "directory") {
    return refuse("A file or directory in the path name does not exist.");
  }
  if (findDevice(machine, name)?.status !== "Available") {
    return refuse("No such device");
  }
  if (machine.mounts.some((known) => known.device === device || known.directory === directory)) {
    return refuse("The requested resource is busy.");
  }
  const disc = ctx.openDisc(name);
  if (disc === undefined || ctx.readDisc === undefined) {
    return refuse("The device is not ready for operation.");
  }
  try {
    mountTree(machine, fs, ctx.readDisc(disc), {
      device,
      directory,
      vfs: "cdrfs",
      options: "ro",
      mountedAtMs: ctx.nowMs,
    });
  } catch {
    // Whatever the reader says of a damaged disc, AIX has one sentence for it.
    return refuse("The media is not formatted or the format is not correct.");
  } finally {
    disc.close();
  }
  return done();
}

function list(machine: AixMachine): string {
  const header =
    "  node       mounted        mounted over    vfs       date        options      \n" +
    "-------- ---------------  ---------------  ------ ------------ --------------- \n";
  return header + machine.mounts.map(row).join("");
}

function row({ node, device, directory, vfs, options, mountedAtMs }: Mount): string {
  const date = new Date(mountedAtMs);
  const when = `${MONTHS[date.getUTCMonth()] ?? ""} ${String(date.getUTCDate()).padStart(2, "0")} ${date.toISOString().slice(11, 16)}`;
  return `${(node ?? "").padEnd(8)} ${device.padEnd(16)} ${directory.padEnd(16)} ${vfs.padEnd(6)} ${when} ${options.padEnd(15)}\n`;
}
