import { isHostName } from "../../instance/hostname.ts";
import { CommandError } from "../../system/command-error.ts";
import type { System } from "../../system/system.ts";
import type { DistroContext, HostnameAdapter } from "../distro.ts";
import { readAttribute, runOdm } from "./odm.ts";

const CHDEV = "/usr/sbin/chdev";
const HOSTNAME = "/usr/bin/hostname";
const UNAME = "/usr/bin/uname";

/** `uname -S` takes no more (aix/commands.md §3.2). */
const NODE_NAME_LENGTH_MAX = 32;

/**
 * The host name of AIX: kept in the ODM (inet0), running in the kernel, and the node name, which is
 * the first label of it. Where the runtime reads the running names itself, no command is asked.
 */
export function createAixHostname(ctx: DistroContext): HostnameAdapter {
  const { sys } = ctx;
  // What this stage has set: nobody else renames the machine meanwhile, and in a plan no query tells.
  let known: string | undefined;
  const read = async (): Promise<string | undefined> => {
    if (known !== undefined) {
      return known;
    }
    const name = (await readOwnName(sys)) ?? (await query(sys, [HOSTNAME]));
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
      const isStoredNew = await ensureName(ctx, name, await read());
      const isNodeNew = await ensureNodeName(sys, name, isStoredNew);
      known = name;
      return isStoredNew || isNodeNew;
    },
  };
}

/**
 * The stored name, and the running one, which chdev sets with it. A machine that runs under another
 * name is asked for the stored one only where chdev is refused: it says the same where it is stored
 * already.
 */
async function ensureName(
  { sys, log }: DistroContext,
  name: string,
  running: string | undefined,
): Promise<boolean> {
  if (running === name && (await readAttribute(sys, "inet0", "hostname")) === name) {
    return false;
  }
  let isReal = false;
  try {
    await runOdm(sys, [CHDEV, "-l", "inet0", "-a", `hostname=${name}`], {
      verify: async () => {
        isReal = true;
        return undefined;
      },
    });
  } catch (error) {
    const isRefused = error instanceof CommandError;
    if (!isRefused || (await readAttribute(sys, "inet0", "hostname")) !== name) {
      throw error;
    }
    isReal = true;
    log.info(
      `The host name ${name} is stored already, only the running one is set: ${error.message}`,
    );
  }
  const now = await readOwnName(sys);
  if (now === undefined || (isReal && now !== name)) {
    await sys.exec.run([HOSTNAME, name]);
  }
  return true;
}

/** chdev does not set it, and no runtime tells it: with a new name it is set without asking. */
async function ensureNodeName(sys: System, name: string, isRenamed: boolean): Promise<boolean> {
  const nodeName = (name.split(".")[0] ?? name).slice(0, NODE_NAME_LENGTH_MAX);
  if (!isRenamed && (await query(sys, [UNAME, "-n"])) === nodeName) {
    return false;
  }
  await sys.exec.run([UNAME, "-S", nodeName]);
  return true;
}

/** By gethostname(2); undefined where the runtime does not tell it. One for another system tells that system's. */
async function readOwnName(sys: System): Promise<string | undefined> {
  return sys.process.platform === "aix" ? sys.process.readHostname?.() : undefined;
}

async function query(sys: System, argv: readonly string[]): Promise<string> {
  return (await sys.exec.query(argv, { okExitCodes: "any" })).stdout.trim();
}
