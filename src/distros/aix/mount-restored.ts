import { readTextIfExists } from "../../system/files.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { readMounts } from "./mounts.ts";
import { parseStanzas } from "./stanza-file.ts";

const MOUNT = "/usr/sbin/mount";
const FILESYSTEMS_PATH = "/etc/filesystems";
const MOUNT_TIMEOUT_MS = 600_000;
const SHOWN_COUNT_MAX = 10;

/**
 * Mounts what /etc/filesystems wants mounted at boot and is not: importvg adds the stanzas of a
 * volume group, and mounts nothing. Local file systems that are still not mounted then are told;
 * what mount says of the others (those mounted already, servers that do not answer) is not.
 */
export async function mountRestored(
  ctx: DistroContext,
  options: { readonly isPlanned: boolean },
): Promise<readonly Problem[]> {
  const missing = await findUnmounted(ctx);
  if (missing.length === 0 && !options.isPlanned) {
    return [];
  }
  let problems: readonly Problem[] = [];
  const { exitCode, stderr } = await ctx.sys.exec.run([MOUNT, "all"], {
    okExitCodes: "any",
    timeoutMs: MOUNT_TIMEOUT_MS,
    verify: async () => {
      problems = (await findUnmounted(ctx)).slice(0, SHOWN_COUNT_MAX).map(toProblem);
      return undefined;
    },
  });
  if (exitCode !== 0) {
    ctx.log.debug(`"${MOUNT} all" ended with exit code ${exitCode}: ${stderr.trim()}`);
  }
  return problems;
}

interface FileSystemEntry {
  readonly mountPoint: string;
  readonly device: string;
}

/** Local file systems with `mount = true`; those with "automatic" are the system's own. */
async function findUnmounted(ctx: DistroContext): Promise<readonly FileSystemEntry[]> {
  const mounted = new Set((await readMounts(ctx.sys)).map(({ mountPoint }) => mountPoint));
  const stanzas = parseStanzas(readTextIfExists(ctx.sys.fs, FILESYSTEMS_PATH) ?? "");
  return [...stanzas].flatMap(([mountPoint, attributes]) =>
    attributes.get("mount") === "true" &&
    /^jfs2?$/u.test(attributes.get("vfs") ?? "") &&
    !mounted.has(mountPoint)
      ? [{ mountPoint, device: attributes.get("dev") ?? "" }]
      : [],
  );
}

function toProblem({ mountPoint, device }: FileSystemEntry): Problem {
  return {
    source: FILESYSTEMS_PATH,
    message: `"${mountPoint}" (${device}) is not mounted, though it is to be: try "mount ${mountPoint}"; fsck may be needed`,
    severity: "warning",
  };
}
