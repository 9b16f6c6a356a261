import { type CommandOutcome, done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import type { Device } from "../machine.ts";
import { lockFailure } from "../odm.ts";

const USAGE = "lscfg [-v] [-p] [-s] [-l Name]";
/** Width that dots pad the keys of the vital product data to. */
const KEY_WIDTH = 28;

/** Shows what a device is and where it is plugged in, with -v its MAC address. Works for Defined devices too. */
export const lscfg: SimulatedCommand = {
  path: "/usr/sbin/lscfg",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "vpsl:");
    if (typeof flags === "string") {
      return usageError("lscfg", flags, USAGE);
    }
    if (flags.operands.length > 0) {
      return usageError("lscfg", "", USAGE);
    }
    const locked = lockFailure(ctx, "lscfg");
    if (locked !== undefined) {
      return locked;
    }
    const name = flags.value("l");
    const pattern = name === undefined ? /./u : patternOf(name);
    const devices = ctx.machine.devices.filter(
      (device) => device.class !== "if" && device.class !== "tcpip" && pattern.test(device.name),
    );
    return devices.length === 0
      ? notFound(name ?? "")
      : done(devices.map((device) => describe(device, flags.has("v"))).join(""));
  },
};

function describe(device: Device, isVerbose: boolean): string {
  const location = device.physicalLocation ?? "";
  const first = `  ${device.name.padEnd(16)} ${location.padEnd(26)}  ${device.description}\n`;
  if (!isVerbose || device.physicalLocation === undefined) {
    return first;
  }
  const address = device.macAddress?.replaceAll(":", "").toUpperCase();
  const lines = [
    ...(address === undefined ? [] : [["Network Address", address]]),
    ["Displayable Message", device.description],
    ["Hardware Location Code", location],
  ];
  const rows = lines.map(
    ([key = "", value = ""]) => `        ${key.padEnd(KEY_WIDTH, ".")}${value}\n`,
  );
  return `${first}\n${rows.join("")}\n`;
}

function patternOf(name: string): RegExp {
  const escaped = name.replace(/[^A-Za-z0-9*]/gu, String.raw`\$&`).replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`, "u");
}

function notFound(name: string): CommandOutcome {
  return failed(1, `lscfg: device ${name} not found.`);
}
