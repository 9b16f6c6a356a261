import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";

const USAGE = "logger [-f File] [-i] [-p Priority] [-t Tag] [Message]";

/** Takes a message, or lines of standard input, for syslogd; nothing reads them here. */
export const logger: SimulatedCommand = {
  path: "/usr/bin/logger",
  readsStdin: true,
  isChange: () => true,
  run(_, args) {
    const flags = parseFlags(args, "f:ip:t:");
    return typeof flags === "string" ? usageError("logger", flags, USAGE, 1) : done();
  },
};
