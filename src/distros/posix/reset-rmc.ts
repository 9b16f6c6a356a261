import { CommandError } from "../../system/command-error.ts";
import { exists, readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";

/** Where RSCT may be: first as AIX and older packages have it (aix/commands.md §9). */
const ROOTS = ["/usr/sbin/rsct", "/opt/rsct"];
const NODE_ID_PATH = "/etc/ct_node_id";
const COMMAND_TIMEOUT_MS = 300_000;
const QUERY_TIMEOUT_MS = 60_000;

/** What differs between the systems. */
export interface ResetRmcOptions {
  /** Whether nothing of RSCT runs: then there is no domain that is online, and nothing to stop. */
  isDown?(): Promise<boolean>;
  /** Between the stop of RMC and the new configuration. */
  afterStop?(): Promise<void>;
  /** Starts RMC where it does not run at the end, after what recfgct has said. Returns what is wrong. */
  ensureRuns?(said: string): Promise<string | undefined>;
}

/**
 * Gives the machine an RSCT node id of its own: with that of the image it was made from, the
 * management console takes it for the other machine, and there is no DLPAR. Nothing is done where
 * RSCT is not installed, or in an online peer domain, which it would tear apart.
 */
export async function resetRmc(
  ctx: DistroContext,
  options: ResetRmcOptions = {},
): Promise<readonly Problem[]> {
  const { sys, log } = ctx;
  const rmcctrl = findRsctTool(sys, "bin/rmcctrl");
  const recfgct = findRsctTool(sys, "install/bin/recfgct");
  if (rmcctrl === undefined || recfgct === undefined) {
    log.debug("RSCT is not installed: there is no RMC to reset");
    return [];
  }
  const isDown = (await options.isDown?.()) === true;
  const domain = isDown ? undefined : await findOnlineDomain(sys);
  if (domain !== undefined) {
    return [
      {
        message: `Cannot reset RMC: this node is in the peer domain "${domain}", which is online. Take it out of the domain (rmrpnode), then run "cloud-init single -n reset_rmc --frequency always"`,
      },
    ];
  }
  const before = readNodeId(sys);
  log.info(`RSCT node ID before the reset of RMC: "${before}"`);
  if (!isDown) {
    const stopped = await sys.exec.run([rmcctrl, "-z"], {
      okExitCodes: "any",
      timeoutMs: COMMAND_TIMEOUT_MS,
    });
    if (stopped.exitCode !== 0) {
      log.debug(`RMC did not stop: ${new CommandError([rmcctrl, "-z"], stopped).message}`);
    }
  }
  await options.afterStop?.();
  let isDone = false;
  const result = await sys.exec.run([recfgct], {
    okExitCodes: "any",
    timeoutMs: COMMAND_TIMEOUT_MS,
    verify: async () => {
      isDone = true;
      return undefined;
    },
  });
  if (!isDone) {
    return [];
  }
  const after = readNodeId(sys);
  const hasNewId = after !== "" && after !== before;
  log.info(`RSCT node ID after the reset of RMC: "${after}"`);
  const problems: Problem[] = [];
  const said = result.exitCode === 0 ? "" : new CommandError([recfgct], result).message;
  if (!hasNewId) {
    problems.push({
      message: `New node ID did not get generated.${said === "" ? ` "${NODE_ID_PATH}" has "${after}" after "${recfgct}"` : ` ${said}`}`,
    });
    // RMC was stopped above: the machine must not stay without it.
    await sys.exec.run([rmcctrl, "-A"], { okExitCodes: "any", timeoutMs: COMMAND_TIMEOUT_MS });
  } else if (said !== "") {
    problems.push({ message: `The node ID is new, and yet: ${said}`, severity: "warning" });
  }
  const wrong = await options.ensureRuns?.(result.stdout);
  if (wrong !== undefined) {
    problems.push({ message: `RMC does not run after its reset: ${wrong}` });
  }
  return problems;
}

/** Where a tool of RSCT is, by its path in RSCT's directory; undefined where it is not installed. */
export function findRsctTool(sys: System, path: string): string | undefined {
  return ROOTS.map((root) => `${root}/${path}`).find((candidate) => exists(sys.fs, candidate));
}

/** 16 hexadecimal digits in the first line; "" where the file is not there or empty. */
function readNodeId(sys: System): string {
  return (readTextIfExists(sys.fs, NODE_ID_PATH) ?? "").split("\n")[0]?.trim() ?? "";
}

/**
 * The peer domain that is online or about to be. Without an answer there is none: the command needs
 * RMC to run, and recfgct itself refuses in an online domain.
 */
export async function findOnlineDomain(sys: System): Promise<string | undefined> {
  const lsrpdomain = ["/usr/bin/lsrpdomain"]
    .concat(ROOTS.map((root) => `${root}/bin/lsrpdomain`))
    .find((candidate) => exists(sys.fs, candidate));
  if (lsrpdomain === undefined) {
    return undefined;
  }
  const { exitCode, stdout } = await sys.exec.query([lsrpdomain], {
    okExitCodes: "any",
    timeoutMs: QUERY_TIMEOUT_MS,
  });
  return exitCode === 0 ? parseOnlineDomain(stdout) : undefined;
}

/** In the table of lsrpdomain (name, state, …) the first domain whose state is not "Offline" (RSCT command reference). */
export function parseOnlineDomain(text: string): string | undefined {
  for (const line of text.split("\n")) {
    const [name = "", state = ""] = line.trim().split(/\s+/u);
    if (/^(?:online|pending)/iu.test(state)) {
      return name;
    }
  }
  return undefined;
}
