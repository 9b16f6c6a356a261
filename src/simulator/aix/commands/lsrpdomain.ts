import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { padCells } from "../lvm.ts";
import { rmcFailure } from "../rmc.ts";

/** The peer domain and its state. Needs RMC; the layout is [U]. */
export const lsrpdomain: SimulatedCommand = {
  path: "/usr/bin/lsrpdomain",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "ol");
    if (typeof flags === "string") {
      return usageError("lsrpdomain", flags, "lsrpdomain [-o | -l] [PeerDomain]", 1);
    }
    const silent = rmcFailure(ctx);
    if (silent !== undefined) {
      return silent;
    }
    const { peerDomain } = ctx.machine.storage;
    if (peerDomain === undefined || (flags.has("o") && !peerDomain.isOnline)) {
      return flags.operands.length > 0
        ? failed(1, "2632-077 The peer domain is not defined.")
        : done();
    }
    const widths = [10, 8, 18, 14, 7];
    const header = ["Name", "OpState", "RSCTActiveVersion", "MixedVersions", "TSPort", "GSPort"];
    const row = [
      peerDomain.name,
      peerDomain.isOnline ? "Online" : "Offline",
      "3.3.1.0",
      "No",
      "12347",
      "12348",
    ];
    return done(padCells(widths, header) + padCells(widths, row));
  },
};
