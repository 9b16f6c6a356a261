import type { System } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import type { Disc, DiscSearch } from "../distro.ts";
import type { DoctorCheck, DoctorReport } from "../doctor-adapter.ts";
import { type DiscProbe, findWantedLabel, isAbsent, probeDisc, readDisc } from "../raw-disc.ts";
import { createSilenceWatch, isSilent } from "../silent-devices.ts";
import { readCdDevices } from "./cd-devices.ts";
import { readMounts } from "./mounts.ts";

/** The optical drives that PowerVC attaches config drives to. */
export function opticalDriveCheck(sys: System): DoctorCheck {
  return {
    name: "optical-drive",
    title: "optical drive",
    needsRoot: "only root can read the device",
    async run(report) {
      const { devices, fault } = await readCdDevices(sys);
      if (fault !== undefined) {
        throw new Error(fault);
      }
      report.fact("optical drives", devices.map(({ name }) => name).join(", ") || "none");
      const [first] = devices;
      if (first === undefined) {
        report.add({
          severity: "warning",
          what: "There is no optical drive (lsdev -Cc cdrom lists none)",
          why: "the config drive is a disc in a virtual optical drive: without one the machine does not learn who it is",
          fix: "cfgmgr && lsdev -Cc cdrom",
        });
      } else if (!devices.some(({ isAvailable }) => isAvailable)) {
        report.add({
          severity: "warning",
          what: `The optical drive "${first.name}" is only Defined`,
          why: "it has to be configured before a disc in it can be read",
          fix: `mkdev -l ${first.name}`,
        });
      }
      for (const { name } of devices.filter(({ isAvailable }) => isAvailable)) {
        const { probe } = await probeDrive(sys, name);
        if (probe.kind === "unreadable" && isSilent(probe)) {
          report.add({
            severity: "error",
            what: `The drive "${name}" does not answer: ${probe.reason}`,
            why: "each stage of a boot waits half a minute for it, the first one of a new machine longer, and goes on without its config drive",
            fix: `errpt -a -N ${name}`,
          });
        } else if (probe.kind === "damaged") {
          report.add({
            severity: "warning",
            what: `The disc in "${name}" is damaged: ${probe.reason}`,
            why: "a boot cannot read its config drive",
            fix: `dd if=/dev/${name} of=/dev/null bs=2048`,
          });
        } else if (probe.kind === "unreadable" && !isAbsent(probe.code)) {
          await reportUnreadable(sys, name, probe, report);
        }
      }
    },
  };
}

/** An empty drive and a driver that refuses to be read raw give the same error; only what is mounted is surely there. */
async function reportUnreadable(
  sys: System,
  name: string,
  { reason, code }: Extract<DiscProbe, { readonly kind: "unreadable" }>,
  report: DoctorReport,
): Promise<void> {
  const mounts = await readMounts(sys);
  if (code === "EIO" && !mounts.some(({ device }) => device === `/dev/${name}`)) {
    report.fact(`disc in ${name}`, "none, or it has to be mounted to be read");
    return;
  }
  report.add({
    severity: "warning",
    what: `The disc in "${name}" cannot be read from its device: ${reason}`,
    why: "the boot has to mount it, which takes longer and fails where cdrfs does",
    fix: `dd if=/dev/${name} of=/dev/null bs=2048 count=20`,
  });
}

/** As `findDiscs` of the storage, and yet nothing is configured or mounted. */
export async function findDiscsRaw(sys: System, labels: readonly string[]): Promise<DiscSearch> {
  const discs: Disc[] = [];
  const problems: Problem[] = [];
  const { devices } = await readCdDevices(sys);
  for (const { name } of devices.filter(({ isAvailable }) => isAvailable)) {
    const { path, probe } = await probeDrive(sys, name);
    if (probe.kind === "disc" && findWantedLabel(probe, labels) !== undefined) {
      discs.push({
        device: name,
        label: probe.label,
        read: async (use) => readDisc(sys, path, ({ tree }) => use(tree)),
      });
    }
  }
  return { discs, problems };
}

/** The block device, else the raw one: which of them a driver lets be read is unconfirmed. */
async function probeDrive(
  sys: System,
  name: string,
): Promise<{ readonly path: string; readonly probe: DiscProbe }> {
  const watch = createSilenceWatch(sys);
  await watch.ask([[`/dev/${name}`, `/dev/r${name}`]]);
  const silence = watch.probe(`/dev/${name}`);
  if (silence !== undefined) {
    return { path: `/dev/${name}`, probe: silence };
  }
  const block = { path: `/dev/${name}`, probe: probeDisc(sys, `/dev/${name}`) };
  if (block.probe.kind !== "unreadable") {
    return block;
  }
  const raw = { path: `/dev/r${name}`, probe: probeDisc(sys, `/dev/r${name}`) };
  return raw.probe.kind === "unreadable" ? block : raw;
}
