import { isFile } from "../../system/files.ts";
import type { Disc, DistroContext } from "../distro.ts";
import { isAbsent, probeDisc, readDisc } from "../raw-disc.ts";
import { createSilenceWatch, describeSilence, isSilent } from "../silent-devices.ts";

const FLOPPY = "/dev/fd0";
const TIMEOUT_MS = 30_000;

/**
 * The disc in the floppy drive; undefined where there is none. The drive's driver is a module that
 * nothing else asks for: it is loaded where there is no such device yet (modprobe(8)).
 */
export async function findLinuxFloppy(ctx: DistroContext): Promise<Disc | undefined> {
  const { sys } = ctx;
  const isThere = async (): Promise<boolean> => {
    const watch = createSilenceWatch(sys);
    await watch.ask([[FLOPPY]]);
    const probe = watch.probe(FLOPPY) ?? probeDisc(sys, FLOPPY);
    if (isSilent(probe)) {
      throw new Error(describeSilence(FLOPPY));
    }
    return probe.kind !== "unreadable" || !isAbsent(probe.code);
  };
  if (!(await isThere())) {
    await loadDriver(ctx);
    if (!(await isThere())) {
      return undefined;
    }
  }
  return {
    device: FLOPPY,
    label: "",
    read: async (use) => readDisc(sys, FLOPPY, ({ tree }) => use(tree)),
  };
}

async function loadDriver({ sys, log }: DistroContext): Promise<void> {
  for (const { paths, args } of [
    { paths: ["/usr/sbin/modprobe", "/sbin/modprobe"], args: ["floppy"] },
    {
      paths: ["/usr/bin/udevadm", "/bin/udevadm"],
      args: ["settle", `--exit-if-exists=${FLOPPY}`, "--timeout=10"],
    },
  ]) {
    const program = paths.find((path) => isFile(sys.fs, path));
    if (program === undefined) {
      log.debug(`Cannot load the driver of ${FLOPPY}: there is no "${paths[0]}"`);
      return;
    }
    await sys.exec.run([program, ...args], { okExitCodes: "any", timeoutMs: TIMEOUT_MS });
  }
}
