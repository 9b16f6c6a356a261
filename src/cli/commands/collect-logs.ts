import { isDirectory } from "../../system/files.ts";
import type { FileStat } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import { formatSize } from "../../text/format-size.ts";
import { absolutePath } from "../absolute-path.ts";
import type { CliContext } from "../cli-context.ts";
import type { CollectedArchive } from "../collect/collect-archive.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { openMachine } from "../open-machine.ts";
import { UsageError } from "../usage-error.ts";

const DEFAULT_FILE = "cloud-init.tar.gz";
const MODE_PRIVATE = 0o600;
/** "system" on AIX, "root" on Linux: only root gets here. */
const ROOT_GROUP = 0;

/** `cloud-init collect-logs` (compat core.md §7.5): what somebody needs who looks for a fault, in one file. */
export function createCollectLogsCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "collect-logs",
    description: "Pack logs, state and facts of the system into one file, to look for a fault",
    args: {
      verbose: { type: "boolean", alias: "v", description: "Name each file that is collected" },
      tarfile: {
        type: "string",
        alias: "t",
        default: DEFAULT_FILE,
        description: "The file to write",
      },
      "include-userdata": {
        type: "boolean",
        alias: "u",
        description: "User-data too, and nothing is masked",
      },
      "redact-sensitive": {
        type: "boolean",
        alias: "r",
        description: "Beside the logs only what every user may read",
      },
    },
    examples: [
      {
        command: "cloud-init collect-logs",
        about: "Pack what somebody needs who looks for a fault, secrets masked",
      },
      {
        command: "cloud-init collect-logs --tarfile /tmp/vm1.tar.gz --redact-sensitive",
        about: "Only what every user may read, beside the logs",
      },
    ],
    async run(args) {
      const userData = args["include-userdata"] === true;
      const onlyPublic = args["redact-sensitive"] === true;
      if (userData && onlyPublic) {
        throw new UsageError(
          "argument --redact-sensitive/-r: not allowed with argument --include-userdata/-u",
        );
      }
      if (ctx.sys.process.uid !== 0) {
        ctx.stderr("This command must be run as root.\n");
        ctx.exitCode = 1;
        return;
      }
      const path = absolutePath(ctx, args.tarfile);
      const obstacle = findObstacle(ctx, path);
      if (obstacle !== undefined) {
        ctx.stderr(`Cannot write "${path}": ${obstacle}\n`);
        ctx.exitCode = 1;
        return;
      }
      const isThere = ctx.sys.fs.stat(path) !== undefined;
      const machine = await openMachine(ctx);
      const { collectArchive } = await import("../collect/collect-archive.ts");
      const archive = await collectArchive(ctx.sys, machine, { userData, onlyPublic });
      try {
        // Whoever has put a file there meanwhile must not get what is in ours.
        const { uid } = ctx.sys.process;
        ctx.sys.fs.write(path, archive.bytes, {
          mode: MODE_PRIVATE,
          owner: `${uid}:${ROOT_GROUP}`,
          exclusive: !isThere,
        });
      } catch (error) {
        const size = formatSize(archive.bytes.length);
        ctx.stderr(`${errorMessage(error)} (it would have ${size})\n`);
        ctx.exitCode = 1;
        return;
      }
      report(ctx, archive, args.verbose === true);
      ctx.stderr(`Wrote ${args.tarfile}\n${warningFor(userData, onlyPublic)}`);
    },
  });
}

/** Before a minute is spent on collecting. */
function findObstacle({ sys }: CliContext, path: string): string | undefined {
  const directory = path.slice(0, path.lastIndexOf("/")) || "/";
  if (!isDirectory(sys.fs, directory)) {
    return `there is no directory "${directory}"`;
  }
  const found = sys.fs.stat(path);
  if (found === undefined || (found.kind === "file" && found.uid === sys.process.uid)) {
    return undefined;
  }
  return found.kind === "file"
    ? `a file of another user (uid ${found.uid}) is there, who could read the archive; remove it or name another file with --tarfile`
    : `${KINDS[found.kind]} is there, which is left alone; name another file with --tarfile`;
}

const KINDS: Readonly<Record<Exclude<FileStat["kind"], "file">, string>> = {
  device: "a device",
  directory: "a directory",
  other: "a pipe or socket",
  symlink: "a symbolic link",
};

function report(ctx: CliContext, archive: CollectedArchive, isVerbose: boolean): void {
  if (isVerbose) {
    ctx.stderr(archive.names.map((name) => `Collected ${name}\n`).join(""));
    ctx.stderr(archive.leftOut.map(({ path, why }) => `Left out ${path}: ${why}\n`).join(""));
  }
  ctx.stderr(archive.cutShort.map((text) => `Not whole: ${text}\n`).join(""));
}

function warningFor(userData: boolean, onlyPublic: boolean): string {
  if (userData) {
    return "WARNING: It holds user-data and whatever is secret in it. Give it to nobody who must not know that.\n";
  }
  const hint = onlyPublic
    ? ""
    : ", or use --redact-sensitive to take, beside the logs, only what every user may read";
  return `WARNING: Known secrets and what looks like one are masked and user-data is not in it, but scripts may have written others into the logs. Look through it before you hand it on${hint}.\n`;
}
