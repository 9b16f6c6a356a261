import { compareNatural } from "../../text/natural-order.ts";
import type { Problem } from "../../text/problem.ts";
import type { Disc, DistroContext, StorageAdapter } from "../distro.ts";
import { printable } from "../../text/printable.ts";
import { type DiscProbe, findWantedLabel, isAbsent, probeDisc, readDisc } from "../raw-disc.ts";
import { createSilenceWatch, isSilent } from "../silent-devices.ts";
import { findLinuxFloppy } from "./floppy.ts";
import { listLinuxUdfDrives } from "./udf-drives.ts";

/**
 * Discs on Linux's block devices: optical drives, then whole disks and partitions, since a
 * hypervisor may attach the image as any of them. Read straight from the device, never mounted.
 */
export function createLinuxStorage(ctx: DistroContext): StorageAdapter {
  const probes: Probes = new Map();
  const watch = createSilenceWatch(ctx.sys);
  return {
    waitLonger: watch.waitLonger,
    async findDiscs(labels) {
      const discs: Disc[] = [];
      const problems: Problem[] = [];
      const looked: string[] = [];
      const names = listBlockDevices(ctx);
      if (names.length > DEVICE_COUNT_MAX) {
        problems.push({
          message: `Cannot look for discs on all of ${names.length} block devices: only the first ${DEVICE_COUNT_MAX} are read`,
        });
      }
      const devices = names.slice(0, DEVICE_COUNT_MAX).map((name) => `/dev/${name}`);
      await watch.ask(devices.map((device) => [device]));
      for (const [index, device] of devices.entries()) {
        const name = names[index] ?? "";
        const probe = watch.probe(device) ?? probeOnce(ctx, device, probes);
        switch (probe.kind) {
          case "disc": {
            looked.push(`${device} (labelled "${printable(probe.label)}")`);
            const isForAny = probe.format === "iso9660" || isOptical(name);
            const label =
              labels !== "any"
                ? findWantedLabel(probe, labels)
                : isForAny
                  ? probe.label
                  : undefined;
            if (label !== undefined) {
              discs.push({
                device,
                label,
                read: async (use) => readDisc(ctx.sys, device, ({ tree }) => use(tree)),
              });
            }
            break;
          }
          case "other":
            looked.push(device);
            break;
          case "damaged":
            looked.push(`${device} (damaged)`);
            problems.push({ message: `Cannot use "${device}": ${probe.reason}` });
            break;
          case "unreadable":
            // An empty drive, or a device that this container does not show, is nothing unusual.
            if (!isAbsent(probe.code)) {
              looked.push(`${device} (${isSilent(probe) ? "does not answer" : "unreadable"})`);
              problems.push({ message: `Cannot use "${device}": ${probe.reason}` });
            }
            break;
        }
      }
      return { discs, problems, looked };
    },
    listUdfDrives: () => listLinuxUdfDrives(ctx),
    findFloppy: () => findLinuxFloppy(ctx),
  };
}

/** Several datasources look for discs one after the other: what was on a device a moment ago still is. */
const PROBE_MS = 2000;

type Probes = Map<string, { readonly untilMs: number; readonly probe: DiscProbe }>;

function probeOnce({ sys }: DistroContext, device: string, probes: Probes): DiscProbe {
  const known = probes.get(device);
  if (known !== undefined && sys.clock.monotonicMs() < known.untilMs) {
    return known.probe;
  }
  const probe = probeDisc(sys, device);
  probes.set(device, { untilMs: sys.clock.monotonicMs() + PROBE_MS, probe });
  return probe;
}

const DEVICE_COUNT_MAX = 512;
/** Names below /dev that are looked at where /sys does not tell (sysfs(5), /sys/class/block). */
const DISC_NAMES = /^(?:sr|scd|sd|vd|hd|xvd|nvme\d+n)[a-z\d]*$/u;
/** Memory, floppy drives, and layers above devices that are looked at themselves. */
const OTHER_NAMES = /^(?:ram|zram|fd|dm-|md)\d/u;

function listBlockDevices(ctx: DistroContext): readonly string[] {
  const { fs } = ctx.sys;
  const names =
    fs.stat("/sys/class/block") === undefined
      ? (fs.stat("/dev") === undefined ? [] : fs.list("/dev")).filter((name) =>
          DISC_NAMES.test(name),
        )
      : fs
          .list("/sys/class/block")
          .filter((name) => !OTHER_NAMES.test(name) && !isEmpty(ctx, name))
          // A "/" in a device name is a "!" in /sys (kernel, Documentation/driver-api/driver-model).
          .map((name) => name.replaceAll("!", "/"));
  return [...names].sort(compareDevices);
}

/** Loop and network block devices without anything behind them have no sectors. */
function isEmpty(ctx: DistroContext, name: string): boolean {
  const size = ctx.sys.fs.readBytesIfExists(`/sys/class/block/${name}/size`);
  return size !== undefined && Buffer.from(size).toString().trim() === "0";
}

/** Optical drives first; then by name, numbers by value. */
function compareDevices(left: string, right: string): number {
  return Number(!isOptical(left)) - Number(!isOptical(right)) || compareNatural(left, right);
}

function isOptical(name: string): boolean {
  return /^(?:sr|scd)\d/u.test(name);
}
