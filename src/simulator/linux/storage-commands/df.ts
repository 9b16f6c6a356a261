import { findDevice, mountOfPath, statPath } from "../block-devices.ts";
import { done, failed, type LinuxCommand, type LinuxCommandContext } from "../command.ts";
import type { LinuxMount } from "../storage.ts";
import { type OptionSpec, readOptions } from "./options.ts";

const SPEC: OptionSpec = {
  program: "df",
  short: "aB:hHiklPt:Tx:",
  long: { portability: "P", "block-size:": "B", "output:": "output" },
};
const KIB = 1_024;
/** What file systems in memory say of themselves here. */
const MEMORY_BYTES = 1_073_741_824;

/** df(1): room of the mounts that the paths are on, or of all. */
export const df: LinuxCommand = {
  path: "/usr/bin/df",
  isChange: () => false,
  run(ctx, args) {
    const read = readOptions(SPEC, args);
    if ("refusal" in read) {
      return read.refusal;
    }
    const { options } = read;
    const fields = options.value("output")?.split(",");
    if (fields?.some((field) => !Object.hasOwn(HEADINGS, field)) === true) {
      return failed(1, `df: option --output: field '${fields.join(",")}' unknown`);
    }
    const missing = options.operands.find((path) => statPath(ctx.fs, path) === undefined);
    if (missing !== undefined) {
      return failed(1, `df: ${missing}: No such file or directory`);
    }
    const mounts =
      options.operands.length === 0
        ? ctx.storage.mounts.filter(({ type }) => !["proc", "sysfs"].includes(type))
        : options.operands.flatMap((path) => mountOfPath(ctx, path) ?? []);
    const blockBytes = options.value("B") === "1" ? 1 : KIB;
    const wanted = fields ?? ["source", "size", "used", "avail", "pcent", "target"];
    const names = { ...HEADINGS, size: options.has("P") ? "1024-blocks" : HEADINGS.size };
    const rows = [
      wanted.map((field) => (isField(field) ? names[field] : "")),
      ...mounts.map((mount) => {
        const row = rowOf(ctx, mount, blockBytes);
        return wanted.map((field) => (isField(field) ? row[field] : ""));
      }),
    ];
    return done(rows.map((cells) => `${cells.join(" ")}\n`).join(""));
  },
};

const HEADINGS = {
  source: "Filesystem",
  fstype: "Type",
  size: "1K-blocks",
  used: "Used",
  avail: "Avail",
  pcent: "Use%",
  ipcent: "IUse%",
  target: "Mounted on",
};

function isField(name: string): name is keyof typeof HEADINGS {
  return Object.hasOwn(HEADINGS, name);
}

function rowOf(
  ctx: LinuxCommandContext,
  { source, target, type }: LinuxMount,
  blockBytes: number,
): Readonly<Record<keyof typeof HEADINGS, string>> {
  const content = findDevice(ctx.storage, source)?.content;
  const size = content?.sizeBytes ?? MEMORY_BYTES;
  const used = content?.usedBytes ?? 0;
  const blocks = (bytes: number): string => String(Math.floor(bytes / blockBytes));
  return {
    source,
    fstype: type,
    size: blocks(size),
    used: blocks(used),
    avail: blocks(Math.max(0, size - used)),
    pcent: `${Math.ceil((used * 100) / size)}%`,
    ipcent: "2%",
    target,
  };
}
