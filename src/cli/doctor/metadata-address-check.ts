import type { DoctorCheck } from "../../distros/doctor-adapter.ts";
import { readInstanceId } from "../../instance/instance-store.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { Patient } from "./patient.ts";

/** The guest's own address for the metadata service of IBM Power Virtual Server (compat datasources-clouds.md §13.2). */
const ADDRESS = "169.254.169.253";

/** A guest of Power Virtual Server that was given an interface for the metadata service still has it. */
export function metadataAddressCheck(patient: Patient): DoctorCheck {
  return {
    name: "metadata-address",
    title: "interface for the metadata service of Power Virtual Server",
    async run(report) {
      const { sys, paths, distro } = patient;
      const id = readInstanceId(sys, paths);
      const given =
        id === undefined
          ? undefined
          : readTextIfExists(sys.fs, paths.instance(id).networkConfigFile);
      if (given?.includes(ADDRESS) !== true) {
        return;
      }
      const { devices } = await distro.network.read();
      const device = devices.find(({ address }) => address.split("/", 1)[0] === ADDRESS);
      if (device?.isUp === true) {
        report.fact("metadata service", `${ADDRESS} on ${device.name}`);
        return;
      }
      report.add({
        severity: "warning",
        what:
          device === undefined
            ? `No interface has the address ${ADDRESS}, which this instance was given`
            : `The interface "${device.name}" with the address ${ADDRESS} is down`,
        why: "the metadata service of Power Virtual Server cannot be asked for tokens and facts of this instance",
        fix: "cloud-init single --name network --frequency always",
      });
    },
  };
}
