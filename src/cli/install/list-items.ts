import { posix } from "node:path";
import type { DistroDefaults } from "../../distros/distro.ts";
import type { CliContext } from "../cli-context.ts";
import type { InstallItem } from "./install-item.ts";

/** What `cloud-init install` puts into place: the program and its boot scripts, a carrier's runtime, a configuration, the manual page. */
export async function listItems(
  ctx: CliContext,
  wanted: {
    readonly root: string;
    readonly isAix: boolean;
    readonly defaults: DistroDefaults;
    /** No configuration is written: only its directories. */
    readonly isConfigKept: boolean;
  },
): Promise<readonly InstallItem[]> {
  const { root, defaults, isAix } = wanted;
  const platform = isAix ? "aix" : "linux";
  const [{ configItems }, { manualItem }, { renderManual }] = await Promise.all([
    import("./config-items.ts"),
    import("./place-manual.ts"),
    import("../reference/render-manual.ts"),
  ]);
  const config = configItems(defaults.paths, platform).filter(
    (item) => !wanted.isConfigKept || item.kind === "directory",
  );
  const own = isAix
    ? (await import("./aix-items.ts")).aixItems()
    : (await import("./linux-items.ts")).linuxItems(ctx.sys.fs, root);
  return [
    ...own,
    ...(await carriedItems(ctx, posix.join(root, programPath(own)))),
    ...config,
    manualItem(platform, await renderManual(ctx)),
  ];
}

/** Where the program itself will be, on the installed system. */
export function programPath(items: readonly InstallItem[]): string {
  const program = items.find((item) => item.kind === "program" && item.source === undefined);
  return program?.path ?? "";
}

/** The runtime of a carrier; `program`: where the program will be. */
async function carriedItems({ sys }: CliContext, program: string): Promise<readonly InstallItem[]> {
  const { carriedRuntime, executablePath } = sys.process;
  if (carriedRuntime === undefined) {
    return [];
  }
  const { runtimeItems } = await import("./runtime-items.ts");
  const { directory } = carriedRuntime;
  return runtimeItems(sys.fs, { directory, isInPlace: executablePath === program });
}
