import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { formatRows, alignRows } from "../columns.ts";

const COLUMNS = ["status", "name", "parent", "connection", "path_id", "path_status"];

/** Paths to disks: "Enabled hdisk0 vscsi0" ([U]), or the fields of -F, one line for each path. */
export const lspath: SimulatedCommand = {
  path: "/usr/sbin/lspath",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "l:p:s:F:H");
    if (typeof flags === "string" || flags.operands.length > 0) {
      return usageError(
        "lspath",
        typeof flags === "string" ? flags : "",
        "lspath [-F Format] [-H] [-l Name] [-p Parent] [-s Status]",
        1,
      );
    }
    const { machine } = ctx;
    const rows = machine.storage.paths
      .filter(({ disk }) => machine.devices.some(({ name }) => name === disk))
      .filter((path) => !flags.has("l") || path.disk === flags.value("l"))
      .filter((path) => !flags.has("p") || path.parent === flags.value("p"))
      .filter(
        (path) => !flags.has("s") || path.status.toLowerCase() === flags.value("s")?.toLowerCase(),
      )
      .map((path) => ({
        status: path.status,
        name: path.disk,
        parent: path.parent,
        connection: path.connection,
        path_id: String(path.pathId),
        path_status: path.status === "Defined" ? "Defined" : "Available",
      }));
    const name = flags.value("l");
    if (name !== undefined && !machine.devices.some((device) => device.name === name)) {
      return failed(
        1,
        `lspath: 0514-519 The following device was not found in the customized\n        device configuration database:\n        ${name}`,
      );
    }
    const format = flags.value("F");
    if (format === undefined) {
      return done(alignRows(rows.map((row) => [row.status, row.name, row.parent])));
    }
    const text = formatRows(format, rows, COLUMNS);
    return text === undefined
      ? failed(1, `lspath: 0514-546 Invalid parameter - ${format}.`)
      : done(text);
  },
};
