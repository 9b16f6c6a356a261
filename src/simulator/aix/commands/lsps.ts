import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findVolume, membersOf, padCells } from "../lvm.ts";
import type { AixStorage, LogicalVolume, PagingSpace, VolumeGroup } from "../volumes.ts";

/** Paging spaces: all (-a), their sum (-s), fields with ":" (-c). The layouts of -a and -c are [U]. */
export const lsps: SimulatedCommand = {
  path: "/usr/sbin/lsps",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "asct:");
    if (
      typeof flags === "string" ||
      (!flags.has("a") && !flags.has("s") && flags.operands.length === 0)
    ) {
      return usageError(
        "lsps",
        typeof flags === "string" ? flags : "",
        "lsps {-s | [-c | -l] {-a | PagingSpace}}",
        1,
      );
    }
    const { storage } = ctx.machine;
    const rows = storage.pagingSpaces.flatMap((space): Row[] => {
      const found = findVolume(ctx.machine, space.volume);
      return found === undefined
        ? []
        : [
            {
              ...space,
              group: found.group,
              lps: found.volume.lps,
              extents: found.volume.extents,
              mb: found.volume.lps * found.group.ppMb,
            },
          ];
    });
    if (flags.has("s")) {
      const total = rows.reduce((sum, row) => sum + (row.isActive ? row.mb : 0), 0);
      return done(
        `Total Paging Space   Percent Used\n${`${total}MB`.padStart(11)}${"1%".padStart(17)}\n`,
      );
    }
    const chosen = rows.filter(({ volume }) => flags.has("a") || flags.operands.includes(volume));
    if (chosen.length === 0) {
      return failed(1, `lsps: 0517-058 Paging space ${flags.operands.join(" ")} was not found.`);
    }
    return done(flags.has("c") ? withColons(storage, chosen) : table(storage, chosen));
  },
};

interface Row extends PagingSpace {
  readonly group: VolumeGroup;
  readonly lps: number;
  readonly extents: LogicalVolume["extents"];
  readonly mb: number;
}

const HEADER = [
  "Page Space",
  "Physical Volume",
  "Volume Group",
  "Size",
  "%Used",
  "Active",
  "Auto",
  "Type",
  "Chksum",
];

/** The first disk that a paging space is on. */
function diskOf(storage: AixStorage, row: Row): string {
  const disks = membersOf(storage, row.group);
  return disks.find(({ pvid }) => row.extents[pvid] !== undefined)?.name ?? "";
}

/** Sizes are partitions here. */
function withColons(storage: AixStorage, rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const [active, auto] = [row.isActive, row.isAuto].map((is) => (is ? "y" : "n"));
    const used = row.isActive ? 1 : 0;
    const disk = diskOf(storage, row);
    return `${[row.volume, disk, row.group.name, row.lps, used, active, auto, "lv", "0"].join(":")}\n`;
  });
  return `#Psname:Pvname:Vgname:Size:Used:Active:Auto:Type:Chksum\n${lines.join("")}`;
}

function table(storage: AixStorage, rows: readonly Row[]): string {
  const widths = [16, 18, 16, 10, 6, 8, 6, 6];
  const yes = (is: boolean): string => (is ? "yes" : "no");
  const lines = rows.map((row) => [
    row.volume,
    diskOf(storage, row),
    row.group.name,
    `${row.mb}MB`,
    row.isActive ? "1" : "0",
    yes(row.isActive),
    yes(row.isAuto),
    "lv",
    "0",
  ]);
  return [HEADER, ...lines].map((line) => padCells(widths, line)).join("");
}
