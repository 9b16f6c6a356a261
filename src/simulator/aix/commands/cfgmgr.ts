import { done, type SimulatedCommand } from "../command.ts";
import { discoverDevices } from "../discover.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findDevice } from "../machine.ts";
import { lockFailure, unknownDevice } from "../odm.ts";

const USAGE = "cfgmgr [-f | -s | -p Phase] [-i Device] [-l Name] [-v]";
const DURATION_MS = 12_000;

/** Configures what is attached. Silent when all is well. */
export const cfgmgr: SimulatedCommand = {
  path: "/usr/sbin/cfgmgr",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "fsp:i:l:v");
    if (typeof flags === "string") {
      return usageError("cfgmgr", flags, USAGE);
    }
    if (flags.operands.length > 0) {
      return usageError("cfgmgr", "", USAGE);
    }
    const locked = lockFailure(ctx, "cfgmgr");
    if (locked !== undefined) {
      return locked;
    }
    const name = flags.value("l");
    if (name !== undefined && findDevice(ctx.machine, name) === undefined) {
      return unknownDevice("cfgmgr", name, 1);
    }
    discoverDevices(ctx.machine);
    return { ...done(), durationMs: DURATION_MS };
  },
};
