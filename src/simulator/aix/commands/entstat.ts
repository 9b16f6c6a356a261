import { type CommandOutcome, done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import {
  adapterOfInterface,
  type Device,
  findDevice,
  findInterface,
  interfaceOfAdapter,
} from "../machine.ts";

const USAGE = "entstat [-d] [-r] [-t] Device_Name";

/** Statistics of an Ethernet adapter that is in use. */
export const entstat: SimulatedCommand = {
  path: "/usr/bin/entstat",
  isChange: (args) => args.some((arg) => /^-[dt]*r/u.test(arg)),
  run(ctx, args) {
    const flags = parseFlags(args, "drt");
    if (typeof flags === "string") {
      return usageError("entstat", flags, USAGE, 1);
    }
    const [name, ...rest] = flags.operands;
    if (name === undefined || rest.length > 0) {
      return usageError("entstat", "", USAGE, 1);
    }
    const adapter = findDevice(ctx.machine, adapterOfInterface(name) ?? name);
    const own = interfaceOfAdapter(adapter?.name ?? "");
    if (adapter?.macAddress === undefined || own === undefined) {
      return notOpened(name, 19);
    }
    const running = findInterface(ctx.machine, own);
    return running === undefined
      ? notOpened(name, 2)
      : done(statistics(name, adapter, running.isUp, flags.has("d")));
  },
};

function statistics(name: string, adapter: Device, isUp: boolean, isDetailed: boolean): string {
  const detail = [
    "",
    "Virtual I/O Ethernet Adapter (l-lan) Specific Statistics:",
    "---------------------------------------------------------",
    "RQ Length: 4481",
    "Trunk Adapter: False",
    "LAN State: Operational",
    "",
    "Port VLAN ID:     1",
    "VLAN Tag IDs:  None",
    "",
    "Switch ID: ETHERNET0",
  ];
  return [
    "-------------------------------------------------------------",
    `ETHERNET STATISTICS (${name}) :`,
    `Device Type: ${adapter.description}`,
    `Hardware Address: ${adapter.macAddress ?? ""}`,
    "Elapsed Time: 0 days 0 hours 1 minutes 7 seconds",
    "",
    "Transmit Statistics:                          Receive Statistics:",
    "--------------------                          -------------------",
    "Packets: 412                                  Packets: 388",
    "",
    "General Statistics:",
    "-------------------",
    "Adapter Data Rate: 20000",
    `Driver Flags: ${isUp ? "Up " : ""}Broadcast Running`,
    "        Simplex 64BitSupport ChecksumOffload",
    ...(isDetailed ? detail : []),
    "",
  ].join("\n");
}

function notOpened(name: string, errno: number): CommandOutcome {
  return failed(1, `entstat: 0909-002 Unable to open device ${name}, errno = ${errno}`);
}
