import { renderMissingAixRoutes } from "../../network/renderers/aix-routes.ts";
import {
  editMarkedLines,
  listMarkedLines,
  RC_TCPIP_PATH,
} from "../../network/renderers/rc-tcpip.ts";
import { applyChanges } from "../../system/change.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { SealFinding, SealStep } from "../seal-adapter.ts";
import { editFile } from "../posix/edit-file.ts";
import { readKernelRoutes } from "./network-state.ts";
import { readAttributes, runOdm } from "./odm.ts";

const CHDEV = "/usr/sbin/chdev";

/**
 * The routes that inet0 keeps, and our lines in /etc/rc.tcpip. They go out of the database only
 * (`chdev -P`): the routes that are in force stay until the next boot, so that a login over the
 * network, from which this may run, goes on.
 */
export function sealRoutes(sys: System): SealStep {
  return {
    name: "routes",
    why: "Where the device database is not cleared, a clone starts with the routes of this machine",
    async find() {
      const inet0 = await readAttributes(sys, "inet0");
      if (inet0 === undefined) {
        throw new Error('Cannot read the attributes of "inet0": lsattr did not answer');
      }
      const stored = (["route", "rout6"] as const).flatMap((attribute) =>
        (inet0.get(attribute) ?? [])
          .filter((value) => value !== "")
          .map((value) => removal(sys, attribute, value)),
      );
      return [...stored, ...findBootLines(sys)];
    },
  };
}

function removal(sys: System, attribute: "route" | "rout6", value: string): SealFinding {
  return {
    kind: "change",
    what: `Remove ${attribute} ${value} of inet0 from the device database, not from the kernel`,
    async apply() {
      const before = await readKernelRoutes(sys);
      await runOdm(sys, [CHDEV, "-l", "inet0", "-P", "-a", `del${attribute}=${value}`]);
      // A level whose method does not know "database only" would have cut the network: put it back.
      const after = await readKernelRoutes(sys);
      const viaGateway = before.filter(({ flags }) => flags.includes("G"));
      await applyChanges(sys, renderMissingAixRoutes(viaGateway, after));
      const left = (await readAttributes(sys, "inet0"))?.get(attribute) ?? [];
      if (left.includes(value)) {
        throw new Error(`Cannot remove the route: inet0 still has ${attribute} "${value}"`);
      }
    },
  };
}

function findBootLines(sys: System): readonly SealFinding[] {
  const lines = listMarkedLines(readTextIfExists(sys.fs, RC_TCPIP_PATH) ?? "");
  return lines.length === 0
    ? []
    : [
        {
          kind: "change",
          what: `Take ${lines.length} ${lines.length === 1 ? "line" : "lines"} of cloud-init out of ${RC_TCPIP_PATH}`,
          apply() {
            editFile(sys.fs, RC_TCPIP_PATH, (text) =>
              editMarkedLines(text, { afterAutoconf: [], atEnd: [] }),
            );
          },
        },
      ];
}
