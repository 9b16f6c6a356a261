import { exists } from "../../system/files.ts";
import { formatSize } from "../../text/format-size.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { DiskGrowth, NamedDevice } from "../growth-adapter.ts";
import {
  findSystemProgram,
  partitionNumber,
  readBlockDevice,
  readMounted,
} from "./growth-devices.ts";

const DISABLED_PATH = "/etc/growroot-disabled";
const QUERY = { okExitCodes: "any", timeoutMs: 60_000 } as const;
const CHANGE_TIMEOUT_MS = 600_000;
const ROOT: NamedDevice = { name: "/", path: ["growpart", "devices"] };

/** growpart(1) for each partition that its disk has room for, asked with --dry-run before. */
export async function growPartitions(
  ctx: DistroContext,
  request: DiskGrowth,
): Promise<readonly Problem[]> {
  const { mode, devices = [ROOT] } = request;
  if (!request.ignoresGrowrootDisabled && exists(ctx.sys.fs, DISABLED_PATH)) {
    ctx.log.info(`No partition is grown: ${DISABLED_PATH} is there`);
    return [];
  }
  if (mode === "gpart") {
    const message =
      'Cannot grow partitions with gpart: that is a tool of FreeBSD. Use "mode: auto" or "mode: growpart"';
    return [{ message, path: ["growpart", "mode"] }];
  }
  const growpart = findSystemProgram(ctx.sys, "growpart");
  if (growpart === undefined) {
    const message =
      "No partition is grown: growpart is not installed (package cloud-guest-utils on Debian, cloud-utils-growpart on RHEL)";
    if (mode === "auto") {
      ctx.log.info(message);
      return [];
    }
    return [{ message, path: ["growpart", "mode"] }];
  }
  const problems: Problem[] = [];
  for (const device of devices) {
    const partition = await findPartition(ctx, device);
    if ("refusal" in partition) {
      problems.push({ message: partition.refusal, severity: "warning", path: device.path });
    } else if ("skipped" in partition) {
      ctx.log.info(`Partition of "${device.name}" is not grown: ${partition.skipped}`);
    } else {
      const message = await growPartition(ctx, growpart, partition);
      if (message !== undefined) {
        const problem: Problem = { message, path: device.path };
        // Nobody asked for it: the machine is as it was, and its boot is no failure.
        problems.push(mode === "auto" ? { ...problem, severity: "warning" } : problem);
      }
    }
  }
  return problems;
}

interface Partition {
  readonly path: string;
  readonly disk: string;
  readonly number: string;
  readonly sizeBytes: number;
}

/** The partition of a mount point or a device; or why there is none to grow, which need not be wrong. */
async function findPartition(
  { sys }: DistroContext,
  { name }: NamedDevice,
): Promise<Partition | { readonly skipped: string } | { readonly refusal: string }> {
  if (!name.startsWith("/")) {
    return {
      refusal: `Cannot grow "${name}": expected a mount point or a device, such as "/" or "/dev/sda1"; volume groups are named on AIX only`,
    };
  }
  let source = name;
  if (!name.startsWith("/dev/")) {
    const mounted = await readMounted(sys, name);
    if (typeof mounted === "string") {
      return { skipped: mounted };
    }
    if (!mounted.source.startsWith("/dev/")) {
      return { skipped: `its file system is "${mounted.source}" (${mounted.type}), on no disk` };
    }
    source = mounted.source;
  }
  const device = await readBlockDevice(sys, source);
  if (typeof device === "string") {
    return { skipped: device };
  }
  const { path, type, parent, sizeBytes } = device;
  if (type === "lvm" || type === "crypt" || type.startsWith("raid")) {
    return { skipped: `${path} is of type ${type}, and only partitions are grown` };
  }
  const number = parent === undefined ? undefined : partitionNumber(path, parent);
  return type !== "part" || parent === undefined || number === undefined
    ? { skipped: `${path} is no partition (type ${type})` }
    : { path, disk: parent, number, sizeBytes };
}

/** Undefined, or what went wrong. */
async function growPartition(
  ctx: DistroContext,
  growpart: string,
  partition: Partition,
): Promise<string | undefined> {
  const { path, disk, number, sizeBytes } = partition;
  const asked = await ctx.sys.exec.query([growpart, "--dry-run", disk, number], QUERY);
  // Exit code 1 is "no change"; others, and a 1 that does not say so, are failures.
  if (asked.exitCode === 1 && /^NOCHANGE\b/mu.test(`${asked.stdout}\n${asked.stderr}`)) {
    ctx.log.debug(`Partition ${path} takes all that there is: ${asked.stdout.trim()}`);
    return undefined;
  }
  if (asked.exitCode !== 0) {
    return tellFailure([growpart, "--dry-run", disk, number], path, asked);
  }
  const argv = [growpart, disk, number];
  let isPlanned = true;
  const grown = await ctx.sys.exec.run(argv, {
    okExitCodes: "any",
    timeoutMs: CHANGE_TIMEOUT_MS,
    verify: async () => {
      isPlanned = false;
      return undefined;
    },
  });
  if (grown.exitCode !== 0) {
    return tellFailure(argv, path, grown);
  }
  const now = isPlanned ? undefined : await readBlockDevice(ctx.sys, path);
  if (typeof now === "object" && now.sizeBytes <= sizeBytes) {
    return `Cannot grow partition ${path}: "${argv.join(" ")}" ended well, yet the kernel sees ${formatSize(now.sizeBytes)} as before. A restart makes it read the table again`;
  }
  ctx.log.info(
    typeof now === "object"
      ? `Partition ${path} has grown from ${formatSize(sizeBytes)} to ${formatSize(now.sizeBytes)}`
      : `Partition ${path} grows`,
  );
  return undefined;
}

function tellFailure(
  argv: readonly string[],
  path: string,
  result: { readonly exitCode: number; readonly stdout: string; readonly stderr: string },
): string {
  const said = (result.stderr.trim() === "" ? result.stdout : result.stderr)
    .trim()
    .replace(/\s+/gu, " ");
  return `Cannot grow partition ${path}: "${argv.join(" ")}" ended with exit code ${result.exitCode}${said === "" ? "" : `: ${said}`}`;
}
