import { parseOpenStackMetadata } from "../../datasources/openstack-metadata.ts";
import type { Disc } from "../../distros/distro.ts";
import type { DoctorCheck, DoctorReport } from "../../distros/doctor-adapter.ts";
import { readInstanceId } from "../../instance/instance-store.ts";
import { isDriveRequired } from "../../stages/known-machine.ts";
import { errorMessage } from "../../text/error-message.ts";
import { listedDatasources } from "./datasource-list-check.ts";
import type { Patient } from "./patient.ts";

const LABEL = "config-2";

/** Whether a config drive is attached, and whose it is. */
export function driveCheck(patient: Patient): DoctorCheck {
  return {
    name: "config-drive",
    title: "config drive",
    needsRoot: "only root can read the device",
    async run(report) {
      const { adapter, config, sys, paths } = patient;
      const isListed = listedDatasources(patient).some(
        (name) => name.toLowerCase() === "configdrive",
      );
      if (adapter === undefined || !isListed) {
        return;
      }
      const current = readInstanceId(sys, paths);
      const { discs } = await adapter.findDiscs([LABEL]);
      for (const disc of discs) {
        await checkDisc(disc, current, report);
      }
      if (discs.length > 0) {
        return;
      }
      report.fact("config drive", "none attached");
      if (isDriveRequired(config, { datasource: "ConfigDrive" })) {
        report.add({
          severity: "error",
          what: 'No config drive is attached, and "datasource.ConfigDrive.require_drive" is true',
          why: "every boot without it ends with exit code 1",
          fix: `vi ${paths.configFile}`,
        });
      }
    },
  };
}

async function checkDisc(
  disc: Disc,
  current: string | undefined,
  report: DoctorReport,
): Promise<void> {
  const fault = (reason: string): void =>
    report.add({
      severity: "error",
      what: `The config drive in "${disc.device}" cannot be used: ${reason}`,
      why: "the next boot does not learn who the machine is",
      fix: `cloud-init plan /dev/${disc.device.replace(/^\/dev\//u, "")}`,
    });
  try {
    const answer = await disc.read(parseOpenStackMetadata);
    if (answer.kind !== "found") {
      fault(
        answer.kind === "broken"
          ? answer.reason
          : 'there is no "meta_data.json" of openstack/ on it',
      );
      return;
    }
    const { id } = answer.metadata;
    report.fact("config drive", `${disc.device}, of instance ${id}`);
    if (current !== undefined && current !== id) {
      report.add({
        severity: "warning",
        what: `The config drive in "${disc.device}" is of instance "${id}", the machine is "${current}"`,
        why: "the next boot makes it that instance: host name, network, keys and host keys change",
        fix: `cloud-init plan /dev/${disc.device.replace(/^\/dev\//u, "")}`,
      });
    }
  } catch (error) {
    fault(errorMessage(error));
  }
}
