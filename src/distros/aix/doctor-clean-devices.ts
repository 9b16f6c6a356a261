import { valueAt } from "../../config/cloud-config.ts";
import { readInstanceId } from "../../instance/instance-store.ts";
import type { System } from "../../system/system.ts";
import type { DoctorCheck, DoctorSubject } from "../doctor-adapter.ts";
import { readAttributes } from "./odm.ts";

/** `clouddev` and `ghostdev` of sys0: whether an image of this machine drops its devices when it is deployed (aix/commands.md §2.6). */
export function cleanDevicesCheck(sys: System, subject: DoctorSubject): DoctorCheck {
  return {
    name: "clean-devices",
    title: "clouddev and ghostdev of sys0",
    async run(report) {
      const sys0 = await readAttributes(sys, "sys0");
      if (sys0 === undefined) {
        throw new Error("lsattr does not tell the attributes of sys0");
      }
      const clouddev = sys0.get("clouddev")?.[0];
      const ghostdev = sys0.get("ghostdev")?.[0];
      const wanted = clouddev === undefined ? "ghostdev" : "clouddev";
      report.fact("sys0", `clouddev=${clouddev ?? "absent"} ghostdev=${ghostdev ?? "absent"}`);
      if (clouddev !== undefined && ghostdev === "1") {
        report.add({
          severity: "warning",
          what: "ghostdev of sys0 is 1, although this level of AIX has clouddev",
          why: "the devices are lost too when this machine itself is restarted or moved to other hardware",
          fix: "chdev -l sys0 -a clouddev=1 && chdev -l sys0 -a ghostdev=0",
        });
      } else if (
        sys0.get(wanted)?.[0] !== "1" &&
        // Cleared on purpose when an instance was deployed; `seal` sets it again.
        !(wanted === "clouddev" && isClearedOnPurpose(sys, subject))
      ) {
        report.add({
          severity: "warning",
          what: `${wanted} of sys0 is not 1`,
          why: "a machine deployed from an image of this one keeps its devices: addresses, routes and disks of another machine",
          fix: `${wanted === "clouddev" ? "/usr/lib/boot/bootutil -c; " : ""}chdev -l sys0 -a ${wanted}=1`,
        });
      }
    },
  };
}

function isClearedOnPurpose(sys: System, { paths, config, lastConfig }: DoctorSubject): boolean {
  return (
    readInstanceId(sys, paths) !== undefined &&
    valueAt(lastConfig ?? config, "aix", "clouddev_after_deploy") === "clear"
  );
}
