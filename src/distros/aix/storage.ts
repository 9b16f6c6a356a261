import type { Problem } from "../../text/problem.ts";
import { errorMessage } from "../../text/error-message.ts";
import { printable } from "../../text/printable.ts";
import type { Disc, DiscSearch, DistroContext, StorageAdapter, WantedLabels } from "../distro.ts";
import { type DiscProbe, findWantedLabel, isAbsent, probeDisc, readDisc } from "../raw-disc.ts";
import { createSilenceWatch, isSilent, type SilenceWatch } from "../silent-devices.ts";
import { type CdDevice, readCdDevices } from "./cd-devices.ts";
import { createDiscTree, withMountedDisc } from "./mounted-disc.ts";
import { readMounts } from "./mounts.ts";

/**
 * Discs in AIX's CD devices. A disc is read straight from its device; only where the system
 * refuses that is it read where it is mounted already, or mounted for as long as that takes.
 */
export function createAixStorage(ctx: DistroContext): StorageAdapter {
  const configured = new Set<string>();
  /** Several datasources look for discs in one stage: the devices are listed once. */
  let known: readonly CdDevice[] | undefined;
  const useless: UselessDrives = new Map();
  const watch = createSilenceWatch(ctx.sys);

  return {
    waitLonger: watch.waitLonger,
    async findDiscs(labels) {
      const found: Found = { discs: [], problems: [], looked: [] };
      await watch.ask(listDriveFiles(ctx).map(namesOf));
      const probe = createProbe(ctx, watch);
      const hasDisc = known === undefined ? findLabelled(ctx, labels, probe) : [];
      const devices = hasDisc.length > 0 ? hasDisc : (known ?? (await listDevices(ctx, found)));
      known ??= hasDisc.length > 0 ? undefined : devices;
      await watch.ask(devices.filter(({ isAvailable }) => isAvailable).map(namesOf));
      for (const device of devices.filter(({ isAvailable }) => isAvailable)) {
        await lookOnce(ctx, device.name, { labels, probe }, found, useless);
      }
      // A drive that was attached late can be only Defined. Once, since cfgmgr and mkdev are slow.
      for (const { name, isAvailable } of devices) {
        if (!isAvailable && !found.discs.some(({ label }) => label !== "")) {
          if (!configured.has(name) && (await configure(ctx, name, found))) {
            known = known?.map((device) =>
              device.name === name ? { name, isAvailable: true } : device,
            );
            const late = createSilenceWatch(ctx.sys);
            await late.ask([namesOf({ name })]);
            await lookAt(ctx, name, { labels, probe: createProbe(ctx, late) }, found);
          }
          configured.add(name);
        }
      }
      return found;
    },
  };
}

/** Where lsdev lists nothing: the devices that the old agent knew. */
const FALLBACK_DEVICES = ["cd0", "cd1"];
const MKDEV_TIMEOUT_MS = 120_000;

/** A drive that had no disc a moment ago has none now. */
const USELESS_MS = 2000;

/** What was said of drives that can be neither read nor mounted, and until when that holds. */
type UselessDrives = Map<
  string,
  { readonly untilMs: number; readonly problem: Problem; readonly looked: string }
>;

/** What is looked for, and what reads a device: each one once in a search. */
interface Look {
  readonly labels: WantedLabels;
  readonly probe: Probe;
}

type Probe = (path: string) => DiscProbe;

/** Which of the two a driver lets be read is unconfirmed: the block device first, then the raw one. */
function namesOf({ name }: Pick<CdDevice, "name">): readonly string[] {
  return [`/dev/${name}`, `/dev/r${name}`];
}

function createProbe({ sys }: DistroContext, watch: SilenceWatch): Probe {
  const seen = new Map<string, DiscProbe>();
  return (path) => {
    const probe = seen.get(path) ?? watch.probe(path) ?? probeDisc(sys, path);
    seen.set(path, probe);
    return probe;
  };
}

/**
 * The drives that have a device file, where a disc with a wanted label can be read in one of them:
 * then nothing that lsdev could tell matters. None where that is not so. The file of a drive that is
 * only Defined cannot be opened.
 */
function findLabelled(ctx: DistroContext, labels: WantedLabels, probe: Probe): readonly CdDevice[] {
  if (labels === "any") {
    return [];
  }
  const devices = listDriveFiles(ctx);
  const isWanted = (path: string): boolean => {
    const found = probe(path);
    return found.kind === "disc" && findWantedLabel(found, labels) !== undefined;
  };
  const isLabelled = ({ name }: CdDevice): boolean =>
    isWanted(`/dev/${name}`) ||
    (probe(`/dev/${name}`).kind === "unreadable" && isWanted(`/dev/r${name}`));
  return devices.some(isLabelled) ? devices : [];
}

function listDriveFiles({ sys }: DistroContext): readonly CdDevice[] {
  return (sys.fs.stat("/dev")?.kind === "directory" ? sys.fs.list("/dev") : [])
    .filter((name) => /^cd\d{1,4}$/u.test(name))
    .map((name) => ({ name, isAvailable: true }))
    .sort((a, b) => Number(a.name.slice(2)) - Number(b.name.slice(2)));
}

interface Found extends DiscSearch {
  readonly discs: Disc[];
  readonly problems: Problem[];
  readonly looked: string[];
}

async function listDevices(ctx: DistroContext, found: Found): Promise<readonly CdDevice[]> {
  const { devices, fault } = await readCdDevices(ctx.sys);
  if (fault !== undefined) {
    found.problems.push({ message: fault });
  }
  if (devices.length > 0) {
    return devices;
  }
  return FALLBACK_DEVICES.filter((name) => ctx.sys.fs.stat(`/dev/${name}`) !== undefined).map(
    (name) => ({ name, isAvailable: true }),
  );
}

/** Makes a Defined device Available. True if it may be there now. */
async function configure(ctx: DistroContext, name: string, found: Found): Promise<boolean> {
  const result = await ctx.sys.exec.run(["/usr/sbin/mkdev", "-l", name], {
    okExitCodes: "any",
    timeoutMs: MKDEV_TIMEOUT_MS,
  });
  if (result.exitCode === 0) {
    return true;
  }
  const said = (result.stderr.trim() === "" ? result.stdout : result.stderr).trim();
  const how = result.timedOut
    ? `mkdev did not end within ${MKDEV_TIMEOUT_MS / 1000} s`
    : `mkdev ended with exit code ${result.exitCode}${said === "" ? "" : `: ${said}`}`;
  found.problems.push({ message: `Cannot configure the device "${name}": ${how}` });
  found.looked.push(`${name} (only Defined)`);
  return false;
}

/** Opening an empty drive may take seconds, and so may mounting it: not for each datasource. */
async function lookOnce(
  ctx: DistroContext,
  name: string,
  look: Look,
  found: Found,
  useless: UselessDrives,
): Promise<void> {
  const { clock } = ctx.sys;
  const known = useless.get(name);
  if (known !== undefined && clock.monotonicMs() < known.untilMs) {
    found.problems.push(known.problem);
    found.looked.push(known.looked);
    return;
  }
  await lookAt(ctx, name, look, found);
  const looked = found.looked.at(-1) ?? "";
  const problem = found.problems.at(-1);
  if (problem !== undefined && [`${name} (no disc)`, `${name} (unreadable)`].includes(looked)) {
    useless.set(name, { untilMs: clock.monotonicMs() + USELESS_MS, problem, looked });
  }
}

async function lookAt(
  ctx: DistroContext,
  name: string,
  { labels, probe: read }: Look,
  found: Found,
): Promise<void> {
  const reasons: string[] = [];
  let isThere = false;
  for (const path of namesOf({ name })) {
    const probe = read(path);
    if (probe.kind === "unreadable" && isSilent(probe)) {
      // To mount it would take as long.
      found.problems.push({ message: `Cannot use "${name}": ${probe.reason}` });
      found.looked.push(`${name} (does not answer)`);
      return;
    }
    if (probe.kind === "disc") {
      found.looked.push(`${name} (${describeLabel(probe.label)})`);
      const label = labels === "any" ? probe.label : findWantedLabel(probe, labels);
      if (label !== undefined) {
        found.discs.push({
          device: name,
          label,
          read: async (use) => readDisc(ctx.sys, path, ({ tree }) => use(tree)),
        });
      }
      return;
    }
    if (probe.kind !== "unreadable") {
      const what =
        probe.kind === "other" ? "it holds no ISO 9660 or FAT file system" : probe.reason;
      found.problems.push({ message: `Cannot use "${name}": ${what}` });
      found.looked.push(
        `${name} (${probe.kind === "other" ? "no ISO 9660 or FAT disc" : "damaged"})`,
      );
      return;
    }
    reasons.push(probe.reason);
    isThere = isThere || !isAbsent(probe.code);
  }
  if (isThere) {
    await lookAtMounted(ctx, name, reasons, found);
  } else {
    found.problems.push({ message: `Cannot use "${name}": ${reasons.join("; ")}` });
    found.looked.push(`${name} (no disc)`);
  }
}

/** The label of a disc that is read through a file system is not known: its content must tell. */
async function lookAtMounted(
  ctx: DistroContext,
  name: string,
  reasons: readonly string[],
  found: Found,
): Promise<void> {
  const mounts = await readMounts(ctx.sys);
  const mounted = mounts.find(({ device }) => device === `/dev/${name}`);
  if (mounted !== undefined) {
    found.looked.push(`${name} (mounted at ${mounted.mountPoint})`);
    found.discs.push({
      device: name,
      label: "",
      read: async (use) => use(createDiscTree(ctx, mounted.mountPoint)),
    });
    return;
  }
  try {
    // Whether it can be mounted is found out now, so that an empty drive is no disc.
    await withMountedDisc(ctx, name, (tree) => tree.list(""));
  } catch (error) {
    found.problems.push({
      message: `Cannot use "${name}": ${[...reasons, errorMessage(error)].join("; ")}`,
    });
    found.looked.push(`${name} (unreadable)`);
    return;
  }
  found.looked.push(`${name} (mountable)`);
  found.discs.push({
    device: name,
    label: "",
    read: (use) => withMountedDisc(ctx, name, use),
  });
}

function describeLabel(label: string): string {
  return label === "" ? "without a label" : `labelled "${printable(label)}"`;
}
