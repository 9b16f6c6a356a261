import { type CommandContext, done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { type FileSystemStanza, readStanzas } from "../file-system-stanzas.ts";
import { BLOCKS_PER_MB, findVolumeOfDevice, padCells } from "../lvm.ts";

const WIDTHS = [16, 11, 23, 6, 8, 11, 5];

/** File systems of /etc/filesystems, sizes in 512-byte blocks: a table, or fields with ":" (-c); -q says more. */
export const lsfs: SimulatedCommand = {
  path: "/usr/sbin/lsfs",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "cqlav:u:");
    if (typeof flags === "string") {
      return usageError(
        "lsfs",
        flags,
        "lsfs [-q] [-c | -l] [-a | -v VfsType | -u MountGroup | FileSystem...]",
        1,
      );
    }
    const { operands } = flags;
    const stanzas = readStanzas(ctx.fs).filter(
      ({ mountPoint, values }) =>
        (operands.length === 0 ||
          operands.includes(mountPoint) ||
          operands.includes(values["dev"] ?? "")) &&
        (!flags.has("v") || values["vfs"] === flags.value("v")) &&
        (!flags.has("u") || values["type"] === flags.value("u")),
    );
    if (stanzas.length === 0) {
      return failed(
        1,
        `lsfs: 0506-915 No record matching ${operands.join(" ")} was found in /etc/filesystems.`,
      );
    }
    let text = flags.has("c")
      ? "#MountPoint:Device:Vfs:Nodename:Type:Size:Options:AutoMount:Acct\n"
      : padCells(WIDTHS, [
          "Name",
          "Nodename",
          "Mount Pt",
          "VFS",
          "Size",
          "Options",
          "Auto",
          "Accounting",
        ]);
    for (const stanza of stanzas) {
      text += describe(ctx, stanza, flags.has("c"), flags.has("q"));
    }
    return done(text);
  },
};

/** The row of a file system, and under it what -q says. */
function describe(
  ctx: CommandContext,
  { mountPoint, values }: FileSystemStanza,
  hasColons: boolean,
  isLong: boolean,
): string {
  const found = findVolumeOfDevice(ctx.machine, values["dev"] ?? "");
  const blocks = found?.volume.fileSystem?.blocks;
  const auto = ["true", "automatic"].includes(values["mount"] ?? "") ? "yes" : "no";
  const acct = values["account"] === "true" ? "yes" : "no";
  const { dev = "", vfs = "", nodename = "", type = "", options = "" } = values;
  const row = hasColons
    ? `${[mountPoint, dev, vfs, nodename, type, String(blocks ?? ""), options, auto, acct].join(":")}\n`
    : padCells(WIDTHS, [
        dev,
        nodename || "--",
        mountPoint,
        vfs,
        String(blocks ?? "--"),
        options || "--",
        auto,
        acct,
      ]);
  if (!isLong || found === undefined || blocks === undefined) {
    return row;
  }
  const parts = [
    ["lv size", found.volume.lps * found.group.ppMb * BLOCKS_PER_MB],
    ["fs size", blocks],
    ["block size", 4096],
    ["sparse files", "yes"],
    ["inline log", values["log"] === "INLINE" ? "yes" : "no"],
  ];
  return hasColons
    ? `${row}(${parts.map((part) => part.join(" ")).join(":")})\n`
    : `${row}  (${parts.map((part) => part.join(": ")).join(", ")})\n`;
}
