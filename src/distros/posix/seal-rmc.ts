import type { System } from "../../system/system.ts";
import type { InstanceTraces, SealStep } from "../seal-adapter.ts";
import { findOnlineDomain, findRsctTool } from "./reset-rmc.ts";
import { sealRemovals } from "./seal-removals.ts";

const NODE_ID_FILES = ["/etc/ct_node_id", "/var/ct/cfg/ct_node_id"];

/**
 * RSCT's node id. Only its files go: the RMC that runs keeps the id in memory, so that the
 * management console can still shut this partition down for its capture. `reset_rmc` makes a new id
 * at the first boot of a clone (`recfgct`), before inittab starts RMC; nothing else would, so that
 * without that module the id stays.
 */
export function sealRmc(sys: System, traces: InstanceTraces): SealStep {
  return {
    name: "rsct-node-id",
    why: "The management console takes two machines with one RSCT node id for one, and there is no DLPAR",
    async find() {
      if (findRsctTool(sys, "install/bin/recfgct") === undefined) {
        return [];
      }
      const domain = await findOnlineDomain(sys);
      if (domain !== undefined) {
        return [
          {
            kind: "blocker",
            what: `This node is in the peer domain "${domain}", which is online`,
            mend: "take it out of the domain (rmrpnode)",
          },
        ];
      }
      if (traces.listsModule("reset_rmc")) {
        return sealRemovals(sys.fs, NODE_ID_FILES);
      }
      const isThere = NODE_ID_FILES.some((path) => sys.fs.stat(path) !== undefined);
      return isThere
        ? [
            {
              kind: "notice",
              what: 'The RSCT node id stays: the module "reset_rmc", which gives a clone one of its own, is in no list of cloud.cfg',
            },
          ]
        : [];
    },
  };
}
