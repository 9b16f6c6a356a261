import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { padCells } from "../lvm.ts";
import { rmcFailure } from "../rmc.ts";

/** Nodes of the online peer domain. The layout is [U]. */
export const lsrpnode: SimulatedCommand = {
  path: "/usr/bin/lsrpnode",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "o");
    if (typeof flags === "string") {
      return usageError("lsrpnode", flags, "lsrpnode [-o]", 1);
    }
    const silent = rmcFailure(ctx);
    if (silent !== undefined) {
      return silent;
    }
    const { peerDomain } = ctx.machine.storage;
    if (peerDomain?.isOnline !== true) {
      return failed(1, "2632-058 No peer domain is online on this node.");
    }
    const rows = [
      ["Name", "OpState", "RSCTVersion"],
      ...peerDomain.nodes.map((node) => [node, "Online", "3.3.1.0"]),
    ];
    return done(rows.map((cells) => padCells([18, 8], cells)).join(""));
  },
};
