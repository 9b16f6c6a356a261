import { isFile } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

const TIMEOUT_MS = 10_000;

/**
 * What VMware's hypervisor hands over under `guestinfo.<key>`, asked by the tools that are installed
 * (open-vm-tools): vmware-rpctool, else vmtoolsd. Undefined where there is nothing: exit code 1 says
 * "not set".
 */
export async function readLinuxGuestInfo(sys: System, key: string): Promise<string | undefined> {
  const question = `info-get guestinfo.${key}`;
  for (const { paths, args } of [
    { paths: ["/usr/bin/vmware-rpctool", "/usr/sbin/vmware-rpctool"], args: [question] },
    { paths: ["/usr/bin/vmtoolsd", "/usr/sbin/vmtoolsd"], args: ["--cmd", question] },
  ]) {
    const program = paths.find((path) => isFile(sys.fs, path));
    const text = program === undefined ? "" : await ask(sys, [program, ...args]);
    if (text.trim() !== "") {
      return text;
    }
  }
  return undefined;
}

/** A tool that cannot be run is as good as none. */
async function ask(sys: System, argv: readonly string[]): Promise<string> {
  try {
    const result = await sys.exec.query(argv, { okExitCodes: "any", timeoutMs: TIMEOUT_MS });
    return result.exitCode === 0 ? result.stdout : "";
  } catch {
    return "";
  }
}
