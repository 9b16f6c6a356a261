import { isLegalValue, type PredefinedAttribute } from "../attribute.ts";
import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { changeInet } from "../change-inet.ts";
import { changeInterface } from "../change-interface.ts";
import { type Flags, parseFlags, usageError } from "../flags.ts";
import { createPvid, groupOnDisk } from "../lvm.ts";
import { type Device, findDevice, findInterface, interfaceOfAdapter } from "../machine.ts";
import { attributeValue, findAttribute, lockFailure, setAttribute, unknownDevice } from "../odm.ts";

const USAGE =
  "chdev -l Name [-a Attribute=Value]... [-p ParentName] [-w ConnectionLocation] [-P | -T | -U] [-q] [-g]";

/** What one call asks for, checked. */
interface Wanted {
  readonly definition: PredefinedAttribute;
  readonly value: string;
}

/** Changes attributes in the database and, unless -P, of the running device. */
export const chdev: SimulatedCommand = {
  path: "/usr/sbin/chdev",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "l:a:p:w:PTUqg");
    if (typeof flags === "string") {
      return usageError("chdev", flags, USAGE, 1);
    }
    const name = flags.value("l");
    const scopes = ["P", "T", "U"].filter((letter) => flags.has(letter));
    if (name === undefined || flags.operands.length > 0 || scopes.length > 1) {
      return usageError("chdev", "", USAGE, 1);
    }
    const locked = lockFailure(ctx, "chdev");
    if (locked !== undefined) {
      return locked;
    }
    const device = findDevice(ctx.machine, name);
    return device === undefined ? unknownDevice("chdev", name, 1) : change(ctx, flags, device);
  },
};

function change(ctx: CommandContext, flags: Flags, device: Device): CommandOutcome {
  const pairs = flags.values("a").flatMap((text) => text.split(/\s+(?=[A-Za-z_]\w*=)/u));
  const wanted: Wanted[] = [];
  const invalid: string[] = [];
  for (const pair of pairs) {
    const [, name = pair, value = ""] = /^([^=]*)=(.*)$/su.exec(pair) ?? [];
    const definition = pair.includes("=") ? findAttribute(ctx.machine, device, name) : undefined;
    if (definition === undefined) {
      return methodError(
        device,
        `0514-017 The following attributes are not valid for the\n                 specified device:\n        ${name}`,
      );
    }
    if (definition.settable === "False" || !isLegalValue(definition, value)) {
      invalid.push(`${name} ${definition.description}`.trim());
    }
    wanted.push({ definition, value });
  }
  if (invalid.length > 0) {
    return methodError(
      device,
      `0514-018 The values specified for the following attributes\n                 are not valid:\n    ${invalid.join("\n    ")}`,
    );
  }
  if (isBusy(ctx, flags, device, wanted)) {
    return methodError(
      device,
      "0514-062\n        Cannot perform the requested function because the\n        specified device is busy.",
    );
  }
  if (ctx.machine.faults.refusedDevices.includes(device.name)) {
    return methodError(device, "0514-047 Cannot access a device.");
  }
  const complaint = apply(ctx, flags, device, wanted);
  return complaint === undefined
    ? done(flags.has("q") ? "" : `${device.name} changed\n`)
    : methodError(device, complaint);
}

/** Returns the complaint of the method, or undefined where all went well. */
function apply(
  ctx: CommandContext,
  flags: Flags,
  device: Device,
  wanted: readonly Wanted[],
): string | undefined {
  const { machine } = ctx;
  const scope = flags.has("P") ? "database" : flags.has("T") ? "device" : "both";
  const values = wanted.map(({ definition, value }) => ({ name: definition.name, value }));
  if (device.class === "if") {
    return changeInterface(machine, device, values, scope);
  }
  if (device.name === "inet0") {
    return changeInet(machine, device, values, scope);
  }
  if (scope === "device") {
    return undefined;
  }
  for (const { name, value } of values) {
    if (device.class === "disk" && name === "pv") {
      const complaint = changePvid(ctx, device.name, value);
      if (complaint !== undefined) {
        return complaint;
      }
      continue;
    }
    setAttribute(machine, device, name, value);
    if (device.name === "sys0" && name === "clouddev") {
      machine.nvram["ibm,aix-clearODMdata"] = "false";
    }
  }
  return undefined;
}

/** An adapter is in use while the kernel has its interface, a disk always is here. */
function isBusy(
  ctx: CommandContext,
  flags: Flags,
  device: Device,
  wanted: readonly Wanted[],
): boolean {
  if (wanted.length === 0 || flags.has("P")) {
    return false;
  }
  if (flags.has("U") && wanted.every(({ definition }) => definition.settable === "True+")) {
    return false;
  }
  const own = interfaceOfAdapter(device.name);
  return (
    (device.class === "adapter" &&
      own !== undefined &&
      (findInterface(ctx.machine, own) !== undefined || carriesVlan(ctx, device.name))) ||
    (device.class === "disk" &&
      wanted.some(({ definition }) => definition.name !== "pv") &&
      isDiskOpen(ctx, device.name))
  );
}

/** Whether the disk belongs to a volume group that is varied on. */
function isDiskOpen(ctx: CommandContext, name: string): boolean {
  const { storage } = ctx.machine;
  const disk = storage.disks.find((each) => each.name === name);
  return disk !== undefined && groupOnDisk(storage, disk)?.state === "active";
}

/** pv=yes gives a PVID to a disk that has none; pv=clear removes it, not from a volume group that is known ([U]). */
function changePvid(ctx: CommandContext, name: string, value: string): string | undefined {
  const { storage } = ctx.machine;
  const disk = storage.disks.find((each) => each.name === name);
  if (disk === undefined) {
    return undefined;
  }
  if (value === "yes") {
    disk.pvid = disk.pvid === "" ? createPvid(ctx) : disk.pvid;
    return undefined;
  }
  if ((groupOnDisk(storage, disk)?.state ?? "unknown") !== "unknown") {
    return "0514-062\n        Cannot perform the requested function because the\n        specified device is busy.";
  }
  disk.pvid = "";
  return undefined;
}

/** Whether a VLAN on this adapter is in use. */
function carriesVlan(ctx: CommandContext, adapter: string): boolean {
  return ctx.machine.devices.some(
    (device) =>
      device.subclass === "vlan" &&
      attributeValue(ctx.machine, device, "base_adapter") === adapter &&
      findInterface(ctx.machine, interfaceOfAdapter(device.name) ?? "") !== undefined,
  );
}

function methodError(device: Device, complaint: string): CommandOutcome {
  return failed(1, `Method error (/usr/lib/methods/${methodOf(device)}):\n        ${complaint}`);
}

function methodOf(device: Device): string {
  switch (device.class) {
    case "if":
      return "chgif";
    case "tcpip":
      return "chginet";
    case "adapter":
      return "chgent";
    case "disk":
      return "chgdisk";
    default:
      return "chggen";
  }
}
