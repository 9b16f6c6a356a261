import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { type Flags, parseFlags, usageError } from "../flags.ts";
import { detachInterface } from "../kernel.ts";
import { type Device, findDevice, findInterface, interfaceOfAdapter } from "../machine.ts";
import { lockFailure, unknownDevice } from "../odm.ts";

const USAGE =
  "rmdev -l Name [-d | -S] [-R] [-g] [-q]\n       rmdev -p ParentName [-d | -S] [-R] [-g] [-q]";

/** Makes a device Defined, or with -d takes it out of the database. */
export const rmdev: SimulatedCommand = {
  path: "/usr/sbin/rmdev",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "l:p:dSRgq");
    if (typeof flags === "string") {
      return usageError("rmdev", flags, USAGE);
    }
    const names = [flags.value("l"), flags.value("p")].filter((name) => name !== undefined);
    if (names.length !== 1 || flags.operands.length > 0 || (flags.has("d") && flags.has("S"))) {
      return usageError("rmdev", "", USAGE);
    }
    return lockFailure(ctx, "rmdev") ?? remove(ctx, flags);
  },
};

function remove(ctx: CommandContext, flags: Flags): CommandOutcome {
  const name = flags.value("l") ?? flags.value("p") ?? "";
  const device = findDevice(ctx.machine, name);
  if (device === undefined) {
    return unknownDevice("rmdev", name, 1);
  }
  const below = flags.has("R") || flags.has("p") ? childrenOf(ctx, name) : [];
  const targets = [...below, ...(flags.has("p") ? [] : [device])];
  const busy = targets.find((target) => isBusy(ctx, target, targets));
  if (busy !== undefined) {
    return failed(
      1,
      "Method error (/usr/lib/methods/ucfgent):\n        0514-062\n        Cannot perform the requested function because the\n        specified device is busy.",
    );
  }
  return done(targets.map((target) => removeOne(ctx, flags, target)).join(""));
}

function removeOne(ctx: CommandContext, flags: Flags, device: Device): string {
  const { machine } = ctx;
  if (device.class === "if") {
    detachInterface(machine, device.name);
  }
  if (!flags.has("d")) {
    device.status = flags.has("S") ? "Stopped" : "Defined";
    return flags.has("q") ? "" : `${device.name} ${device.status}\n`;
  }
  machine.devices = machine.devices.filter((known) => known !== device);
  machine.attributes = machine.attributes.filter((row) => row.device !== device.name);
  if (device.class === "adapter" && device.subclass === "vdevice") {
    machine.undiscovered.push(device);
  }
  return flags.has("q") ? "" : `${device.name} deleted\n`;
}

function childrenOf(ctx: CommandContext, parent: string): Device[] {
  return ctx.machine.devices.filter((device) => device.parent === parent);
}

function isBusy(ctx: CommandContext, device: Device, targets: readonly Device[]): boolean {
  const own = interfaceOfAdapter(device.name);
  const isGoing = targets.some((target) => target.name === own);
  return (
    (own !== undefined && !isGoing && findInterface(ctx.machine, own) !== undefined) ||
    (device.class === "cdrom" &&
      ctx.machine.mounts.some((mount) => mount.device === `/dev/${device.name}`)) ||
    device.class === "disk"
  );
}
