import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import type { CleanAdapter } from "../clean-adapter.ts";
import type { InstanceTraces, SealFinding, SealStep } from "../seal-adapter.ts";
import { parseSshdLine, SSHD_CONFIG } from "./sshd-config.ts";

/** What cloud-init wrote for this instance into tables of the system: its mounts, and sshd's options. */
export function sealConfiguration(
  fs: FileSystem,
  clean: CleanAdapter,
  traces: InstanceTraces,
): SealStep {
  const changes = (kind: "ssh_config" | "fstab", verb: string): readonly SealFinding[] =>
    clean.findConfig(kind).map((path) => ({
      kind: "change",
      what: `${verb} ${path}`,
      apply() {
        clean.removeConfig(kind);
      },
    }));
  return {
    name: "system-configuration",
    why: "A clone would let in whom this instance let in, and wait at its start for disks that it does not have",
    find: async () => [
      ...changes("fstab", "Take the entries of cloud-init out of"),
      ...changes("ssh_config", "Remove"),
      ...findPasswordOption(fs, traces),
    ],
  };
}

/** What the file said before nobody knows: it was edited in place. */
function findPasswordOption(fs: FileSystem, traces: InstanceTraces): readonly SealFinding[] {
  if (!traces.text.includes("ssh_pwauth")) {
    return [];
  }
  const lines = (readTextIfExists(fs, SSHD_CONFIG) ?? "").split("\n").map(parseSshdLine);
  const match = lines.findIndex((line) => line?.keyword === "match");
  const value = lines
    .slice(0, match === -1 ? lines.length : match)
    .find((line) => line?.keyword === "passwordauthentication")?.args[0];
  return value === undefined
    ? []
    : [
        {
          kind: "notice",
          what: `${SSHD_CONFIG} says "PasswordAuthentication ${value}", which ssh_pwauth of this instance may have set: it stays in each clone`,
        },
      ];
}
