import type { PredefinedAttribute } from "../attribute.ts";
import { alignRows, formatRows, type Row } from "../columns.ts";
import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { type Flags, parseFlags, usageError } from "../flags.ts";
import { type Device, findDevice } from "../machine.ts";
import { attributeValues, lockFailure, unknownDevice } from "../odm.ts";
import { predefinedAttributes } from "../predefined.ts";

const USAGE =
  "lsattr {-D[-O]|-E[-O]|-P[-O]} -l Name [-a Attribute]... [-H] [-F Format]\n       lsattr -R -l Name -a Attribute [-H]";
const COLUMNS = ["attribute", "value", "description", "user_settable"];
/** What lsattr ends with for an attribute or a device that does not exist. */
const EXIT_UNKNOWN = 255;

/** Shows attributes from the database: one line for each value. */
export const lsattr: SimulatedCommand = {
  path: "/usr/sbin/lsattr",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "DEPROHl:a:F:");
    if (typeof flags === "string") {
      return usageError("lsattr", flags, USAGE);
    }
    const modes = ["D", "E", "P", "R"].filter((letter) => flags.has(letter));
    const name = flags.value("l");
    if (modes.length !== 1 || name === undefined || flags.operands.length > 0) {
      return usageError("lsattr", "", USAGE);
    }
    const locked = lockFailure(ctx, "lsattr");
    if (locked !== undefined) {
      return locked;
    }
    const device = findDevice(ctx.machine, name);
    return device === undefined
      ? unknownDevice("lsattr", name, EXIT_UNKNOWN)
      : list(ctx, flags, device);
  },
};

function list(ctx: CommandContext, flags: Flags, device: Device): CommandOutcome {
  const readable = predefinedAttributes(ctx.machine, device).filter(
    (definition) => definition.isWriteOnly !== true,
  );
  const asked = flags.values("a");
  const unknown = asked.find((name) => !readable.some((definition) => definition.name === name));
  if (unknown !== undefined) {
    return failed(
      EXIT_UNKNOWN,
      `lsattr: 0514-528 The "${unknown}" attribute does not exist in the predefined\n` +
        "        device configuration database.",
    );
  }
  const chosen =
    asked.length === 0
      ? readable
      : asked.flatMap((name) => readable.filter((definition) => definition.name === name));
  if (flags.has("R")) {
    return done(legalValues(chosen));
  }
  const rows = chosen.flatMap((definition) => {
    const values = flags.has("D")
      ? [definition.value]
      : attributeValues(ctx.machine, device, definition.name);
    return values.map((value) => toRow(definition, value));
  });
  return show(flags, rows);
}

function show(flags: Flags, rows: readonly Row[]): CommandOutcome {
  if (flags.has("O")) {
    const names = rows.map((row) => row["attribute"] ?? "").join(":");
    return done(`#${names}\n${rows.map((row) => row["value"] ?? "").join(":")}\n`);
  }
  const format = flags.value("F");
  if (format !== undefined) {
    const text = formatRows(format, rows, COLUMNS);
    return text === undefined ? usageError("lsattr", "", USAGE) : done(text);
  }
  const header = flags.has("H") ? `${COLUMNS.join(" ")}\n\n` : "";
  return done(header + alignRows(rows.map((row) => COLUMNS.map((name) => row[name] ?? ""))));
}

function toRow(definition: PredefinedAttribute, value: string): Row {
  return {
    attribute: definition.name,
    value,
    description: definition.description,
    user_settable: definition.settable,
  };
}

function legalValues(chosen: readonly PredefinedAttribute[]): string {
  return chosen
    .map(({ legal }) => {
      switch (legal?.kind) {
        case "list":
          return legal.values.map((value) => `${value}\n`).join("");
        case "range":
          return `${legal.min}...${legal.max} (+1)\n`;
        default:
          return "";
      }
    })
    .join("");
}
