import { isHostName } from "../../instance/hostname.ts";
import type { DistroContext, HostnameAdapter } from "../distro.ts";
import { ensureAttribute } from "./odm.ts";

const HOSTNAME = "/usr/bin/hostname";
const UNAME = "/usr/bin/uname";

/** `uname -S` takes no more (aix/commands.md §3.2). */
const NODE_NAME_LENGTH_MAX = 32;

/**
 * The host name of AIX: kept in the ODM (inet0), running in the kernel, and the node name, which is
 * the first label of it.
 */
export function createAixHostname(ctx: DistroContext): HostnameAdapter {
  const { sys } = ctx;
  const query = async (argv: readonly string[]): Promise<string> =>
    (await sys.exec.query(argv, { okExitCodes: "any" })).stdout.trim();
  const read = async (): Promise<string | undefined> => {
    const name = await query([HOSTNAME]);
    return name === "" ? undefined : name;
  };
  return {
    read,
    async ensure(name) {
      if (!isHostName(name)) {
        throw new TypeError(`Cannot set the host name "${name}": it is not one`);
      }
      const nodeName = (name.split(".")[0] ?? name).slice(0, NODE_NAME_LENGTH_MAX);
      const running = await read();
      const isStoredNew = await ensureAttribute(sys, "inet0", "hostname", name);
      const isChanged = isStoredNew || running !== name;
      // Asked last: where the name itself changes, the node name does too.
      if (!isChanged && (await query([UNAME, "-n"])) === nodeName) {
        return false;
      }
      await sys.exec.run([UNAME, "-S", nodeName]);
      if (isChanged) {
        await sys.exec.run([HOSTNAME, name]);
      }
      return true;
    },
  };
}
