import type { System } from "../system/system.ts";
import type { DiscProbe } from "./raw-disc.ts";

/** Drives that load a disc take half of that. */
const ANSWER_TIMEOUT_MS = 30_000;
/** A virtual drive answers again when its failed path has been given up: after 30 s as it is usually set (vscsi_path_to), and what the server then needs. */
const MORE_MS = 45_000;
/** The code of such a probe. */
const SILENT = "ETIMEDOUT";

/** Which devices keep silent: each is asked once, since nobody can wait for a read that never ends. */
export interface SilenceWatch {
  /** Asks those that were not asked yet, half a minute at most unless they get more; a device may have several names, the first that can be read counts. */
  ask(devices: readonly (readonly string[])[]): Promise<void>;
  /** From now on devices that are silent then are waited for longer, if `isNeeded`. */
  waitLonger(isNeeded: () => Promise<boolean>): void;
  /** What is to be said of a silent one in place of reading it; undefined for others. */
  probe(path: string): DiscProbe | undefined;
}

/** Knows of no silent device before one was asked. */
export function createSilenceWatch(sys: Pick<System, "devices">): SilenceWatch {
  const asked = new Set<string>();
  /** With how long each was waited for. */
  const silent = new Map<string, number>();
  let isMoreNeeded: (() => Promise<boolean>) | undefined;
  return {
    async ask(devices) {
      const open = devices.filter(([first = ""]) => !asked.has(first));
      if (sys.devices === undefined || open.length === 0) {
        return;
      }
      let waitedMs = ANSWER_TIMEOUT_MS;
      const found = await sys.devices.findSilent(open, ANSWER_TIMEOUT_MS, async () => {
        const moreMs = (await isMoreNeeded?.()) === true ? MORE_MS : 0;
        waitedMs += moreMs;
        return moreMs;
      });
      found.forEach((path) => silent.set(path, waitedMs));
      open.flat().forEach((path) => asked.add(path));
    },
    waitLonger(isNeeded) {
      isMoreNeeded = isNeeded;
    },
    probe(path) {
      const waitedMs = silent.get(path);
      return waitedMs === undefined
        ? undefined
        : { kind: "unreadable", reason: describeSilence(path, waitedMs), code: SILENT };
    },
  };
}

/** Whether a probe is of a device that keeps silent: it must not be mounted either. */
export function isSilent(probe: DiscProbe): boolean {
  return probe.kind === "unreadable" && probe.code === SILENT;
}

/** A sentence without its full stop. */
export function describeSilence(path: string, waitedMs = ANSWER_TIMEOUT_MS): string {
  return `Cannot read "${path}": it gave nothing within ${waitedMs / 1000} s, it or its server hangs`;
}
