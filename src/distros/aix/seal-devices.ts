import type { System } from "../../system/system.ts";
import type { SealStep } from "../seal-adapter.ts";
import { ensureCleanDevicesOnDeploy } from "./clean-devices.ts";
import { readAttributes } from "./odm.ts";

/** `clouddev` of sys0, or `ghostdev` where this level has no clouddev: `bootutil -c`, then chdev, as IBM's package does it. */
export function sealDevices(sys: System): SealStep {
  return {
    name: "devices",
    why: "A clone would keep the devices of this machine, with their addresses, beside its own",
    async find() {
      const attribute = await findUnset(sys);
      return attribute === undefined
        ? []
        : [
            {
              kind: "change",
              what: `Set ${attribute}=1 of sys0`,
              async apply() {
                const outcome = await ensureCleanDevicesOnDeploy(sys);
                if ((await findUnset(sys)) !== undefined) {
                  throw new Error(outcome);
                }
              },
            },
          ];
    },
  };
}

/** The attribute that is to be 1 and is not; undefined where it is. */
async function findUnset(sys: System): Promise<string | undefined> {
  const sys0 = await readAttributes(sys, "sys0");
  if (sys0 === undefined) {
    throw new Error('Cannot read the attributes of "sys0": lsattr did not answer');
  }
  const attribute = sys0.has("clouddev") ? "clouddev" : "ghostdev";
  return sys0.get(attribute)?.[0] === "1" ? undefined : attribute;
}
