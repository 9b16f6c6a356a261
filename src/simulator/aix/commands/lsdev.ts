import { alignRows, formatRows, type Row } from "../columns.ts";
import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { type Flags, parseFlags, usageError } from "../flags.ts";
import type { Device } from "../machine.ts";
import { lockFailure } from "../odm.ts";

const USAGE =
  "lsdev [-C] [-c Class] [-s Subclass] [-t Type] [-l Name] [-S State] [-p Parent] [-F Format | -r ColumnName] [-H]";
const COLUMNS = [
  "name",
  "status",
  "location",
  "description",
  "class",
  "subclass",
  "type",
  "parent",
  "physloc",
];

/** Lists devices. A name that is not there gives no rows and exit code 0. */
export const lsdev: SimulatedCommand = {
  path: "/usr/sbin/lsdev",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "Cc:s:t:l:S:p:F:r:H");
    if (typeof flags === "string") {
      return usageError("lsdev", flags, USAGE);
    }
    if (
      flags.operands.length > 0 ||
      (flags.has("F") && flags.has("r")) ||
      flags.order.length === 0
    ) {
      return usageError("lsdev", "", USAGE);
    }
    return lockFailure(ctx, "lsdev") ?? list(ctx, flags);
  },
};

function list(ctx: CommandContext, flags: Flags): CommandOutcome {
  const devices = ctx.machine.devices.filter((device) => isWanted(device, flags));
  const rows = devices.map(toRow);
  const unique = flags.value("r");
  if (unique !== undefined) {
    return COLUMNS.includes(unique)
      ? done([...new Set(rows.map((row) => `${row[unique] ?? ""}\n`))].sort().join(""))
      : failed(
          1,
          `lsdev: 0514-521 Cannot find information in the predefined device\n        configuration database for "${unique}".`,
        );
  }
  const format = flags.value("F");
  if (format !== undefined) {
    const text = formatRows(format, rows, COLUMNS);
    return text === undefined ? usageError("lsdev", "", USAGE) : done(text);
  }
  const header = flags.has("H") ? [["name", "status", "location", "description"]] : [];
  const table = [
    ...header,
    ...devices.map(({ name, status, location, description }) => [
      name,
      status,
      location,
      description,
    ]),
  ];
  return done(alignRows(table));
}

function isWanted(device: Device, flags: Flags): boolean {
  const state = flags.value("S")?.toLowerCase().charAt(0);
  const is = (letter: string, value: string): boolean =>
    !flags.has(letter) || flags.value(letter) === value;
  return (
    is("c", device.class) &&
    is("s", device.subclass) &&
    is("t", device.type) &&
    is("l", device.name) &&
    is("p", device.parent) &&
    (state === undefined || device.status.toLowerCase().startsWith(state))
  );
}

function toRow(device: Device): Row {
  return {
    name: device.name,
    status: device.status,
    location: device.location,
    description: device.description,
    class: device.class,
    subclass: device.subclass,
    type: device.type,
    parent: device.parent,
    physloc: device.physicalLocation ?? "",
  };
}
