import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findVolume, membersOf, padCells } from "../lvm.ts";

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
    const rows = storage.pagingSpaces.flatMap((space) => {
      const found = findVolume(ctx.machine, space.volume);
      return found === undefined
        ? []
        : [{ ...space, ...found, mb: found.volume.lps * found.group.ppMb }];
    });
    if (flags.has("s")) {
      const total = rows.reduce((sum, row) => sum + (row.isActive ? row.mb : 0), 0);
      return done(
        `Total Paging Space   Percent Used\n${`${total}MB`.padStart(11)}${"1%".padStart(17)}\n`,
      );
    }
    const chosen = rows.filter(
      ({ volume }) => flags.has("a") || flags.operands.includes(volume.name),
    );
    if (chosen.length === 0) {
      return failed(1, `lsps: 0517-058 Paging space ${flags.operands.join(" ")} was not found.`);
    }
    const yes = (is: boolean): string => (is ? "yes" : "no");
    const cells = chosen.map((row) => {
      const disk =
        membersOf(storage, row.group).find(({ pvid }) => row.volume.extents[pvid] !== undefined)
          ?.name ?? "";
      return Object.assign(row, { disk, used: row.isActive ? "1" : "0" });
    });
    if (flags.has("c")) {
      return done(
        `#Psname:Pvname:Vgname:Size:Used:Active:Auto:Type:Chksum\n${cells
          .map(
            (row) =>
              `${[row.volume.name, row.disk, row.group.name, row.volume.lps, row.used, row.isActive ? "y" : "n", row.isAuto ? "y" : "n", "lv", "0"].join(":")}\n`,
          )
          .join("")}`,
      );
    }
    const widths = [16, 18, 16, 10, 6, 8, 6, 6];
    const header = [
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
    const lines = cells.map((row) => [
      row.volume.name,
      row.disk,
      row.group.name,
      `${row.mb}MB`,
      row.used,
      yes(row.isActive),
      yes(row.isAuto),
      "lv",
      "0",
    ]);
    return done([header, ...lines].map((line) => padCells(widths, line)).join(""));
  },
};
