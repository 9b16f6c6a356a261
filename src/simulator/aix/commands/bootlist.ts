import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findDevice } from "../machine.ts";
import type { BootEntry } from "../volumes.ts";

/** Sets the boot list (devices, with blv= and pathid= after each) and shows it (-o), one line for each path. */
export const bootlist: SimulatedCommand = {
  path: "/usr/bin/bootlist",
  isChange: (args) =>
    args.includes("-i") ||
    args.some((arg, index) => !arg.startsWith("-") && args[index - 1] !== "-m"),
  run(ctx, args) {
    const flags = parseFlags(args, "m:orvFi");
    const mode = typeof flags === "string" ? undefined : flags.value("m");
    if (
      typeof flags === "string" ||
      mode === undefined ||
      !["normal", "service", "both"].includes(mode)
    ) {
      return usageError(
        "bootlist",
        typeof flags === "string" ? flags : "",
        "bootlist -m {normal | service | both} [-i] [-o] [-r] [-v] [-F] [Device [Attr=Value]...]...",
        1,
      );
    }
    const { storage } = ctx.machine;
    const modes =
      mode === "both"
        ? (["normal", "service"] as const)
        : ([mode === "service" ? "service" : "normal"] as const);
    const entries: BootEntry[] = [];
    for (const operand of flags.operands) {
      const [, key, value = ""] = /^(blv|pathid)=(.+)$/u.exec(operand) ?? [];
      const last = entries.at(-1);
      if (key !== undefined && last !== undefined) {
        entries[entries.length - 1] =
          key === "blv" ? { ...last, blv: value } : { ...last, pathId: Number(value) };
      } else if (findDevice(ctx.machine, operand) === undefined) {
        return failed(1, `0514-226 bootlist: Invalid device name (${operand})`);
      } else {
        entries.push({ device: operand });
      }
    }
    const expanded = entries.flatMap((entry): BootEntry[] => {
      const paths = storage.paths.filter(({ disk }) => disk === entry.device);
      return entry.pathId !== undefined || paths.length === 0
        ? [entry]
        : paths.map(({ pathId }) => ({ device: entry.device, blv: entry.blv ?? "hd5", pathId }));
    });
    for (const each of modes) {
      if (entries.length > 0) {
        storage.bootList[each] = expanded;
      } else if (flags.has("i")) {
        storage.bootList[each] = [];
      }
    }
    if (!flags.has("o")) {
      return done();
    }
    const lines = modes
      .flatMap((each) => storage.bootList[each])
      .map(({ device, blv, pathId }) =>
        [
          device,
          ...(blv === undefined ? [] : [`blv=${blv}`]),
          ...(pathId === undefined ? [] : [`pathid=${pathId}`]),
        ].join(" "),
      );
    return done(lines.length === 0 ? "-\n" : lines.map((line) => `${line}\n`).join(""));
  },
};
