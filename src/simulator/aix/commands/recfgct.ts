import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { readTextIfExists } from "../../../system/files.ts";
import { takePid } from "../machine.ts";

const NODE_ID_FILES = ["/etc/ct_node_id", "/var/ct/cfg/ct_node_id"];

/** Configures RSCT anew: a new node id (not with -s), ctrmc started. Refuses in an online peer domain. */
export const recfgct: SimulatedCommand = {
  path: "/usr/sbin/rsct/install/bin/recfgct",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "sn");
    if (typeof flags === "string" || flags.operands.length > 0) {
      return usageError("recfgct", typeof flags === "string" ? flags : "", "recfgct [-n] [-s]", 1);
    }
    const { machine, fs } = ctx;
    if (machine.storage.peerDomain?.isOnline === true) {
      return failed(1, "Cannot run if an online Peer Domain exists (see output of lsrpdomain).");
    }
    if (!flags.has("s") && !machine.faults.recfgctKeepsNodeId) {
      const id = [...ctx.randomBytes(8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      for (const path of NODE_ID_FILES) {
        const comments = (readTextIfExists(fs, path) ?? "").replace(/^[^\n]*\n?/u, "");
        fs.write(path, `${id}\n${comments}`);
      }
    }
    const ctrmc = machine.subsystems.find(({ name }) => name === "ctrmc");
    if (ctrmc === undefined) {
      return failed(1, "recfgct: 2610-303 The RMC subsystem is not installed.");
    }
    ctrmc.state = "active";
    ctrmc.pid = takePid(machine);
    return done(
      "0513-071 The ctcas Subsystem has been added.\n0513-071 The ctrmc Subsystem has been added.\n" +
        `0513-059 The ctrmc Subsystem has been started. Subsystem PID is ${ctrmc.pid}.\n`,
    );
  },
};
