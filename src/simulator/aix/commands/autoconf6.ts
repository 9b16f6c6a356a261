import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { linkLocalOf } from "../ip-text.ts";
import { addKernelAddress } from "../kernel.ts";
import { adapterOfInterface, findDevice } from "../machine.ts";

const USAGE = "autoconf6 [-a] [-A] [-i interface] [-s] [-6] [-M] [-O] [-R] [-c] [-v]";
const LINK_PREFIX_LENGTH = 64;

/** Gives interfaces their IPv6 link-local addresses: one (-i), all (-A), or all that are up (-a). Harmless when repeated. */
export const autoconf6: SimulatedCommand = {
  path: "/usr/sbin/autoconf6",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "aAi:s6MORcv");
    if (typeof flags === "string") {
      return usageError("autoconf6", flags, USAGE, 1);
    }
    if (flags.operands.length > 0) {
      return usageError("autoconf6", "", USAGE, 1);
    }
    const { machine } = ctx;
    const all = machine.devices.filter(({ name }) => /^en\d+$/u.test(name)).map(({ name }) => name);
    const up = machine.interfaces.filter(({ name, isUp }) => isUp && name !== "lo0");
    const names = flags.has("i")
      ? flags.values("i")
      : flags.has("A")
        ? all
        : up.map(({ name }) => name);
    for (const name of names) {
      const macAddress = findDevice(machine, adapterOfInterface(name) ?? "")?.macAddress;
      if (macAddress === undefined || findDevice(machine, name) === undefined) {
        return failed(1, `autoconf6: ${name}: no such interface`);
      }
      addKernelAddress(machine, name, {
        family: 6,
        address: linkLocalOf(macAddress),
        prefixLength: LINK_PREFIX_LENGTH,
        origin: "auto",
      }).isUp = true;
    }
    return done();
  },
};
