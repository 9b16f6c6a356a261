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
  // What this stage has set: nobody else renames the machine meanwhile, and in a plan no query tells.
  let known: string | undefined;
  const read = async (): Promise<string | undefined> => {
    if (known !== undefined) {
      return known;
    }
    const name = await query([HOSTNAME]);
    return name === "" ? undefined : name;
  };
  return {
    read,
    async ensure(name) {
      if (!isHostName(name)) {
        throw new TypeError(`Cannot set the host name "${name}": it is not one`);
      }
      if (known === name) {
        return false;
      }
      const nodeName = (name.split(".")[0] ?? name).slice(0, NODE_NAME_LENGTH_MAX);
      const running = await read();
      const isStoredNew = await ensureAttribute(sys, "inet0", "hostname", name);
      const isChanged = isStoredNew || running !== name;
      // Asked last: where the name itself changes, the node name does too.
      const isWrong = isChanged || (await query([UNAME, "-n"])) !== nodeName;
      if (isWrong) {
        await sys.exec.run([UNAME, "-S", nodeName]);
      }
      if (isChanged) {
        await sys.exec.run([HOSTNAME, name]);
      }
      known = name;
      return isWrong;
    },
  };
}
